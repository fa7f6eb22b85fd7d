import { spawn } from "node:child_process";
import { createInterface } from "node:readline/promises";
import { buildGoProgram } from "./go-program.ts";

/** Google's own Pub/Sub fake, in memory, on a free port of the loopback interface. */
export interface PubsubServer {
  /** `HOST:PORT`. */
  readonly host: string;
  stop(): Promise<void>;
}

/** Null where there is no Go to build it with. */
export async function startPubsubServer(): Promise<PubsubServer | null> {
  const program = await buildGoProgram("pubsub-server");
  if (program === null) return null;
  // It ends with its standard input, so it cannot outlive this process.
  const child = spawn(program, [], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const lines = createInterface({ input: child.stdout });
  const address = new Promise<string>((resolve) => lines.once("line", resolve));
  const failed = ended.then((code) => {
    throw new Error(`the Pub/Sub server ended with ${code}`);
  });
  // Later it is meant to end.
  failed.catch(() => undefined);
  return {
    host: await Promise.race([address, failed]),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
