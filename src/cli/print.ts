import { once } from "node:events";

/** Prints a result. Resolves when standard output can take more, so that a slow reader fills no memory. */
export async function print(output: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(output)) await once(process.stdout, "drain");
}
