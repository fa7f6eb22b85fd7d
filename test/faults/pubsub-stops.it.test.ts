/**
 * Goal: a stop finishes what is in hand, in time, and hands nothing back that can be finished: each delivery counts, and
 * a service with a dead-letter topic gives a message up at the fifth.
 * Method: workers as a user starts them, on a scripted server that counts deliveries and lends first what came back;
 * they are stopped with a batch open, and restarted one after the other while messages keep coming.
 */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it, onTestFailed } from "vitest";
import { generated } from "../cli/generated.ts";
import { expectLines, pipelineOn, stopped, waitFor, workersOn } from "../cli/pubsub-worker.ts";
import { randomOf } from "../random.ts";
import type { ScriptedPubsub } from "../servers/scripted-pubsub.ts";
import { forkScriptedPubsub } from "../servers/scripted-pubsub-process.ts";

const ROUNDS = 20;
const WORKERS = 2;
const LINES = 40_000;
/** A worker reads for a random part of it. */
const READS_FOR_MS = 500;
/** A dead-letter topic gets what was delivered so often, at the earliest. */
const GIVEN_UP_AT = 5;
const TIMEOUT_MS = 240_000;

let server: ScriptedPubsub | null = null;
const workers = workersOn(() => server?.host ?? "");
afterEach(async () => {
  workers.killAll();
  await server?.close();
  server = null;
});

async function readRows(path: string): Promise<string[]> {
  return (await readFile(path, "utf8")).trimEnd().split("\n");
}

it("a stop with an open batch closes it, acks all of it, and hands nothing back", async () => {
  const { path } = await generated("--lines", "20000", "--form", "pubsub");
  const rows = await readRows(path);
  const scripted = await forkScriptedPubsub();
  server = scripted;
  const { pipeline, archive } = await pipelineOn(scripted.subscription, "{max_age_ms: 3600000}");
  const worker = workers.start(pipeline);
  await scripted.publishFile(path, 0, 5000);
  await waitFor(async () => (await scripted.ledger()).deliveries === 5000, worker);
  // In the midst of these.
  await scripted.publishFile(path, 5000);
  await stopped(worker);
  const { nacks, expiries, deliveries, acked, lent } = await scripted.ledger();
  expect({ nacks, expiries, acked, lent }).toEqual({ nacks: 0, expiries: 0, acked: deliveries, lent: 0 });
  expect(deliveries).toBeGreaterThanOrEqual(5000);
  await expectLines(archive, rows.slice(0, deliveries));
});

it(`${ROUNDS} rolling restarts deliver no message ${GIVEN_UP_AT} times`, { timeout: TIMEOUT_MS }, async () => {
  const seed = Date.now() % 1_000_000;
  onTestFailed(() => {
    process.stderr.write(`seed ${seed}\n`);
  });
  const random = randomOf(seed);
  const { path } = await generated("--lines", String(LINES), "--form", "pubsub");
  const rows = await readRows(path);
  const scripted = await forkScriptedPubsub();
  server = scripted;
  const { pipeline, archive } = await pipelineOn(scripted.subscription, "{max_lines: 2000, max_age_ms: 500}");
  const crew = Array.from({ length: WORKERS }, () => workers.start(pipeline));
  const part = Math.ceil(rows.length / (ROUNDS * WORKERS + 1));
  let published = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, worker] of crew.entries()) {
      const { deliveries } = await scripted.ledger();
      await scripted.publishFile(path, published, published + part);
      published += part;
      await waitFor(async () => (await scripted.ledger()).deliveries > deliveries, worker);
      await sleep(random() * READS_FOR_MS);
      // One that has only just begun may not have heard of signals yet; it holds nothing then.
      worker.child.kill("SIGTERM");
      crew[index] = workers.start(pipeline);
    }
  }
  const [last] = crew;
  if (last === undefined) throw new Error("no workers");
  await scripted.publishFile(path, published);
  await waitFor(async () => (await scripted.ledger()).acked === rows.length, last);
  await stopped(last);
  const { mostAttempts, nacks, deliveries } = await scripted.ledger();
  expect(mostAttempts).toBeLessThan(GIVEN_UP_AT);
  expect({ nacks, deliveries }).toMatchObject({ nacks: 0 });
  await expectLines(archive, rows);
});
