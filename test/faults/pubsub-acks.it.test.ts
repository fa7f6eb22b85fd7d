/**
 * Goal: whatever becomes of acks and leases, every message is archived and counts once, and no wait is without end.
 * Method: a worker as a user starts it, on a scripted server that refuses acks, loses their replies, keeps them waiting,
 * sends messages again that were acked, and is away.
 */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import type { TruthReport } from "../../src/generate/truth-report.ts";
import { generated } from "../cli/generated.ts";
import type { RunningProcess } from "../cli/logtally.ts";
import {
  expectCounts,
  expectLines,
  linesOf,
  type PubsubPipeline,
  pipelineOn,
  stopped,
  waitFor,
  workersOn,
} from "../cli/pubsub-worker.ts";
import {
  type Faults,
  type ScriptedPubsub,
  type ScriptedPubsubOptions,
  startScriptedPubsub,
} from "../servers/scripted-pubsub.ts";

/** The longest lease that a worker asks for. */
const LEASE_MS = 60_000;
/** What a worker says at its end, among lines about trouble. */
const TROUBLE = /^logtally: stopping[^\n]*\n(?:[^\n]*\n)*logtally: interrupted[^\n]*\n$/m;
/** Where nothing moves for so many looks. */
const LOOKS = 10;

let server: ScriptedPubsub | null = null;
const workers = workersOn(() => server?.host ?? "");
afterEach(async () => {
  workers.killAll();
  await server?.close();
  server = null;
});

/** A worker that reads all of the traffic from a server. */
class Stage {
  readonly server: ScriptedPubsub;
  readonly archive: string;
  readonly worker: RunningProcess;
  readonly rows: readonly string[];
  readonly truth: TruthReport;

  constructor(scripted: ScriptedPubsub, { pipeline, archive }: PubsubPipeline, rows: string[], truth: TruthReport) {
    this.server = scripted;
    this.archive = archive;
    this.worker = workers.start(pipeline);
    this.rows = rows;
    this.truth = truth;
  }

  async archivesAll(): Promise<void> {
    await waitFor(async () => new Set(await linesOf(this.archive)).size === this.rows.length, this.worker);
  }

  async acksAll(): Promise<void> {
    let before = -1;
    let looks = 0;
    await waitFor(async () => {
      const { acked, published, lent } = await this.server.ledger();
      looks = acked === before && lent > 0 ? looks + 1 : 0;
      before = acked;
      // An ack was given up: the message comes again when its lease has run out.
      if (looks % LOOKS === LOOKS - 1) await this.server.putForward(LEASE_MS);
      return acked === published;
    }, this.worker);
  }
}

async function expectGoodEnd({ worker, archive, rows, truth }: Stage): Promise<void> {
  await stopped(worker, TROUBLE);
  await expectLines(archive, rows);
  await expectCounts(archive, truth, ["instance", "user"]);
}

async function stageWith(faults: Partial<Faults>, options: Partial<ScriptedPubsubOptions> = {}): Promise<Stage> {
  const { path, truth } = await generated("--lines", "2000", "--form", "pubsub");
  const rows = (await readFile(path, "utf8")).trimEnd().split("\n");
  server = await startScriptedPubsub(options);
  await server.fail(faults);
  await server.publishFile(path);
  return new Stage(server, await pipelineOn(server.subscription), rows, truth);
}

it.each(["refused", "reply lost", "pending", "later"] as const)(
  "acks that are %s for a while change nothing",
  async (acks) => {
    const stage = await stageWith({ acks });
    await waitFor(async () => (await linesOf(stage.archive)).length > 0, stage.worker);
    await sleep(3000);
    await stage.server.fail({ acks: null });
    await stage.archivesAll();
    await stage.acksAll();
    await expectGoodEnd(stage);
  },
);

it.each(["refused", "pending"] as const)("acks that are %s for ever hold up no stop", async (acks) => {
  const stage = await stageWith({ acks });
  await waitFor(async () => (await linesOf(stage.archive)).length > 0, stage.worker);
  await stopped(stage.worker, TROUBLE);
  expect(await stage.server.ledger()).toMatchObject({ acked: 0 });
});

it("messages that come again after their ack change nothing", async () => {
  const stage = await stageWith({ redelivered: 0.4 });
  await stage.archivesAll();
  await stage.acksAll();
  const { deliveries } = await stage.server.ledger();
  expect(deliveries).toBeGreaterThan(stage.rows.length * 1.3);
  await expectGoodEnd(stage);
});

it("a service that is away for a while is waited for", async () => {
  const stage = await stageWith({});
  await waitFor(async () => (await linesOf(stage.archive)).length > 0, stage.worker);
  await stage.server.fail({ everything: "unavailable" });
  await sleep(3000);
  await stage.server.fail({ everything: null });
  await stage.archivesAll();
  await stage.acksAll();
  await expectGoodEnd(stage);
});

it("with exactly-once delivery, acks that come too late are told, and their messages come again", async () => {
  const stage = await stageWith({ acks: "later" }, { isExactlyOnce: true });
  await waitFor(async () => (await linesOf(stage.archive)).length > 0, stage.worker);
  // All that is in hand is now somebody else's, or comes once more.
  await stage.server.putForward(LEASE_MS);
  await sleep(1000);
  await stage.server.fail({ acks: null });
  await stage.archivesAll();
  await stage.acksAll();
  const { deliveries, expiries } = await stage.server.ledger();
  expect(expiries).toBeGreaterThan(0);
  expect(deliveries).toBeGreaterThan(stage.rows.length);
  await expectGoodEnd(stage);
  expect((await stage.worker.ended).stderr).toMatch(
    /^logtally: ack to "[^"]+": the lease of \d+ messages? was over: they come again and count once$/m,
  );
});
