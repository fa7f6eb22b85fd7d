/**
 * Goal: a worker and the duties beside it take the same memory and as many handles after hours as after minutes, through
 * faults that pass and reloads; and what they made of it is exact.
 * Method: as services run them, on a scripted subscription that is away, delivers again or loses acks, a scripted bucket
 * that fails and a real Elasticsearch that is away now and then; their own metrics, read again and again.
 * `npm run soak -- --only steady --minutes 120` does so for hours.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, inject, it, onTestFailed } from "vitest";
import { MIB, MINUTE_MS, SECOND_MS } from "../../src/core/units.ts";
import type { TruthReport } from "../../src/generate/truth-report.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { logtally } from "../cli/logtally.ts";
import { type Observed, sampleOf, startObserved } from "../cli/observed-process.ts";
import { isAllAcked, waitFor } from "../cli/pubsub-worker.ts";
import { randomOf } from "../random.ts";
import { type GateProxy, openGateProxy } from "../servers/gate-proxy.ts";
import { type Mishap, startScriptedGcs } from "../servers/scripted-gcs.ts";
import type { Faults, ScriptedPubsub } from "../servers/scripted-pubsub.ts";
import { forkScriptedPubsub } from "../servers/scripted-pubsub-process.ts";
import { countOf } from "../servers/search.ts";

const MINUTES = Number(process.env["LOGTALLY_TEST_MINUTES"] ?? 0.5);
const SEED = Number(process.env["LOGTALLY_TEST_SEED"] ?? Date.now() % 1_000_000);
const LINES = 4000;
const LEAST_ROUNDS = 6;
const TIMEOUT_MS = 300_000 + 2 * MINUTES * 60_000;
/** A fault passes within so long; within seconds where there is time, so that the index is away for long enough to spill. */
const FAULT_WITHIN_MS = MINUTES < 5 ? SECOND_MS : 10 * SECOND_MS;
const SPILL_AFTER_MS = 3 * SECOND_MS;
/** Of the requests to the bucket, while that is what fails. */
const MISHAPS = 0.2;
const KINDS: readonly Mishap[] = [503, 429, "reply lost", "torn", "no JSON", "late", "late"];
/** What they take at first says nothing of later: code is compiled, caches fill. */
const WARM_UP_MINUTES = 5;
/** Of a service that goes on, as its heap breathes. */
const MOST_GROWTH = 1.25;
const MOST_MORE_BYTES = 48e6;
const MOST_MORE_HANDLES = 8;
/** At any time, half of what the chart allows its pod: a sealer holds what it seals. */
const MOST_BYTES = 512 * MIB;
const MOST_BYTES_OF_SEALER = 1536 * MIB;
const MOST_HANDLES = 128;

const KEYS = {
  TEST_KEY: randomBytes(32).toString("hex"),
  TEST_SIGNING_KEY: generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }),
};
const NONE: Faults = { acks: null, everything: null, redelivered: 0 };

const elasticsearchUrl = inject("elasticsearchUrl") ?? "";
const closing: (() => Promise<void>)[] = [];
const services = new Map<string, Observed>();
afterEach(async () => {
  for (const { child } of services.values()) child.kill("SIGKILL");
  services.clear();
  for (const close of closing.splice(0)) await close();
});

/** A look at a service. */
interface Look {
  readonly residentBytes: number;
  readonly handles: number;
}

