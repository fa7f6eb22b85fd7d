/**
 * Goal: whoever works on an archive may be killed at any moment, or stand still and wake when others have done his work:
 * workers, sealers, signers and collectors alike, all at once. Every message is archived and counts once, and the ledger,
 * the recount and the chain of digests hold.
 * Method: two of each command on a scripted subscription, begun anew whenever they end, of which a random one is killed or
 * stopped at a random moment, on a folder, on a scripted bucket with mishaps, and on Cloud Storage's own API.
 * `npm run soak` strikes more often.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, inject, it, onTestFailed } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { generated } from "../cli/generated.ts";
import { logtally } from "../cli/logtally.ts";
import { isAllAcked, LEASE_MS, stopped, waitFor, workersOn } from "../cli/pubsub-worker.ts";
import { HAS_RECOUNT } from "../independent/recounted.ts";
import { randomOf } from "../random.ts";
import { download, makeBucket } from "../servers/bucket.ts";
import { type Mishap, startScriptedGcs } from "../servers/scripted-gcs.ts";
import type { ScriptedPubsub } from "../servers/scripted-pubsub.ts";
import { forkScriptedPubsub } from "../servers/scripted-pubsub-process.ts";
import { type Crew, startCrew } from "./crew.ts";
import { expectAllSigned, expectExactBook } from "./exact-book.ts";

const STRIKES = Number(process.env["LOGTALLY_TEST_KILLS"] ?? 24);
const SEED = Number(process.env["LOGTALLY_TEST_SEED"] ?? Date.now() % 1_000_000);
const LEAST_LINES = 5000;
const LINES_PER_STRIKE = 300;
const STRIKE_WITHIN_MS = 600;
/** Of the strikes. The others kill. */
const FREEZES = 0.3;
/** So long that others do the work meanwhile. */
const LONGEST_FREEZE_MS = 4000;
/** Of the requests to the scripted bucket, as long as anybody is struck. */
const MISHAPS = 0.06;
const TIMEOUT_MS = 240_000 + STRIKES * 6000;

const gcsUrl = inject("gcsUrl") ?? "";

let server: ScriptedPubsub | null = null;
const closing: (() => Promise<void> | void)[] = [];
const workers = workersOn(() => server?.host ?? "");
afterEach(async () => {
  workers.killAll();
  for (const close of closing.splice(0)) await close();
  await server?.close();
  server = null;
});

/** Where the archive lies. */
interface Place {
  /** As in a pipeline file. */
  readonly archive: string;
  /** Whether it fails now and then; at first it does its best. */
  readonly fail: (isOn: boolean) => void;
  /** What is there, as a folder whose commands need no keys. */
  readonly folder: () => Promise<string>;
}

const PSEUDONYM_KEY = randomBytes(32).toString("hex");
const SIGNING_KEY = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });

/** Strikes at all who work on the archive, lets them end their work, and looks at what they made of it. */
async function expectSurvival({ archive, fail, folder }: Place, strikes: number): Promise<void> {
  onTestFailed(() => {
    process.stderr.write(`LOGTALLY_TEST_SEED=${SEED}\n`);
  });
  const random = randomOf(SEED);
  const lines = String(Math.max(LEAST_LINES, strikes * LINES_PER_STRIKE));
  const { path, truth } = await generated("--lines", lines, "--seed", String(SEED), "--form", "pubsub");
  const messages = (await readFile(path, "utf8")).trimEnd().split("\n");
  server = await forkScriptedPubsub();
  const pipeline = join(await tempFolder(), "gitlab.yaml");
  await writeFile(
    pipeline,
    `name: gitlab
source: {kind: pubsub, subscription: ${server.subscription}}
archive: ${archive}
batch: {max_lines: 100, max_age_ms: 200}
seal: {lateness_ms: 0, hours: 4, by_worker: false}
pseudonym_key: {env: TEST_KEY}
signing_key: {env: TEST_SIGNING_KEY}
`,
  );
  const env = { PUBSUB_EMULATOR_HOST: server.host, TEST_KEY: PSEUDONYM_KEY, TEST_SIGNING_KEY: SIGNING_KEY };
  // Sealers and the others refuse what is no archive yet.
  expect(await logtally(["run", pipeline, "--from", "-"], { env })).toMatchObject({ code: 0, stderr: "" });
  const commands = [["run", pipeline, "--json"], ...["seal", "sign", "gc"].map((command) => [command, pipeline])];
  const crew = startCrew(
    commands.map((args) => ({ args, env, members: 2 })),
    random,
  );
  closing.push(() => crew.killAll());
  fail(true);
  const part = Math.ceil(messages.length / (strikes + 1));
  for (let strike = 0; strike < strikes; strike += 1) {
    await server.publishFile(path, strike * part, (strike + 1) * part);
    await sleep(random() * STRIKE_WITHIN_MS);
    await strikeOnce(crew, server, random);
  }
  fail(false);
  await crew.dismiss(new Set(["run"]));
  expect(crew.failures).toEqual([]);
  process.stderr.write(`${strikes} strikes, seed ${SEED}: ${fatesText(crew)}\n`);

  const last = workers.start(pipeline, env);
  // Only the last one can read these: it has begun when they are there.
  await server.publishFile(path, strikes * part);
  await waitFor(() => isAllAcked(server), last);
  await stopped(last);
  for (const command of ["seal", "sign", "gc"]) {
    expect(await logtally([command, pipeline], { env })).toMatchObject({ code: 0, stderr: "" });
  }
  const book = await folder();
  await expectAllSigned(book, [pipeline], env);
  await expectExactBook(book, messages, truth);
}

