/**
 * Goal: each line of a file decoded, with one more field, in a compressed file.
 * Method: after each run the output is decompressed and decoded: every line must be there, with the right field.
 */
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { logtally } from "../measuring/measure.ts";
import type { Entrant, Trial } from "./entrant.ts";
import { check, inPlace, type Job, type Place, perform } from "./job.ts";
import type { Found, Peer } from "./peer.ts";
import { storedLines } from "./stored-lines.ts";
import { saysWrite, yieldOf } from "./yield.ts";

const PROGRAM = join(import.meta.dirname, "../../bin/logtally.js");

/** A peer that is here, over the corpus; null where it writes no files. */
export function fileEntrant(job: Job, { name, toFile }: Peer, { command, version }: Found): Entrant | null {
  if (toFile === null) return null;
  const run = async (place: Place): Promise<Trial> => {
    const task = toFile({ command, corpus: job.corpus.path, ...place });
    const usage = await perform(job, task, place);
    check(job, await yieldOf(storedLines(task.output), saysWrite), task.derives);
    return { usage, way: task.way, storedBytes: statSync(task.output).size };
  };
  return { name, version, run: () => inPlace(run) };
}

/** The whole job of logtally: its archive tells how many lines it has. */
export function ownFileEntrant(job: Job, name: string, version: string): Entrant {
  const run = async (place: Place): Promise<Trial> => {
    const command = logtally("run", "--from", job.corpus.path, "--archive", place.stem);
    const usage = await perform(job, { command, config: null }, place);
    const { lines, storedBytes } = archiveStats(place.stem);
    check(job, { lines, writes: 0 }, false);
    return { usage, way: "zstd -3, catalogue, proofs", storedBytes };
  };
  return { name, version, run: () => inPlace(run) };
}

function archiveStats(archive: string): { lines: number; storedBytes: number } {
  const text = execFileSync(process.execPath, [PROGRAM, "archive", "stats", "--archive", archive, "--json"], {
    encoding: "utf8",
  });
  const days = text.trimEnd().split("\n");
  const parsed = days.map((day) => JSON.parse(day) as { readonly lines: number; readonly stored_bytes: number });
  return {
    lines: parsed.reduce((sum, { lines }) => sum + lines, 0),
    storedBytes: parsed.reduce((sum, { stored_bytes }) => sum + stored_bytes, 0),
  };
}
