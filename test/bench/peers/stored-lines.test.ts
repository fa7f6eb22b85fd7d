import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { storedLines } from "../../../bench/peers/stored-lines.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "logtally-stored-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function read(name: string, bytes: Buffer): Promise<string[]> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return Array.fromAsync(storedLines(path));
}

const LINES = ['{"a":1}', '{"b":"\u2028"}', '{"c":3}'];
/** As a peer writes it that compresses each batch by itself. */
const PARTS = [`${LINES[0]}\n${LINES[1]}\n`, `${LINES[2]}\n`].map((text) => Buffer.from(text));

it.each([
  ["plain.ndjson", (part: Buffer) => part],
  ["batches.ndjson.gz", gzipSync],
  ["batches.ndjson.zst", zstdCompressSync],
] as const)("gives the lines of %s", async (name, compress) => {
  expect(await read(name, Buffer.concat(PARTS.map((part) => compress(part))))).toEqual(LINES);
});

it.each([
  ["cut.ndjson.gz", gzipSync(PARTS[0] as Buffer).subarray(0, -4)],
  ["cut.ndjson.zst", zstdCompressSync(PARTS[0] as Buffer).subarray(0, -4)],
  ["plain.ndjson.gz", PARTS[0] as Buffer],
  ["plain.ndjson.zst", PARTS[0] as Buffer],
] as const)("rejects where %s cannot be decompressed to its end", async (name, bytes) => {
  await expect(read(name, bytes)).rejects.toThrow(/./);
});
