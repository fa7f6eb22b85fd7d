import { spawnSync } from "node:child_process";
import { versionNumber } from "../measuring/machine.ts";

/** A log shipper that logtally is held against. */
export interface Peer {
  readonly name: string;
  /** Looks for it; one that can be brought here is, into the folder, unless that is null. */
  readonly find: (installInto: string | null) => Found | Absent;
  /** Each line decoded, given its field and written to a compressed file; null where it cannot. */
  readonly toFile: ((run: FileRun) => FileTask) | null;
  /** Each line decoded, given its field and sent to Elasticsearch; null where it cannot. */
  readonly toIndex: ((run: IndexRun) => Task) | null;
}

export interface Found {
  /** What starts it, before its own arguments. */
  readonly command: readonly string[];
  readonly version: string;
}

export interface Absent {
  /** Why it is not here. */
  readonly absent: string;
}

interface Run {
  readonly command: readonly string[];
  /** The file of lines. */
  readonly corpus: string;
  /** For what it keeps while it runs: empty before, removed afterwards. */
  readonly folder: string;
  /** Where its configuration will be. */
  readonly config: string;
}

export interface FileRun extends Run {
  /** Where to write, but for the ending `.zst` or `.gz`. */
  readonly stem: string;
}

export interface IndexRun extends Run {
  readonly url: string;
}

export interface Task {
  readonly command: readonly string[];
  /** The text of its configuration; null where it takes none. */
  readonly config: string | null;
  /** How it does the job, in a few words for a table. */
  readonly way: string;
  /** False where it cannot derive a field. */
  readonly derives: boolean;
}

export interface FileTask extends Task {
  readonly output: string;
}

/** A command that tells its version in this way; `absent` where there is none. */
export function probe(command: readonly string[], versionArgs: readonly string[] = ["--version"]): Found | Absent {
  const [program = "", ...args] = command;
  const { status, stdout } = spawnSync(program, [...args, ...versionArgs], { encoding: "utf8" });
  return status === 0 ? { command, version: versionNumber(stdout) } : { absent: "not found" };
}

/** A command that reads the file as its standard input. */
export function fed(file: string, command: readonly string[]): string[] {
  return ["sh", "-c", 'exec "$@" <"$0"', file, ...command];
}
