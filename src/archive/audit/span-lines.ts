import { IoError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { ID_WORDS } from "../../segment/meta.ts";
import type { SegmentReader } from "../../segment/segment-reader.ts";
import { createGrowingIdSet, type IdSet } from "../id-set.ts";
import type { PlanOutput } from "../manifest.ts";
import type { Span } from "../span.ts";
import { isInSpan } from "../span.ts";
import { openOutput } from "../vault-reader.ts";
import { openWalObject, type WalObject } from "../wal-reader.ts";
import { idText } from "./segment-ids.ts";

/** Ids that are held at once, twice: 64 MiB each at the most. More are looked at in several passes. */
const IDS_PER_PASS = 1_000_000;
/** Lines that are named one by one. */
const MOST_NAMED = 20;

export interface SpanLinesOptions {
  readonly store: ObjectStore;
  readonly span: Span;
  /** All segments of the span. */
  readonly outputs: readonly PlanOutput[];
  /** Inputs of its plans, as far as they are still there. */
  readonly inputs: readonly WalObject[];
  /** How many of the inputs are gone; then nothing in a segment can be too much. */
  readonly goneInputs: number;
  /** For tests. */
  readonly idsPerPass?: number;
}

/** A line by where it lies. */
export interface NamedLine {
  readonly object: string;
  readonly row: number;
  readonly id: string;
}

export interface NamedLines {
  total: number;
  /** The first of them. */
  readonly lines: NamedLine[];
}

/** The lines of a span as they are, line by line. */
export interface SpanLines {
  /** Distinct ids of its segments, by hour. */
  readonly ids: ReadonlyMap<number, number>;
  /** Lines of the inputs with an id that no segment holds, each id once. */
  readonly missing: NamedLines;
  /** Lines of segments with an id that no input holds, each id once. */
  readonly extra: NamedLines;
  /** Segments and inputs that could not be read, and why. */
  readonly unreadable: readonly { readonly object: string; readonly why: string }[];
}

/** Holds the ids of a span's segments against those of the inputs. Rejects with `IoError` where the store fails. */
export async function readSpanLines(options: SpanLinesOptions): Promise<SpanLines> {
  const { store, span, outputs, inputs, goneInputs, idsPerPass = IDS_PER_PASS } = options;
  const unreadable = new Map<string, string>();
  const segments = await openAll(
    outputs,
    ({ lines }) => lines.name,
    (output) => openOutput(store, output),
    unreadable,
  );
  const objects = await openAll(
    inputs,
    ({ name }) => name,
    (object) => openWalObject(store, object),
    unreadable,
  );
  const rows = [...segments, ...objects].reduce((sum, { segment }) => sum + segment.table.rows, 0);
  const parts = Math.max(1, Math.ceil(rows / idsPerPass));
  const ids = new Map<number, number>();
  const missing: NamedLines = { total: 0, lines: [] };
  const extra: NamedLines = { total: 0, lines: [] };
  for (let part = 0; part < parts; part += 1) {
    const isWanted = (words: Int32Array, at: number): boolean =>
      isInSpan(span, (words[at] ?? 0) >>> 0) && ((words[at + 1] ?? 0) >>> 0) % parts === part;
    const received = createGrowingIdSet();
    await eachId(objects, isWanted, unreadable, (words, at) => received.add(words, at));
    const kept = createGrowingIdSet();
    const isKnown = goneInputs > 0 || unreadable.size > 0;
    await eachId(segments, isWanted, unreadable, (words, at, object, row) => {
      if (!kept.add(words, at)) return;
      const hour = (words[at] ?? 0) >>> 0;
      ids.set(hour, (ids.get(hour) ?? 0) + 1);
      if (!isKnown && !received.has(words, at)) note(extra, words, at, object, row);
    });
    await noteMissing(objects, isWanted, kept, missing, unreadable);
  }
  return { ids, missing, extra, unreadable: [...unreadable].map(([object, why]) => ({ object, why })) };
}

/** Adds them to `kept`, so that each is named once. */
async function noteMissing(
  objects: readonly OpenSegment[],
  isWanted: (words: Int32Array, at: number) => boolean,
  kept: IdSet,
  missing: NamedLines,
  unreadable: Map<string, string>,
): Promise<void> {
  await eachId(objects, isWanted, unreadable, (words, at, object, row) => {
    if (kept.add(words, at)) note(missing, words, at, object, row);
  });
}

function note(noted: NamedLines, words: Int32Array, at: number, object: string, row: number): void {
  noted.total += 1;
  if (noted.lines.length < MOST_NAMED) noted.lines.push({ object, row, id: idText(words, at) });
}

interface OpenSegment {
  readonly name: string;
  readonly segment: SegmentReader;
}

/** What can be opened; why the others cannot is noted. */
async function openAll<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  open: (item: Item) => Promise<SegmentReader>,
  unreadable: Map<string, string>,
): Promise<OpenSegment[]> {
  const opened: OpenSegment[] = [];
  for (const item of items) {
    const name = nameOf(item);
    await unlessBroken(name, unreadable, async () => {
      opened.push({ name, segment: await open(item) });
    });
  }
  return opened;
}

async function eachId(
  segments: readonly OpenSegment[],
  isWanted: (words: Int32Array, at: number) => boolean,
  unreadable: Map<string, string>,
  visit: (words: Int32Array, at: number, object: string, row: number) => void,
): Promise<void> {
  for (const { name, segment } of segments) {
    for (const block of segment.blocks) {
      await unlessBroken(name, unreadable, async () => {
        const words = await segment.readIds(block);
        for (let at = 0; at < words.length; at += ID_WORDS) {
          if (isWanted(words, at)) visit(words, at, name, block.lines.firstRow + at / ID_WORDS);
        }
      });
    }
  }
}

/** Notes that an object is missing or damaged, and goes on; other failures of the store are the caller's. */
async function unlessBroken(name: string, unreadable: Map<string, string>, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof IoError) || (error.code !== "corrupt" && error.code !== "not_found")) throw error;
    unreadable.set(name, error.message);
  }
}
