import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { DAY_MS, SECOND_MS } from "../../core/units.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
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
  let undatedAtMs = SYSTEM_CLOCK.monotonicMs() - DAY_MS;
  for (;;) {
    await pause(everyMs, signal);
    if (signal.aborted) return;
    const withUndated = SYSTEM_CLOCK.monotonicMs() - undatedAtMs >= DAY_MS;
    if (withUndated) undatedAtMs = SYSTEM_CLOCK.monotonicMs();
    await sealOnce(withUndated ? args : [...args, "--no-undated"], signal);
  }
}

async function sealOnce(args: readonly string[], signal: AbortSignal): Promise<void> {
  const [program = ""] = process.argv.slice(1);
  const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
    // What it says becomes part of what is said here.
    env: { ...process.env, LOGTALLY_LOG: "text" },
  });
  let said = "";
  // Where this process may open no more files there is none, whatever the types say.
  (child.stderr as Readable | undefined)?.setEncoding("utf8").on("data", (text: string) => {
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
    if (code === 0 || code === EXIT_INTERRUPTED || signal.aborted) return;
    notify(
      "seal_failed",
      `sealing beside the work failed, and is tried again: ${said.trim().split("\n").at(-1) ?? ""}`,
    );
  } catch (error) {
    notify("seal_failed", `sealing beside the work cannot be started, and is tried again: ${(error as Error).message}`);
  } finally {
    signal.removeEventListener("abort", onStop);
  }
}
