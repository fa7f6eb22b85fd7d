import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TestChoice, TestRun } from "./gate.ts";

/** A fast test has half a minute by itself, and some faults let several wait for it. */
const TIMEOUT_MS = 180_000;
const REPORT = "mutants-report.json";
const LAST_BYTES = 2000;

/** The part of Vitest's JSON report that is read here. */
export interface ReportedRun {
  readonly testResults: readonly {
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
}

/** Runs tests of the checkout in that folder, in a process of their own that ends with the signal. */
export async function runVitest(folder: string, choice: TestChoice, signal: AbortSignal): Promise<TestRun> {
  const report = join(folder, REPORT);
  await rm(report, { force: true });
  const project = choice.file.endsWith(".it.test.ts") ? "it" : "fast";
  const names = choice.titles.map(escaped).join("|");
  const args = ["run", choice.file, "--project", project, "-t", names, "--reporter=json", `--outputFile=${report}`];
  const { said, isInTime } = await ended(folder, args, choice.env, signal);
  signal.throwIfAborted();
  if (!isInTime) return { kind: "hung" };
  let text: string;
  try {
    text = await readFile(report, "utf8");
  } catch {
    // What Vitest said tells why there is no report.
    return { kind: "broken", why: `Vitest wrote no report: ${said.trim()}` };
  }
  return testRunOf(JSON.parse(text) as ReportedRun);
}

/** A file that failed outside its tests, as one that does not load, says nothing. */
export function testRunOf({ testResults }: ReportedRun): TestRun {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const passed = tests.filter(({ status }) => status === "passed").map(({ fullName }) => fullName);
  const failed = tests
    .filter(({ status }) => status === "failed")
    .map(({ fullName, failureMessages }) => ({ title: fullName, isHung: isTimeout(failureMessages ?? []) }));
  const why = testResults.map(({ message = "" }) => message).find((message) => message !== "");
  if (passed.length + failed.length === 0 && why !== undefined) return { kind: "broken", why };
  return { kind: "ended", passed, failed };
}

function isTimeout(messages: readonly string[]): boolean {
  return messages.length > 0 && messages.every((message) => /\b(?:Test|Hook) timed out in \d+ms/.test(message));
}

interface Ended {
  /** The last of what was printed. */
  readonly said: string;
  readonly isInTime: boolean;
}

async function ended(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Ended> {
  // A group of its own: a worker of Vitest that stands still would outlive it.
  const child = spawn(process.execPath, [join(folder, "node_modules/vitest/vitest.mjs"), ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let said = "";
  const hear = (chunk: Buffer): void => {
    said = `${said}${chunk.toString()}`.slice(-LAST_BYTES);
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  let isInTime = true;
  const kill = (): void => {
    if (child.pid !== undefined) killGroup(child.pid);
  };
  const timer = setTimeout(() => {
    isInTime = false;
    kill();
  }, TIMEOUT_MS);
  signal.addEventListener("abort", kill, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", () => resolve());
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", kill);
  }
  return { said, isInTime };
}

/** Kills what is left of a group of processes, if anything: it may have ended by itself just now. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function escaped(title: string): string {
  return title.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
