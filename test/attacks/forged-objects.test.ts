/**
 * Goal: an object that a rogue writer has put into the archive holds up nothing but what it claims, is told by name, leads
 * nobody out of the archive, fills no memory, and makes no line count in an hour that is not its own.
 * Method: write-ahead objects, plans, manifests, records, span files and digests, well-formed but for the lie, put there
 * before the sealer comes; then what is sealed and said.
 */
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../src/archive/canonical-json.ts";
import { readDigests } from "../../src/archive/digest/digest-chain.ts";
import { digestName } from "../../src/archive/digest/digest-name.ts";
import { signStream } from "../../src/archive/digest/sign.ts";
import { manifestBytes } from "../../src/archive/manifest.ts";
import { listStreams, readSealedPlan, readSealedPlans } from "../../src/archive/sealed-plan.ts";
import { spanOfHour } from "../../src/archive/span.ts";
import { manifestName, planName, recordName, spanLengthName } from "../../src/archive/vault-name.ts";
import { walObjectName } from "../../src/archive/wal-name.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { IoError } from "../../src/core/fault.ts";
import { hourOf } from "../../src/core/hour.ts";
import { leafHash, lineId } from "../../src/core/identity.ts";
import type { Line } from "../../src/core/line.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { DAY_MS, HOUR_MS, MIB } from "../../src/core/units.ts";
import { compressFrame, META_FRAME_MAGIC, skippableFrame } from "../../src/segment/frame.ts";
import { createFrameFile } from "../../src/segment/frame-file.ts";
import { createSegmentWriter } from "../../src/segment/segment-writer.ts";
import { putObject } from "../archive/sample-archive.ts";
import { newKey, signing } from "../archive/sample-signing.ts";
import { distinctLines, STREAM, seal, vaultLines } from "../archive/seal/sealing.ts";
import { forgedVariant, SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";

const HOUR = hourOf(SAMPLE_MS);
/** An honest line of the hour that is attacked, and one of the next day. */
const HERE = sampleLine("here push");
const ELSEWHERE = sampleLine("elsewhere push", { timeMs: SAMPLE_MS + DAY_MS });

/** An archive with both, by an honest writer. */
async function honest(): Promise<ReturnType<typeof createMemoryStore>> {
  const store = createMemoryStore();
  await putObject(store, [HERE], { sequence: 1 });
  await putObject(store, [ELSEWHERE], { sequence: 2 });
  return store;
}

interface Forged {
  readonly bytes: Buffer;
  readonly firstHour?: number;
  readonly lastHour?: number;
}

/** Puts an object of a rogue writer into the write-ahead log; resolves with its name. */
async function putForged(store: ObjectStore, { bytes, firstHour = HOUR, lastHour = HOUR }: Forged): Promise<string> {
  const name = walObjectName({
    stream: STREAM,
    ingestDay: "2021-01-01",
    writer: "666",
    sequence: 1,
    firstHour,
    lastHour,
  });
  await store.create(name, bytes);
  return name;
}

function segmentOf(...lines: readonly Line[]): Buffer {
  const writer = createSegmentWriter();
  for (const line of lines) writer.append(line);
  return writer.finish().bytes;
}

/** What a sealer seals and says; never a fault of the program. */
async function sealing(
  store: ObjectStore,
  spanHours: 1 | 24 = 1,
): Promise<{ said: string[]; failure: IoError | null }> {
  const said: string[] = [];
  try {
    await seal(store, { said, spanHours });
    return { said, failure: null };
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    return { said, failure: error };
  }
}

/** A segment of one line with this meta, with good hashes, and with as many rows as it claims. */
function forgedSegment(meta: string, rows = 1): Buffer {
  const file = createFrameFile();
  const span = { firstRow: 0, rows, firstTimeMs: 0, lastTimeMs: 0 };
  const root = Buffer.alloc(32);
  const lines = Buffer.from("line\n");
  file.add("lines", lines, compressFrame(lines), span, root);
  const content = Buffer.from(meta);
  file.add("meta", content, skippableFrame(META_FRAME_MAGIC, compressFrame(content)), span, root);
  return file.take({ rows, rawBytes: lines.length }, root);
}

/** Of a line that is all right. */
const META = {
  id: lineId(HOUR, leafHash(Buffer.from("line"), 0, 4)),
  lane: "line",
  log: "rails.api",
  time: "2020-12-22T09:30:00.123Z",
};
const metaLine = (change: object): string => `${JSON.stringify({ ...META, ...change })}\n`;

describe("a write-ahead object", () => {
  it("of junk holds up the one hour of its name, and is told", async () => {
    const store = await honest();
    const name = await putForged(store, { bytes: Buffer.from("junk") });
    const { said, failure } = await sealing(store);
    expect(failure?.message).toContain(name);
    expect(said).toEqual([expect.stringContaining("2020-12-22 from hour 9 is not sealed")]);
    expect(await vaultLines(store)).toEqual(distinctLines([ELSEWHERE]));
  });

  it("of junk that claims a century holds up nothing, and is told each time", async () => {
    const store = await honest();
    const name = await putForged(store, {
      bytes: Buffer.from("junk"),
      firstHour: HOUR - 80_000,
      lastHour: HOUR + 80_000,
    });
    for (let run = 0; run < 2; run += 1) {
      const { said, failure } = await sealing(store);
      expect(failure?.message).toContain(name);
      expect(said).toEqual([expect.stringContaining("an object is left out of all that is sealed")]);
    }
    expect(await vaultLines(store)).toEqual(distinctLines([HERE, ELSEWHERE]));
  });

  it.each([
    [
      "later than its name says",
      { firstHour: HOUR, lastHour: HOUR },
      [sampleLine("x", { timeMs: SAMPLE_MS + HOUR_MS })],
    ],
    [
      "within what its name says",
      { firstHour: HOUR - 2, lastHour: HOUR + 2 },
      [sampleLine("x"), sampleLine("y", { timeMs: SAMPLE_MS + HOUR_MS })],
    ],
    [
      "and one of another",
      { firstHour: HOUR, lastHour: HOUR },
      [sampleLine("x"), sampleLine("y", { timeMs: SAMPLE_MS - HOUR_MS })],
    ],
  ])("with lines of hours %s is not sealed, and told", async (_what, hours, lines) => {
    const store = await honest();
    const name = await putForged(store, { bytes: segmentOf(...lines), ...hours });
    const { failure } = await sealing(store);
    expect(failure?.message).toContain(`"${name}": its lines are of other hours than its name says`);
    expect((await vaultLines(store)).join()).not.toMatch(/ [xy](,|$)/);
    expect(await vaultLines(store)).toContain(distinctLines([ELSEWHERE])[0]);
  });

  it.each([
    [
      "of another hour than its time",
      sampleLine("x", { timeMs: SAMPLE_MS + 5 * HOUR_MS, hour: HOUR, id: lineId(HOUR, "0".repeat(24)) }),
    ],
    ["of an hour, without any time", sampleLine("x", { timeMs: null, hour: HOUR, id: lineId(HOUR, "0".repeat(24)) })],
    ["in lane future, and its time is not ahead", sampleLine("x", { lane: "future" })],
    [
      "in lane line, and its time is ahead",
      sampleLine("x", {
        timeMs: SAMPLE_MS + 5 * HOUR_MS,
        hour: HOUR,
        id: lineId(HOUR, "0".repeat(24)),
        message: { topic: "t", messageId: "1", publishedAtMs: SAMPLE_MS, attributes: {} },
      }),
    ],
    ["that counts, in quarantine", { ...HERE, lane: "quarantine", reason: "not_json" }],
    [
      "that counts, in quarantine and of another log",
      { ...HERE, lane: "quarantine", reason: "not_json", log: "gitaly" },
    ],
    ["that counts, as if it were wrapped", { ...HERE, lane: "wrapped" }],
  ] as const)("with a line %s is not sealed, and told by row", async (_what, line) => {
    const store = await honest();
    const name = await putForged(store, { bytes: segmentOf(line) });
    const { failure } = await sealing(store);
    expect(failure?.message).toContain(`"${name}": row 0 is filed under`);
    expect(await vaultLines(store)).toEqual(distinctLines([ELSEWHERE]));
  });

  it.each([
    ["an id", { id: META.id.toUpperCase().replace("0", "F") }],
    ["an id", { id: `ffffffff${META.id.slice(8)}` }],
    ["an id", { id: `${META.id}","x":"` }],
    ["an id", { id: 5 }],
    ["a lane", { lane: "constructor" }],
    ["a log", { log: 'x","lane":"blob' }],
    ["a log", { log: "a\nb" }],
    ["a log", { log: "../../etc" }],
    ["a log", { log: null }],
    ["a time", { time: "yesterday" }],
    ["a time", { time: "+275760-09-13T00:00:00.001Z" }],
    ["a time", { message_id: "1", published_at: 5 }],
    ["a topic", { topic: 5 }],
    ["a message id", { message_id: {} }],
    ["attributes", { message_id: "1", attributes: 5 }],
    ["attributes", { message_id: "1", attributes: -1 }],
    ["attributes", { message_id: "1", attributes: { a: { b: 1 } } }],
    ["a reason", { reason: "because" }],
  ])("with such %s in its meta is not read: %j", async (_part, change) => {
    const store = await honest();
    const name = await putForged(store, { bytes: forgedSegment(metaLine(change)) });
    const { failure } = await sealing(store);
    expect(failure).toMatchObject({ code: "corrupt" });
    expect(failure?.message).toContain(name);
    expect(await vaultLines(store)).toEqual(distinctLines([ELSEWHERE]));
  });

  it.each([
    ["the first", ["forged", "honest"]],
    ["later", ["honest", "forged"]],
  ])(
    "with the id of a line and a smaller hash does not take its place in the counts, being %s",
    async (_what, order) => {
      const store = createMemoryStore();
      const forged = forgedVariant(HERE, (attempt) => `other ${attempt}`);
      for (const whose of order) {
        if (whose === "forged") await putForged(store, { bytes: segmentOf(forged) });
        else await putObject(store, [HERE], { sequence: 1 });
        expect((await sealing(store)).failure).toBeNull();
      }
      const plans = await readSealedPlans(store, STREAM);
      expect(plans.map(({ manifest }) => manifest.counts.events["git_push"] ?? 0).reduce((a, b) => a + b)).toBe(1);
      // It is kept, and told.
      expect(plans.at(-1)?.manifest.conflicts).toEqual([
        { id: HERE.id, variants: 2, standing: HERE.hash, log: HERE.log },
      ]);
      expect(await vaultLines(store)).toEqual(distinctLines([HERE, forged]));
    },
  );

  it("that claims millions of rows takes no memory for them", async () => {
    const segment = forgedSegment(metaLine({}), 100_000_000);
    const store = await honest();
    await putForged(store, { bytes: segment });
    const before = process.memoryUsage().arrayBuffers;
    expect((await sealing(store)).failure?.message).toContain("fewer lines than 100000000");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * MIB);
  });
});

