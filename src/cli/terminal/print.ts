import { once } from "node:events";
import { sayable, withoutSecrets } from "./secrecy.ts";

/**
 * Prints a result: a text without anything that a terminal would obey, in JSON too, where it means the same; bytes as
 * they are, but to a terminal as such a text. Resolves when standard output can take more, so that a slow reader fills
 * no memory.
 */
export async function print(output: string | Uint8Array): Promise<void> {
  await write(asPrinted(output));
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
