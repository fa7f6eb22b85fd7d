import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort } from "./free-port.ts";

const VERSION = "1.56.1";
const PACKAGE = `github.com/fsouza/fake-gcs-server@v${VERSION}`;
/** Kept between runs; not below node_modules, which `npm ci` empties. */
const FOLDER = join(import.meta.dirname, `../../.cache/fake-gcs-server-${VERSION}`);
const READY_WITHIN_MS = 20_000;
const POLL_MS = 50;

/** A server of Cloud Storage's own API, in memory, on a free port of the loopback interface. */
export interface GcsServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Null where there is no Go to build it with. */
export async function startGcsServer(): Promise<GcsServer | null> {
  const program = await build();
  if (program === null) return null;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const place = [
    "-host",
    "127.0.0.1",
    "-port",
    String(port),
    "-external-url",
    url,
    "-public-host",
    `127.0.0.1:${port}`,
  ];
  const child = spawn(program, ["-backend", "memory", "-scheme", "http", "-log-level", "error", ...place], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill();
    await ended;
  };
  try {
    await waitUntilReady(url, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

async function build(): Promise<string | null> {
  const program = join(FOLDER, "fake-gcs-server");
  if (existsSync(program)) return program;
  try {
    await promisify(execFile)("go", ["version"]);
  } catch {
    return null;
  }
  process.stderr.write(`building ${PACKAGE}, once; this takes minutes\n`);
  await promisify(execFile)("go", ["install", PACKAGE], { env: { ...process.env, GOBIN: FOLDER } });
  return program;
}

/** Ours, as long as the process runs: it ends where the port is taken. */
async function waitUntilReady(url: string, child: ChildProcess): Promise<void> {
  for (let waitedMs = 0; waitedMs < READY_WITHIN_MS; waitedMs += POLL_MS) {
    if (child.exitCode !== null) throw new Error(`fake-gcs-server ended with ${child.exitCode}`);
    const answer = await fetch(`${url}/storage/v1/b?project=test`).catch(() => null);
    if (answer?.ok === true && ((await answer.json()) as { kind?: string }).kind === "storage#buckets") return;
    await sleep(POLL_MS);
  }
  throw new Error(`fake-gcs-server does not answer at ${url}`);
}
