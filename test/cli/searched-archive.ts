import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { listStreams, readSealedPlans } from "../../src/archive/sealed-plan.ts";
import { readTail } from "../../src/archive/tail.ts";
import { createWalWriter } from "../../src/archive/wal-writer.ts";
import { openArchiveStore } from "../../src/cli/open/archive/archive-store.ts";
import { openSealer } from "../../src/cli/open/archive/sealer.ts";
import { loadSettings } from "../../src/cli/settings.ts";
import type { PipelineSettings } from "../../src/config/pipeline.ts";
import type { Payload } from "../../src/core/delivery.ts";
import type { Line } from "../../src/core/line.ts";
import { HOUR_MS, KIB, MIB } from "../../src/core/units.ts";
import { createDecoder } from "../../src/decode/decoder.ts";
import { bytesOf } from "../segment/sample-line.ts";

/** A line as the archive has it. */
export type KeptLine = Pick<Line, "id" | "hash" | "lane" | "log" | "timeMs" | "reason"> & { readonly bytes: Buffer };

/** What befalls an archive. */
type Deed =
  | { readonly put: readonly Payload[]; readonly stream: string }
  | { readonly seals: true; readonly isRemoved: boolean };

/** Everything that befalls it, and how many hours are sealed together. */
export interface Story {
  readonly deeds: readonly Deed[];
  readonly hours: number;
}

/** An archive in a folder, made by the program's own sealer, and each line that it was given. */
export interface SearchedArchive {
  readonly path: string;
  readonly settings: PipelineSettings;
  readonly lines: readonly KeptLine[];
}

export const FIRST_MS = Date.UTC(2020, 11, 22, 3);
const STREAMS = ["a", "b"] as const;
const LIMITS = { maxDepth: 128, maxLineBytes: 4 * MIB, maxInflatedBytes: 32 * MIB };

/** Values that lines have, and such as none has, to be asked for. */
export const VALUES = {
  log: ["rails.api", "sidekiq", "gitaly", "shell", "unknown"],
  event: ["any", "rest_request", "record_read", "job_done", "git_push"],
  user: ["1", "bob", "id:1", "name:bob", "2"],
  group: ["acme", "bob", "nobody"],
  project: ["acme/shop", "bob/site", "acme/other"],
  correlationId: ["c1", "c2", "c3", "it's"],
  status: ["200", "500", "2xx", "5xx", "404"],
  field: ["method=GET", "method=POST", "job_status=done", "flag=true", "user_id=1"],
  text: ["acme", "no record", "payload_base64", "c1", "nowhere"],
} as const;

const DEEDS: readonly object[] = [
  { tag: "rails.api", method: "GET", route: "/api/:version/projects", status: 200 },
  { tag: "rails.api", method: "POST", route: "/api/:version/issues", status: 500 },
  { tag: "rails.api", method: "GET", route: "/api/:version/projects", status: "200", flag: true },
  { tag: "sidekiq", job_status: "done", class: "W" },
  { tag: "gitaly", "grpc.method": "SSHUploadPack" },
  { msg: "of no log" },
];
const PEOPLE: readonly object[] = [{ user_id: 1, "meta.user": "alice" }, { username: "bob" }, { user_id: 2 }, {}];

const content = fc
  .record({
    deed: fc.constantFrom(...DEEDS, ...DEEDS.slice(0, 2)),
    who: fc.constantFrom(...PEOPLE),
    project: fc.constantFrom<object>({ "meta.project": "acme/shop" }, { gl_project_path: "bob/site" }, {}),
    // Many, so that most blocks have no line of one.
    request: fc.oneof(
      fc.constantFrom<object>({ correlation_id: "c1" }, { correlation_id: "it's" }, {}),
      fc.nat(99).map((n): object => ({ correlation_id: `r${n}` })),
    ),
    // A few of them fill a block.
    long: fc.constantFrom<object>({}, {}, {}, {}, { padding: "x".repeat(300 * KIB) }),
    nonce: fc.nat(3),
  })
  .map(({ deed, who, project, request, long, nonce }) => ({ ...deed, ...who, ...project, ...request, ...long, nonce }));

/** Moments of two days, some of them a millisecond from an hour. */
const moment = fc
  .tuple(fc.constantFrom(0, 1, 4, 20, 27), fc.constantFrom(-1, 0, 1, 1_800_123))
  .map(([hours, ms]) => FIRST_MS + hours * HOUR_MS + ms);

const textOf = (timeMs: number | null, made: object): string =>
  JSON.stringify({ ...(timeMs === null ? {} : { time: new Date(timeMs).toISOString() }), ...made });

/** A line of a file. */
export function fileOf(text: string): Payload {
  const buffer = Buffer.from(`\0${text}\n`);
  const fingerprint = createHash("sha256").update(buffer).digest("hex");
  return { kind: "lines", buffer, start: 1, end: buffer.length, fingerprint, offset: 0, continuesLine: false };
}

