import type { PlanOutput } from "../manifest.ts";
import { createLookupEntries } from "./lookup-entries.ts";
import { encodeLookup, REMAINDER_BYTES } from "./lookup-file.ts";
import { keyOfId, keyOfRequest } from "./lookup-key.ts";

/** Makes the look-up of one segment after another: 12 bytes for each line and each request of a block. */
export interface LookupBuilder {
  /** Takes a line, in the order of the segment. */
  add(id: string, request: string | null): void;
  /** The look-up of the lines since the last call. `blockRows`: the rows of each block, in order. */
  finish(output: PlanOutput, blockRows: readonly number[]): Buffer;
  /** Forgets the lines since the last call. */
  clear(): void;
}

export function createLookupBuilder(): LookupBuilder {
  const ids = createLookupEntries();
  const requests = createLookupEntries();
  return {
    add(id, request) {
      const row = ids.size;
      ids.add(keyOfId(id), row);
      if (request !== null) requests.add(keyOfRequest(request), row);
    },
    finish(output, blockRows) {
      // Where blocks end is known only now.
      const startBlocks = (): ((row: number) => number) => blocksOfRows(blockRows);
      const tables = {
        ids: ids.pack(blockRows.length, REMAINDER_BYTES.ids, startBlocks),
        requests: requests.pack(blockRows.length, REMAINDER_BYTES.requests, startBlocks),
      };
      ids.clear();
      requests.clear();
      return encodeLookup(output, blockRows.length, tables);
    },
    clear() {
      ids.clear();
      requests.clear();
    },
  };
}

/** The block of each row, for rows that are asked for in order. */
function blocksOfRows(blockRows: readonly number[]): (row: number) => number {
  let block = 0;
  let end = blockRows[0] ?? 0;
  return (row) => {
    while (row >= end && block < blockRows.length - 1) {
      block += 1;
      end += blockRows[block] ?? 0;
    }
    return block;
  };
}
