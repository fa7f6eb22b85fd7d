import assert from "node:assert/strict";
import { eachLine } from "../../../src/archive/wal-reader.ts";
import type { ArchivedLine } from "../../../src/core/archived-line.ts";
import { QUARANTINE_REASONS } from "../../../src/core/fault.ts";
import { leafHash } from "../../../src/core/identity.ts";
import { LANES, type Line } from "../../../src/core/line.ts";
import { compressFrame, META_FRAME_MAGIC, skippableFrame } from "../../../src/segment/frame.ts";
import { createFrameFile } from "../../../src/segment/frame-file.ts";
import { merkleRoot } from "../../../src/segment/merkle.ts";
import { createMetaBlock, ID_WORDS } from "../../../src/segment/meta.ts";
import { openSegment, openVaultSegment, type SegmentReader } from "../../../src/segment/segment-reader.ts";
import { createSegmentWriter, createVaultSegmentWriter } from "../../../src/segment/segment-writer.ts";
import { sampleDocuments } from "../../indexing/sample-documents.ts";
import { SAMPLE_MS, sampleLine } from "../../segment/sample-line.ts";
import { assertCorrupt } from "../declared.ts";
import { headed, headedInput, wholeIn } from "../headed-input.ts";
import type { FuzzTarget } from "../target.ts";

const NAME = "wal/local/2020-12-22/aa/00000001.2020122209-2020122209.ndjson.zst";
const META_NAME = "vault/meta";
const LF = 0x0a;
const DOCUMENTS = sampleDocuments();

const MESSAGE = { topic: "t", messageId: "1", publishedAtMs: SAMPLE_MS, attributes: { log: "x" } };
const LINES: readonly Line[] = [
  sampleLine("one", { message: MESSAGE }),
  sampleLine('{"time":"2020-12-22T09:00:00Z"}', { message: { ...MESSAGE, messageId: "2" } }),
  sampleLine("", { lane: "quarantine", reason: "not_json", timeMs: null }),
];

interface ReadLine extends Omit<ArchivedLine, "buffer" | "start" | "end"> {
  readonly text: string;
}

/** All lines of a segment; null where it is refused. Its ids are read in both ways. */
async function linesOf(open: () => Promise<SegmentReader>, names: readonly string[]): Promise<ReadLine[] | null> {
  const lines: ReadLine[] = [];
  try {
    const segment = await open();
    for (const block of segment.blocks) {
      const words = await segment.readIds(block);
      const ids: string[] = [];
      for (let at = 0; at < words.length; at += ID_WORDS) {
        ids.push(
          [...words.subarray(at, at + ID_WORDS)].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join(""),
        );
      }
      const first = lines.length;
      await eachLine({ name: NAME }, segment, block, (line) => {
        assertReadable(line);
        const { buffer, start, end, ...rest } = line;
        lines.push({ ...rest, text: buffer.toString("latin1", start, end) });
      });
      assert.deepEqual(
        lines.slice(first).map(({ meta }) => meta.id),
        ids,
        "the two readers of ids differ",
      );
    }
    return lines;
  } catch (error) {
    const named = names.find((name) => error instanceof Error && error.message.includes(`"${name}"`)) ?? "";
    assertCorrupt(named, error);
    return null;
  }
}

/** What everything behind the reader relies on. */
function assertReadable(line: ArchivedLine): void {
  const { buffer, start, end, meta } = line;
  assert(start <= end && end <= buffer.length && !buffer.subarray(start, end).includes(LF));
  const { id, lane, log, timeMs, reason, message } = meta;
  assert.match(id, /^[0-9a-f]{32}$/);
  assert((LANES as readonly string[]).includes(lane) && typeof log === "string");
  assert(timeMs === null || Number.isFinite(timeMs));
  assert(reason === null || (QUARANTINE_REASONS as readonly string[]).includes(reason));
  if (message !== null) {
    assert(typeof message.topic === "string" && typeof message.messageId === "string");
    assert(message.publishedAtMs === null || Number.isFinite(message.publishedAtMs));
    for (const value of Object.values(message.attributes)) assert.equal(typeof value, "string");
  }
  // Of a line that is no record whatever stands before it is JSON all the same.
  JSON.parse(DOCUMENTS.documentOf({ ...line, meta: { ...meta, lane: "quarantine" } }).source.toString());
}

const reading = (bytes: Buffer) => (start: number, end: number) =>
  Promise.resolve(Buffer.from(bytes.subarray(start, end)));

function walBytes(lines: readonly Line[]): Buffer {
  const writer = createSegmentWriter();
  for (const line of lines) writer.append(line);
  return writer.finish().bytes;
}

const WHOLE: readonly Buffer[] = [walBytes(LINES), walBytes(LINES.slice(0, 1)), walBytes([])];

export const segment: FuzzTarget = {
  name: "segment",
  holds: "a segment that is not wholly what was written is refused with its name: no line of it is given",
  covers: ["src/segment/segment-reader.ts", "src/segment/block-table.ts", "src/segment/frame.ts"],
  seeds: () => WHOLE,
  words: ["LOGTALLY", "\x28\xb5\x2f\xfd", "\x50\x2a\x4d\x18", "\x51\x2a\x4d\x18", "\0\0\0\0", "\xff\xff\xff\xff"],
  mostBytes: 2000,
  async check(bytes) {
    const lines = await linesOf(() => openSegment(NAME, bytes.length, reading(bytes)), [NAME]);
    if (lines === null) return;
    assert(
      WHOLE.some((whole) => whole.equals(bytes)),
      "an altered segment was read",
    );
  },
};

