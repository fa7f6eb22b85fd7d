import { sayable } from "./secrecy.ts";

/** Causes of causes that are told. */
const MOST_CAUSES = 5;

/** What is said of a fault of the program: where it happened, and nothing else that an error carries along. */
export function crashText(error: unknown): string {
  const parts = ["logtally: this is a fault of the program; please report it with what follows"];
  let cause = error;
  for (let depth = 0; depth <= MOST_CAUSES && cause !== undefined; depth += 1) {
    parts.push(`${depth === 0 ? "" : "caused by: "}${stackOf(cause)}`);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return `${sayable(parts.join("\n"))}\n`;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : `thrown: ${String(error)}`;
}
