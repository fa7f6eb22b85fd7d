import type { ObjectStore } from "../core/object-store.ts";
import { ID_WORDS } from "../segment/meta.ts";
import type { SegmentReader } from "../segment/segment-reader.ts";
import { createIdSet, type IdSet } from "./id-set.ts";
import { type ArchivedLine, eachLine, openWalObject, type WalObject } from "./wal-reader.ts";

/** Ids that are held at once: 32 MiB. More lines are looked through in several passes. */
const IDS_PER_PASS = 1_000_000;

/**
 * Calls `visit` for each line of `newer` that repeats one of `earlier`, or one before it in `newer`: the same id.
 * Exact, in bounded memory, whatever the sizes. Rejects with `IoError`.
 */
export async function findRepeats(
  store: ObjectStore,
  earlier: readonly WalObject[],
  newer: readonly WalObject[],
  visit: (line: ArchivedLine) => void,
  idsPerPass: number = IDS_PER_PASS,
): Promise<void> {
  if (newer.length === 0) return;
  const firstHour = Math.min(...newer.map((object) => object.firstHour));
  const lastHour = Math.max(...newer.map((object) => object.lastHour));
  // An id begins with its hour, so objects of other hours hold none of these ids.
  const overlapping = earlier.filter((object) => object.firstHour <= lastHour && object.lastHour >= firstHour);
  const all = [...overlapping, ...newer];
  const rows = await countRows(store, all);
  const passes = Math.max(1, Math.ceil(rows / idsPerPass));
  // Passes are cut by hash: ten standard deviations are room enough for chance.
  const ids = createIdSet(passes === 1 ? rows : idsPerPass + 10 * Math.ceil(Math.sqrt(idsPerPass)));
  for (let pass = 0; pass < passes; pass += 1) {
    ids.clear();
    for (const object of overlapping) await addIds(store, object, pass, passes, ids);
    for (const object of newer) await visitRepeats(store, object, pass, passes, ids, visit);
  }
}

async function countRows(store: ObjectStore, objects: readonly WalObject[]): Promise<number> {
  let rows = 0;
  for (const object of objects) rows += (await openWalObject(store, object)).table.rows;
  return rows;
}

async function addIds(store: ObjectStore, object: WalObject, pass: number, passes: number, ids: IdSet): Promise<void> {
  const segment = await openWalObject(store, object);
  for (const block of segment.blocks) {
    const words = await segment.readIds(block);
    for (let at = 0; at < words.length; at += ID_WORDS) if (passOf(words, at, passes) === pass) ids.add(words, at);
  }
}

async function visitRepeats(
  store: ObjectStore,
  object: WalObject,
  pass: number,
  passes: number,
  ids: IdSet,
  visit: (line: ArchivedLine) => void,
): Promise<void> {
  const segment: SegmentReader = await openWalObject(store, object);
  for (const block of segment.blocks) {
    const repeated = new Set<number>();
    const words = await segment.readIds(block);
    for (let at = 0; at < words.length; at += ID_WORDS) {
      if (passOf(words, at, passes) !== pass || ids.add(words, at)) continue;
      repeated.add(block.lines.firstRow + at / ID_WORDS);
    }
    if (repeated.size === 0) continue;
    await eachLine(object, segment, block, (line) => {
      if (repeated.has(line.row)) visit(line);
    });
  }
}

/** In which pass an id is looked at: by a word that the set itself does not begin its search with. */
function passOf(words: Int32Array, at: number, passes: number): number {
  return passes === 1 ? 0 : ((words[at + 1] ?? 0) >>> 0) % passes;
}
