/** The program with system calls that fail, or stop it, on demand. */
import { PROGRAM, type RunningProcess, start, succeeds } from "../cli/logtally.ts";

/** It is there on CI; elsewhere the tests that need it are skipped. */
export const HAS_STRACE = succeeds("strace", ["-f", "-e", "trace=none", "true"]);

/**
 * Starts a command under strace, with these of its options. The process is the program itself. With one thread for files
 * its calls are counted in one row.
 */
export function traced(calls: string, options: readonly string[], args: readonly string[]): RunningProcess {
  // Much faster, but with it strace 6.1 sends a signal at the first call or at none.
  const filter = options.some((option) => option.includes(":signal=")) ? [] : ["--seccomp-bpf"];
  const trace = ["-D", "-f", ...filter, "-qq", "-e", `trace=${calls}`, ...options];
  const running = start("strace", [...trace, process.execPath, PROGRAM, ...args], { env: { UV_THREADPOOL_SIZE: "1" } });
  running.child.stdin?.end();
  return running;
}
