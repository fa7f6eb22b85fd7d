import type { Edit } from "./edit.ts";
import { createLiteralSearch, type Literal } from "./literal-search.ts";
import { inLine, isUnusual, readableOf } from "./readable.ts";
import { SECRET_WORDS, type SecretWord, secretNameAt } from "./secret-name.ts";
import { secretValuesAt } from "./secret-value.ts";
import type { Text } from "./text.ts";
import { TOKEN_FORMS, tokenAt } from "./token-forms.ts";
import { basicAt, bearerAt, jwtAt, privateKeyAt, urlPasswordAt } from "./written-secrets.ts";

/** What a literal may be part of, by where its first byte is. */
type Look = (text: Text, at: number) => readonly Edit[];

const NONE: readonly Edit[] = [];
const ESCAPE = "\\u0";
const OPEN_OBJECT = 0x7b;

const search = createLiteralSearch(literals());

/** The secrets in `[start, end)`, in order. Null where there are none, which is what nearly every line has. */
export function findSecrets(buffer: Buffer, start: number, end: number): readonly Edit[] | null {
  let last = search.next(buffer, start + 2, end);
  // Go writes `&` like that in every URL.
  while (last >= 0 && search.found.text === ESCAPE && !isUnusual(buffer, last - 2, end)) {
    last = search.next(buffer, last + 1, end);
  }
  if (last < 0) return null;
  const isJson = buffer[start] === OPEN_OBJECT;
  const readable = readableOf(buffer, start, end);
  const edits =
    readable === null
      ? collect({ bytes: buffer, start, end, isJson }, last)
      : collect({ bytes: readable.bytes, start: 0, end: readable.length, isJson }, 2).map((edit) =>
          inLine(edit, readable),
        );
  return edits.length === 0 ? null : edits;
}

/** From the literal on that ends at `from` or behind it. */
function collect(text: Text, from: number): readonly Edit[] {
  const edits: Edit[] = [];
  let masked = text.start;
  for (let last = search.next(text.bytes, from, text.end); last >= 0; ) {
    const { text: characters, means: looks } = search.found;
    let next = last + 1;
    for (const look of looks) {
      for (const edit of look(text, last + 1 - characters.length)) {
        if (edit.start < masked) continue;
        edits.push(edit);
        masked = edit.end;
        next = Math.max(next, masked + 2);
      }
    }
    last = search.next(text.bytes, next, text.end);
  }
  return edits;
}

function literals(): [Literal<Look[]>, ...Literal<Look[]>[]] {
  const looksOf = new Map<string, { isAnyCase: boolean; means: Look[] }>();
  const add = (text: string, isAnyCase: boolean, look: Look): void => {
    const known = looksOf.get(text) ?? { isAnyCase, means: [] };
    known.means.push(look);
    looksOf.set(text, known);
  };
  for (const form of TOKEN_FORMS) add(form.anchor, false, (text, at) => listOf(tokenAt(text, form, at)));
  for (const word of SECRET_WORDS) add(word.anchor, true, (text, at) => namedSecretsAt(text, word, at));
  // The next letter is the first of a name in JSON, in base64.
  for (const letter of "ghijklmnopqrstuvwxyz0123456") add(`eyJ${letter}`, false, (text, at) => listOf(jwtAt(text, at)));
  add("BEGI", false, (text, at) => listOf(privateKeyAt(text, at)));
  add("://", false, urlSecretsAt);
  add("rer ", true, (text, at) => listOf(bearerAt(text, at + 4)));
  add("sic ", true, (text, at) => listOf(basicAt(text, at + 4)));
  return [
    { text: ESCAPE, isAnyCase: false, means: [] },
    { text: ":\\/", isAnyCase: false, means: [] },
    ...[...looksOf].map(([text, rest]) => ({ text, ...rest })),
  ];
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
  return [...collect(user, user.start + 2), password];
}
