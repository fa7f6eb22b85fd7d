import { leafHash } from "../../core/identity.ts";
import type { StoredObject } from "../manifest.ts";
import { checkStructure } from "../proof/check-proof.ts";
import { checkPathLine, isIdOfBytes, outputNamed } from "../proof/signed-line.ts";
import type { SealedPlan } from "../sealed-plan.ts";
import { parseStored, type Refuse } from "../stored-json.ts";
import { FOUND_LINES_SHAPE, type FoundLines, foundLinesNames } from "./found-lines.ts";
import type { TarEntry } from "./tar.ts";

/** Lines of a block that lead to the root of their segment. */
export interface CheckedLines {
  readonly plan: SealedPlan;
  readonly segment: StoredObject;
  /** Of the segment. */
  readonly rows: number;
  readonly lines: number;
  /** Without LFs. */
  readonly bytes: number;
  readonly idsProved: number;
}

const LF = 0x0a;
/** A block has 16,384 lines at the most, and each has a path of 14 nodes, its meta, and attributes. */
const MOST_PARTS = 4_000_000;

/**
 * Holds lines that were found against the manifest of their segment, which `planOf` tells by the segment's name. Throws
 * what `refuse` makes of what does not hold.
 */
export function checkFoundLines(
  lines: TarEntry,
  paths: TarEntry,
  planOf: (segment: string) => SealedPlan | undefined,
  refuse: Refuse,
): CheckedLines {
  const refusePaths: Refuse = (why, cause) => refuse(`"${paths.name}": ${why}`, cause);
  checkStructure(paths.bytes, refusePaths, MOST_PARTS);
  const found = parseStored(paths.bytes, FOUND_LINES_SHAPE, refusePaths) as FoundLines;
  const names = foundLinesNames(found);
  if (names.lines !== lines.name || names.paths !== paths.name) throw refusePaths("it belongs elsewhere");
  const plan = planOf(found.segment);
  if (plan === undefined) throw refusePaths(`no manifest before it names "${found.segment}"`);
  const output = outputNamed(plan, found.segment, refusePaths);
  let idsProved = 0;
  let start = 0;
  let last = -1;
  for (const { block_row: blockRow, meta, path } of found.lines) {
    const end = lines.bytes.indexOf(LF, start);
    if (end < 0) throw refusePaths(`"${lines.name}" has fewer lines`);
    if (blockRow <= last) throw refusePaths("a line is there twice, or not in the order of rows");
    const hash = leafHash(lines.bytes, start, end);
    const { block, blocks, block_rows: blockRows, first_row: firstRow, block_path: blockPath } = found;
    const place = { block, blocks, block_row: blockRow, block_rows: blockRows, row: firstRow + blockRow };
    const { id } = meta;
    checkPathLine(plan, output, { id, hash, place, line_path: path, block_path: blockPath }, (why) =>
      refuse(`row ${blockRow} of "${lines.name}": ${why}`),
    );
    if (isIdOfBytes({ id, hash })) idsProved += 1;
    last = blockRow;
    start = end + 1;
  }
  if (start !== lines.bytes.length || last < 0) throw refusePaths(`"${lines.name}" has other lines`);
  const { length } = found.lines;
  return { plan, segment: output.lines, rows: output.rows, lines: length, bytes: start - length, idsProved };
}
