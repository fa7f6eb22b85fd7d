import { createHash } from "node:crypto";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { sealStream } from "../../../src/archive/seal/seal.ts";
import { listStreams, readSealedPlans } from "../../../src/archive/sealed-plan.ts";
import type { SpanHours } from "../../../src/archive/span.ts";
import { createWalWriter } from "../../../src/archive/wal-writer.ts";
import { createObjectCache } from "../../../src/backends/files/local-objects.ts";
import { createScratchFolder } from "../../../src/backends/files/scratch-folder.ts";
import { createMemoryStore } from "../../../src/backends/memory/memory-store.ts";
import type { Payload } from "../../../src/core/delivery.ts";
import { hourOf } from "../../../src/core/hour.ts";
import type { LocalObjects } from "../../../src/core/local-objects.ts";
import type { ObjectRemover } from "../../../src/core/object-remover.ts";
import type { ObjectStore } from "../../../src/core/object-store.ts";
import { MIB } from "../../../src/core/units.ts";
import { type ArchiveCounts, readArchiveCounts } from "../../../src/counts/archive-counts.ts";
import { type AskedPeriods, readBooks, readBooksFor } from "../../../src/counts/books/stream-book.ts";
import type { CountQuery, CountRow } from "../../../src/counts/cube.ts";
import { createFactReader, type FactReader } from "../../../src/counts/fact-reader.ts";
import { writeApart } from "../../../src/counts/facts/apart-writer.ts";
import type { FactsBasis } from "../../../src/counts/facts/facts-basis.ts";
import { createFactsDatabase } from "../../../src/counts/facts/facts-database.ts";
import { createFactsObserver } from "../../../src/counts/facts/facts-observer.ts";
import { writeMissingFacts } from "../../../src/counts/facts/missing-facts.ts";
import { type Rebuilt, rebuildFacts } from "../../../src/counts/facts/rebuild.ts";
import { writeRollups } from "../../../src/counts/facts/rollup-writer.ts";
import { createDecoder } from "../../../src/decode/decoder.ts";
import { catalogueFields } from "../../../src/derive/catalogue-fields.ts";
import { createDeriver } from "../../../src/derive/deriver.ts";
import { createDimensions, DIMENSION_FIELDS } from "../../../src/derive/dimensions.ts";
import type { Catalogue } from "../../../src/derive/event-rules.ts";
import { createPseudonyms, keyFingerprint } from "../../../src/derive/pseudonym.ts";
import { tempFolder } from "../../backends/temp-folder.ts";
import { STANDARD } from "../../derive/standard-events.ts";

const LIMITS = { maxDepth: 128, maxLineBytes: 4 * MIB, maxInflatedBytes: 32 * MIB };
const DUCK_DB = { memoryLimit: "256MB", spillDirectory: join(import.meta.dirname, "no-spill") };
/** Of the pseudonyms, unless it is said otherwise. */
export const TEST_KEY = "0123456789abcdef";
/** Later than all lines of these tests. */
export const NOW_MS = Date.UTC(2021, 0, 10);

/** By what facts are derived. */
export interface Deriving {
  readonly catalogue?: Catalogue;
  readonly key?: string;
  readonly instance?: string | null;
}

/** An archive in memory that is filled, sealed and counted as the commands do it. */
export interface TestArchive {
  readonly store: ObjectStore & ObjectRemover;
  /** Objects whose bytes were asked for to be counted. */
  readonly opened: string[];
  /** What was told since it was emptied. */
  readonly said: string[];
  /** Writes lines as one object. */
  add(lines: readonly string[], stream?: string): Promise<void>;
  /** Writes what a message held as one object. */
  addMessage(text: string, publishedAtMs: number): Promise<void>;
  /** Seals everything that is over, with facts and, unless it is said otherwise, roll-ups. */
  seal(options?: SealTestOptions): Promise<void>;
  rollUp(stream?: string, deriving?: Deriving): Promise<string[]>;
  /** Facts of plans that have none. */
  complete(): Promise<number>;
  rebuild(stream?: string, deriving?: Deriving): Promise<Rebuilt[]>;
  /** `asked`: by the books of these periods only. */
  counting<Result>(
    ask: (counts: ArchiveCounts) => Promise<Result>,
    deriving?: Deriving,
    asked?: AskedPeriods,
  ): Promise<Result>;
  /** Rows, by default of all time by instance. */
  count(query?: Partial<CountQuery>, deriving?: Deriving): Promise<CountRow[]>;
}

