/** Builds `dist` for the published package: JavaScript, and beside it whatever in `src` is no TypeScript. */
import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";

const CHECKOUT = join(import.meta.dirname, "..");
const SRC = join(CHECKOUT, "src");
const DIST = join(CHECKOUT, "dist");

rmSync(DIST, { recursive: true, force: true });
execFileSync(process.execPath, [join(CHECKOUT, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
  cwd: CHECKOUT,
  stdio: "inherit",
});
cpSync(SRC, DIST, { recursive: true, filter: (path) => !path.endsWith(".ts") });
