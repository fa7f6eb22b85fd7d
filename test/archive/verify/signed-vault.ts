import { readDigests } from "../../../src/archive/digest/digest-chain.ts";
import { signStream } from "../../../src/archive/digest/sign.ts";
import type { SigningKey } from "../../../src/archive/digest/signing-key.ts";
import type { SealedPlan } from "../../../src/archive/sealed-plan.ts";
import type { SpanHours } from "../../../src/archive/span.ts";
import type { ChainSurvey } from "../../../src/archive/verify/chain-survey.ts";
import type { Finding, Unproven } from "../../../src/archive/verify/finding.ts";
import type { VerifiedStream } from "../../../src/archive/verify/stream-check.ts";
import { type VerifyOptions, verifyVault } from "../../../src/archive/verify/verify.ts";
import { createMemoryStore } from "../../../src/backends/memory/memory-store.ts";
import { DUCK_DB } from "../../../src/cli/open/counts/duck-db-options.ts";
import type { ArchivedLine } from "../../../src/core/archived-line.ts";
import type { ObjectRemover } from "../../../src/core/object-remover.ts";
import type { ObjectStore } from "../../../src/core/object-store.ts";
import { MINUTE_MS } from "../../../src/core/units.ts";
import type { FactReader } from "../../../src/counts/fact-reader.ts";
import { openSealedCheck, type SealedCheck } from "../../../src/counts/recount/sealed-check.ts";
import type { DerivedEvent } from "../../../src/derive/derived-event.ts";
import { putObject } from "../sample-archive.ts";
import { newKey, SIGNED_AT_MS, signing } from "../sample-signing.ts";
import { countingPushes, POOL, STREAM, seal } from "../seal/sealing.ts";

export type Store = ObjectStore & ObjectRemover;

export const KEY = newKey();

/** Of the sealer of the tests. */
const CATALOGUE = "sha256:00";

/** An archive of several hours of two days and of none, sealed and signed so often, with repeats and conflicts. */
export async function signedVault({
  rounds = 3,
  spanHours = 6,
}: {
  readonly rounds?: number;
  readonly spanHours?: SpanHours;
} = {}): Promise<{
  readonly store: Store;
  readonly plans: readonly SealedPlan[];
}> {
  const store = createMemoryStore();
  const plans: SealedPlan[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    await addLines(store, round);
    plans.push(...(await seal(store, { spanHours })));
    await sign(store, KEY, round);
  }
  return { store, plans };
}

/** Lines of that round: a third of the pool, and some that were there before. */
export async function addLines(store: ObjectStore, round: number): Promise<void> {
  const lines = POOL.filter((_, index) => index % 3 === round % 3 || index % 17 === 0);
  await putObject(store, lines, { sequence: round, stream: STREAM });
}

export async function sign(store: ObjectStore, key: SigningKey, round: number): Promise<void> {
  await signStream(STREAM, signing(store, key, { nowMs: SIGNED_AT_MS + round * MINUTE_MS }));
}

/** The same objects in another store, in so far as they are taken. */
export async function copyOf(
  store: ObjectStore,
  takes: (name: string) => boolean = () => true,
  nowMs?: () => number,
): Promise<Store> {
  const copy = createMemoryStore(nowMs);
  for await (const { name, sizeBytes } of store.list("")) {
    if (takes(name)) await copy.create(name, await store.read(name, 0, sizeBytes));
  }
  return copy;
}

/** What a verification said. */
export interface Verdict {
  readonly findings: readonly Finding[];
  readonly unproven: readonly Unproven[];
  readonly streams: readonly VerifiedStream[];
  readonly surveys: readonly ChainSurvey[];
  /** So many were to be read, and were done with. */
  readonly totalBytes: number;
  readonly bytes: number;
}

export type Level = "hashes" | "full";

export async function verify(store: ObjectStore, level: Level, change: Partial<VerifyOptions> = {}): Promise<Verdict> {
  const findings: Finding[] = [];
  const unproven: Unproven[] = [];
  let surveys: readonly ChainSurvey[] = [];
  let [totalBytes, bytes] = [0, 0];
  const onBytes = (more: number): void => {
    bytes += more;
    change.onBytes?.(more);
  };
  Object.assign(asked, { store, onBytes });
  const streams = await verifyVault({
    store,
    only: null,
    takes: () => true,
    trust: { fingerprints: new Set(), keys: [] },
    kept: [],
    readLines: level === "full" ? async (plans) => (await lineCheck()).check(plans) : null,
    onDigests: () => undefined,
    onDigest: () => undefined,
    ledger: { has: () => false, note: () => Promise.resolve() },
    onSurveyed(all, total) {
      surveys = all;
      totalBytes = total;
    },
    onFinding: (finding) => findings.push(finding),
    onUnproven: (each) => unproven.push(each),
    ...change,
    onBytes,
  });
  return { findings, unproven, streams, surveys, totalBytes, bytes };
}

/** What is verified now. */
const asked: { store: ObjectStore; onBytes: (bytes: number) => void } = {
  store: createMemoryStore(),
  onBytes: () => undefined,
};
let opened: Promise<SealedCheck> | null = null;

/** One for all: to open a database takes longer than to verify one of these vaults. */
function lineCheck(): Promise<SealedCheck> {
  opened ??= openSealedCheck({
    ...DUCK_DB,
    store: { ...asked.store, read: (name, start, end) => asked.store.read(name, start, end) },
    reader: readerOfPushes(),
    catalogue: CATALOGUE,
    onBytes: (bytes) => asked.onBytes(bytes),
  });
  return opened;
}

/** Derives what the sealer of the tests has counted. */
function readerOfPushes(): FactReader {
  const pushes = countingPushes();
  const nobody = {
    plan: null,
    group: null,
    ownsGroup: false,
    project: null,
    category: null,
    user: null,
    visitor: null,
  };
  const derived = (line: ArchivedLine) =>
    pushes.eventsOf(line).map((event): DerivedEvent => ({ event, operation: "none", detail: "" }));
  return {
    eventsOf: derived,
    requestOf: () => null,
    factsOf: (line, variant) =>
      derived(line).map((event) => ({
        ...event,
        ...nobody,
        id: line.meta.id,
        variant,
        log: line.meta.log,
        timeMs: line.meta.timeMs ?? 0,
        instance: null,
      })),
  };
}

/** `SEQUENCE` and hash of the newest digest. */
export async function newestEnd(store: ObjectStore) {
  const last = (await readDigests(store, STREAM)).digests.at(-1);
  return { stream: null, sequence: last?.digest.sequence ?? 0, sha256: last?.sha256 ?? "" };
}
