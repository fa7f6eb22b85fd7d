/** Workers on a subscription, as users start them, and what they leave in a folder. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { differences } from "../../src/generate/agreement.ts";
import { TRUTH_SEGMENTS, type TruthSegment } from "../../src/generate/truth.ts";
import { TRUTH_DAYS, type TruthReport } from "../../src/generate/truth-report.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import type { ScriptedPubsub } from "../servers/scripted-pubsub.ts";
import { countRows } from "./count-rows.ts";
import { archivedText, type Outcome, type RunningProcess, type Summary, startLogtally } from "./logtally.ts";

const POLL_MS = 100;
const STOP_WITHIN_MS = 25_000;
/** The longest lease that a worker asks for. */
export const LEASE_MS = 60_000;

/** A pipeline file and the archive that it fills. */
export interface PubsubPipeline {
  readonly pipeline: string;
  readonly archive: string;
}

/** `batch` as in a pipeline file. */
export async function pipelineOn(
  subscription: string,
  batch = "{max_lines: 100, max_age_ms: 200}",
): Promise<PubsubPipeline> {
  const folder = await tempFolder();
  const pipeline = join(folder, "gitlab.yaml");
  await writeFile(
    pipeline,
    `name: gitlab
source: {kind: pubsub, subscription: ${subscription}}
archive: {kind: folder, path: archive}
batch: ${batch}
`,
  );
  return { pipeline, archive: join(folder, "archive") };
}

/** True once all is acked. Where nobody takes anything any more the rest is lent to the dead, and is called back early. */
export async function isAllAcked(server: ScriptedPubsub | null): Promise<boolean> {
  if (server === null) return false;
  const { acked, lent, published } = await server.ledger();
  if (acked + lent === published && lent > 0) await server.putForward(LEASE_MS);
  return acked === published;
}

/** Workers on a server; `killAll` is for what a failed test has left. */
export interface Workers {
  start(pipeline: string, env?: Readonly<Record<string, string>>): RunningProcess;
  killAll(): void;
}

export function workersOn(host: () => string): Workers {
  const running = new Set<RunningProcess>();
  return {
    start(pipeline, env = {}) {
      const worker = startLogtally(["run", pipeline, "--json"], { env: { PUBSUB_EMULATOR_HOST: host(), ...env } });
      running.add(worker);
      void worker.ended.finally(() => running.delete(worker));
      return worker;
    },
    killAll() {
      for (const { child } of running) child.kill("SIGKILL");
    },
  };
}

/** The raw lines of the archive: an object of a killed worker is there whole or not at all. */
export async function linesOf(archive: string): Promise<string[]> {
  return (await archivedText(archive)).toString("latin1").split("\n").slice(0, -1);
}

/** The line of a dumped message. */
export function lineOf(row: string): string {
  const { message } = JSON.parse(row) as { message: { data: string } };
  return Buffer.from(message.data, "base64").toString("latin1");
}

/** The archive holds the lines of these dumped messages, each at least once, and no others. */
export async function expectLines(archive: string, rows: readonly string[]): Promise<void> {
  const archived = new Set(await linesOf(archive));
  const expected = new Set(rows.map(lineOf));
  expect([...expected].filter((line) => !archived.has(line)).slice(0, 3)).toEqual([]);
  expect([...archived].filter((line) => !expected.has(line)).slice(0, 3)).toEqual([]);
}

/** Fails where the worker ends before, or is killed because the test has taken too long. */
export async function waitFor(
  holds: () => boolean | Promise<boolean>,
  { child, ended }: RunningProcess,
): Promise<void> {
  while (!(await holds())) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the worker has ended: ${JSON.stringify(await ended)}`);
    await sleep(POLL_MS);
  }
}

/** Stops a worker by SIGTERM, which it must obey in time; `stderr` is all that it may have said. */
export async function stopped(
  { child, ended }: RunningProcess,
  stderr = /^logtally: stopping[^\n]*\nlogtally: interrupted[^\n]*\n$/,
): Promise<Summary> {
  child.kill("SIGTERM");
  const late = sleep(STOP_WITHIN_MS, null, { ref: false });
  const outcome: Outcome | null = await Promise.race([ended, late]);
  expect(outcome).toMatchObject({ code: 130 });
  expect(outcome?.stderr).toMatch(stderr);
  return JSON.parse(outcome?.stdout ?? "") as Summary;
}

/** The counts of the archive are the true ones, in every segment or in some. */
export async function expectCounts(
  archive: string,
  { as_of: asOf, rows }: TruthReport,
  segments: readonly TruthSegment[] = TRUTH_SEGMENTS,
): Promise<void> {
  const period = ["--as-of", asOf.slice(0, 10), "--days", String(TRUTH_DAYS)];
  const counted = await countRows(["--archive", archive, ...period], { segments });
  const expected = rows.filter(({ segment }) => (segments as readonly string[]).includes(segment));
  expect(differences(expected, counted).slice(0, 10)).toEqual([]);
}
