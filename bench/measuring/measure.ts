import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { KIB, SECOND_MS } from "../../src/core/units.ts";
import { descendants, watchResident } from "./resident.ts";

/** What a command has used from its start to its end. */
export interface Usage {
  /** User and system time of all its threads. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** Largest resident set, as the program itself reports it (`report-memory.ts`), or else as Linux tells; null elsewhere. */
  readonly peakBytes: number | null;
}

/** Runs the command, then prints what it took: `times` is in every POSIX shell, `/usr/bin/time` is not everywhere. */
const SCRIPT = '"$@" >/dev/null; code=$?; times >&4; exit $code';

const PROGRAMS = join(import.meta.dirname, "../programs");
const LOGTALLY = join(import.meta.dirname, "../../bin/logtally.js");

/** The command of a Node program that reports its memory. */
function nodeProgram(path: string, args: readonly string[]): string[] {
  return [process.execPath, "--import", join(PROGRAMS, "report-memory.ts"), path, ...args];
}

/** The command of logtally as a user starts it. */
export function logtally(...args: readonly string[]): string[] {
  return nodeProgram(LOGTALLY, args);
}

/** The command of a program in the folder `programs`. */
export function program(name: string, ...args: readonly string[]): string[] {
  return nodeProgram(join(PROGRAMS, name), args);
}

/**
 * Runs a command to its end, its output thrown away. Rejects where it fails, with what it said, and where it has not
 * ended after `limitMs`; it is then killed.
 */
export async function measure(command: readonly string[], limitMs: number | null = null): Promise<Usage> {
  const startedMs = performance.now();
  const child = spawn("sh", ["-c", SCRIPT, "sh", ...command], {
    stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
    env: { ...process.env, LC_ALL: "C" },
  });
  const { promise: ended, resolve, reject } = Promise.withResolvers<number | null>();
  child.on("error", reject);
  child.on("exit", resolve);
  const resident = watchResident(child.pid ?? Number.NaN);
  const limit = limitMs === null ? null : setTimeout(() => killStarted(child.pid ?? Number.NaN), limitMs);
  const [said, memory, times, code] = await Promise.all([
    text(child.stdio[2] as NodeJS.ReadableStream),
    text(child.stdio[3] as NodeJS.ReadableStream),
    text(child.stdio[4] as NodeJS.ReadableStream),
    ended,
  ]);
  const wallMs = performance.now() - startedMs;
  const residentBytes = resident();
  if (limit !== null) clearTimeout(limit);
  const end = limitMs !== null && wallMs >= limitMs ? `killed after ${limitMs} ms` : `exit code ${code}`;
  if (end !== "exit code 0") throw new Error(`run "${command.join(" ")}": ${end}\n${said}`);
  const peakBytes = memory === "" ? residentBytes : Number(memory) * KIB;
  return { cpuSeconds: childSeconds(times), wallSeconds: wallMs / SECOND_MS, peakBytes };
}

function killStarted(pid: number): void {
  for (const child of descendants(pid)) process.kill(child, "SIGKILL");
}

/** The second line is about the shell's children: user and system time as `1m2.345s`. */
function childSeconds(times: string): number {
  const parts = [...(times.split("\n")[1] ?? "").matchAll(/(\d+)m([\d.]+)s/g)];
  if (parts.length !== 2) throw new Error(`read times of the shell: "${times}"`);
  return parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}
