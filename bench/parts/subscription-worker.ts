import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { KIB } from "../../src/core/units.ts";
import type { ScriptedPubsub } from "../../test/servers/scripted-pubsub.ts";
import { forkScriptedPubsub } from "../../test/servers/scripted-pubsub-process.ts";
import { logtally } from "../measuring/measure.ts";

/** A worker on a server of messages, each a process of its own. */
export interface SubscriptionWorker {
  readonly server: ScriptedPubsub;
  /** Starts it; it takes what was published. */
  start(): void;
  /** What it has in memory now. */
  residentBytes(): number;
  /** CPU time of all its threads so far. */
  cpuSeconds(): number;
  /** Stops it, and removes what it has written. Rejects where it had ended before. */
  close(): Promise<void>;
}

/** `archive` as in a pipeline file; `env` for what it needs; `commandOf` gives what takes the messages of a pipeline. */
export async function openSubscriptionWorker(
  archive: string,
  env: Readonly<Record<string, string>> = {},
  commandOf: (pipeline: string) => string[] = (pipeline) => logtally("run", pipeline),
): Promise<SubscriptionWorker> {
  const server = await forkScriptedPubsub();
  const folder = mkdtempSync(join(tmpdir(), "logtally-bench-"));
  const pipeline = join(folder, "bench.yaml");
  const source = `source: {kind: pubsub, subscription: ${server.subscription}}`;
  // A batch is not to be waited for at the end.
  writeFileSync(pipeline, `name: bench\n${source}\narchive: ${archive}\nbatch: {max_age_ms: 1000}\n`);
  const [command = "", ...args] = commandOf(pipeline);
  let child: ChildProcess | null = null;
  let said: Promise<string> | null = null;

  const processTable = (column: string): string =>
    execFileSync("ps", ["-o", `${column}=`, "-p", String(child?.pid)], { encoding: "utf8" }).trim();

  return {
    server,
    start() {
      child = spawn(command, args, {
        stdio: ["ignore", "ignore", "pipe", "ignore"],
        env: { ...process.env, ...env, PUBSUB_EMULATOR_HOST: server.host },
      });
      said = text(child.stderr as NodeJS.ReadableStream);
    },
    residentBytes: () => Number(processTable("rss")) * KIB,
    cpuSeconds: () => secondsOf(processTable("time")),
    async close() {
      const ended = child?.exitCode !== null;
      child?.kill("SIGTERM");
      const words = await said;
      await server.close();
      rmSync(folder, { recursive: true });
      if (ended) throw new Error(`the worker has ended: ${words}`);
    },
  };
}

/** `[[DD-]HH:]MM:SS`, as `ps` writes times. */
function secondsOf(time: string): number {
  return time
    .split(/[-:]/)
    .map(Number)
    .reduce((sum, part, index, all) => sum + part * ([1, 60, 3600, 86_400][all.length - 1 - index] ?? 0), 0);
}