async function lookAt({ url }: Observed): Promise<Look> {
  return {
    residentBytes: (await sampleOf(url, "process_resident_memory_bytes")) ?? Number.NaN,
    handles: (await sampleOf(url, "process_open_fds")) ?? Number.NaN,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function typical(looks: readonly Look[]): Look {
  return {
    residentBytes: median(looks.map(({ residentBytes }) => residentBytes)),
    handles: median(looks.map(({ handles }) => handles)),
  };
}

/** What a service took: the most of all, and what is typical of the second third of the time and of the last one. */
interface Course {
  readonly service: string;
  readonly most: Look;
  readonly before: Look;
  readonly after: Look;
}

function courseOf(service: string, looks: readonly Look[]): Course {
  const third = Math.floor(looks.length / 3);
  const most = {
    residentBytes: Math.max(...looks.map(({ residentBytes }) => residentBytes)),
    handles: Math.max(...looks.map(({ handles }) => handles)),
  };
  return { service, most, before: typical(looks.slice(third, 2 * third)), after: typical(looks.slice(-third)) };
}

function courseText({ service, most, before, after }: Course): string {
  const [fromMb, toMb, mostMb] = [before, after, most].map(({ residentBytes }) => Math.round(residentBytes / 1e6));
  const handles = `${before.handles} to ${after.handles} handles, ${most.handles} at most`;
  return `${service}: ${fromMb} to ${toMb} MB, ${mostMb} at most; ${handles}\n`;
}

/** None ever takes more than it may; and once it is warm it takes no more than before. A short run says nothing of that. */
function expectFlat({ service, most, before, after }: Course): void {
  const mostBytes = service === "seal" ? MOST_BYTES_OF_SEALER : MOST_BYTES;
  const isWithin = most.residentBytes <= mostBytes && most.handles <= MOST_HANDLES;
  expect({ service, most, isWithin }).toMatchObject({ isWithin: true });
  if (MINUTES / 3 < WARM_UP_MINUTES) return;
  const mayGrowTo = Math.max(before.residentBytes * MOST_GROWTH, before.residentBytes + MOST_MORE_BYTES);
  const isFlat = after.residentBytes <= mayGrowTo && after.handles <= before.handles + MOST_MORE_HANDLES;
  expect({ service, before, after, isFlat }).toMatchObject({ isFlat: true });
}

/** What services work with, and how each of it fails. */
interface Surroundings {
  readonly pubsub: ScriptedPubsub;
  readonly gate: GateProxy;
  readonly pipeline: string;
  readonly env: Readonly<Record<string, string>>;
  /** The indices of the lines. */
  readonly indices: string;
  /** One thing fails, or nothing does, until it is calm again. */
  fail(): Promise<void>;
  calm(): Promise<void>;
}

async function surroundings(random: () => number): Promise<Surroundings> {
  const pubsub = await forkScriptedPubsub();
  closing.push(() => pubsub.close());
  let mishaps = 0;
  const gcs = await startScriptedGcs(() =>
    random() < mishaps ? (KINDS[Math.floor(random() * KINDS.length)] ?? null) : null,
  );
  closing.push(() => gcs.close());
  const gate = await openGateProxy(elasticsearchUrl);
  closing.push(() => gate.close());
  const prefix = `steady-${randomBytes(4).toString("hex")}`;
  const pipeline = join(await tempFolder(), "gitlab.yaml");
  await writeFile(
    pipeline,
    `name: gitlab
source: {kind: pubsub, subscription: ${pubsub.subscription}}
archive: {kind: gcs, bucket: scripted, endpoint: "${gcs.url}"}
index: {kind: elasticsearch, urls: ["${gate.url}"], prefix: ${prefix}, spill_after_ms: ${SPILL_AFTER_MS}}
batch: {max_lines: 1000, max_age_ms: 200}
seal: {lateness_ms: 0, hours: 4, by_worker: false}
pseudonym_key: {env: TEST_KEY}
signing_key: {env: TEST_SIGNING_KEY}
`,
  );
  const faults: readonly (() => Promise<void> | void)[] = [
    () => pubsub.fail({ everything: "unavailable" }),
    () => pubsub.fail({ acks: "reply lost" }),
    () => pubsub.fail({ acks: "later" }),
    () => pubsub.fail({ redelivered: 0.2 }),
    () => {
      mishaps = MISHAPS;
    },
    () => gate.set("closed"),
    () => gate.set("silent"),
    () => undefined,
  ];
  return {
    pubsub,
    gate,
    pipeline,
    env: { PUBSUB_EMULATOR_HOST: pubsub.host, ...KEYS },
    indices: `${prefix}.logs-*`,
    fail: async () => faults[Math.floor(random() * faults.length)]?.(),
    async calm() {
      await pubsub.fail(NONE);
      mishaps = 0;
      gate.set("open");
    },
  };
}

/** Anew in the same file each time: hours of it would fill the disk. Returns its number of lines. */
async function traffic(path: string, seed: number): Promise<number> {
  const truth = `${path}.truth`;
  const form = ["--form", "pubsub", "--batch", "10"];
  const asked = ["--lines", String(LINES), "--seed", String(seed), ...form];
  expect(await logtally(["generate", ...asked, "--output", path, "--truth", truth])).toMatchObject({ code: 0 });
  return (JSON.parse(await readFile(truth, "utf8")) as TruthReport).archived;
}

// Without Maven and Java there is no Elasticsearch; on CI that fails in test/servers/setup.ts.
describe.skipIf(elasticsearchUrl === "")("services that go on", { timeout: TIMEOUT_MS }, () => {
  it(`keep their memory and handles, and an exact book, seed ${SEED}`, async () => {
    onTestFailed(() => {
      process.stderr.write(`LOGTALLY_TEST_SEED=${SEED}\n`);
    });
    const random = randomOf(SEED);
    const around = await surroundings(random);
    const { pubsub, pipeline, env } = around;
    // An archive, its templates and its key: duties refuse what is no archive yet.
    for (const args of [
      ["setup", pipeline, "--set", "source={kind: stdin}"],
      ["run", pipeline, "--from", "-"],
    ]) {
      expect(await logtally(args, { env })).toMatchObject({ code: 0 });
    }
    services.set("run", await startObserved(["run", pipeline], env));
    for (const [duty, span] of [
      ["seal", "2s"],
      ["sign", "3s"],
      ["gc", "4s"],
      ["ledger", "30s"],
    ] as const) {
      services.set(duty, await startObserved([duty, pipeline, "--every", span], env));
    }
    const worker = services.get("run") as Observed;
    const looks = new Map<string, Look[]>([...services.keys()].map((service) => [service, []]));
    const path = join(await tempFolder(), "traffic.ndjson");
    const untilMs = performance.now() + MINUTES * MINUTE_MS;
    let lines = 0;
    let rounds = 0;
    for (; rounds < LEAST_ROUNDS || performance.now() < untilMs; rounds += 1) {
      lines += await traffic(path, SEED + rounds);
      await around.fail();
      await pubsub.publishFile(path);
      await sleep(FAULT_WITHIN_MS * random());
      await around.calm();
      if (random() < 0.3) worker.child.kill("SIGHUP");
      await waitFor(() => isAllAcked(pubsub), worker);
      for (const [service, observed] of services) looks.get(service)?.push(await lookAt(observed));
    }
    // What had to wait for the index is acked before it is there.
    await waitFor(async () => (await countOf(elasticsearchUrl, around.indices)) === lines, worker);
    for (const [service, { child, ended }] of services) {
      child.kill("SIGTERM");
      expect([service, await ended]).toMatchObject([service, { code: 130 }]);
    }
    const courses = [...looks].map(([service, ofService]) => courseOf(service, ofService));
    process.stderr.write(courses.map(courseText).join(""));
    for (const course of courses) expectFlat(course);
    await expectWholeBook(around, lines);
    process.stderr.write(`${rounds} rounds, ${lines} lines, seed ${SEED}\n`);
  });
});

async function expectWholeBook({ pipeline, env, indices }: Surroundings, lines: number): Promise<void> {
  for (const command of ["seal", "sign", "gc"]) {
    expect(await logtally([command, pipeline], { env })).toMatchObject({ code: 0, stderr: "" });
  }
  for (const command of ["ledger", "recount"]) {
    expect(await logtally([command, pipeline, "--json"], { env })).toMatchObject({ code: 0, stderr: "" });
  }
  const stats = await logtally(["archive", "stats", pipeline, "--json"], { env });
  const kept = stats.stdout.trimEnd().split("\n");
  const sealed = kept.map((line) => (JSON.parse(line) as { lines: number }).lines).reduce((sum, each) => sum + each, 0);
  expect({ sealed, indexed: await countOf(elasticsearchUrl, indices) }).toEqual({ sealed: lines, indexed: lines });
}
