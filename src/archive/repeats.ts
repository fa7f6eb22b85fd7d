import type { ArchivedLine } from "../core/archived-line.ts";
import { ID_WORDS } from "../segment/meta.ts";
import { type IdPass, isInPass, planIdPasses, type SizedObject } from "./id-pass.ts";
import { createIdSet, type IdSet } from "./id-set.ts";
import type { LineObject } from "./line-object.ts";
import type { RunLines } from "./run-lines.ts";
import { eachLine } from "./wal-reader.ts";

/** Ids that are held at once: 32 MiB. More lines are looked through in several passes. */
const IDS_PER_PASS = 1_000_000;

/**
 * Calls `visit` for each line of `newer` that repeats one of `earlier`, or one before it in `newer`: the same id.
 * Exact, in bounded memory, whatever the sizes; where lines come about in order of time, each object is read only a few
 * times. Resolves with false where the signal has cut it short: then some may be missing. Rejects with `IoError`.
 */
export async function findRepeats(
  { earlier, newer }: RunLines,
  visit: (line: ArchivedLine) => void,
  signal: AbortSignal,
  idsPerPass: number = IDS_PER_PASS,
): Promise<boolean> {
  const isNewer = new Set(newer);
  const sized = await sizesOf([...earlier, ...newer], signal);
  if (signal.aborted) return false;
  const passes = planIdPasses(sized, idsPerPass).filter(({ objects }) =>
    objects.some(({ object }) => isNewer.has(object)),
  );
  if (passes.length === 0) return true;
  const largest = Math.max(...passes.map(({ rows }) => rows));
  // Parts are cut by hash: ten standard deviations are room enough for chance.
  const ids = createIdSet(Math.min(largest, idsPerPass + 10 * Math.ceil(Math.sqrt(idsPerPass))));
  for (const pass of passes) {
    ids.clear();
    for (const { object } of pass.objects) {
      if (signal.aborted) return false;
      await addIds(object, pass, ids, isNewer.has(object) ? visit : null);
    }
  }
  return true;
}

async function sizesOf(objects: readonly LineObject[], signal: AbortSignal): Promise<SizedObject[]> {
  const sized: SizedObject[] = [];
  for (const object of objects) {
    if (signal.aborted) break;
    sized.push({ object, rows: object.rows ?? (await object.open()).table.rows });
  }
  return sized;
}

/** Adds the ids of the object that belong to the pass; `visit` gets the lines whose id was there already. */
async function addIds(
  object: LineObject,
  pass: IdPass,
  ids: IdSet,
  visit: ((line: ArchivedLine) => void) | null,
): Promise<void> {
  const segment = await object.open();
  for (const block of segment.blocks) {
    const repeated = new Set<number>();
    const words = await segment.readIds(block);
    for (let at = 0; at < words.length; at += ID_WORDS) {
      if (isInPass(pass, words, at) && !ids.add(words, at)) repeated.add(block.lines.firstRow + at / ID_WORDS);
    }
    if (visit === null || repeated.size === 0) continue;
    await eachLine(object, segment, block, (line) => {
      if (repeated.has(line.row)) visit(line);
    });
  }
}