export interface SealTestOptions {
  readonly stream?: string;
  readonly overMs?: number;
  readonly spanHours?: SpanHours;
  readonly segmentBytes?: number;
  readonly withRollups?: boolean;
}

export const QUERY: CountQuery = {
  by: "instance",
  level: "aggregate",
  events: null,
  periods: ["all"],
  days: 28,
  asOf: "2021-01-01",
  withSessions: true,
  foldsPersonal: false,
};

/** `store`: what it has already; empty unless it is said otherwise. */
export async function testArchive(store: TestArchive["store"] = createMemoryStore()): Promise<TestArchive> {
  const folder = await tempFolder();
  const scratch = createScratchFolder(join(folder, "scratch"), Date.now);
  const opened: string[] = [];
  const said: string[] = [];
  let caches = 0;
  /** What a copy from before would hide is to be seen. */
  const newCache = (): LocalObjects => {
    caches += 1;
    const options = { store, folder: join(folder, `cache-${caches}`), limitBytes: 100 * MIB, nowMs: () => NOW_MS };
    const cache = createObjectCache(options);
    return {
      fileOf(object) {
        opened.push(object.name);
        return cache.fileOf(object);
      },
    };
  };
  const views = { store, remover: store };
  const tell = (sentence: string): void => void said.push(sentence);
  const database = createFactsDatabase(DUCK_DB);
  onTestFinished(() => database.close());
  const common = { ...DUCK_DB, database, views, scratch, tell, program: "1.0.0" };
  let writers = 0;

  async function rollUp(stream = "local", deriving: Deriving = {}, dueThroughMs = NOW_MS): Promise<string[]> {
    const { basis } = derivingParts(deriving);
    const plans = await readSealedPlans(store, stream);
    const days = plans.map(({ span }) => span.day);
    const rolling = { ...common, local: newCache(), basis, days, always: false, dueThroughMs };
    const written = await writeRollups({ ...rolling, stream, plans });
    // So few that many looks are needed.
    await writeApart({ ...rolling, streams: await listStreams(store), factsAtOnce: 1 });
    return written;
  }

  async function counting<Result>(
    ask: (counts: ArchiveCounts) => Promise<Result>,
    deriving: Deriving = {},
    asked: AskedPeriods | null = null,
  ): Promise<Result> {
    const startProgress = () => ({ add: () => undefined, stop: () => undefined });
    const { counts } = await readArchiveCounts(
      { ...common, ...derivingParts(deriving), store, local: newCache(), latenessMs: 0, startProgress },
      async (watched) => ({
        books: await (asked === null ? readBooks(watched) : readBooksFor(watched, asked)),
        nowMs: NOW_MS,
      }),
    );
    try {
      return await ask(counts);
    } finally {
      counts.close();
    }
  }

  async function addPayload(payload: Payload, stream: string): Promise<void> {
    writers += 1;
    const clock = { nowMs: () => NOW_MS, monotonicMs: () => 0 };
    const limits = { maxLines: 100_000, maxBytes: 100 * MIB };
    const wal = createWalWriter({ store, stream, writer: String(writers).padStart(4, "0"), clock, limits });
    DECODER.decode(payload, (line) => wal.append(line));
    await wal.commit();
  }

  return {
    store,
    opened,
    said,
    rollUp,
    counting,
    count: (query = {}, deriving = {}) => counting((counts) => counts.rows({ ...QUERY, ...query }), deriving),
    add: (lines, stream = "local") => addPayload(fileOf(lines), stream),
    addMessage: (text, publishedAtMs) => addPayload(messageOf(text, publishedAtMs), "local"),
    async seal({ stream = "local", overMs = NOW_MS, spanHours = 6, segmentBytes, withRollups = true } = {}) {
      const { reader, basis } = derivingParts({});
      const { catalogue, pseudonymKey, instance } = basis;
      await sealStream(stream, {
        store,
        makes: {
          program: "1.0.0",
          segment_format: 1,
          zstd: "1",
          catalogue,
          pseudonym_key: pseudonymKey,
          instance,
        },
        observe: ({ span, number }) => createFactsObserver({ ...common, reader, basis, span, plan: number }),
        overHour: hourOf(overMs),
        spanHours,
        ...(segmentBytes === undefined ? {} : { segmentBytes }),
        onTotal: () => undefined,
        onBytes: () => undefined,
        onSealed: () => undefined,
        onTrouble: () => undefined,
        withUndated: true,
        signal: new AbortController().signal,
      });
      if (withRollups) await rollUp(stream, {}, overMs);
    },
    async complete() {
      const options = { ...common, ...derivingParts({}), onBytes: () => undefined };
      return writeMissingFacts(await readSealedPlans(store, "local"), options);
    },
    async rebuild(stream = "local", deriving = {}) {
      const rebuilt: Rebuilt[] = [];
      for (const plan of await readSealedPlans(store, stream)) {
        const options = { ...common, ...derivingParts(deriving), onBytes: () => undefined };
        if (!plan.isRecord) rebuilt.push(await rebuildFacts(plan, options));
      }
      return rebuilt;
    },
  };
}

