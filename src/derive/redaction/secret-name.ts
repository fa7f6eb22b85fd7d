import { MASK } from "./edit.ts";
import { anyCasePattern, type ByteSet, byteSet, has, latin1, NAME, skipSet, standsAt, type Text } from "./text.ts";

/** A name whose value is a secret: `password`, `user[new_password]`, `X-Gitlab-Token`, `aws_secret_access_key`. */
export interface SecretName {
  /** Of what is masked. */
  readonly kind: string;
  readonly start: number;
  /** Behind the name and the brackets around it. */
  readonly end: number;
  /** Whether it is one in a URL only: elsewhere it has other meanings. */
  readonly isOfUrl: boolean;
}

/** A word in names, and what may stand around it, without case, hyphens and underscores. */
export interface SecretWord {
  readonly kind: string;
  readonly word: string;
  /** Four bytes of it that are rare, perhaps with one in front, and where in the word they begin. */
  readonly anchor: readonly ByteSet[];
  readonly anchorAt: number;
  readonly endings: readonly string[];
  /** What must stand before the word, one of these, or must not. */
  readonly after?: readonly string[];
  readonly notAfter?: readonly string[];
  readonly isOfUrl?: true;
}

const PASSWORD_ENDINGS = ["confirmation", "digest", "hash", "salt", "encrypted", "value", "repeat"];
const SECRET_ENDINGS = ["key", "keybase", "accesskey", "value", "text", "base"];
const TOKEN_ENDINGS = ["value", "digest", "encrypted", "plaintext", "secret"];
// Tokens that protect a form, or say where a list goes on.
const HARMLESS_TOKENS = ["csrf", "xsrf", "authenticity", "page", "continuation", "cursor"];
const KEYS = ["api", "private", "access", "signing", "encryption", "master", "shared", "auth", "account"];

export const SECRET_WORDS: readonly SecretWord[] = [
  { kind: "password", ...wordOf("password", 1), endings: PASSWORD_ENDINGS },
  { kind: "password", ...wordOf("passwd", 1), endings: [] },
  { kind: "password", ...wordOf("passphrase", 3), endings: [] },
  { kind: "secret", ...wordOf("secret", 0), endings: SECRET_ENDINGS },
  { kind: "token", ...wordOf("token", 0), endings: TOKEN_ENDINGS, notAfter: HARMLESS_TOKENS },
  { kind: "key", word: "key", anchor: anyCasePattern("[a-z_-]key"), anchorAt: -1, endings: ["value"], after: KEYS },
  { kind: "authorization", ...wordOf("authorization", 5), endings: [] },
  { kind: "gitlab_session", ...wordOf("gitlab_session", 5), endings: [] },
  { kind: "signature", ...wordOf("signature", 0), endings: [], isOfUrl: true },
  { kind: "signature", word: "sig", anchor: anyCasePattern("sig="), anchorAt: 0, endings: [], isOfUrl: true },
];

const LONGEST_PART = 48;
const FIELD = byteSet("a-zA-Z0-9_.-");

function wordOf(word: string, anchorAt: number): Pick<SecretWord, "word" | "anchor" | "anchorAt"> {
  return { word, anchor: anyCasePattern(word).slice(anchorAt, anchorAt + 4), anchorAt };
}

/** The name with this word, the anchor of which begins at `anchorStart`. */
export function secretNameAt(text: Text, entry: SecretWord, anchorStart: number): SecretName | null {
  const { kind, word, endings } = entry;
  const wordAt = anchorStart - entry.anchorAt;
  const wordEnd = wordAt + word.length;
  if (wordAt < text.start || wordEnd > text.end || latin1(text, wordAt, wordEnd).toLowerCase() !== word) return null;
  const end = skipSet({ ...text, end: Math.min(text.end, wordEnd + LONGEST_PART) }, wordEnd, NAME);
  if (!isEnding(plain(latin1(text, wordEnd, end)), endings)) return null;
  let start = wordAt;
  while (start > text.start && start > wordAt - LONGEST_PART && NAME[text.bytes[start - 1] ?? 0] === 1) start -= 1;
  if (isInMask(text, start)) return null;
  const before = plain(latin1(text, start, wordAt));
  if (entry.after !== undefined && !entry.after.some((each) => before.endsWith(each))) return null;
  if (entry.notAfter?.some((each) => before.endsWith(each))) return null;
  return { kind, start, end: skipBrackets(text, end), isOfUrl: entry.isOfUrl ?? false };
}

/** Whether the kind of a mask is taken for a name. */
function isInMask(text: Text, start: number): boolean {
  let at = start;
  while (at > text.start && start - at < LONGEST_PART && has(FIELD, text.bytes[at - 1])) at -= 1;
  return at - MASK.length >= text.start && standsAt(text, at - MASK.length, MASK);
}

function plain(part: string): string {
  return part.toLowerCase().replaceAll("_", "").replaceAll("-", "");
}

/** Nothing, a number, or one of those. */
function isEnding(ending: string, endings: readonly string[]): boolean {
  return ending === "" || endings.includes(ending) || (ending.length <= 2 && Number.isInteger(Number(ending)));
}

/** Behind `]`, `[]` and `%5D` of `user[password]`. */
function skipBrackets(text: Text, at: number): number {
  for (let i = 0; i < 3; i += 1) {
    if (standsAt(text, at, "]")) at += 1;
    else if (standsAt(text, at, "[]")) at += 2;
    else if (standsAt(text, at, "%5D") || standsAt(text, at, "%5d")) at += 3;
  }
  return at;
}
