import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { expect } from "vitest";

const CHECKOUT = join(import.meta.dirname, "../..");
export const PROGRAM = join(CHECKOUT, "bin/logtally.js");
export const FIXTURES = join(CHECKOUT, "fixtures");

/** How a process ended, and what it printed. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessOptions {
  /** Written to standard input, which is empty otherwise. */
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Runs it elsewhere than where temporary folders are. */
  readonly cwd?: string;
}

export interface RunningProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
}

/** Starts any program; the caller waits for `ended`. */
export function start(command: string, args: readonly string[], { env, cwd }: ProcessOptions = {}): RunningProcess {
  const child = spawn(command, args, { cwd: cwd ?? tmpdir(), env: { ...process.env, NODE_OPTIONS: "", ...env } });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (bytes: Buffer) => stdout.push(bytes));
  child.stderr.on("data", (bytes: Buffer) => stderr.push(bytes));
  // A process that ends early closes its input: how it ended says more than that.
  child.stdin.on("error", () => undefined);
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      resolve({ code, signal, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
    });
  });
  return { child, ended };
}

export function startLogtally(args: readonly string[], options: ProcessOptions = {}): RunningProcess {
  return start(process.execPath, [PROGRAM, ...args], options);
}

/** Runs any program to its end, and says whether it did what it should. */
export function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args).status === 0;
}

/** Runs a command of the program to its end. */
export function logtally(args: readonly string[], options: ProcessOptions = {}): Promise<Outcome> {
  const { child, ended } = startLogtally(args, options);
  child.stdin?.end(options.input ?? "");
  return ended;
}

/** The summary that `run --json` prints, in so far as tests ask for it. */
export interface Summary {
  readonly lines_in: number;
  readonly archived: number;
  readonly duplicates: number;
  readonly quarantined: Readonly<Record<string, number>>;
  readonly eventless: number;
  readonly events: Readonly<Record<string, number>>;
  readonly objects: number;
  readonly interrupted: boolean;
}

/** Runs the files into the archive, which must work. */
export async function run(archive: string, from: readonly string[], options: ProcessOptions = {}): Promise<Summary> {
  const outcome = await logtally(["run", "--archive", archive, "--json", "--from", ...from], options);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  return JSON.parse(outcome.stdout) as Summary;
}

/** Event → count over all time, from the archive alone. */
export async function countsOf(archive: string): Promise<Record<string, number>> {
  const outcome = await logtally(["counts", "--archive", archive, "--period", "all", "--format", "json"]);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  const { rows } = JSON.parse(outcome.stdout) as { rows: { event: string; count: number }[] };
  const counts: Record<string, number> = {};
  for (const { event, count } of rows) counts[event] = (counts[event] ?? 0) + count;
  return counts;
}

/** The files below a folder, as sorted paths relative to it; none where it is missing. */
export async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** The write-ahead objects of an archive, sorted by the numbers that their writers gave them. */
export async function walPaths(archive: string): Promise<string[]> {
  const names = await filesBelow(join(archive, "wal"));
  const sorted = names.toSorted((a, b) => (basename(a) < basename(b) ? -1 : 1));
  return sorted.map((name) => join(archive, "wal", name));
}

/** The raw lines that an archive holds, each ended by LF, read without this program. */
export async function archivedText(archive: string): Promise<Buffer> {
  const objects = await Promise.all((await walPaths(archive)).map((path) => readFile(path)));
  return Buffer.concat(objects.map((bytes) => zstdDecompressSync(bytes)));
}

/** Fails where something is not printed as one line. */
export function expectOneLine(text: string, ...parts: readonly string[]): void {
  expect(text).toMatch(/^[^\n]+\n$/);
  for (const part of parts) expect(text).toContain(part);
}
