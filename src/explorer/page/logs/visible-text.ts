import { html, type TemplateResult } from "lit-html";

/** What moves the cursor, hides, or turns the direction of what is around it. */
const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;
const CONTROL_PICTURES = 0x2400;
const DELETE = 0x7f;
const DELETE_PICTURE = "\u2421";
const SPACE = 0x20;

/** The text with all that could not be seen written out: `␛` for an escape, `⟨U+202E⟩` for a mark of direction. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (char) => {
    const code = char.codePointAt(0) ?? 0;
    if (code < SPACE) return String.fromCodePoint(CONTROL_PICTURES + code);
    if (code === DELETE) return DELETE_PICTURE;
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}

/** So much of a text of a log, in a place of its own. */
export function logged(text: string, mostChars: number): TemplateResult {
  const isCut = text.length > mostChars;
  return html`<bdi class="logged">${visible(isCut ? text.slice(0, mostChars) : text)}${isCut ? " …" : ""}</bdi>`;
}