async function strikeOnce(crew: Crew, pubsub: ScriptedPubsub, random: () => number): Promise<void> {
  if (random() >= FREEZES) return crew.kill();
  crew.freeze(random() * LONGEST_FREEZE_MS);
  // What a frozen or dead worker holds goes to the other.
  await pubsub.putForward(LEASE_MS);
}

function fatesText({ fates }: Crew): string {
  return [...fates]
    .map(([command, { killed, finished }]) => `${command} killed ${killed}, finished ${finished}`)
    .join("; ");
}

async function folderPlace(): Promise<Place> {
  const archive = join(await tempFolder(), "archive");
  await mkdir(join(archive, "ctl"), { recursive: true });
  await writeFile(join(archive, "ctl/pseudonym.key"), `${PSEUDONYM_KEY}\n`);
  return { archive: `{kind: folder, path: ${archive}}`, fail: () => undefined, folder: async () => archive };
}

async function bucketPlace(url: string, bucket: string, fail: Place["fail"]): Promise<Place> {
  return {
    archive: `{kind: gcs, bucket: ${bucket}, endpoint: "${url}"}`,
    fail,
    async folder() {
      const archive = join(await tempFolder(), "archive");
      for (const [name, content] of await download(url, bucket)) {
        await mkdir(dirname(join(archive, name)), { recursive: true });
        await writeFile(join(archive, name), content);
      }
      await writeFile(join(archive, "ctl/pseudonym.key"), `${PSEUDONYM_KEY}\n`);
      return archive;
    },
  };
}

// Without Python or zstd there is no recount; on CI both are there.
describe.skipIf(!HAS_RECOUNT)(`${STRIKES} strikes at all who work on an archive, seed ${SEED}`, () => {
  it("in a folder lose and double nothing", { timeout: TIMEOUT_MS }, async () => {
    await expectSurvival(await folderPlace(), STRIKES);
  });

  it("in a bucket that fails as well lose and double nothing", { timeout: TIMEOUT_MS }, async () => {
    const random = randomOf(SEED + 1);
    const kinds: readonly Mishap[] = [503, 429, 500, "reply lost", "torn", "no JSON", "whole object", "late", "late"];
    let isFailing = false;
    const gcs = await startScriptedGcs(() => {
      if (!isFailing || random() >= MISHAPS) return null;
      return kinds[Math.floor(random() * kinds.length)] ?? null;
    });
    closing.push(() => gcs.close());
    const place = await bucketPlace(gcs.url, "scripted", (isOn) => {
      isFailing = isOn;
    });
    await expectSurvival(place, Math.ceil(STRIKES / 2));
  });

  // Without Go there is no server; on CI that fails in test/servers/setup.ts.
  it.skipIf(gcsUrl === "")("in a bucket of the real API lose and double nothing", { timeout: TIMEOUT_MS }, async () => {
    await expectSurvival(await bucketPlace(gcsUrl, await makeBucket(gcsUrl), () => undefined), Math.ceil(STRIKES / 4));
  });
});