function messageOf(text: string, publishedAtMs: number, attributes: Readonly<Record<string, string>> = {}): Payload {
  const messageId = createHash("sha256").update(text).digest("hex").slice(0, 8);
  return { kind: "message", data: Buffer.from(text), info: { topic: "t", messageId, publishedAtMs, attributes } };
}

/** One of each lane, and of each kind of identity: content, place, an entry whose variants are in conflict. */
const KINDS: readonly fc.Arbitrary<Payload>[] = [
  fc.tuple(moment, content).map(([ms, made]) => fileOf(textOf(ms, made))),
  // Without any time, or filed by when it was published.
  content.map((made) => fileOf(textOf(null, made))),
  fc.tuple(moment, content).map(([ms, made]) => messageOf(textOf(null, made), ms)),
  // Ahead of the message that brought it.
  fc.tuple(moment, content).map(([ms, made]) => messageOf(textOf(ms, made), ms - 30 * HOUR_MS)),
  // With newlines in it.
  fc
    .tuple(moment, content)
    .map(([ms, made]) => messageOf(JSON.stringify(JSON.parse(textOf(ms, made)), null, 1), ms + 1)),
  fc.tuple(moment, fc.nat(2)).map(([ms, n]) => messageOf(`no record ${n} c1 acme`, ms)),
  fc.nat(2).map((n) => fileOf(`no record of a file ${n}`)),
  fc.tuple(moment, fc.nat(2)).map(([ms, n]) => messageOf(`no zlib ${n} acme`, ms, { compression_algorithm: "zlib" })),
  fc
    .tuple(moment, fc.constantFrom("1", "2"), content)
    .map(([ms, insertId, jsonPayload]) =>
      fileOf(
        JSON.stringify({ logName: "projects/p/logs/x", timestamp: new Date(ms).toISOString(), insertId, jsonPayload }),
      ),
    ),
];

/**
 * Objects of two streams, the first with all there is and sealed, the others with some of it: sealed now and then there are
 * revisions, repeats and conflicts.
 */
export const story: fc.Arbitrary<Story> = fc
  .tuple(
    fc.tuple(...KINDS),
    fc.array(fc.oneof(...KINDS, ...KINDS.slice(0, 1)), { minLength: 20, maxLength: 40, size: "max" }),
  )
  .chain(([ofEach, more]) => {
    const pool = [...ofEach, ...more];
    const stream = fc.constantFrom(...STREAMS);
    const put = fc.record({ put: fc.shuffledSubarray(pool, { minLength: 5 }), stream });
    const seal = fc.record({ seals: fc.constant<true>(true), isRemoved: fc.boolean() });
    return fc.record({
      hours: fc.constantFrom(1, 6, 24),
      deeds: fc
        .array(fc.oneof({ weight: 3, arbitrary: put }, { weight: 2, arbitrary: seal }), {
          minLength: 2,
          maxLength: 6,
          size: "max",
        })
        .map((deeds) => [{ put: pool, stream: STREAMS[0] }, { seals: true as const, isRemoved: true }, ...deeds]),
    });
  });

/** The archive after all of it, in that folder. */
export async function archiveOf({ deeds, hours }: Story, path: string): Promise<SearchedArchive> {
  const settings = await loadSettings(undefined, { archive: path, set: [`seal.hours=${hours}`] });
  const store = await openArchiveStore(settings.archive);
  const decoder = createDecoder({ names: [], limits: LIMITS, identityFields: {}, topic: "t" });
  const lines: KeptLine[] = [];
  for (const [index, deed] of deeds.entries()) {
    if ("seals" in deed) {
      for (const stream of await listStreams(store)) await seal(path, settings, stream, deed.isRemoved);
      continue;
    }
    const writer = createWalWriter({
      store,
      stream: deed.stream,
      writer: String(index).padStart(16, "0"),
      clock: { nowMs: Date.now },
      limits: { maxLines: 100_000, maxBytes: 100 * MIB },
    });
    for (const each of deed.put) {
      decoder.decode(each, (line) => {
        const { id, hash, lane, log, timeMs, reason } = line;
        lines.push({ id, hash, lane, log, timeMs, reason, bytes: bytesOf(line) });
        writer.append(line);
      });
    }
    await writer.commit();
  }
  return { path, settings, lines };
}

/** `isRemoved`: what is wholly sealed goes from the write-ahead log, as `gc` does it. */
async function seal(path: string, settings: PipelineSettings, stream: string, isRemoved: boolean): Promise<void> {
  const store = await openArchiveStore(settings.archive);
  const sealer = await openSealer(settings, null);
  const nothing = (): void => undefined;
  const { signal } = new AbortController();
  try {
    await sealer.seal(stream, {
      signal,
      onTotal: nothing,
      onBytes: nothing,
      onSealed: nothing,
      onTrouble: nothing,
      withUndated: true,
    });
  } finally {
    sealer.close();
  }
  if (!isRemoved) return;
  for (const { object, unsealed } of await readTail(store, stream, await readSealedPlans(store, stream))) {
    if (unsealed.length === 0) await rm(join(path, object.name));
  }
}