const DEEP = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
const SPAN = spanOfHour(STREAM, HOUR, 1);

/** The plan that an honest sealer would make. */
const PLAN = {
  format: 1,
  stream: STREAM,
  first_hour: "2020-12-22T09:00:00Z",
  hours: 1,
  plan: 1,
  revision: 1,
  attempt: 1,
  inputs: [] as { name: string; size_bytes: number }[],
  makes: { program: "9", segment_format: 1, zstd: "1", catalogue: "c", pseudonym_key: "k", instance: null },
};
const planText = (change: object): string => canonicalJson({ ...PLAN, ...change });
const input = (name: string, size = 10): object => ({ inputs: [{ name, size_bytes: size }] });
const WAL_NAME = walObjectName({
  stream: STREAM,
  ingestDay: "2021-01-01",
  writer: "aa",
  sequence: 9,
  firstHour: HOUR,
  lastHour: HOUR,
});

const TRAVERSALS = [
  "../../etc/passwd",
  "/etc/passwd",
  "wal/local/../../../etc/passwd",
  "wal/local/%2e%2e/x",
  "wal\\..\\x",
  "a\0b",
  "x".repeat(2000),
  WAL_NAME.replace(STREAM, "other"),
  "",
];

describe("a plan that was put there", () => {
  it.each([
    ["junk", "junk"],
    ["nothing", ""],
    ["null", "null"],
    ["nested without end", planText({}).replace('"makes":{', `"makes":{"a":${DEEP},`)],
    ["nested where a list is", planText({}).replace('"inputs":[]', `"inputs":${DEEP}`)],
    ["with a key that every object has", planText({}).replace('"makes":{', '"makes":{"__proto__":{"program":"x"},')],
    ["of another stream", planText({ stream: "other" })],
    ["of another hour", planText({ first_hour: "2020-12-22T10:00:00Z" })],
    ["of another number", planText({ plan: 2 })],
    ["of half an hour", planText({ hours: 0.5 })],
    ["with a huge input", planText(input(WAL_NAME, 1e300))],
    ["with an input of no size", planText(input(WAL_NAME, -1))],
    ["with an input that is not there", planText(input(WAL_NAME, 10))],
    ...TRAVERSALS.map((name) => [`that leads to ${JSON.stringify(name).slice(0, 40)}`, planText(input(name))]),
  ])("%s holds up its own hour only, and is told", async (_what, text) => {
    const store = await honest();
    await store.create(planName(SPAN, 1, 1), Buffer.from(text ?? ""));
    const { said, failure } = await sealing(store);
    expect(failure).not.toBeNull();
    expect(said).toEqual([expect.stringContaining("2020-12-22 from hour 9 is not sealed")]);
    expect(await vaultLines(store)).toEqual(distinctLines([ELSEWHERE]));
    expect(Object.prototype).not.toHaveProperty("program");
  });
});

