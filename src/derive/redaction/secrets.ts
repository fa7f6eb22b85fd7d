import type { Edit } from "./edit.ts";
import { createPatternSearch } from "./pattern-search.ts";
import { findReadable, isUnusual } from "./readable.ts";
import { SECRET_WORDS, type SecretWord, secretNameAt } from "./secret-name.ts";
import { secretValuesAt } from "./secret-value.ts";
import { anyCasePattern, byteSet, pattern, type Text } from "./text.ts";
import { TOKEN_FORMS, tokenAt } from "./token-forms.ts";
import { basicAt, bearerAt, jwtAt, privateKeyAt, urlPasswordAt } from "./written-secrets.ts";

/** What a pattern may be part of, by where its first byte is. */
type Look = (text: Text, at: number) => readonly Edit[];

const NONE: readonly Edit[] = [];

/** Of an escape, whatever stands in front. */
const lookAtEscape: Look = () => NONE;
const lookAtKey: Look = (text, at) => listOf(privateKeyAt(text, at));
const lookAtJwt: Look = (text, at) => listOf(jwtAt(text, at));
const lookAtUrl: Look = (text, at) => urlSecretsAt(text, at + 1);
const lookAtBearer: Look = (text, at) => listOf(bearerAt(text, at));
const lookAtBasic: Look = (text, at) => listOf(basicAt(text, at));

const search = createPatternSearch<Look>([
  { sets: [byteSet("\u0000-\u00ff"), ...pattern("\\u0")], means: lookAtEscape },
  { sets: pattern(":\\/\\"), means: () => NONE },
  { sets: pattern("BEGI"), means: lookAtKey },
  // The letter of a name in JSON, in base64.
  { sets: pattern("eyJ[g-z0-6]"), means: lookAtJwt },
  { sets: pattern("[a-zA-Z0-9]://"), means: lookAtUrl },
  { sets: anyCasePattern("bear"), means: lookAtBearer },
  { sets: anyCasePattern("basi"), means: lookAtBasic },
  ...TOKEN_FORMS.map((form) => {
    const look: Look = (text, at) => listOf(tokenAt(text, form, at));
    return { sets: form.prefix.slice(form.anchorAt, form.anchorAt + 4), means: look };
  }),
  ...SECRET_WORDS.map((word) => {
    const look: Look = (text, at) => namedSecretsAt(text, word, at);
    return { sets: word.anchor, means: look };
  }),
]);

/** The secrets in `[start, end)`, in order. Null where there are none, which is what nearly every line has. */
export function findSecrets(buffer: Buffer, start: number, end: number): readonly Edit[] | null {
  let at = search.next(buffer, start, end);
  // Go writes `&` like that in every URL.
  while (at >= 0 && search.found[0] === lookAtEscape && !isUnusual(buffer, at + 1, end)) {
    at = search.next(buffer, at + 1, end);
  }
  if (at < 0) return null;
  return findReadable(buffer, start, end, (text) => collect(text, text.bytes === buffer ? at : text.start));
}

/** Those that begin at `from` or behind it. */
function collect(text: Text, from: number): readonly Edit[] {
  const edits: Edit[] = [];
  let masked = text.start;
  for (let at = search.next(text.bytes, from, text.end); at >= 0; ) {
    for (const look of search.found) {
      for (const edit of look(text, at)) {
        if (edit.start < masked) continue;
        edits.push(edit);
        masked = edit.end;
      }
    }
    at = search.next(text.bytes, Math.max(at + 1, masked), text.end);
  }
  return edits;
}

function listOf(edit: Edit | null): readonly Edit[] {
  return edit === null ? NONE : [edit];
}

function namedSecretsAt(text: Text, word: SecretWord, at: number): readonly Edit[] {
  const name = secretNameAt(text, word, at);
  return name === null ? NONE : secretValuesAt(text, name);
}

/** The password of a URL, and tokens that stand in the place of the user. */
function urlSecretsAt(text: Text, at: number): readonly Edit[] {
  const password = urlPasswordAt(text, at);
  if (password === null) return NONE;
  const user = { ...text, start: at + 3, end: password.start - 1 };
  return [...collect(user, user.start), password];
}
