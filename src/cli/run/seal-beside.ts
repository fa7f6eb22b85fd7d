import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { SECOND_MS } from "../../core/units.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { createDaily } from "../process/daily.ts";
import { EXIT_INTERRUPTED } from "../process/exit-code.ts";
import { pause } from "../process/pause.ts";
import type { PipelineOptions } from "../settings.ts";
import { notify } from "../terminal/tell.ts";

/** After a stop; what a killed sealer leaves is taken up by the next one. */
const GRACE_MS = 8 * SECOND_MS;

/**
 * Seals what is due, again and again, each time in a process of its own: it takes a core and memory while it lasts, and
 * must not hold up the work. Resolves once the signal aborts and no process is left; trouble is told and tried again.
 */
export async function sealBeside(
  pipeline: string | undefined,
  { archive, set = [] }: PipelineOptions,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  const args = [
    "seal",
    ...(pipeline === undefined ? [] : [pipeline]),
    ...(archive === undefined ? [] : ["--archive", archive]),
    ...set.flatMap((each) => ["--set", each]),
  ];
  // Not at each look: a seal of lines without time looks through all that were sealed before.
  const undated = createDaily(SYSTEM_CLOCK);
  for (;;) {
    await pause(everyMs, signal);
    if (signal.aborted) return;
    const withUndated = undated.isDue();
    const isSealed = await sealOnce(withUndated ? args : [...args, "--no-undated"], signal);
    if (withUndated && isSealed) undated.done();
  }
}

/** Resolves with whether all went well. */
async function sealOnce(args: readonly string[], signal: AbortSignal): Promise<boolean> {
  try {
    const { code, said } = await ended(startSealer(args), signal);
    if (code === 0) return true;
    if (code !== EXIT_INTERRUPTED && !signal.aborted) {
      notify(
        "seal_failed",
        `sealing beside the work failed, and is tried again: ${said.trim().split("\n").at(-1) ?? ""}`,
      );
    }
  } catch (error) {
    notify("seal_failed", `sealing beside the work cannot be started, and is tried again: ${(error as Error).message}`);
  }
  return false;
}

/** Throws what keeps a process from being started, where Node does not tell of it by an event. */
function startSealer(args: readonly string[]): ChildProcess {
  const [program = ""] = process.argv.slice(1);
  return spawn(process.execPath, [...process.execArgv, program, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
    // What it says becomes part of what is said here.
    env: { ...process.env, LOGTALLY_LOG: "text" },
  });
}

async function ended(
  child: ChildProcess,
  signal: AbortSignal,
): Promise<{ readonly code: number | null; readonly said: string }> {
  let said = "";
  // Where this process may open no more files there is none, whatever the types say.
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-1000);
  });
  const onStop = (): void => {
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), GRACE_MS).unref();
  };
  if (signal.aborted) onStop();
  else signal.addEventListener("abort", onStop, { once: true });
  try {
    const [code] = (await once(child, "close")) as [number | null];
    return { code, said };
  } finally {
    signal.removeEventListener("abort", onStop);
  }
}
