import { changeKey } from "../../src/archive/digest/key-change.ts";
import { signStream } from "../../src/archive/digest/sign.ts";
import { parseSigningKey, type SigningKey } from "../../src/archive/digest/signing-key.ts";
import { collect } from "../../src/archive/gc/collect.ts";
import { planGc } from "../../src/archive/gc/gc-plan.ts";
import type { Makes } from "../../src/archive/manifest.ts";
import type { PlanObserver } from "../../src/archive/seal/plan-observer.ts";
import { sealStream } from "../../src/archive/seal/seal.ts";
import { hourThatIsOver } from "../../src/archive/seal/span-length.ts";
import type { SpanHours } from "../../src/archive/span.ts";
import { tryToCreate } from "../../src/backends/elasticsearch/best-effort.ts";
import { createElasticsearchIndex } from "../../src/backends/elasticsearch/elasticsearch-index.ts";
import { createGcsRemover } from "../../src/backends/gcs/gcs-remover.ts";
import { createGcsStore } from "../../src/backends/gcs/gcs-store.ts";
import { createPubsubSource } from "../../src/backends/pubsub/pubsub-source.ts";
import { openDocuments } from "../../src/cli/open/lines/documents.ts";
import { createWorker } from "../../src/cli/run/worker.ts";
import { createWorkerIndex } from "../../src/cli/run/worker-index.ts";
import { parsePipeline } from "../../src/config/pipeline.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { HOUR_MS, MINUTE_MS, SECOND_MS } from "../../src/core/units.ts";
import { parseCatalogue } from "../../src/derive/catalogue.ts";
import type { Machine } from "./machine.ts";
import type { SimulatedBucket } from "./simulated-bucket.ts";
import type { SimulatedCluster } from "./simulated-cluster.ts";
import type { SimulatedSubscription } from "./simulated-subscription.ts";
import { IDENTITY_FIELD, TOPIC } from "./truth.ts";
import { STREAM, type World } from "./world.ts";

const PLACE = { bucket: "bucket", prefix: "", endpoint: "http://bucket" };
const SUBSCRIPTION = "projects/p/subscriptions/s";
const SPILL_AFTER_MS = 20 * SECOND_MS;

const SETTINGS = parsePipeline(
  `name: ${STREAM}
source: { kind: pubsub, subscription: ${SUBSCRIPTION}, topic: ${TOPIC} }
archive: { kind: gcs, bucket: bucket, endpoint: "http://127.0.0.1:1" }
index: { kind: elasticsearch, urls: ["http://127.0.0.1:1"], spill_after_ms: ${SPILL_AFTER_MS} }
identity: { ${TOPIC}: ${IDENTITY_FIELD} }
pseudonym_key: { env: NONE }
`,
  "simulation.yaml",
  [],
  "/",
);

const CATALOGUE = parseCatalogue(
  {
    text: `version: 1
events:
  push: { description: A push., log: ${TOPIC}, when: { event: push }, operation: update }
`,
    file: "catalogue.yaml",
  },
  null,
);

const DOCUMENTS = openDocuments({ name: STREAM, instance: null, index: null }, CATALOGUE, null);

/** PKCS#8 of an Ed25519 key, up to its 32 bytes. */
const KEY_HEAD = "302e020100300506032b657004220420";
const KEYS = ["07", "08"].map((byte) => {
  const base64 = Buffer.from(`${KEY_HEAD}${byte.repeat(32)}`, "hex").toString("base64");
  return parseSigningKey(`-----BEGIN PRIVATE KEY-----\n${base64}\n-----END PRIVATE KEY-----\n`);
});

/** What the machines of a simulation are to do, all with the same services. */
export interface Services {
  readonly world: World;
  readonly bucket: SimulatedBucket;
  readonly cluster: SimulatedCluster;
  readonly subscription: SimulatedSubscription;
}

