import type { Fault } from "../../test/mutants/fault.ts";

/** The file's text with the fault in it. Throws where its text is not there exactly once, or nothing would change. */
export function changedText({ name, file, text, replacement }: Fault, original: string): string {
  const [before, after, ...more] = original.split(text);
  const times = after === undefined ? 0 : more.length + 1;
  if (before === undefined || after === undefined || times !== 1) {
    throw new Error(`plant "${name}": its text is ${times} times in "${file}", not once (hint: adapt it to the file)`);
  }
  if (text === replacement) throw new Error(`plant "${name}": it changes nothing`);
  return `${before}${replacement}${after}`;
}
