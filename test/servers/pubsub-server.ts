import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { promisify } from "node:util";

const SOURCE = join(import.meta.dirname, "pubsub-server");
/** Kept between runs; not below node_modules, which `npm ci` empties. */
const CACHE = join(import.meta.dirname, "../../.cache");

/** Google's own Pub/Sub fake, in memory, on a free port of the loopback interface. */
export interface PubsubServer {
  /** `HOST:PORT`. */
  readonly host: string;
  stop(): Promise<void>;
}

/** Null where there is no Go to build it with. */
export async function startPubsubServer(): Promise<PubsubServer | null> {
  const program = await build();
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

/** Built anew where its source changed. */
async function build(): Promise<string | null> {
  const hash = createHash("sha256");
  for (const file of ["main.go", "go.mod", "go.sum"]) hash.update(await readFile(join(SOURCE, file)));
  const program = join(CACHE, `pubsub-server-${hash.digest("hex").slice(0, 12)}`, "pubsub-server");
  if (existsSync(program)) return program;
  try {
    await promisify(execFile)("go", ["version"]);
  } catch {
    return null;
  }
  process.stderr.write("building the Pub/Sub server, once; this takes a minute\n");
  await promisify(execFile)("go", ["build", "-o", program, "."], { cwd: SOURCE });
  return program;
}
