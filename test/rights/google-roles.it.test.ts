/**
 * Goal: nobody asks Google Cloud for more than the role of the duty on the page has, and no role has more than is asked.
 * Method: each duty as a user runs it, on servers of the same APIs; every request on the way is noted, and the permission
 * that it needs is held against the table of docs/security.md.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pubsub from "@google-cloud/pubsub-api";
import { GoogleAuth, grpc } from "google-gax";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { FIXTURES, logtally, type Outcome, startLogtally } from "../cli/logtally.ts";
import { explore } from "../explorer/explored.ts";
import { openRecordingProxy, type RecordingProxy } from "../servers/recording-proxy.ts";
import { openRecordingPubsub, type RecordingPubsub } from "../servers/recording-pubsub.ts";
import { type ScriptedGcs, startScriptedGcs } from "../servers/scripted-gcs.ts";
import { type ScriptedKms, startScriptedKms } from "../servers/scripted-kms.ts";
import { openPublisher, publishDump } from "../servers/topic.ts";
import { kmsNeeds, type Needed, pubsubNeeds, storageNeeds } from "./needed.ts";
import { differences, googleGrants } from "./role-table.ts";

const host = inject("pubsubHost") ?? "";
const PAGE = join(FIXTURES, "../docs/security.md");
const id = randomBytes(6).toString("hex");
const TOPIC = `projects/test/topics/pubsub-rails-inf-${id}`;
const SUBSCRIPTION = `projects/test/subscriptions/logtally-${id}`;
const KEY = "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1";
const PSEUDONYM_KEY = "k".repeat(32);
const POLL_MS = 100;
const ALL_MS = 240_000;
const DUTIES = [
  "setup",
  "worker",
  "sealer",
  "signer",
  "collector",
  "analyst",
  "auditor",
  "explorer",
  "holder",
] as const;
type Duty = (typeof DUTIES)[number];

const needed = new Map<Duty, Needed[]>();
let folder: string;
let pipeline: string;
let gcs: ScriptedGcs;
let kms: ScriptedKms;
let storage: RecordingProxy;
let keys: RecordingProxy;
let queue: RecordingPubsub;

async function on(args: readonly string[], codes: readonly number[] = [0]): Promise<Outcome> {
  const env = { PUBSUB_EMULATOR_HOST: queue.host, TEST_KEY: PSEUDONYM_KEY, TMPDIR: folder };
  const outcome = await logtally(args, { env, cwd: folder });
  if (!codes.includes(outcome.code ?? 0)) throw new Error(`${args.join(" ")}: ${JSON.stringify(outcome)}`);
  return outcome;
}

/** What is asked while that is done is asked by that duty. */
async function as(duty: Duty, work: () => Promise<unknown>): Promise<void> {
  const all = needed.get(duty) ?? [];
  needed.set(duty, all);
  await work();
  all.push(
    ...storage.take().flatMap(storageNeeds),
    ...queue.take().flatMap(pubsubNeeds),
    ...keys.take().flatMap(kmsNeeds),
  );
}

const objectsLike = (name: RegExp): string[] => [...gcs.objects.keys()].filter((each) => name.test(each));

/** Changes an object behind everybody's back. */
function damage(name: RegExp): void {
  const [found = ""] = objectsLike(name);
  gcs.put(found, Buffer.from("damaged"), gcs.metadata.get(found) ?? {});
}

