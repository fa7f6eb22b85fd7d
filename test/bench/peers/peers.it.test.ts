/**
 * Goal: the comparison still compares: it finds what is on the path, holds it to the same work, and says what is not here.
 * Method: the command over a few lines, with shippers of our own on the path: one that does the work, one that does not.
 */
import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

const PEERS = join(import.meta.dirname, "../../../bench/peers.ts");

/** Reads its configuration no further than for the names of files. */
const VECTOR = `
import { readFileSync, writeFileSync } from "node:fs";
import { zstdCompressSync } from "node:zlib";
if (process.argv.includes("--version")) { process.stdout.write("vector 1.2.3 (any)\\n"); process.exit(); }
const config = readFileSync(process.argv.at(-1), "utf8");
const lines = readFileSync(0, "utf8").trimEnd().split("\\n").map((line) => JSON.parse(line));
for (const line of lines) line.access_kind = ["POST", "PUT", "PATCH", "DELETE"].includes(line.method) ? "write" : "read";
const path = /path: (.*)/.exec(config)?.[1];
if (path !== undefined) writeFileSync(path, zstdCompressSync(lines.map((line) => JSON.stringify(line) + "\\n").join("")));
const [url] = /http:[^"]*/.exec(config) ?? [];
if (url !== undefined) {
  const body = lines.slice(1).map((line) => '{"index":{"_index":"peers"}}\\n' + JSON.stringify(line) + "\\n").join("");
  await fetch(url + "/_bulk", { method: "POST", body });
}
`;

interface Row {
  readonly name: string;
  readonly version: string;
  readonly way: string;
  readonly pace: { readonly linesPerCpuSecond: number } | null;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "logtally-peers-"));
  writeFileSync(join(folder, "vector.mjs"), VECTOR);
  put("vector", `exec "${process.execPath}" "${join(folder, "vector.mjs")}" "$@"`);
  put("fluent-bit", 'echo "Fluent Bit v4.5.6"');
});
afterAll(() => rmSync(folder, { recursive: true }));

function put(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

it("gives figures of those that do the work, and says why there are none of the others", async () => {
  const args = [PEERS, "--lines", "500", "--rounds", "1", "--no-install", "--json"];
  const env = { ...process.env, PATH: `${folder}:${process.env["PATH"]}` };
  const failure: unknown = await promisify(execFile)(process.execPath, args, { env }).catch((error: unknown) => error);
  const { code, stdout } = failure as { readonly code: number; readonly stdout: string };
  expect(code).toBe(1);
  const { tables } = JSON.parse(stdout) as { readonly tables: readonly { readonly rows: readonly Row[] }[] };
  const [toFile, toIndex] = tables.map(({ rows }) => new Map(rows.map((row) => [row.name, row])));
  for (const job of [toFile, toIndex]) {
    expect(job?.get("logtally run")?.pace?.linesPerCpuSecond).toBeGreaterThan(0);
    expect(job?.get("Benthos")).toMatchObject({ version: "", way: "not installed", pace: null });
    expect(job?.get("Fluent Bit")).toMatchObject({
      version: "4.5.6",
      way: expect.stringMatching(/^failed: /),
      pace: null,
    });
  }
  expect(toFile?.get("Vector")).toMatchObject({ version: "1.2.3", way: "zstd -3" });
  expect(toFile?.get("Vector")?.pace?.linesPerCpuSecond).toBeGreaterThan(0);
  expect(toFile?.get("pino-elasticsearch")?.pace).toBeNull();
  const short = expect.stringMatching(/^failed: check output: \d+ of \d+ lines$/);
  expect(toIndex?.get("Vector")).toMatchObject({ version: "1.2.3", way: short, pace: null });
});
