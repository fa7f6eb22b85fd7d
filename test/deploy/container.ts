import { type RunningProcess, start } from "../cli/logtally.ts";

/** Where a process finds itself. */
export interface Surroundings {
  readonly cwd: string;
  /** All of it. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts a program as an engine of containers does: with this environment alone, and without any capability, so that even
 * root reads and writes only where the modes of files allow it. It has the id of the process that is started.
 */
export function startContained(words: readonly string[], { cwd, env }: Surroundings): RunningProcess {
  const isRoot = process.getuid?.() === 0;
  const fence = isRoot ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", "--"] : [];
  const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const [command = "", ...args] = [...fence, "env", "-i", ...assignments, ...words];
  return start(command, args, { cwd });
}
