import { start } from "../cli/logtally.ts";

/** A shell's function in the place of kubectl: what it is called with, word by word. */
const NOTING = `kubectl() { printf '%s\\0' "$@"; printf '\\1'; }`;

/**
 * Carries out a script of a page, but for what it asks of kubectl: resolves with the words of each such call, as the shell
 * hands them over. Rejects where a command fails.
 */
export async function kubectlCalls(
  script: string,
  { cwd, env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<readonly (readonly string[])[]> {
  const { child, ended } = start("bash", ["-eu", "-c", `${NOTING}\n${script}`], { env, ...(cwd ? { cwd } : {}) });
  child.stdin?.end();
  const { code, stdout, stderr } = await ended;
  if (code !== 0) throw new Error(`${script}: ${code}, ${stderr}`);
  return stdout
    .split("\u0001")
    .slice(0, -1)
    .map((call) => call.split("\0").slice(0, -1));
}

/** The Deployment that `kubectl exec deployment/NAME -- …` goes to, and the words that are said there. */
export interface Exec {
  readonly deployment: string;
  readonly words: readonly string[];
}

/** Null for another call. */
export function asExec(call: readonly string[]): Exec | null {
  const at = call.indexOf("exec");
  const [, deployment] = /^deployment\/(\S+)$/.exec(call[at + 1] ?? "") ?? [];
  if (at < 0 || deployment === undefined || call[at + 2] !== "--") return null;
  return { deployment, words: call.slice(at + 3) };
}
