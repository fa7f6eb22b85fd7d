import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MINUTE_MS } from "../../src/core/units.ts";
import { type Corpus, DATA } from "../corpora/corpus.ts";
import { measure, type Usage } from "../measuring/measure.ts";
import type { Task } from "./peer.ts";
import { shortfall, type Yield } from "./yield.ts";

/** A thousand lines a second is less than any of them does. */
const MOST_MS_PER_LINE = 1;

/** What all have to do. */
export interface Job {
  readonly corpus: Corpus;
  /** What must come of the corpus. */
  readonly expected: Yield;
}

/** Where one run keeps its files. */
export interface Place {
  readonly folder: string;
  readonly config: string;
  /** A path for its output, but for the ending. */
  readonly stem: string;
}

/** Gives the work a place of its own, and clears it away. */
export async function inPlace<Result>(work: (place: Place) => Promise<Result>): Promise<Result> {
  const root = mkdtempSync(join(DATA, "peers-run-"));
  const folder = join(root, "state");
  mkdirSync(folder);
  try {
    return await work({ folder, config: join(root, "config.yaml"), stem: join(root, "lines.ndjson") });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Rejects also where it has not ended after a time that is enough for any of them. */
export async function perform(
  { corpus }: Job,
  { command, config }: Pick<Task, "command" | "config">,
  place: Place,
): Promise<Usage> {
  if (config !== null) writeFileSync(place.config, config);
  return measure(command, MINUTE_MS + corpus.lines * MOST_MS_PER_LINE);
}

/** Throws where a yield is not what must come of the corpus. */
export function check({ expected }: Job, found: Yield, derives: boolean): void {
  const wrong = shortfall(expected, found, derives);
  if (wrong !== null) throw new Error(`check output: ${wrong}`);
}
