import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { buildGoProgram } from "./go-program.ts";

/** Elastic's validator of packages. */
export interface PackageSpec {
  /** What is wrong with the package in that folder; empty where nothing is. */
  problemsOf(folder: string): Promise<string>;
}

/** Null where there is no Go to build it with; on CI that is a failure. */
export async function buildPackageSpec(): Promise<PackageSpec | null> {
  const program = await buildGoProgram("package-spec");
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
