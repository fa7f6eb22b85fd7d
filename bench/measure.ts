import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { KIB, SECOND_MS } from "../src/core/units.ts";

/** What a command has used from its start to its end. */
export interface Usage {
  /** User and system time of all its threads. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** Largest resident set; null where the command is no Node program that loads `report-memory.ts`. */
  readonly peakBytes: number | null;
}

/** Runs the command, then prints what it took: `times` is in every POSIX shell, `/usr/bin/time` is not everywhere. */
const SCRIPT = '"$@" >/dev/null; code=$?; times >&4; exit $code';

const PROGRAMS = join(import.meta.dirname, "programs");
const LOGTALLY = join(import.meta.dirname, "../bin/logtally.js");

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

/** Runs a command to its end, its output thrown away. Rejects where it fails, with what it said. */
export async function measure(command: readonly string[]): Promise<Usage> {
  const startedMs = performance.now();
  const child = spawn("sh", ["-c", SCRIPT, "sh", ...command], {
    stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
    env: { ...process.env, LC_ALL: "C" },
  });
  const { promise: ended, resolve, reject } = Promise.withResolvers<number | null>();
  child.on("error", reject);
  child.on("exit", resolve);
  const [said, memory, times, code] = await Promise.all([
    text(child.stdio[2] as NodeJS.ReadableStream),
    text(child.stdio[3] as NodeJS.ReadableStream),
    text(child.stdio[4] as NodeJS.ReadableStream),
    ended,
  ]);
  const wallSeconds = (performance.now() - startedMs) / SECOND_MS;
  if (code !== 0) throw new Error(`run "${command.join(" ")}": exit code ${code}\n${said}`);
  return { cpuSeconds: childSeconds(times), wallSeconds, peakBytes: memory === "" ? null : Number(memory) * KIB };
}

/** The second line is about the shell's children: user and system time as `1m2.345s`. */
function childSeconds(times: string): number {
  const parts = [...(times.split("\n")[1] ?? "").matchAll(/(\d+)m([\d.]+)s/g)];
  if (parts.length !== 2) throw new Error(`read times of the shell: "${times}"`);
  return parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}
