/**
 * Prints the bill of materials of the published package (CycloneDX): `npm run --silent sbom`. It is npm's own, of a
 * folder without what only a checkout has: `npm sbom --omit=dev` forgets each package that some tool needs as well.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CHECKOUT = join(import.meta.dirname, "..");
const FORM = ["--package-lock-only", "--sbom-format=cyclonedx", "--sbom-type=application"];

interface Declared {
  readonly name: string;
  readonly devDependencies?: unknown;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>>;
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(CHECKOUT, name), "utf8"));
}

const { devDependencies: _, ...declared } = read("package.json") as Declared;
const lock = read("package-lock.json") as Lock;
const published = Object.entries(lock.packages).filter(([, { dev, devOptional }]) => !(dev ?? devOptional ?? false));
const scratch = mkdtempSync(join(tmpdir(), "logtally-sbom-"));
try {
  // npm calls the whole by the name of its folder.
  const folder = join(scratch, declared.name);
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify(declared));
  const packages = { ...Object.fromEntries(published), "": declared };
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ ...lock, packages }));
  execFileSync("npm", ["sbom", ...FORM], { cwd: folder, stdio: "inherit" });
} finally {
  rmSync(scratch, { recursive: true });
}
