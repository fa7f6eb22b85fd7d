import type { Meta } from "../../core/archived-line.ts";
import { leafHash } from "../../core/identity.ts";
import { eachLine } from "../wal-reader.ts";
import type { LinePlace } from "./vault-place.ts";

/** A line with the place where it was found. */
export interface PlacedLine {
  readonly place: LinePlace;
  readonly meta: Meta;
  /** Without LF. */
  readonly bytes: Buffer;
  /** Leaf hash, 64 hex digits. */
  readonly hash: string;
  /** Of all lines of its block. */
  readonly leaves: readonly string[];
}

/** Reads the line at a place, and the leaves beside it. Rejects with `IoError`. */
export async function readPlacedLine(place: LinePlace): Promise<PlacedLine> {
  const { output, segment, blockRow } = place;
  const block = segment.blocks[place.block];
  const leaves: string[] = [];
  const found: Pick<PlacedLine, "meta" | "bytes" | "hash">[] = [];
  if (block !== undefined) {
    await eachLine(output.lines, segment, block, ({ buffer, start, end, meta }) => {
      const hash = leafHash(buffer, start, end);
      if (leaves.length === blockRow) found.push({ meta, bytes: Buffer.from(buffer.subarray(start, end)), hash });
      leaves.push(hash);
    });
  }
  const [line] = found;
  if (line === undefined) throw new RangeError(`block ${place.block} has no row ${blockRow}`);
  return { place, leaves, ...line };
}
