import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CHECKOUT = join(import.meta.dirname, "../..");
const COMPILER = join(CHECKOUT, "node_modules/assemblyscript/bin/asc.js");
const SOURCE = "wasm/object-scan.ts";
/** Where its code is kept as text, so that neither a checkout nor the package has to compile it. */
export const SCANNER_CODE = join(CHECKOUT, "src/decode/object-scan-code.ts");

/** 64 KiB each: all of the scanner's tables and its input. It never grows, so views of it stay valid. */
const PAGES = "9";
const OPTIONS = ["-O3", "--noAssert", "--runtime", "stub", "--use", "abort="];
const MEMORY = ["--initialMemory", PAGES, "--maximumMemory", PAGES];

const LINE = /.{1,110}/g;

/** What `SCANNER_CODE` has to hold. Throws where the compiler does not take the source, and shows what it says. */
export function scannerCode(): string {
  const folder = mkdtempSync(join(tmpdir(), "logtally-wasm-"));
  try {
    const file = join(folder, "object-scan.wasm");
    const command = [COMPILER, SOURCE, "--outFile", file, ...OPTIONS, ...MEMORY, "--enable", "simd"];
    execFileSync(process.execPath, command, { cwd: CHECKOUT, stdio: ["ignore", "inherit", "inherit"] });
    const lines = readFileSync(file).toString("base64").match(LINE) ?? [];
    return [
      "// Made by `npm run wasm` from `wasm/object-scan.ts`; do not edit.",
      "export const OBJECT_SCAN_CODE = [",
      ...lines.map((line) => `  "${line}",`),
      '].join("");',
      "",
    ].join("\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
}
