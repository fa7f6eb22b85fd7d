import { hourText } from "../../core/hour.ts";
import { hourOfId, isIdOf } from "../../core/identity.ts";
import { rootByPath } from "../../segment/merkle-path.ts";
import type { PlanOutput } from "../manifest.ts";
import type { SealedPlan } from "../sealed-plan.ts";
import { isInSpan } from "../span.ts";
import type { Refuse } from "../stored-json.ts";
import type { PathPlace } from "./proof.ts";

/** A line as a path leads from it to the root of its segment. */
export interface PathLine {
  readonly id: string;
  /** Leaf hash, 64 hex digits. */
  readonly hash: string;
  readonly place: PathPlace;
  readonly line_path: readonly string[];
  readonly block_path: readonly string[];
}

/** The segment that has its lines in that file, as the manifest describes it. Throws what `refuse` makes of none. */
export function outputNamed({ name, manifest }: SealedPlan, lines: string, refuse: Refuse): PlanOutput {
  const output = manifest.outputs.find((each) => each.lines.name === lines);
  if (output === undefined) throw refuse(`"${name}" does not name segment "${lines}"`);
  return output;
}

/**
 * Holds a line against what the manifest says of its segment. Throws what `refuse` makes of one that the segment does not
 * have, or not there, or not of these hours.
 */
export function checkPathLine({ span }: SealedPlan, output: PlanOutput, line: PathLine, refuse: Refuse): void {
  const { id, hash, place } = line;
  const blockRoot = rootByPath(hash, place.block_row, place.block_rows, line.line_path);
  if (blockRoot === null) throw refuse("the path of the line is not one from its place to the root of its block");
  const root = rootByPath(blockRoot, place.block, place.blocks, line.block_path);
  if (root === null) throw refuse("the path of the block is not one from its place to the root of its segment");
  if (root !== output.root) {
    throw refuse(
      `the line is not one of "${output.lines.name}", or it or its path was altered: they lead to Merkle root ${root} ` +
        `instead of ${output.root}`,
    );
  }
  if (!isPossible(place, output.rows)) throw refuse("the place of the line is none that the segment has");
  if (!isInSpan(span, hourOfId(id))) {
    throw refuse(`id ${id} is of another hour than ${spanText(span)}, whose lines the segment holds`);
  }
}

/** True where the id can be told from the bytes: no other line may bear it then. */
export function isIdOfBytes({ id, hash }: Pick<PathLine, "id" | "hash">): boolean {
  return isIdOf(id, hash);
}

/** `2020-12-22T09:00:00Z`, and how many hours where there are several. */
export function spanText({ firstHour, hours }: Pick<SealedPlan["span"], "firstHour" | "hours">): string {
  return hours === 1 ? hourText(firstHour) : `${hourText(firstHour)} and ${hours - 1} hours more`;
}

/** In so far as the number of rows tells: each block has a line at least. */
function isPossible({ block, blocks, block_row: blockRow, block_rows: blockRows, row }: PathPlace, rows: number) {
  const first = row - blockRow;
  const behind = rows - first - blockRows;
  const blocksBehind = blocks - block - 1;
  return first >= block && (block > 0 || first === 0) && behind >= blocksBehind && (blocksBehind > 0 || behind === 0);
}