describe("a span file that was put there", () => {
  it.each([
    ["junk", "junk"],
    ["nothing", ""],
    ["a length that no span has", '{"hours":5}'],
    ["a huge length", '{"hours":1e9}'],
    ["nested without end", DEEP],
  ])("holds up its own day only, and is told: %s", async (_what, text) => {
    const store = await honest();
    await store.create(spanLengthName(STREAM, "2020-12-22"), Buffer.from(text));
    const { said, failure } = await sealing(store);
    expect(failure).toMatchObject({ code: "corrupt" });
    expect(said).toEqual([expect.stringContaining("nothing of 2020-12-22 is sealed")]);
    expect(await vaultLines(store)).toEqual(distinctLines([ELSEWHERE]));
  });
});

/** The manifest of the honest lines of that hour. */
async function manifestText(): Promise<string> {
  const store = createMemoryStore();
  await putObject(store, [HERE], { sequence: 1 });
  const [plan] = await seal(store, { spanHours: 1 });
  if (plan === undefined) throw new Error("nothing was sealed");
  return (await store.read(plan.name, 0, 1_000_000)).toString();
}

const CHANGES: readonly (readonly [what: string, change: (text: string) => string])[] = [
  ["junk", () => "junk"],
  ["nested without end", (text) => text.replace('"counts":{', `"counts":{"a":${DEEP},`)],
  ["with spaces", (text) => text.replace(":", ": ")],
  ["with a key twice", (text) => text.replace('"attempt":1,', '"attempt":1,"attempt":1,')],
  ["with __proto__ among its hours", (text) => text.replace('"by_hour":{', '"by_hour":{"__proto__":{},')],
  ["with __proto__ among its events", (text) => text.replace('"events":{', '"events":{"__proto__":1,')],
  ["with an unknown field", (text) => text.replace('"attempt":1,', '"attempt":1,"attest":1,')],
  ["of a day of 9 hours", (text) => text.replace('"hours":1,', '"hours":9,')],
  ["with a huge segment", (text) => text.replace(/"size_bytes":\d+/g, '"size_bytes":1e300')],
  ["with no hash", (text) => text.replace(/"sha256":"[0-9a-f]+"/g, '"sha256":""')],
  [
    "with a segment elsewhere",
    (text) => text.replaceAll("vault/v1/local/2020-12-22/09/", "vault/v1/local/../../../etc/"),
  ],
  ["with an input elsewhere", (text) => text.replace('"name":"wal/local/', '"name":"../wal/local/')],
  ["with an input of another stream", (text) => text.replace('"name":"wal/local/', '"name":"wal/other/')],
  ["that gives up what is elsewhere", (text) => text.replace('"abandoned":[]', '"abandoned":["../../etc/passwd"]')],
];

