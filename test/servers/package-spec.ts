import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const SOURCE = join(import.meta.dirname, "package-spec");
/** Kept between runs; not below node_modules, which `npm ci` empties. */
const CACHE = join(import.meta.dirname, "../../.cache");

/** Elastic's validator of packages. */
export interface PackageSpec {
  /** What is wrong with the package in that folder; empty where nothing is. */
  problemsOf(folder: string): Promise<string>;
}

/** Null where there is no Go to build it with; on CI that is a failure. */
export async function buildPackageSpec(): Promise<PackageSpec | null> {
  const program = await build();
  if (program === null) return null;
  return {
    async problemsOf(folder) {
      try {
        await promisify(execFile)(program, [folder]);
        return "";
      } catch (error) {
        const { code, stdout } = error as { readonly code?: unknown; readonly stdout?: string };
        // Anything else is no answer.
        if (code !== 1 || stdout === undefined || stdout === "") throw error;
        return stdout;
      }
    },
  };
}

/** Built anew where its source changed. */
async function build(): Promise<string | null> {
  const hash = createHash("sha256");
  for (const file of ["main.go", "go.mod", "go.sum"]) hash.update(await readFile(join(SOURCE, file)));
  const program = join(CACHE, `package-spec-${hash.digest("hex").slice(0, 12)}`, "package-spec");
  if (existsSync(program)) return program;
  try {
    await promisify(execFile)("go", ["version"]);
  } catch (error) {
    if (process.env["CI"] !== undefined) throw new Error("no Go to build package-spec with", { cause: error });
    return null;
  }
  process.stderr.write("building the validator of packages, once; this takes a minute\n");
  await promisify(execFile)("go", ["build", "-o", program, "."], { cwd: SOURCE });
  return program;
}
