import type { ObjectStore } from "../../core/object-store.ts";
import { KIB, MIB } from "../../core/units.ts";
import { blocksIn, bucketOf } from "./lookup-entries.ts";
import {
  checkedBucket,
  damaged,
  decodeLookupHeader,
  type LookupHeader,
  type LookupKind,
  lookupHeaderBytes,
} from "./lookup-file.ts";
import type { LookupKey } from "./lookup-key.ts";

/** A look-up, opened by its header. */
export interface Lookup {
  readonly header: LookupHeader;
  /**
   * Numbers of the blocks of the segment, from 0, in which the keys may stand. Rejects with `IoError`, `corrupt` where
   * what it says cannot be so.
   */
  readonly blocksOf: (kind: LookupKind, keys: readonly LookupKey[]) => Promise<ReadonlySet<number>>;
}

/** Holds the header of a segment of a million lines, and all of a small one. */
const FIRST_BYTES = 16 * KIB;
/** Neither a header nor a table of any segment is longer; somebody may have written any number there. */
const MOST_HEADER_BYTES = MIB;
const MOST_TABLE_BYTES = 64 * MIB;
/** Of more keys all buckets are read at once. */
const MOST_SINGLE_READS = 4;

/** Opens a look-up. Rejects with `IoError`: `not_found`, or `corrupt`, naming it and what is wrong. */
export async function openLookup(store: ObjectStore, name: string): Promise<Lookup> {
  let known = await store.read(name, 0, FIRST_BYTES);
  const headerBytes = lookupHeaderBytes(name, known);
  if (headerBytes > MOST_HEADER_BYTES) throw damaged(name, "its header is longer than any");
  if (headerBytes > known.length) known = await store.read(name, 0, headerBytes);
  const header = decodeLookupHeader(name, known.subarray(0, headerBytes));
  let knownFrom = 0;

  const isPlace = (start: number, end: number): boolean =>
    start >= headerBytes && start <= end && end - start <= MOST_TABLE_BYTES;

  async function readAt(start: number, end: number): Promise<Buffer> {
    const isKnown = start >= knownFrom && end <= knownFrom + known.length;
    return isKnown ? known.subarray(start - knownFrom, end - knownFrom) : store.read(name, start, end);
  }

  return {
    header,
    async blocksOf(kind, keys) {
      const { shape, places } = header.tables[kind];
      const wanted = Map.groupBy(keys, (key) => bucketOf(key, shape));
      if (wanted.size > MOST_SINGLE_READS) {
        const [start = 0, end = 0] = [places[0], places.at(-1)];
        if (!isPlace(start, end)) throw damaged(name, `its ${kind} lie nowhere`);
        known = await readAt(start, end);
        knownFrom = start;
      }
      const blocks = new Set<number>();
      for (const [index, ofBucket] of wanted) {
        const [start = 0, end = 0] = places.subarray(index, index + 2);
        if (!isPlace(start, end)) throw damaged(name, `bucket ${index} of its ${kind} lies nowhere`);
        const bucket = checkedBucket(name, header, kind, index, await readAt(start, end));
        for (const key of ofBucket) for (const block of blocksIn(bucket, key, shape)) blocks.add(block);
      }
      for (const block of blocks) if (block >= header.blocks) throw damaged(name, `it names block ${block}`);
      return blocks;
    },
  };
}
