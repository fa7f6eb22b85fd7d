import { expect } from "vitest";

/** What a terminal would obey: a colour, a title, both as C1 too, a newline, a turned text, and characters of no width. */
export const HOSTILE = "a\u001b[31m\u001b]0;owned\u0007\u009b31m\u009d0;owned\u009c\u202eb\u2066\u2028\u200b\u007f\rc";

const OBEYED = /(?!\n)[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\u200b-\u200d\ufeff]/u;

/** Fails where a terminal would obey any of it. */
export function expectHarmless(...texts: readonly string[]): void {
  for (const text of texts) expect(OBEYED.test(text) ? JSON.stringify(text) : "harmless").toBe("harmless");
}
