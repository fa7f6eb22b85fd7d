import type { ArchivedLine } from "../../core/archived-line.ts";
import { leafHash } from "../../core/identity.ts";
import { merkleLevels } from "../../segment/merkle-path.ts";
import type { Block, SegmentReader } from "../../segment/segment-reader.ts";
import { distrust } from "../digest/distrust.ts";
import { type FindQuery, inSpan, overlaps } from "../find.ts";
import { isTakenFrom, type LineObject } from "../line-object.ts";
import type { PlanOutput } from "../manifest.ts";
import { metaJson } from "../meta-json.ts";
import { wellFormed } from "../proof/make-proof.ts";
import { eachLine } from "../wal-reader.ts";
import { type FoundLine, foundLinesBytes, foundLinesNames } from "./found-lines.ts";
import type { TarEntry } from "./tar.ts";

/** A block with lines that match, and where it lies in its segment. */
export interface FoundBlock {
  readonly segment: SegmentReader;
  readonly index: number;
  readonly leaves: readonly string[];
  readonly lines: readonly Pick<FoundLine, "block_row" | "meta">[];
  /** Of these lines, each ended by LF. */
  readonly bytes: Buffer;
}

/** Rejects with `IoError`. */
export async function* foundBlocks(
  object: LineObject,
  query: FindQuery,
  onBytes: (bytes: number) => void,
): AsyncIterable<FoundBlock> {
  const segment = await object.open();
  for (const [index, block] of segment.blocks.entries()) {
    if (!overlaps(block, query)) continue;
    const found = await findInBlock(object, segment, block, query);
    onBytes(block.lines.storedBytes + block.meta.storedBytes);
    if (found.lines.length > 0) yield { segment, index, ...found };
  }
}

async function findInBlock(
  object: LineObject,
  segment: SegmentReader,
  block: Block,
  query: FindQuery,
): Promise<Pick<FoundBlock, "leaves" | "lines" | "bytes">> {
  const leaves: string[] = [];
  const lines: Pick<FoundLine, "block_row" | "meta">[] = [];
  const bytes: Buffer[] = [];
  const isFound = (line: ArchivedLine): boolean =>
    inSpan(line, query) && isTakenFrom(object, line) && query.matches(line);
  await eachLine(object, segment, block, (line) => {
    const { buffer, start, end, meta } = line;
    if (isFound(line)) {
      lines.push({ block_row: leaves.length, meta: wellFormed(metaJson(meta)) });
      bytes.push(buffer.subarray(start, end + 1));
    }
    leaves.push(leafHash(buffer, start, end));
  });
  return { leaves, lines, bytes: Buffer.concat(bytes) };
}

/** The lines and their paths. Throws `IoError` `corrupt` where they do not lead to the root that the manifest says. */
export function entriesOf(manifest: string, { lines, root }: PlanOutput, found: FoundBlock): TarEntry[] {
  const { index, leaves, bytes, segment } = found;
  const names = foundLinesNames({ segment: lines.name, block: index });
  const ofLines = merkleLevels(leaves);
  const roots = segment.blocks.map((block) => block.lines.root.toString("hex"));
  const ofBlocks = merkleLevels(roots);
  if (ofLines.root !== roots[index] || ofBlocks.root !== root) {
    throw distrust(lines.name, `its lines do not lead to the Merkle root that "${manifest}" says, ${root}`);
  }
  const paths = foundLinesBytes({
    format: 1,
    segment: lines.name,
    block: index,
    blocks: roots.length,
    first_row: segment.blocks[index]?.lines.firstRow ?? 0,
    block_rows: leaves.length,
    block_path: ofBlocks.path(index),
    lines: found.lines.map((line) => ({ ...line, path: ofLines.path(line.block_row) })),
  });
  return [
    { name: names.lines, bytes },
    { name: names.paths, bytes: paths },
  ];
}
