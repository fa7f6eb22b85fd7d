/**
 * A text in quotes (JSON, or YAML in double quotes) in which nothing is left that would move the cursor or hide: each
 * such character becomes `\u` and four hex digits, which both read back.
 */
export function printable(quoted: string): string {
  return quoted.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) =>
    [...Array(char.length).keys()].map((at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`).join(""),
  );
}
