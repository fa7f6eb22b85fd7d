/**
 * Goal: a user can have everything counted again, is told each difference, and sees what another catalogue would count.
 * Method: the program as a user starts it, on generated traffic in a folder; facts and segments that are spoiled after.
 */

import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Difference } from "../../src/archive/audit/difference.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { API_READ_CATALOGUE } from "./api-read-catalogue.ts";
import { generated } from "./generated.ts";
import { countsOf, filesBelow, logtally, run } from "./logtally.ts";

interface Recount {
  readonly lines: number;
  readonly events: number;
  readonly plans: number;
  readonly plans_of_other_basis: number;
  readonly agrees: boolean;
  readonly differences: readonly Difference[];
}

/** Sealed in part: two files, of which the second has half of the first one's lines again. */
async function sealedArchive(): Promise<{ readonly archive: string; readonly lines: number }> {
  const folder = await tempFolder();
  const archive = join(folder, "archive");
  const { path } = await generated("--lines", "2000", "--seed", "11");
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  const parts = [lines.slice(0, 1500), lines.slice(700)];
  for (const [index, part] of parts.entries()) await writeFile(join(folder, `${index}`), `${part.join("\n")}\n`);
  await run(archive, [join(folder, "0")]);
  await seal(archive);
  await run(archive, [join(folder, "1")]);
  return { archive, lines: lines.length };
}

async function seal(archive: string): Promise<void> {
  expect(await logtally(["seal", "--archive", archive, "--set", "seal.lateness_ms=0"])).toMatchObject({ code: 0 });
}

async function recountOf(
  archive: string,
  args: readonly string[] = [],
): Promise<Recount & { readonly code: number | null }> {
  const { code, stdout } = await logtally(["recount", "--archive", archive, "--json", ...args]);
  return { code, ...(JSON.parse(stdout) as Recount) };
}

describe("recount", () => {
  it("agrees with what was counted, sealed or not", async () => {
    const { archive, lines } = await sealedArchive();
    const events = Object.values(await countsOf(archive)).reduce((sum, count) => sum + count, 0);
    // What is not sealed is read again, repeats of sealed lines too.
    expect(await recountOf(archive)).toMatchObject({
      code: 0,
      agrees: true,
      differences: [],
      events,
      lines: 1500 + lines - 700,
    });
    await seal(archive);
    expect(await recountOf(archive)).toMatchObject({ code: 0, agrees: true, events, lines, plans_of_other_basis: 0 });
    const { code, stdout, stderr } = await logtally(["recount", "--archive", archive]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      /^2,\d{3} lines, \d,\d{3} events, \d+ plans recounted in \d+\.\d s, [\d,]+ lines a second\nno difference\n$/,
    );
    const nothing = await recountOf(archive, ["--until", "2020-12-01"]);
    expect(nothing).toMatchObject({ code: 0, lines: 0, plans: 0 });
  });

  it("tells facts that are gone and a segment that is damaged, and exits with 1", async () => {
    const { archive } = await sealedArchive();
    await seal(archive);
    const files = await filesBelow(archive);
    const facts = files.find((name) => name.startsWith("facts/catalogue") && name.endsWith(".parquet")) ?? "";
    await rm(join(archive, facts));
    const missing = await recountOf(archive);
    expect(missing).toMatchObject({ code: 1, agrees: false });
    expect(missing.differences).toMatchObject([{ what: expect.stringContaining("facts that are missing or damaged") }]);
    const segment = files.find((name) => /^vault.*\d\.ndjson\.zst$/.test(name)) ?? "";
    const bytes = await readFile(join(archive, segment));
    bytes[30] = (bytes[30] ?? 0) ^ 1;
    await rm(join(archive, segment));
    await writeFile(join(archive, segment), bytes);
    const { code, stdout } = await logtally(["recount", "--archive", archive]);
    expect(code).toBe(1);
    expect(stdout).toContain(
      `"${segment}": read segment "${segment}": lines of block at byte 0: its bytes were altered\n`,
    );
    // The facts that were removed, and the segment; nothing that only follows from it.
    expect(stdout).toMatch(
      /\nnot compared, since .*: figures and facts of \d+ plans?; counts of \d+ days? \(.*\)\n\d differences?\n$/,
    );
    expect(stdout.trimEnd().split("\n").length).toBeLessThan(6);
  });

  it("counts the past by another catalogue, beside the published one, and changes nothing", async () => {
    const { archive } = await sealedArchive();
    const catalogue = join(archive, "..", "my.yaml");
    await writeFile(catalogue, API_READ_CATALOGUE);
    const before = await countsOf(archive);
    const files = await filesBelow(archive);
    const args = ["recount", "--archive", archive, "--catalogue", catalogue];
    const { code, stdout } = await logtally([...args, "--json", "--by-day"]);
    expect(code).toBe(0);
    const changes = JSON.parse(stdout) as {
      readonly catalogue: { readonly before: string; readonly after: string };
      readonly events: readonly { readonly event: string; readonly before: number; readonly after: number }[];
      readonly days: readonly { readonly event: string; readonly day: string; readonly after: number }[];
    };
    expect(changes.catalogue.before).not.toBe(changes.catalogue.after);
    const published = changes.events.filter(({ event }) => event !== "api_read");
    expect(Object.fromEntries(published.map((each) => [each.event, each.before]))).toEqual(before);
    expect(published.every((each) => each.before === each.after)).toBe(true);
    const added = changes.events.find(({ event }) => event === "api_read");
    const ofApi = await logtally(["archive", "find", "--archive", archive, "--log", "rails.api"]);
    const reads = ofApi.stdout.split("\n").filter((line) => /"method":\s*"GET"/.test(line)).length;
    expect(added).toEqual({ event: "api_read", before: 0, after: reads });
    const days = changes.days.filter(({ event }) => event === "api_read");
    expect(days.reduce((sum, { after }) => sum + after, 0)).toBe(reads);
    expect((await logtally(args)).stdout).toContain(`api_read `);
    expect(await filesBelow(archive)).toEqual(files);
  });
});
