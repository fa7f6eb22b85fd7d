import { isOfObject } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import type { PlanOutput } from "../manifest.ts";
import { type LookupKind, outputDigest } from "./lookup-file.ts";
import type { LookupKey } from "./lookup-key.ts";
import { lookupName } from "./lookup-name.ts";
import { openLookup } from "./lookup-reader.ts";

/** Look-ups that could not be used, to be told in one line. */
export interface LookupTrouble {
  segments: number;
  /** Why, of the first one. */
  first: string;
}

export function noTrouble(): LookupTrouble {
  return { segments: 0, first: "" };
}

/** What is told of them. */
export function troubleSentence({ segments, first }: LookupTrouble): string {
  const read = segments === 1 ? "a segment was" : `${segments} segments were`;
  return `${read} read without a look-up: ${first} (hint: "logtally archive index" writes look-ups again)`;
}

/**
 * Numbers of the blocks of a segment in which one of the keys may stand; null where no look-up tells, which is noted.
 * Rejects with `IoError` where the store fails.
 */
export async function lookUpBlocks(
  store: ObjectStore,
  output: PlanOutput,
  kind: LookupKind,
  keys: readonly LookupKey[],
  trouble: LookupTrouble,
): Promise<ReadonlySet<number> | null> {
  const name = lookupName(output.lines.name);
  const giveUp = (why: string): null => {
    if (trouble.segments === 0) trouble.first = why;
    trouble.segments += 1;
    return null;
  };
  try {
    const lookup = await openLookup(store, name);
    if (lookup.header.output !== outputDigest(output)) return giveUp(`"${name}" is of another segment`);
    return await lookup.blocksOf(kind, keys);
  } catch (error) {
    if (!isOfObject(error)) throw error;
    return giveUp(error.code === "not_found" ? `"${name}" is missing` : error.message);
  }
}
