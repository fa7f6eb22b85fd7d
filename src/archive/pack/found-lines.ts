import { canonicalJson, type Json } from "../canonical-json.ts";
import type { MetaJson } from "../meta-json.ts";
import { META_SHAPE } from "../proof/proof-shape.ts";
import { listOf, objectOf, oneOf, type Shape } from "../shape.ts";
import { COUNT, NUMBER, SEGMENT, SHA256 } from "../stored-shape.ts";

/** A line of a block that was found, without its bytes. */
export interface FoundLine {
  /** Its place in the block, from 0. */
  readonly block_row: number;
  readonly meta: MetaJson;
  /** From the line to the root of its block; 64 hex digits each. */
  readonly path: readonly string[];
}

/** What leads from the lines that were found in a block to the root of its segment. Beside it lie their bytes. */
export interface FoundLines {
  readonly format: 1;
  /** Name of the file of lines. */
  readonly segment: string;
  readonly block: number;
  readonly blocks: number;
  /** Row of its first line in the segment. */
  readonly first_row: number;
  readonly block_rows: number;
  readonly block_path: readonly string[];
  /** In order of rows. */
  readonly lines: readonly FoundLine[];
}

/** `FoundLines` */
export const FOUND_LINES_SHAPE: Shape = objectOf({
  format: oneOf([1]),
  segment: SEGMENT,
  block: COUNT,
  blocks: NUMBER,
  first_row: COUNT,
  block_rows: NUMBER,
  block_path: listOf(SHA256),
  lines: listOf(objectOf({ block_row: COUNT, meta: META_SHAPE, path: listOf(SHA256) })),
});

export function foundLinesBytes(found: FoundLines): Buffer {
  return Buffer.from(canonicalJson(found as unknown as Json));
}

const BLOCK_DIGITS = 6;

/** Of the lines themselves, each ended by LF, and of what leads from them to the root. */
export function foundLinesNames({ segment, block }: Pick<FoundLines, "segment" | "block">): {
  readonly lines: string;
  readonly paths: string;
} {
  const folder = segment.replace(/^vault\/v1\//, "lines/").replace(/\.ndjson\.zst$/, "");
  const base = `${folder}/${String(block).padStart(BLOCK_DIGITS, "0")}`;
  return { lines: `${base}.ndjson`, paths: `${base}.paths.json` };
}
