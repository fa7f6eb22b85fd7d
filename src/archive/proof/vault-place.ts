import { hourOfId } from "../../core/identity.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { ID_WORDS } from "../../segment/meta.ts";
import type { Block, SegmentReader } from "../../segment/segment-reader.ts";
import type { PlanOutput } from "../manifest.ts";
import { eachSealedPlan } from "../plan-list.ts";
import type { SealedPlan } from "../sealed-plan.ts";
import { openOutput } from "../vault-reader.ts";
import { listWal, openWalObject } from "../wal-reader.ts";

/** Where in the vault a line lies. */
export interface LinePlace {
  readonly plan: SealedPlan;
  readonly output: PlanOutput;
  readonly segment: SegmentReader;
  /** Which block of the segment, from 0. */
  readonly block: number;
  /** Which line of the block, from 0. */
  readonly blockRow: number;
}

/**
 * Every place in the vault of a line with that id: of a conflict there are several, and each stream has its own. In order
 * of streams, plans and rows. Of the vault only what is sealed of the hour of the id is read. Rejects with `IoError`.
 */
export async function locateInVault(store: ObjectStore, id: string): Promise<LinePlace[]> {
  const hour = hourOfId(id);
  const words = wordsOf(id);
  const places: LinePlace[] = [];
  for await (const plan of eachSealedPlan(store, (first, last) => first <= hour && hour <= last)) {
    for (const output of plan.manifest.outputs) {
      const segment = await openOutput(store, output);
      for (const [block, each] of segment.blocks.entries()) {
        for (const blockRow of await rowsOf(segment, each, words)) {
          places.push({ plan, output, segment, block, blockRow });
        }
      }
    }
  }
  return places;
}

/** The name of a write-ahead object that has a line with that id; null where none has. Rejects with `IoError`. */
export async function locateUnsealed(store: ObjectStore, id: string): Promise<string | null> {
  const hour = hourOfId(id);
  const words = wordsOf(id);
  for await (const object of listWal(store, null)) {
    if (hour < object.firstHour || hour > object.lastHour) continue;
    const segment = await openWalObject(store, object);
    for (const block of segment.blocks) {
      if ((await rowsOf(segment, block, words)).length > 0) return object.name;
    }
  }
  return null;
}

/** Which lines of the block have the id. */
async function rowsOf(segment: SegmentReader, block: Block, words: readonly number[]): Promise<number[]> {
  const ids = await segment.readIds(block);
  const rows: number[] = [];
  for (let at = 0; at < ids.length; at += ID_WORDS) {
    if (words.every((word, index) => ids[at + index] === word)) rows.push(at / ID_WORDS);
  }
  return rows;
}

/** As `readIds` gives them. */
function wordsOf(id: string): number[] {
  const digits = id.length / ID_WORDS;
  return Array.from(
    { length: ID_WORDS },
    (_, word) =>
      // Signed.
      Number.parseInt(id.slice(word * digits, (word + 1) * digits), 16) | 0,
  );
}
