import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { createLookupBuilder } from "../../../src/archive/lookup/lookup-builder.ts";
import { keyOfId, keyOfRequest } from "../../../src/archive/lookup/lookup-key.ts";
import { openLookup } from "../../../src/archive/lookup/lookup-reader.ts";
import { createMemoryStore } from "../../../src/backends/memory/memory-store.ts";
import { sampleLine } from "../../segment/sample-line.ts";
import { assertCorrupt } from "../declared.ts";
import type { FuzzTarget } from "../target.ts";

const NAME = "ctl/lookup/local/2020-12-22/09/000001-10001.lookup";
const HASH_BYTES = 32;
const OBJECT = { name: "x", size_bytes: 1, sha256: "0".repeat(64) };
const IDS = Array.from({ length: 600 }, (_, n) => sampleLine(`${n}`).id);

function lookupOf(ids: readonly string[]): Buffer {
  const builder = createLookupBuilder();
  for (const id of ids) builder.add(id, `r${id.slice(-1)}`);
  const output = { number: 10_001, lines: OBJECT, meta: OBJECT, rows: ids.length, raw_bytes: 1, root: "0".repeat(64) };
  return builder.finish(output, [Math.min(5, ids.length), Math.max(0, ids.length - 5)]);
}

/** The same bytes with a right hash of what they say is the header, so that more than that is tried. */
function rehashed(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const headerBytes = copy.length < 16 ? 0 : copy.readUInt32LE(12);
  if (headerBytes < HASH_BYTES || headerBytes > copy.length) return copy;
  const end = headerBytes - HASH_BYTES;
  hash("sha256", copy.subarray(0, end), "buffer").copy(copy, end);
  return copy;
}

async function ask(bytes: Buffer): Promise<void> {
  const store = createMemoryStore();
  await store.create(NAME, bytes);
  try {
    const { header, blocksOf } = await openLookup(store, NAME);
    for (const keys of [IDS.slice(0, 1), IDS].map((ids) => ids.map(keyOfId))) {
      for (const block of await blocksOf("ids", keys)) assert(block < header.blocks);
    }
    for (const block of await blocksOf("requests", [keyOfRequest("r0")])) assert(block < header.blocks);
  } catch (error) {
    assertCorrupt(NAME, error);
  }
}

export const lookup: FuzzTarget = {
  name: "lookup",
  holds: "a look-up is refused with its name, or names blocks that its segment has",
  covers: [
    "src/archive/lookup/lookup-file.ts",
    "src/archive/lookup/lookup-reader.ts",
    "src/archive/lookup/lookup-entries.ts",
  ],
  seeds: () => [lookupOf([]), lookupOf(IDS.slice(0, 9)), lookupOf(IDS)],
  words: ["LTLOOKUP"],
  async check(input) {
    await ask(input);
    await ask(rehashed(input));
  },
};
