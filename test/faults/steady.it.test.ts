/**
 * Goal: a worker and the duties beside it take the same memory and as many handles after hours as after minutes, through
 * faults that pass and reloads; and what they made of it is exact.
 * Method: as services run them, on a scripted subscription that is away, delivers again or loses acks now and then, and a
 * folder; their own metrics, read again and again. `npm run soak -- --minutes 120` does so for hours.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it, onTestFailed } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { generated } from "../cli/generated.ts";
import { logtally } from "../cli/logtally.ts";
import { type Observed, sampleOf, startObserved } from "../cli/observed-process.ts";
import { isAllAcked, waitFor } from "../cli/pubsub-worker.ts";
import { randomOf } from "../random.ts";
import type { Faults, ScriptedPubsub } from "../servers/scripted-pubsub.ts";
import { forkScriptedPubsub } from "../servers/scripted-pubsub-process.ts";

const MINUTES = Number(process.env["LOGTALLY_TEST_MINUTES"] ?? 0.5);
const SEED = Number(process.env["LOGTALLY_TEST_SEED"] ?? Date.now() % 1_000_000);
const LINES = 4000;
const LEAST_ROUNDS = 6;
const TIMEOUT_MS = 300_000 + 2 * MINUTES * 60_000;
/** Of a service that goes on: its heap breathes, and code is compiled for a while. */
const MOST_GROWTH = 1.25;
const MOST_MORE_BYTES = 48e6;
const MOST_MORE_HANDLES = 8;

const KEYS = {
  TEST_KEY: randomBytes(32).toString("hex"),
  TEST_SIGNING_KEY: generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }),
};
const PASSING: readonly Partial<Faults>[] = [
  { everything: "unavailable" },
  { acks: "reply lost" },
  { acks: "later" },
  { redelivered: 0.2 },
];
const NONE: Faults = { acks: null, everything: null, redelivered: 0 };

let server: ScriptedPubsub | null = null;
const services = new Map<string, Observed>();
afterEach(async () => {
  for (const { child } of services.values()) child.kill("SIGKILL");
  services.clear();
  await server?.close();
  server = null;
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

/** The last third is as the one before it. */
function expectFlat(service: string, looks: readonly Look[]): void {
  const third = Math.floor(looks.length / 3);
  const typical = (part: readonly Look[]): Look => ({
    residentBytes: median(part.map(({ residentBytes }) => residentBytes)),
    handles: median(part.map(({ handles }) => handles)),
  });
  const before = typical(looks.slice(third, 2 * third));
  const after = typical(looks.slice(-third));
  const inMegabytes = [before, after].map(({ residentBytes }) => Math.round(residentBytes / 1e6));
  process.stderr.write(`${service}: ${inMegabytes.join(" to ")} MB, ${before.handles} to ${after.handles} handles\n`);
  const mostBytes = Math.max(before.residentBytes * MOST_GROWTH, before.residentBytes + MOST_MORE_BYTES);
  const isFlat = after.residentBytes < mostBytes && after.handles <= before.handles + MOST_MORE_HANDLES;
  expect({ service, before, after, isFlat }).toMatchObject({ isFlat: true });
}

it("memory and handles stay flat, and the book is exact", { timeout: TIMEOUT_MS }, async () => {
  onTestFailed(() => {
    process.stderr.write(`LOGTALLY_TEST_SEED=${SEED}\n`);
  });
  const random = randomOf(SEED);
  server = await forkScriptedPubsub();
  const folder = await tempFolder();
  const archive = join(folder, "archive");
  const pipeline = join(folder, "gitlab.yaml");
  await mkdir(join(archive, "ctl"), { recursive: true });
  await writeFile(
    pipeline,
    `name: gitlab
source: {kind: pubsub, subscription: ${server.subscription}}
archive: {kind: folder, path: ${archive}}
batch: {max_lines: 1000, max_age_ms: 200}
seal: {lateness_ms: 0, hours: 4, by_worker: false}
pseudonym_key: {env: TEST_KEY}
signing_key: {env: TEST_SIGNING_KEY}
`,
  );
  const env = { PUBSUB_EMULATOR_HOST: server.host, ...KEYS };
  // Sealers and the others refuse what is no archive yet.
  expect(await logtally(["run", pipeline, "--from", "-"], { env })).toMatchObject({ code: 0 });
  services.set("run", await startObserved(["run", pipeline], env));
  for (const [duty, span] of [
    ["seal", "2s"],
    ["sign", "3s"],
    ["gc", "4s"],
  ] as const) {
    services.set(duty, await startObserved([duty, pipeline, "--every", span], env));
  }
  const worker = services.get("run") as Observed;
  const looks = new Map<string, Look[]>([...services.keys()].map((service) => [service, []]));
  const untilMs = performance.now() + MINUTES * 60_000;
  let lines = 0;
  let rounds = 0;
  for (; rounds < LEAST_ROUNDS || performance.now() < untilMs; rounds += 1) {
    const { path, truth } = await generated(
      "--lines",
      String(LINES),
      "--seed",
      String(SEED + rounds),
      "--form",
      "pubsub",
      "--batch",
      "10",
    );
    await server.fail(PASSING[Math.floor(random() * PASSING.length)] ?? {});
    await server.publishFile(path);
    lines += truth.archived;
    await sleep(1000 * random());
    await server.fail(NONE);
    if (random() < 0.3) worker.child.kill("SIGHUP");
    await waitFor(() => isAllAcked(server), worker);
    for (const [service, observed] of services) looks.get(service)?.push(await lookAt(observed));
  }
  for (const [service, { child, ended }] of services) {
    child.kill("SIGTERM");
    expect([service, await ended]).toMatchObject([service, { code: 130 }]);
    expectFlat(service, looks.get(service) ?? []);
  }
  for (const command of ["seal", "sign", "gc"]) {
    expect(await logtally([command, pipeline], { env })).toMatchObject({ code: 0, stderr: "" });
  }
  for (const command of ["ledger", "recount"]) {
    expect(await logtally([command, pipeline, "--json"], { env })).toMatchObject({ code: 0, stderr: "" });
  }
  const stats = await logtally(["archive", "stats", pipeline, "--json"], { env });
  const kept = stats.stdout.trimEnd().split("\n");
  const sealed = kept.map((line) => (JSON.parse(line) as { lines: number }).lines).reduce((sum, each) => sum + each, 0);
  process.stderr.write(`${rounds} rounds, ${lines} lines, seed ${SEED}\n`);
  expect(sealed).toBe(lines);
});
