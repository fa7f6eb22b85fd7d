import { once } from "node:events";
import { ioError } from "../../backends/files/io-error.ts";
import { IoError } from "../../core/fault.ts";
import { sayable, withoutSecrets } from "./secrecy.ts";

/**
 * Prints a result: a text without anything that a terminal would obey, in JSON too, where it means the same; bytes as
 * they are, but to a terminal as such a text. Resolves when standard output can take more, so that a slow reader fills
 * no memory.
 */
export async function print(output: string | Uint8Array): Promise<void> {
  await write(asPrinted(output));
}

let isFailureAwaited = false;

/** True once somebody prints who is told of a failure, and goes on without standard output. */
export function goesOnWithoutOutput(): boolean {
  return isFailureAwaited;
}

/**
 * The same for work that has more to do than to print: resolves when standard output has taken all of it. Rejects with
 * `IoError`, also where nobody reads it.
 */
export async function printWhole(output: string | Uint8Array): Promise<void> {
  isFailureAwaited = true;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  process.stdout.write(asPrinted(output), (error) => {
    if (error) reject(outputError(error));
    else resolve();
  });
  await promise;
}

function outputError(error: NodeJS.ErrnoException): IoError {
  const operation = "write standard output";
  if (error.code !== "EPIPE") return ioError(operation, error);
  return new IoError("unavailable", `${operation}: nobody reads it any more`, { cause: error });
}

/** The same of a text that is `printable` but for its colours, which stay. */
export async function printColoured(text: string): Promise<void> {
  await write(withoutSecrets(text));
}

async function write(output: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(output)) await once(process.stdout, "drain");
}

function asPrinted(output: string | Uint8Array): string | Uint8Array {
  if (typeof output === "string") return sayable(output);
  return process.stdout.isTTY ? sayable(Buffer.from(output).toString("utf8")) : output;
}
