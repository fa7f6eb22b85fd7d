import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { changedText } from "./changed-text.ts";
import type { Workshop } from "./gate.ts";
import { runVitest } from "./vitest-run.ts";

const CHECKOUT = join(import.meta.dirname, "../..");
const COPIED =
  "src test scripts bench bin docs fixtures kibana pipelines package.json tsconfig.json vitest.config.ts".split(" ");
const MODULES = "node_modules";
/** Servers that were built for tests. */
const KEPT = ".cache";

/** A copy of the checkout in a folder of its own. */
export interface FolderWorkshop extends Workshop {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Packages are shared, but nothing that tools write beside them. */
export async function openWorkshop(signal: AbortSignal): Promise<FolderWorkshop> {
  const folder = await mkdtemp(join(tmpdir(), "logtally-mutants-"));
  for (const name of COPIED) await cp(join(CHECKOUT, name), join(folder, name), { recursive: true });
  await mkdir(join(folder, MODULES));
  const packages = (await readdir(join(CHECKOUT, MODULES))).filter((name) => name !== ".vite");
  for (const name of packages) await symlink(join(CHECKOUT, MODULES, name), join(folder, MODULES, name));
  await mkdir(join(CHECKOUT, KEPT), { recursive: true });
  await symlink(join(CHECKOUT, KEPT), join(folder, KEPT));
  return {
    folder,
    run: (choice) => runVitest(folder, choice, signal),
    async runWith(fault, choice) {
      const path = join(folder, fault.file);
      const original = await readFile(path, "utf8");
      await writeFile(path, changedText(fault, original));
      try {
        return await runVitest(folder, choice, signal);
      } finally {
        await writeFile(path, original);
      }
    },
    // A test that was killed may write a moment longer.
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}
