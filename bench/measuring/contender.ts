import { spawnSync } from "node:child_process";
import { logtally, program } from "./measure.ts";

/** A command that is measured over a corpus. */
export interface Contender {
  readonly name: string;
  readonly command: readonly string[];
}

/** The job of which everything else is a yardstick. */
export const JOB = "logtally run";
/** What has the goal: every stored byte has to go through it. */
export const YARDSTICK = "zstd -3";

/** The plain way to keep what was looked into. */
export const LOOP = "JSON.parse, stringify, zstd-3 loop";

/** In the order of a round: the counts are those of the archive that the job has made. */
export function contenders(file: string, archive: string): Contender[] {
  return [
    compressor("zstd", YARDSTICK, ["zstd", "-3", "-T1", "-q", "-c", file], file),
    compressor("gzip", "gzip -1", ["gzip", "-1", "-c", file], file),
    { name: "JSON.parse loop", command: program("json-parse-loop.ts", file) },
    { name: LOOP, command: program("json-archive-loop.ts", file) },
    { name: "zstd-3 and SHA-256 alone", command: program("archive-floor.ts", file) },
    runContender(file, archive),
    { name: "logtally counts", command: logtally("counts", "--archive", archive) },
  ];
}

/** The whole job, as a user starts it. */
export function runContender(file: string, archive: string): Contender {
  return { name: JOB, command: logtally("run", "--from", file, "--archive", archive) };
}

/** The first line of what the command says about its version; null where there is no such command. */
export function versionOf(command: string): string | null {
  const { status, stdout } = spawnSync(command, ["--version"], { encoding: "utf8" });
  return status === 0 ? (stdout.split("\n")[0] ?? "") : null;
}

function compressor(format: "zstd" | "gzip", name: string, command: readonly string[], file: string): Contender {
  return { name, command: versionOf(format) === null ? program("compress-by-node.ts", format, file) : command };
}