function storeOf(
  { world, bucket }: Services,
  machine: Machine,
  giveUpAfterMs: number,
  signal?: AbortSignal,
): ObjectStore {
  return createGcsStore(bucket.service(machine, signal), PLACE, {
    backoff: machine.backoff(giveUpAfterMs),
    onTrouble: (message) => world.trace(() => `${machine.name} says: ${message}`),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Batches are small, so that many of them meet. */
export function drawBatch(world: World): { maxLines: number; maxBytes: number; maxAgeMs: number } {
  return { maxLines: world.some(1, 8), maxBytes: world.pick([300, 1e6, 1e6]), maxAgeMs: world.pick([100, 1000, 5000]) };
}

/** A worker until it ends. `stop` ends it in order. */
export async function work(
  services: Services,
  machine: Machine,
  batch: ReturnType<typeof drawBatch>,
  stop: AbortSignal,
): Promise<void> {
  const { world, subscription, cluster } = services;
  const tell = (message: string): void => world.trace(() => `${machine.name} says: ${message}`);
  const late = new AbortController();
  stop.addEventListener("abort", () => void machine.clock.sleep(5 * SECOND_MS).then(() => late.abort()), {
    once: true,
  });
  const store = storeOf(services, machine, Number.POSITIVE_INFINITY);
  const client = cluster.client(machine);
  const created = createElasticsearchIndex(client, {
    backoff: machine.backoff(SPILL_AFTER_MS),
    onTrouble: tell,
  });
  const index = createWorkerIndex({
    stream: STREAM,
    store,
    index: created,
    documents: DOCUMENTS,
    naming: { prefix: "logtally", retentionMs: 30 * 24 * HOUR_MS },
    worker: Math.floor(world.random() * 2 ** 32).toString(16),
    tryToCreate: (document, signal) => tryToCreate(client, document, signal),
    clock: machine.clock,
    random: world.random,
    notify: (_code, message) => tell(message),
    signal: late.signal,
    close: () => Promise.resolve(),
  });
  const source = createPubsubSource(subscription.subscriber(machine), {
    subscription: SUBSCRIPTION,
    topic: TOPIC,
    budget: { maxMessages: 2 * batch.maxLines, maxBytes: 1e6 },
    backoff: machine.backoff(MINUTE_MS),
    onTrouble: tell,
    onRead: () => undefined,
  });
  const worker = createWorker({
    settings: { ...SETTINGS, batch },
    catalogue: CATALOGUE,
    store,
    index,
    input: {
      sizeBytes: null,
      maxBatchLines: batch.maxLines,
      source: () => source,
      budgets: () => [],
      close: source.close,
    },
    writer: Math.floor(world.random() * 2 ** 32).toString(16),
    observer: null,
    clock: machine.clock,
    stop,
  });
  await worker.run(() => undefined);
}

export interface Sealing {
  readonly program: string;
  readonly latenessMs: number;
  readonly spanHours: SpanHours | null;
  /** Segments end after so many stored bytes. */
  readonly segmentBytes: number;
}

export function drawSealing(world: World): Sealing {
  return {
    program: world.chance(0.7) ? "1.0.0" : "2.0.0",
    latenessMs: world.pick([0, 0, 0, 10 * MINUTE_MS]),
    spanHours: world.pick([null, null, 1, 4, 24] as const),
    segmentBytes: world.pick([1, 1e6]),
  };
}

/** One run of `logtally seal`. `overHour`: null for what the clock says; `signal` ends it in order. */
export async function seal(
  services: Services,
  machine: Machine,
  {
    program,
    latenessMs,
    spanHours,
    segmentBytes,
    overHour,
    signal,
  }: Sealing & { readonly overHour: number | null; readonly signal: AbortSignal },
): Promise<number> {
  const makes: Makes = {
    program,
    segment_format: 1,
    zstd: "1",
    catalogue: CATALOGUE.digest,
    pseudonym_key: "00",
    instance: null,
  };
  let plans = 0;
  await sealStream(STREAM, {
    store: storeOf(services, machine, 2 * MINUTE_MS),
    makes,
    observe: () => Promise.resolve(countingEvents()),
    overHour: overHour ?? hourThatIsOver(machine.clock.nowMs(), latenessMs),
    spanHours,
    segmentBytes,
    onTotal: () => undefined,
    onBytes: () => undefined,
    onSealed: () => {
      plans += 1;
    },
    onTrouble: (message) => services.world.trace(() => `${machine.name} says: ${message}`),
    withUndated: true,
    signal,
  });
  return plans;
}

function countingEvents(): PlanObserver {
  return {
    eventsOf({ buffer, start, end, meta: { reason } }) {
      const text = buffer.toString("utf8", start, end);
      if (reason !== null) return [];
      const { event } = JSON.parse(text) as { readonly event?: string };
      return event === undefined ? [] : [event];
    },
    keep: () => undefined,
    endSegment: () => Promise.resolve(),
    end: () => Promise.resolve(),
    close: () => undefined,
  };
}

/** One run of `logtally sign`, with the first key, or with the second one and `--old-key`. */
export async function sign(services: Services, machine: Machine, withNewKey: boolean): Promise<void> {
  const [oldKey, newKey] = KEYS as [SigningKey, SigningKey];
  const options = {
    store: storeOf(services, machine, 2 * MINUTE_MS),
    nowMs: machine.clock.nowMs(),
    intervalMs: HOUR_MS,
    onBytes: () => undefined,
    onSigned: () => undefined,
  };
  if (withNewKey) await changeKey([STREAM], { ...options, key: newKey, oldKey });
  await signStream(STREAM, { ...options, key: withNewKey ? newKey : oldKey, oldKey: withNewKey ? oldKey : null });
}

/** One run of `logtally gc`. */
export async function removeSigned(services: Services, machine: Machine, hasStaleLists: boolean): Promise<void> {
  const { world, bucket } = services;
  const store = storeOf(services, machine, 2 * MINUTE_MS);
  const plan = await planGc(store, STREAM);
  const remover = createGcsRemover(bucket.service(machine), PLACE, {
    backoff: machine.backoff(2 * MINUTE_MS),
    onTrouble: (message) => world.trace(() => `${machine.name} says: ${message}`),
  });
  const { altered, unproven } = await collect(plan, { store, remover, onBytes: () => undefined });
  for (const { said } of altered) world.fail(`gc found "${said.name}" altered`);
  // A list that is old may lack the manifest that a record rests on: then the object only stays.
  if (hasStaleLists) return;
  for (const { name } of unproven) world.fail(`gc found lines of "${name}" nowhere`);
}
