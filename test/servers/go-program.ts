import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";

/** Kept between runs; not below node_modules, which `npm ci` empties. */
const CACHE = join(import.meta.dirname, "../../.cache");

/**
 * A program of tests in Go, built anew where its source changed: that of a folder beside this file, or another one of its
 * module's (`command`, as in its go.mod). Resolves with its path; with null where there is no Go, which on CI is a failure.
 */
export async function buildGoProgram(folder: string, command = "."): Promise<string | null> {
  const source = join(import.meta.dirname, folder);
  const hash = createHash("sha256");
  for (const file of ["main.go", "go.mod", "go.sum"]) hash.update(await readFile(join(source, file)));
  const name = command === "." ? folder : basename(command);
  const program = join(CACHE, `${folder}-${hash.digest("hex").slice(0, 12)}`, name);
  if (existsSync(program)) return program;
  try {
    await promisify(execFile)("go", ["version"]);
  } catch (error) {
    if (process.env["CI"] !== undefined) throw new Error(`no Go to build ${name} with`, { cause: error });
    return null;
  }
  process.stderr.write(`building ${name} for the tests, once; this takes minutes\n`);
  await promisify(execFile)("go", ["build", "-o", program, command], { cwd: source });
  return program;
}