/** Objects of a prefix: name → bytes as hex. */
export async function objectsOf({ store }: TestArchive, prefix: string): Promise<Map<string, string>> {
  const objects = new Map<string, string>();
  for await (const { name, sizeBytes } of store.list(prefix)) {
    objects.set(name, (await store.read(name, 0, sizeBytes)).toString("hex"));
  }
  return objects;
}

/** Removes an object, or puts other bytes in its place. */
export async function spoil({ store }: TestArchive, name: string, how: "remove" | "cut" | "alter"): Promise<void> {
  const bytes = await store.read(name, 0, 1e8);
  await store.remove(name);
  if (how === "cut") await store.create(name, bytes.subarray(0, bytes.length - 1));
  if (how === "alter") await store.create(name, bytes.fill((bytes[100] ?? 0) + 1, 100, 101));
}

export async function namesOf(archive: TestArchive, prefix: string, pattern: RegExp): Promise<string[]> {
  return [...(await objectsOf(archive, prefix)).keys()].filter((name) => pattern.test(name));
}

const DECODER = createDecoder({ names: [], limits: LIMITS, identityFields: {}, topic: "" });

export function derivingParts({ catalogue = STANDARD, key = TEST_KEY, instance = null }: Deriving): {
  reader: FactReader;
  basis: FactsBasis;
} {
  const names = [...catalogueFields(catalogue), ...DIMENSION_FIELDS];
  const decoder = createDecoder({ names, limits: LIMITS, identityFields: {}, topic: "" });
  const reader = createFactReader({
    decoder,
    derive: createDeriver(catalogue, decoder.slotOf),
    dimensionsOf: createDimensions(decoder.slotOf, { instance }),
    pseudonyms: createPseudonyms(Buffer.from(key)),
  });
  return { reader, basis: { catalogue: catalogue.digest, pseudonymKey: keyFingerprint(Buffer.from(key)), instance } };
}

/** The rows as a file; equal rows make equal files. */
function fileOf(lines: readonly string[]): Payload {
  const buffer = Buffer.concat([Buffer.alloc(1), ...lines.map((line) => Buffer.from(`${line}\n`))]);
  const fingerprint = createHash("sha256").update(buffer).digest("hex");
  return { kind: "lines", buffer, start: 1, end: buffer.length, fingerprint, offset: 0, continuesLine: false };
}

/** A request of the REST API by a user, which counts two events. */
export function apiLine(timeMs: number, change: Record<string, unknown> = {}): string {
  const time = new Date(timeMs).toISOString();
  const route = "/api/:version/projects";
  return JSON.stringify({ time, tag: "rails.api", method: "GET", route, status: 200, user_id: 101, ...change });
}

/** A line whose identity is not its content: lines with one insert id are variants of each other. */
export function entryLine(timeMs: number, insertId: string, change: Record<string, unknown> = {}): string {
  return JSON.stringify({
    logName: "projects/p/logs/rails.api",
    timestamp: new Date(timeMs).toISOString(),
    insertId,
    jsonPayload: JSON.parse(apiLine(timeMs, change)) as unknown,
  });
}

/** Rows without what changes when lines are sealed. */
export function figures(rows: readonly CountRow[]): unknown[] {
  return rows.map(({ sealed: _sealed, ...row }) => row);
}

function messageOf(text: string, publishedAtMs: number): Payload {
  const info = { topic: "t", messageId: `${publishedAtMs} ${text.length}`, publishedAtMs, attributes: {} };
  return { kind: "message", data: Buffer.from(text), info };
}
