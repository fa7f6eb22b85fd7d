/**
 * What the archive's format asks of every writer, and nothing else: for each line of the file of the first argument its
 * leaf and the inner nodes of the Merkle tree; for each block of 1 MiB zstd, and SHA-256 before and after. Nothing is
 * decoded, identified, counted or written.
 */
import { hash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { leafHash } from "../../src/core/identity.ts";
import { MIB } from "../../src/core/units.ts";
import { LF, splitBy } from "../../src/decode/split.ts";
import { compressFrame } from "../../src/segment/frame.ts";
import { createMerkleTree } from "../../src/segment/merkle.ts";

const file = openSync(process.argv[2] ?? "", "r");
const tree = createMerkleTree();
// The byte before a line is borrowed for its hash.
const buffer = Buffer.alloc(1 + MIB);
let filled = 1;
for (;;) {
  const count = readSync(file, buffer, { offset: filled });
  filled += count;
  const end = count === 0 ? filled : buffer.lastIndexOf(LF, filled - 1) + 1;
  if (end <= 1) break;
  splitBy(LF, buffer, 1, end, (start, lineEnd) => tree.add(leafHash(buffer, start, lineEnd)));
  tree.take();
  const block = buffer.subarray(1, end);
  hash("sha256", block, "buffer");
  hash("sha256", compressFrame(block), "buffer");
  if (count === 0) break;
  buffer.copyWithin(1, end, filled);
  filled = 1 + filled - end;
}
closeSync(file);