describe.each([
  ["manifest", manifestName(SPAN, 1)],
  ["record", recordName(SPAN, 1)],
])("a %s that was put there", (_noun, name) => {
  it.each(CHANGES)("%s is told by name, and holds up its own day only", async (_what, change) => {
    const store = await honest();
    const text = change(await manifestText());
    await store.create(name, Buffer.from(text));
    await expect(readSealedPlan(store, name, text.length)).rejects.toMatchObject({
      code: "corrupt",
      message: expect.stringContaining(name) as unknown,
    });
    const { said, failure } = await sealing(store);
    expect(failure).toMatchObject({ code: "corrupt" });
    expect(said).toEqual([expect.stringContaining("nothing of 2020-12-22 is sealed")]);
    const later = await readSealedPlans(store, STREAM, "2020-12-23");
    expect(later.map(({ manifest }) => manifest.lines)).toEqual([1]);
  });
});

describe("names that every object has", () => {
  it("count as any other in the totals of a digest", async () => {
    const store = createMemoryStore();
    await putObject(store, [HERE], { sequence: 1 });
    const [plan] = await seal(store, { spanHours: 1 });
    if (plan === undefined) throw new Error("nothing was sealed");
    const manifest = JSON.parse((await store.read(plan.name, 0, 1_000_000)).toString()) as Parameters<
      typeof manifestBytes
    >[0];
    for (const [at, catalogue] of ["__proto__", "constructor", "toString"].entries()) {
      const events = { constructor: 2, git_push: -1 };
      const forged = { ...manifest, plan: at + 2, revision: at + 2, counts: { catalogue, events } };
      // Its segments are those of the first plan, renamed.
      const outputs = manifest.outputs.map((output) => {
        const rename = (object: string): string => object.replace("/000001-", `/00000${at + 2}-`);
        const { lines, meta } = output;
        return { ...output, lines: { ...lines, name: rename(lines.name) }, meta: { ...meta, name: rename(meta.name) } };
      });
      for (const [index, { lines, meta }] of outputs.entries()) {
        const from = manifest.outputs[index];
        await store.create(lines.name, await store.read(from?.lines.name ?? "", 0, 1_000_000));
        await store.create(meta.name, await store.read(from?.meta.name ?? "", 0, 1_000_000));
      }
      await store.create(manifestName(SPAN, at + 2), manifestBytes({ ...forged, outputs }));
    }
    const [signed] = await signStream(STREAM, signing(store, newKey()));
    const counts = signed?.digest.totals.counts ?? {};
    for (const catalogue of ["__proto__", "constructor", "toString"]) {
      expect(Object.getOwnPropertyDescriptor(counts, catalogue)?.value).toEqual({
        constructor: 2,
        git_push: -1,
      });
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain("git_push");
  });
});

describe("a digest that was put there", () => {
  it.each([2, 99_999_999, 999_999_999_999_999])(
    "without those before it is told at once: number %i",
    async (sequence) => {
      const store = await honest();
      await store.create(digestName(STREAM, sequence), Buffer.from("{}"));
      await expect(readDigests(store, STREAM)).rejects.toMatchObject({
        code: "corrupt",
        message: expect.stringContaining("it is missing, and a later one is there") as unknown,
      });
    },
  );

  it.each([
    ["nothing", ""],
    ["null", "null"],
    [
      "nested without end",
      `{"format":1,"stream":"local","sequence":1,"window":{"from":"2021-01-01T00:00:00Z","to":"2021-01-01T00:00:00Z","x":${DEEP}},"previous":null,"key":"0123456789abcdef","objects":[]}`,
    ],
    [
      "with objects that are none",
      '{"format":1,"objects":[null],"window":{"from":"2021-01-01T00:00:00Z","to":"2021-01-01T00:00:00Z"}}',
    ],
  ])("%s is told, and signed by nobody", async (_what, text) => {
    const store = await honest();
    await seal(store);
    await store.create(digestName(STREAM, 1), Buffer.from(text));
    await expect(signStream(STREAM, signing(store, newKey()))).rejects.toMatchObject({ code: "corrupt" });
  });
});

it("names that no stream can have are no streams", async () => {
  const store = await honest();
  for (const stream of ["UP", "\u001b[31m", "a b", "é", "x".repeat(64), "keys.pub"]) {
    await store.create(`wal/${stream}/2021-01-01/aa/x`, Buffer.alloc(0));
    await store.create(`vault/v1/${stream}/2021-01-01/09/x`, Buffer.alloc(0));
  }
  expect(await listStreams(store)).toEqual([STREAM]);
});
