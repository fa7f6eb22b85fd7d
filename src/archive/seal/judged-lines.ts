import type { ArchivedLine } from "../../core/archived-line.ts";
import { leafHash } from "../../core/identity.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { createGrowingIdSet, hexWord } from "../id-set.ts";
import type { PlanInput, PlanOutput } from "../manifest.ts";
import { openWalObject } from "../wal-reader.ts";
import { eachInputId, eachInputLine, type LineInput, openInput } from "./input-lines.ts";
import { eachKeptLine } from "./kept-lines.ts";
import { createLineJudge, type LineJudge, VERDICTS, type Verdict } from "./line-judge.ts";

/** Lines that are judged at once, in about 256 MiB at the most; more are judged in several passes. */
export const MOST_JUDGED_LINES = 2_000_000;

export interface JudgedLines {
  readonly store: ObjectStore;
  /** Their lines are judged in this order. */
  readonly inputs: readonly LineInput[];
  /** What is sealed of the same hours: its lines came before. */
  readonly earlier: readonly PlanOutput[];
  /** Ends the work between two inputs. */
  readonly signal: AbortSignal;
  /** For tests. */
  readonly mostLines?: number;
}

/**
 * Calls `visit` for each wanted line of the inputs, with its leaf hash and whether it is kept; then `endInput` with what
 * was read. Exact, in bounded memory, whatever the sizes. Resolves with false where the signal has cut it short.
 * Rejects with `IoError`.
 */
export async function judgeLines(
  lines: JudgedLines,
  visit: (line: ArchivedLine, hash: string, verdict: Verdict) => void,
  endInput: (input: PlanInput) => Promise<void>,
): Promise<boolean> {
  const { store, inputs, signal, mostLines = MOST_JUDGED_LINES } = lines;
  let rows = 0;
  for (const input of inputs) rows += (await openWalObject(store, input)).table.rows;
  const parts = Math.max(1, Math.ceil(rows / mostLines));
  const judgeOf = parts === 1 ? judging(await openJudge(lines, ALL)) : await judgedBefore(lines, parts);
  for (const [index, input] of inputs.entries()) {
    if (signal.aborted) return false;
    const open = await openInput(store, input);
    const hours = await eachInputLine(open, (line) => {
      const hash = hashOf(line);
      visit(line, hash, judgeOf(line, hash, index));
    });
    const { name, sizeBytes } = input;
    await endInput({ name, size_bytes: sizeBytes, sha256: open.sha256, ...(hours === undefined ? {} : { hours }) });
  }
  return true;
}

/** Of the ids, those with a certain rest: a copy has the same. */
interface Part {
  readonly number: number;
  readonly parts: number;
}

const ALL: Part = { number: 0, parts: 1 };

/** By a word that a set of ids does not begin its search with. */
function isInPart({ number, parts }: Part, ids: Int32Array, at: number): boolean {
  return parts === 1 || ((ids[at + 1] ?? 0) >>> 0) % parts === number;
}

function isTextInPart({ number, parts }: Part, id: string): boolean {
  return parts === 1 || (hexWord(id, 1) >>> 0) % parts === number;
}

type JudgeOf = (line: ArchivedLine, hash: string, input: number) => Verdict;

function judging(judge: LineJudge): JudgeOf {
  return ({ meta }, hash) => judge.judge(meta.id, hash, meta.log);
}

/** A judge that knows the earlier lines with the ids of the inputs. */
async function openJudge({ store, inputs, earlier }: JudgedLines, part: Part): Promise<LineJudge> {
  const judge = createLineJudge();
  if (earlier.length === 0) return judge;
  const ids = createGrowingIdSet();
  for (const input of inputs) {
    await eachInputId(await openInput(store, input), (words, at) => {
      if (isInPart(part, words, at)) ids.add(words, at);
    });
  }
  await eachKeptLine(
    store,
    earlier,
    (words, at) => ids.has(words, at),
    (line) => judge.judge(line.meta.id, hashOf(line), line.meta.log),
  );
  return judge;
}

/** Judges part by part (copies all fall into one), and remembers a byte for each line. */
async function judgedBefore(lines: JudgedLines, parts: number): Promise<JudgeOf> {
  const verdicts: Uint8Array[] = [];
  for (let number = 0; number < parts && !lines.signal.aborted; number += 1) {
    const part = { number, parts };
    const judge = await openJudge(lines, part);
    for (const [index, input] of lines.inputs.entries()) {
      if (lines.signal.aborted) break;
      const open = await openInput(lines.store, input);
      const ofInput = verdicts[index] ?? new Uint8Array(open.segment.table.rows);
      verdicts[index] = ofInput;
      await eachInputLine(open, (line) => {
        if (isTextInPart(part, line.meta.id))
          ofInput[line.row] = VERDICTS.indexOf(judge.judge(line.meta.id, hashOf(line), line.meta.log));
      });
    }
  }
  return (line, _hash, input) => VERDICTS[verdicts[input]?.[line.row] ?? 0] ?? "new";
}

function hashOf({ buffer, start, end }: ArchivedLine): string {
  return leafHash(buffer, start, end);
}