/** Two files of the vault in one input: the head says where the second one begins. */
function vaultInput(lines: readonly Line[]): Buffer {
  const writer = createVaultSegmentWriter();
  for (const line of lines) writer.append(line);
  const { lines: raw, meta } = writer.finish();
  return headed({ cut: raw.length }, Buffer.concat([raw, meta]));
}

const VAULT = [vaultInput(LINES), vaultInput(LINES.slice(1))];

export const vaultSegment: FuzzTarget = {
  name: "vault-segment",
  holds: "the same of a segment of the vault in its two files, also where they are of two segments",
  covers: ["src/segment/segment-reader.ts", "src/segment/block-table.ts", "src/segment/frame.ts"],
  seeds: () => VAULT,
  words: segment.words,
  mostBytes: 2000,
  async check(bytes) {
    const input = headedInput(bytes);
    const cut = wholeIn(input, "cut") ?? 0;
    const [raw, meta] = [input.body.subarray(0, cut), input.body.subarray(cut)];
    const open = (): Promise<SegmentReader> =>
      openVaultSegment(
        { name: NAME, sizeBytes: raw.length, read: reading(raw) },
        { name: META_NAME, sizeBytes: meta.length, read: reading(meta) },
      );
    const lines = await linesOf(open, [NAME, META_NAME]);
    if (lines === null) return;
    const known = VAULT.map((each) => headedInput(each)).filter(({ body }) => body.includes(raw));
    assert(known.length > 0, "altered lines were read");
    assert(lines.every(({ text }) => LINES.some((line) => line.buffer.toString("latin1", 1) === text)));
  },
};

/** What the writer would have stored of any meta lines and raw lines, with all hashes as they should be. */
function forged(input: ReturnType<typeof headedInput>): Buffer {
  const parts = input.body.indexOf("\n\n");
  const meta = parts < 0 ? input.body : input.body.subarray(0, parts + 1);
  const raw = parts < 0 ? Buffer.alloc(0) : input.body.subarray(parts + 2);
  const file = createFrameFile();
  const lines = raw.toString("latin1").split("\n").slice(0, -1);
  const rows = {
    firstRow: wholeIn(input, "firstRow") ?? 0,
    rows: Math.min(wholeIn(input, "rows") ?? lines.length, 2 ** 32 - 1),
    firstTimeMs: 0,
    lastTimeMs: wholeIn(input, "last") ?? 0,
  };
  const root = merkleRoot(lines.map((line) => leafHash(Buffer.from(`\0${line}`, "latin1"), 1, line.length + 1)));
  file.add("lines", raw, compressFrame(raw), rows, root);
  const metaRows = { ...rows, rows: Math.min(wholeIn(input, "metaRows") ?? rows.rows, 2 ** 32 - 1) };
  file.add("meta", meta, skippableFrame(META_FRAME_MAGIC, compressFrame(meta)), metaRows, Buffer.alloc(32));
  return file.take({ rows: rows.rows, rawBytes: raw.length }, root);
}

function forgedSeed(lines: readonly Line[]): Buffer {
  const block = createMetaBlock();
  for (const line of lines) block.append(line);
  const raw = lines.map((line) => Buffer.concat([line.buffer.subarray(1), Buffer.of(LF)]));
  return headed({}, Buffer.concat([block.take(), Buffer.of(LF), ...raw]));
}

export const forgedSegment: FuzzTarget = {
  name: "forged-segment",
  holds: "a segment whose hashes fit is refused with its name, or everything in it is what its readers rely on",
  covers: [
    "src/segment/meta.ts",
    "src/segment/segment-reader.ts",
    "src/archive/wal-reader.ts",
    "src/indexing/document/line-document.ts",
  ],
  seeds: () => [
    forgedSeed(LINES),
    forgedSeed(LINES.slice(2)),
    headed({ rows: 2, metaRows: 1, firstRow: 1 }, "x\n\nx\n"),
  ],
  words: [
    [
      '"attributes":0',
      '"attributes":1',
      '"attributes":{"a":1}',
      '"reason":"not_json"',
      '"time":"2020-12-22T09:00:00.000Z"',
      '"lane":"blob"',
    ],
    [
      '"message_id":5',
      '"topic":null',
      '"published_at":"x"',
      '"log":"\\""',
      '"id":""',
      '"rows":',
      '"metaRows":4294967295',
      '"firstRow":',
    ],
  ].flat(),
  mostBytes: 2000,
  async check(bytes) {
    const input = headedInput(bytes);
    if ((wholeIn(input, "rows") ?? 0) > 2 ** 20 || (wholeIn(input, "metaRows") ?? 0) > 2 ** 20) return;
    const file = forged(input);
    const lines = await linesOf(() => openSegment(NAME, file.length, reading(file)), [NAME]);
    if (lines === null) return;
    const rows = wholeIn(input, "rows");
    if (rows !== null) assert.equal(lines.length, rows);
  },
};
