import { type Edit, maskEdit } from "./edit.ts";
import {
  type ByteSet,
  beginsWord,
  byteSet,
  has,
  isOutsideEscape,
  LETTERS_AND_DIGITS,
  looksRandom,
  NAME,
  skipSet,
  standsAt,
  type Text,
} from "./text.ts";

/** A token that is known by how it begins. */
export interface TokenForm {
  readonly kind: string;
  readonly prefix: string;
  /** Three or four characters of the prefix that are rare in lines. */
  readonly anchor: string;
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

// Cut tokens are tokens: GitLab's have 20 characters and more behind their prefix.
const gitlab = (prefix: string): TokenForm => {
  return { kind: "gitlab_token", prefix, anchor: prefix.slice(-4), body: DOTTED, least: 8 };
};
const github = (prefix: string): TokenForm => {
  return { kind: "github_token", prefix, anchor: prefix, body: LETTERS_AND_DIGITS, least: 16 };
};
const awsKeyId = (prefix: string): TokenForm => {
  return { kind: "aws_key_id", prefix, anchor: prefix, body: CAPITALS, least: 16, isExact: true };
};
const slack = (prefix: string, anchor: string): TokenForm => {
  return { kind: "slack_token", prefix, anchor, body: HYPHENED, least: 10 };
};

export const TOKEN_FORMS: readonly TokenForm[] = [
  ...["glpat-", "gloas-", "gldt-", "glrt-", "glrtr-", "glcbt-", "glptt-", "glft-", "glimt-"].map(gitlab),
  ...["glagent-", "glsoat-", "glffct-", "glwt-"].map(gitlab),
  { kind: "gitlab_token", prefix: "GR1348941", anchor: "GR1", body: NAME, least: 8 },
  ...["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map(github),
  { kind: "github_token", prefix: "github_pat_", anchor: "hub_", body: NAME, least: 16 },
  ...["AKIA", "ASIA"].map(awsKeyId),
  { kind: "google_key", prefix: "AIza", anchor: "AIza", body: NAME, least: 35, isExact: true },
  { kind: "google_token", prefix: "ya29.", anchor: "a29.", body: DOTTED, least: 16 },
  { kind: "google_token", prefix: "GOCSPX-", anchor: "CSPX", body: NAME, least: 12 },
  ...["xoxa", "xoxb", "xoxe", "xoxo", "xoxp", "xoxr", "xoxs"].map((prefix) => slack(`${prefix}-`, prefix)),
  slack("xoxe.xoxb-1-", "oxe."),
  slack("xoxe.xoxp-1-", "oxe."),
  slack("xapp-", "xapp"),
  { kind: "slack_webhook", prefix: "hooks.slack.com/services/", anchor: "ack.", body: PATH, least: 16 },
  { kind: "slack_webhook", prefix: "hooks.slack.com/workflows/", anchor: "ack.", body: PATH, least: 16 },
];

/** The token of this form whose anchor begins at `anchorAt`. */
export function tokenAt(text: Text, form: TokenForm, anchorAt: number): Edit | null {
  const at = anchorAt - form.prefix.indexOf(form.anchor);
  if (at < text.start || !standsAt(text, at, form.prefix) || !isOutsideEscape(text, at)) return null;
  const bodyAt = at + form.prefix.length;
  if (form.isExact) return exactToken(text, form, at, bodyAt + form.least);
  if (skipSet({ ...text, end: Math.min(text.end, bodyAt + form.least) }, bodyAt, form.body) < bodyAt + form.least) {
    return null;
  }
  if (!looksRandom(text, bodyAt, Math.min(text.end, bodyAt + form.least * 2))) return null;
  return maskEdit(at, withoutDots(text, skipSet(text, bodyAt, form.body)), form.kind);
}

function exactToken(text: Text, form: TokenForm, at: number, end: number): Edit | null {
  if (end > text.end || !beginsWord(text, at, form.body === CAPITALS ? LETTERS_AND_DIGITS : NAME)) return null;
  if (skipSet({ ...text, end }, at + form.prefix.length, form.body) < end) return null;
  return end < text.end && has(NAME, text.bytes[end]) ? null : maskEdit(at, end, form.kind);
}

/** A full stop behind a token ends the sentence. */
function withoutDots({ bytes }: Text, end: number): number {
  while (bytes[end - 1] === 0x2e) end -= 1;
  return end;
}
