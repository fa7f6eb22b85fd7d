import { sayable } from "./secrecy.ts";
import { isLogJson, notify } from "./tell.ts";

/** Causes, causes of causes, and errors of several, that are told. */
const MOST_CAUSES = 5;

/** Says that there is a fault of the program, and what to report. */
export function tellCrash(error: unknown): void {
  if (isLogJson()) notify("crashed", crashText(error).trimEnd());
  else process.stderr.write(crashText(error));
}

/** What is said of a fault of the program: where it happened, and nothing else that an error carries along. */
export function crashText(error: unknown): string {
  const parts = ["logtally: this is a fault of the program; please report it with what follows", stackOf(error)];
  const causes = causesOf(error);
  for (let told = 0; told < MOST_CAUSES; told += 1) {
    const cause = causes.shift();
    if (cause === undefined) break;
    parts.push(`caused by: ${stackOf(cause)}`);
    causes.push(...causesOf(cause));
  }
  return `${sayable(parts.join("\n"))}\n`;
}

function causesOf(error: unknown): unknown[] {
  if (!(error instanceof Error)) return [];
  const several: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  return [error.cause, ...several].filter((cause) => cause !== undefined);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : `thrown: ${String(error)}`;
}
