import { spawnSync } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Fault } from "../../test/mutants/fault.ts";
import { changedText } from "./changed-text.ts";

/**
 * What the compiler says against programs with these faults, in the copy of the checkout in that folder: a fault that
 * does not compile fails any test, and proves nothing. All at once: each changed file lies beside the one that it would
 * replace, and sees the same neighbours.
 */
export async function compilerErrors(folder: string, faults: readonly Fault[]): Promise<string[]> {
  const changed = faults.filter(({ file }) => file.endsWith(".ts"));
  const pathOf = ({ file, name }: Fault): string => join(folder, file.replace(/\.ts$/, `.planted-${name}.ts`));
  for (const fault of changed) {
    await writeFile(pathOf(fault), changedText(fault, await readFile(join(folder, fault.file), "utf8")));
  }
  try {
    // What a fault leaves unused is no error.
    const args = ["-p", ".", "--noUnusedLocals", "false", "--noUnusedParameters", "false"];
    const compiler = join(folder, "node_modules/typescript/bin/tsc");
    const { stdout, stderr, status } = spawnSync(process.execPath, [compiler, ...args], {
      cwd: folder,
      encoding: "utf8",
    });
    if (status === 0) return [];
    const errors = stdout.split("\n").filter((line) => line.includes("error TS"));
    return errors.length > 0 ? errors : [`compile: status ${status}: ${stderr}`];
  } finally {
    for (const fault of changed) await rm(pathOf(fault), { force: true });
  }
}