/** Reads all that is published, and is stopped. */
async function work(): Promise<void> {
  const env = { PUBSUB_EMULATOR_HOST: queue.host, TEST_KEY: PSEUDONYM_KEY };
  const { child, ended } = startLogtally(["run", pipeline], { env });
  while (objectsLike(/^wal\//).length === 0 && child.exitCode === null) await sleep(POLL_MS);
  child.kill("SIGTERM");
  expect(await ended).toMatchObject({ code: 130 });
}

/** A subscription that would lose messages, for setup to mend. */
async function spoilSubscription(): Promise<void> {
  const [servicePath = "", port = ""] = host.split(":");
  const auth = new GoogleAuth({ clientOptions: { universeDomain: "googleapis.com" } });
  const place = { servicePath, port: Number(port), sslCreds: grpc.credentials.createInsecure(), auth };
  const subscriber = new pubsub.v1.SubscriberClient(place);
  const subscription = { name: SUBSCRIPTION, messageRetentionDuration: { seconds: 86_400 } };
  await subscriber.updateSubscription({ subscription, updateMask: { paths: ["message_retention_duration"] } });
  await subscriber.close();
}

/** An object that had to wait for the index, and is indexed by now, has two markers. */
function markAsIndexed(): void {
  for (const name of objectsLike(/^wal\//)) {
    for (const end of [".waiting", ".done"]) gcs.put(name.replace(/^wal\//, "ctl/index/") + end, Buffer.alloc(0), {});
  }
}

async function lookAround(): Promise<void> {
  const key = join(folder, "pseudonym.key");
  await writeFile(key, PSEUDONYM_KEY);
  const page = await explore([pipeline, "--set", `pseudonym_key={file: ${JSON.stringify(key)}}`]);
  const ask = async (path: string, method = "GET"): Promise<void> => {
    const headers = { authorization: `Bearer ${page.token}`, "content-type": "application/json" };
    const answer = await fetch(`${page.origin}${path}`, {
      method,
      headers,
      ...(method === "POST" ? { body: "{}" } : {}),
    });
    const said = await answer.text();
    expect({ path, status: answer.status, said }).toMatchObject({ path, status: 200 });
  };
  try {
    for (const path of ["about", "search", "counts", "ledger?day=2020-12-22", "hours", "digests"])
      await ask(`/api/${path}`);
    await ask("/api/verify", "POST");
  } finally {
    await page.stop();
  }
}

async function everything(): Promise<void> {
  const traffic = join(folder, "traffic.ndjson");
  await on(["generate", "--lines", "300", "--form", "pubsub", "--output", traffic]);
  const publisher = openPublisher(host);
  await publisher.createTopic({ name: TOPIC });

  const retention = ["--set", "archive.retention_days=1"];
  await as("setup", async () => {
    await on(["setup", pipeline, ...retention]);
    await spoilSubscription();
    expect((await on(["setup", pipeline, ...retention, "--lock-retention", "--yes"])).stdout).toContain("update");
  });
  await publishDump(publisher, TOPIC, traffic);
  await publisher.close();
  await as("worker", async () => {
    await on(["check", pipeline]);
    await work();
  });
  // What is not sealed counts, too.
  await as("analyst", () => on(["counts", pipeline]));
  await as("sealer", () => on(["seal", pipeline]));
  // What comes again is in no revision, and an index that is away leaves markers.
  const away = `index={kind: elasticsearch, urls: ["http://127.0.0.1:1"], spill_after_ms: 0}`;
  await as("worker", () =>
    on(["run", pipeline, "--from", traffic, "--set", "source={kind: stdin}", "--set", away], [0, 3]),
  );
  await as("sealer", async () => {
    await on(["seal", pipeline]);
    damage(/^facts\/catalogue=.*\.parquet$/);
    damage(/^ctl\/lookup\/.*\.lookup$/);
    await on(["facts", "rebuild", pipeline]);
    await on(["archive", "index", pipeline]);
  });
  const inKms = ["--set", `signing_key.kms=${KEY}`, "--set", `signing_key.endpoint=${keys.url}`];
  await as("signer", () => on(["sign", pipeline, ...inKms]));
  await as("analyst", async () => {
    await on(["counts", pipeline, "--by", "group"]);
    await on(["coverage", pipeline]);
    await on(["archive", "find", pipeline, "--event", "any", "--limit", "1"]);
  });
  markAsIndexed();
  const [{ id: line } = { id: "" }] = (await on(["archive", "find", pipeline, "--event", "any", "--meta"])).stdout
    .split("\n", 1)
    .map((text) => JSON.parse(text) as { readonly id: string });
  storage.take();
  await as("auditor", async () => {
    await on(["archive", "verify", pipeline, "--level", "full"]);
    await on(["archive", "prove", line, pipeline, "--output", "proof.json"]);
    await on(["archive", "export", pipeline, "--event", "any", "--output", "pack.tar.gz"]);
    await on(["archive", "get", line, pipeline]);
    await on(["ledger", pipeline, "--deep"]);
    await on(["archive", "ls", pipeline]);
  });
  await as("explorer", lookAround);
  await as("holder", async () => {
    const set = await on(["archive", "hold", "set", pipeline, "--reason", "case", "--json"]);
    const { hold } = JSON.parse(set.stdout) as { readonly hold: string };
    await on(["archive", "hold", "list", pipeline, "--check"]);
    await on(["archive", "hold", "release", hold, pipeline, "--reason", "closed"]);
  });
  await as("collector", async () => {
    expect(objectsLike(/^wal\//).length).toBeGreaterThan(0);
    await on(["gc", pipeline]);
    expect(objectsLike(/^wal\//)).toEqual([]);
  });
}

// Without Go there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(host === "")("a duty in Google Cloud", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "logtally-rights-"));
    gcs = await startScriptedGcs([]);
    kms = await startScriptedKms(KEY, generateKeyPairSync("ed25519").privateKey);
    storage = await openRecordingProxy(gcs.url);
    keys = await openRecordingProxy(kms.url);
    queue = await openRecordingPubsub(host);
    pipeline = join(folder, "gitlab.yaml");
    const source = `{kind: pubsub, subscription: ${SUBSCRIPTION}, topic: ${TOPIC}}`;
    const archive = `{kind: gcs, bucket: bucket, vault_bucket: vault, endpoint: "${storage.url}"}`;
    const text = `name: gitlab\nsource: ${source}\narchive: ${archive}\npseudonym_key: {env: TEST_KEY}\nbatch: {max_age_ms: 500}\n`;
    await writeFile(pipeline, text);
    await everything();
  }, ALL_MS);
  afterAll(async () => {
    await Promise.all([storage.close(), keys.close(), queue.close(), gcs.close(), kms.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  it.each(DUTIES)("asks for what its role has, and for all of that: %s", async (duty) => {
    const granted = googleGrants(await readFile(PAGE, "utf8")).filter((grant) => grant.duty === duty);
    expect(granted.length).toBeGreaterThan(0);
    expect(differences(granted, needed.get(duty) ?? [])).toEqual({ beyond: [], unused: [] });
  });

  it("is on the page, and none besides", async () => {
    const told = new Set(googleGrants(await readFile(PAGE, "utf8")).map(({ duty }) => duty));
    expect([...told].toSorted()).toEqual([...DUTIES].toSorted());
  });
});
