/**
 * What moves the cursor or hides. Not all of `\p{C}`: which code points are unassigned changes with the version of
 * Unicode, and what is written must not. Those that will never be characters stay what they are.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu;

/** Most texts are so plain that nothing has to be looked for. */
const PLAIN = /^[\n\x20-\x7e]*$/;

/** True where the text holds something that `printable` would write out. */
export function hasHidden(text: string): boolean {
  return text.search(HIDDEN) >= 0;
}

/**
 * A text in quotes (JSON, or YAML in double quotes) in which nothing is left that would move the cursor or hide: each
 * such character becomes `\u` and four hex digits, which both read back.
 */
export function printable(quoted: string): string {
  return quoted.replace(HIDDEN, (char) =>
    [...Array(char.length).keys()].map((at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`).join(""),
  );
}

/** The same of a text of several lines, which stay lines: nothing else in it moves the cursor or hides. */
export function printableLines(text: string): string {
  return PLAIN.test(text) ? text : text.split("\n").map(printable).join("\n");
}
