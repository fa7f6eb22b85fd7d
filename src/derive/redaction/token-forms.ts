import { type Edit, maskEdit } from "./edit.ts";
import {
  type ByteSet,
  beginsWord,
  byteSet,
  has,
  isOutsideEscape,
  LETTERS_AND_DIGITS,
  looksRandom,
  matchesAt,
  NAME,
  pattern,
  skipSet,
  type Text,
} from "./text.ts";

/** A token that is known by how it begins. */
export interface TokenForm {
  readonly kind: string;
  readonly prefix: readonly ByteSet[];
  /** Where in the prefix the four bytes begin that are searched for: rare ones. */
  readonly anchorAt: number;
  /** What may follow the prefix, and how much of it there is at the least. */
  readonly body: ByteSet;
  readonly least: number;
  /** Where the length is fixed: neither may a word go on in front, nor behind. */
  readonly isExact?: true;
}

const DOTTED = byteSet("a-zA-Z0-9_.-");
const CAPITALS = byteSet("A-Z0-9");
const HYPHENED = byteSet("a-zA-Z0-9-");
const PATH = byteSet("a-zA-Z0-9_/-");
const LOOKED_AT = 64;

// Cut tokens are tokens: GitLab's have 20 characters and more behind their prefix.
const gitlab = (prefix: string): TokenForm => {
  return { kind: "gitlab_token", prefix: pattern(prefix), anchorAt: 0, body: DOTTED, least: 8 };
};
const slack = (prefix: string, anchorAt: number): TokenForm => {
  return { kind: "slack_token", prefix: pattern(prefix), anchorAt, body: HYPHENED, least: 10 };
};

export const TOKEN_FORMS: readonly TokenForm[] = [
  ...["glpat-", "gloas-", "gldt-", "glrt-", "glrtr-", "glcbt-", "glptt-", "glft-", "glimt-"].map(gitlab),
  ...["glagent-", "glsoat-", "glffct-", "glwt-"].map(gitlab),
  { kind: "gitlab_token", prefix: pattern("GR1348941"), anchorAt: 0, body: NAME, least: 8 },
  { kind: "github_token", prefix: pattern("gh[pousr]_"), anchorAt: 0, body: LETTERS_AND_DIGITS, least: 16 },
  { kind: "github_token", prefix: pattern("github_pat_"), anchorAt: 5, body: NAME, least: 16 },
  { kind: "aws_key_id", prefix: pattern("A[KS]IA"), anchorAt: 0, body: CAPITALS, least: 16, isExact: true },
  { kind: "google_key", prefix: pattern("AIza"), anchorAt: 0, body: NAME, least: 35, isExact: true },
  { kind: "google_token", prefix: pattern("ya29."), anchorAt: 0, body: DOTTED, least: 16 },
  { kind: "google_token", prefix: pattern("GOCSPX-"), anchorAt: 2, body: NAME, least: 12 },
  slack("xox[abeoprs]-", 0),
  slack("xoxe.xox[bp]-", 0),
  slack("xapp-", 0),
  { kind: "slack_webhook", prefix: pattern("hooks.slack.com/"), anchorAt: 4, body: PATH, least: 24 },
];

/** The token of this form whose anchor begins at `anchorAt`. */
export function tokenAt(text: Text, form: TokenForm, anchorAt: number): Edit | null {
  const at = anchorAt - form.anchorAt;
  if (at < text.start || !matchesAt(text, at, form.prefix) || !isOutsideEscape(text, at)) return null;
  const bodyAt = at + form.prefix.length;
  if (form.isExact) return exactToken(text, form, at, bodyAt + form.least);
  // Not all of it: a token may be megabytes of text without a digit, and begin again in each line of it.
  const looked = skipSet({ ...text, end: Math.min(text.end, bodyAt + LOOKED_AT) }, bodyAt, form.body);
  if (looked < bodyAt + form.least || !looksRandom(text, bodyAt, looked)) return null;
  return maskEdit(at, withoutDots(text, skipSet(text, bodyAt, form.body)), form.kind);
}

function exactToken(text: Text, form: TokenForm, at: number, end: number): Edit | null {
  const word = form.body === CAPITALS ? LETTERS_AND_DIGITS : NAME;
  if (end > text.end || !beginsWord(text, at, word)) return null;
  if (skipSet({ ...text, end }, at + form.prefix.length, form.body) < end) return null;
  return end < text.end && has(word, text.bytes[end]) ? null : maskEdit(at, end, form.kind);
}

/** A full stop behind a token ends the sentence. */
function withoutDots({ bytes }: Text, end: number): number {
  while (bytes[end - 1] === 0x2e) end -= 1;
  return end;
}
