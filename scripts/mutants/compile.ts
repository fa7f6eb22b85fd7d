import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { MIB } from "../../src/core/units.ts";
import type { Fault } from "../../test/mutants/fault.ts";
import { changedText } from "./changed-text.ts";

const MOST_OUTPUT_BYTES = 16 * MIB;

/**
 * What the compiler says against programs with these faults, in the copy of the checkout in that folder: a fault that
 * does not compile fails any test, and proves nothing. All at once: each changed file lies beside the one that it would
 * replace, and sees the same neighbours.
 */
export async function compilerErrors(folder: string, faults: readonly Fault[], signal: AbortSignal): Promise<string[]> {
  const changed = faults.filter(({ file }) => file.endsWith(".ts"));
  const pathOf = ({ file, name }: Fault): string => join(folder, file.replace(/\.ts$/, `.planted-${name}.ts`));
  for (const fault of changed) {
    await writeFile(pathOf(fault), changedText(fault, await readFile(join(folder, fault.file), "utf8")));
  }
  try {
    return await compile(folder, signal);
  } finally {
    for (const fault of changed) await rm(pathOf(fault), { force: true });
  }
}

async function compile(folder: string, signal: AbortSignal): Promise<string[]> {
  const compiler = join(folder, "node_modules/typescript/bin/tsc");
  // What a fault leaves unused is no error.
  const args = [compiler, "-p", ".", "--noUnusedLocals", "false", "--noUnusedParameters", "false"];
  try {
    await promisify(execFile)(process.execPath, args, { cwd: folder, signal, maxBuffer: MOST_OUTPUT_BYTES });
    return [];
  } catch (error) {
    const { stdout = "", message } = error as Error & { readonly stdout?: string };
    const errors = stdout.split("\n").filter((line) => line.includes("error TS"));
    signal.throwIfAborted();
    return errors.length > 0 ? errors : [message];
  }
}
