/** Builds `dist` for the published package: JavaScript, and beside it whatever in `src` is no TypeScript. */
import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";

const CHECKOUT = join(import.meta.dirname, "..");
const SRC = join(CHECKOUT, "src");
const DIST = join(CHECKOUT, "dist");

rmSync(DIST, { recursive: true, force: true });
// The page is for browsers, which have other globals.
for (const project of [
  ["tsconfig.build.json"],
  ["src/explorer/page", "--noEmit", "false", "--rootDir", SRC, "--outDir", DIST],
]) {
  execFileSync(process.execPath, [join(CHECKOUT, "node_modules/typescript/bin/tsc"), "-p", ...project], {
    cwd: CHECKOUT,
    stdio: "inherit",
  });
}
cpSync(SRC, DIST, { recursive: true, filter: (path) => !path.endsWith(".ts") && !path.endsWith("tsconfig.json") });
