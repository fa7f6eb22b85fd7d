import { printable } from "../../core/printable.ts";
import { sayable } from "./secrecy.ts";

/** Tells a user of a running command something, in one line, or in a line each. */
export function tell(message: string | readonly string[]): void {
  const lines = typeof message === "string" ? [message] : message;
  process.stderr.write(`logtally: ${lines.map(asLine).join("\n")}\n`);
}

/** The text as one line that may be said. */
export function asLine(text: string): string {
  return printable(sayable(text));
}
