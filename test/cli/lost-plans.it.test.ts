/**
 * Goal: no proof says yes to an archive that has lost sealed lines.
 * Method: the program as a user starts it, on generated traffic that is sealed, signed and cleaned up; then manifests and
 * whole days of the vault are removed.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Difference } from "../../src/archive/audit/difference.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { generated } from "./generated.ts";
import { filesBelow, logtally, run } from "./logtally.ts";

const DAY = "2020-12-22";

/** Two revisions of each span, signed; nothing is left of what was received. */
async function cleanArchive(): Promise<string> {
  const folder = await tempFolder();
  const archive = join(folder, "archive");
  const { path } = await generated("--lines", "400", "--seed", "11");
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  for (const part of [0, 1]) {
    const file = join(folder, `${part}`);
    await writeFile(file, `${lines.filter((_, index) => index % 2 === part).join("\n")}\n`);
    await run(archive, [file]);
    await succeed("seal", archive);
  }
  await succeed("sign", archive);
  await succeed("gc", archive);
  expect((await filesBelow(archive)).filter((name) => name.startsWith("wal/"))).toEqual([]);
  return archive;
}

async function succeed(command: string, archive: string): Promise<void> {
  expect(await logtally([command, "--archive", archive])).toMatchObject({ code: 0, stderr: "" });
}

interface Proof {
  readonly code: number | null;
  readonly found: readonly Difference[];
}

async function prove(command: "ledger" | "recount", archive: string, ...more: readonly string[]): Promise<Proof> {
  const { code, stdout } = await logtally([command, "--archive", archive, "--json", ...more]);
  const { problems, differences } = JSON.parse(stdout) as Readonly<Record<string, readonly Difference[]>>;
  return { code, found: problems ?? differences ?? [] };
}

it("ledger and recount name every manifest of a day that is gone, and only of the days that are asked for", async () => {
  const archive = await cleanArchive();
  const gone = (await filesBelow(archive)).filter(
    (name) => name.includes(`/${DAY}/`) && name.endsWith(".manifest.json"),
  );
  expect(gone).toHaveLength(2);
  for (const command of ["ledger", "recount"] as const) {
    expect(await prove(command, archive)).toEqual({ code: 0, found: [] });
  }
  await rm(join(archive, `vault/v1/local/${DAY}`), { recursive: true });
  for (const command of ["ledger", "recount"] as const) {
    const { code, found } = await prove(command, archive);
    expect(code).toBe(1);
    expect(found.map(({ object }) => object)).toEqual(gone);
    expect(found[0]?.what).toMatch(/^the manifest is missing, by the word of "vault.*digest.* and "facts/);
    expect((await prove(command, archive, "--since", "2020-12-23")).code).toBe(0);
    expect((await prove(command, archive, "--until", "2020-12-23")).code).toBe(1);
  }
  expect((await logtally(["ledger", "--archive", archive])).stdout).toContain(`"${gone[0]}": the manifest is missing`);
});

it("counts name a manifest that is missing before another one, and still answer", async () => {
  const archive = await cleanArchive();
  const first = `vault/v1/local/${DAY}/00/000001.manifest.json`;
  expect((await logtally(["counts", "--archive", archive])).stderr).toBe("");
  await rm(join(archive, first));
  const { code, stderr, stdout } = await logtally(["counts", "--archive", archive]);
  expect(code).toBe(0);
  expect(stderr).toContain("logtally: lines that were sealed are not counted: ");
  expect(stderr).toContain(`the manifest before it is missing, "${first}": revision: 2 instead of 1`);
  expect(stdout).toContain("git_push");
});
