/**
 * Goal: whoever has zstdcat, sha256sum and openssl checks a digest down to its lines without this program, by the
 * commands of the page, and they find what is not so.
 * Method: the commands as they stand, by bash, in archives that were sealed and signed, whole and changed.
 */
import { spawnSync } from "node:child_process";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { blocksOf } from "../page-blocks.ts";
import { FIXTURES, filesBelow, logtally, run, succeeds } from "./logtally.ts";

const PAGE = join(import.meta.dirname, "../../docs/reference/archive-format.md");
const HAS_TOOLS = succeeds("zstdcat", ["--version"]) && succeeds("openssl", ["version"]);
// Who has no zstd or openssl at hand can still run the rest; on CI both are there.
const CANNOT_RUN = !HAS_TOOLS && process.env["CI"] === undefined;

// Without the tools there is nothing to check with.
it.skipIf(CANNOT_RUN)("the commands for one digest prove it, and fail where anything is another", async () => {
  const archive = join(await tempFolder(), "archive");
  await run(archive, [join(FIXTURES, "local/ssh_push/input.ndjson"), join(FIXTURES, "local/web_commit/input.ndjson")]);
  for (const command of ["seal", "sign"]) {
    expect(await logtally([command, "--archive", archive])).toMatchObject({ code: 0, stderr: "" });
  }
  const page = await readFile(PAGE, "utf8");
  const [script] = blocksOf(page.slice(page.indexOf("\n### One digest by hand\n")));
  const byHand = (cwd: string): { readonly status: number | null; readonly stdout: string } =>
    spawnSync("bash", ["-c", script?.text ?? ""], { cwd, encoding: "utf8" });
  const { status, stdout } = byHand(archive);
  expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringMatching(/: 16 lines\n$/) });
  const names = (await filesBelow(join(archive, "vault"))).map((name) => `vault/${name}`);
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) {
    const copy = join(await tempFolder(), "copy");
    await cp(archive, copy, { recursive: true });
    await rm(join(copy, name));
    expect(byHand(copy).status, `without ${name}`).not.toBe(0);
    const bytes = await readFile(join(archive, name));
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    await writeFile(join(copy, name), bytes);
    expect(byHand(copy).status, `with another ${name}`).not.toBe(0);
  }
});
