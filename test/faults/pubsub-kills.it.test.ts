/**
 * Goal: workers may be killed at any moment, as often as anybody likes; every message is archived, and counts once.
 * Method: three workers on a scripted server in a process of its own, of which a random one is killed and replaced at a
 * random moment while messages keep coming; the archive and its counts are held against what was generated.
 * `npm run soak` kills more often.
 */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it, onTestFailed } from "vitest";
import { generated } from "../cli/generated.ts";
import {
  expectCounts,
  expectLines,
  isAllAcked,
  LEASE_MS,
  pipelineOn,
  stopped,
  waitFor,
  workersOn,
} from "../cli/pubsub-worker.ts";
import { randomOf } from "../random.ts";
import type { ScriptedPubsub } from "../servers/scripted-pubsub.ts";
import { forkScriptedPubsub } from "../servers/scripted-pubsub-process.ts";

const KILLS = Number(process.env["LOGTALLY_TEST_KILLS"] ?? 60);
const SEED = Number(process.env["LOGTALLY_TEST_SEED"] ?? Date.now() % 1_000_000);
const WORKERS = 3;
const LEAST_LINES = 100_000;
const LINES_PER_KILL = 500;
/** Where the others are as well, a worker begins to read a second or two after its start. */
const KILL_WITHIN_MS = 1000;
/** So often what was lent to the dead comes back early. */
const KILLS_BETWEEN_SKIPS = 10;
const TIMEOUT_MS = 240_000 + KILLS * 4000;

let server: ScriptedPubsub | null = null;
const workers = workersOn(() => server?.host ?? "");
afterEach(async () => {
  workers.killAll();
  await server?.close();
  server = null;
});

it(`${KILLS} kills of ${WORKERS} workers lose and double nothing`, { timeout: TIMEOUT_MS }, async () => {
  onTestFailed(() => {
    process.stderr.write(`LOGTALLY_TEST_SEED=${SEED}\n`);
  });
  const random = randomOf(SEED);
  const lines = Math.max(LEAST_LINES, KILLS * LINES_PER_KILL);
  const { path, truth } = await generated("--lines", String(lines), "--seed", String(SEED), "--form", "pubsub");
  const messages = (await readFile(path, "utf8")).trimEnd().split("\n");
  server = await forkScriptedPubsub();
  const { pipeline, archive } = await pipelineOn(server.subscription, "{max_lines: 500, max_age_ms: 200}");
  const crew = Array.from({ length: WORKERS }, () => workers.start(pipeline));
  const part = Math.ceil(messages.length / (KILLS + 1));
  for (let kill = 0; kill < KILLS; kill += 1) {
    await server.publishFile(path, kill * part, (kill + 1) * part);
    await sleep(random() * KILL_WITHIN_MS);
    const victim = Math.floor(random() * WORKERS);
    crew[victim]?.child.kill("SIGKILL");
    expect(await crew[victim]?.ended).toMatchObject({ signal: "SIGKILL", stderr: "" });
    crew[victim] = workers.start(pipeline);
    if (kill % KILLS_BETWEEN_SKIPS === 0) await server.putForward(LEASE_MS);
  }
  const [last, ...others] = crew;
  if (last === undefined) throw new Error("no workers");
  for (const { child, ended } of others) {
    child.kill("SIGKILL");
    await ended;
  }
  // Only the last one can read these: it has begun when they are there.
  await server.publishFile(path, KILLS * part);
  await waitFor(() => isAllAcked(server), last);
  await stopped(last);
  await expectLines(archive, messages);
  await expectCounts(archive, truth);
});
