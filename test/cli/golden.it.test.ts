/**
 * Goal: a user action counts what it is, alone and among others, and no way of feeding it changes a count.
 * Method: the scenarios through `run` and `counts` as a user starts them, against the table in scenarios.ts.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { countsOf, FIXTURES, run } from "./logtally.ts";
import { SCENARIOS, sumOfScenarios, tableRow } from "./scenarios.ts";

const PATHS = Object.keys(SCENARIOS).map((name) => join(FIXTURES, "local", name, "input.ndjson"));

async function allLines(): Promise<string[]> {
  const texts = await Promise.all(PATHS.map((path) => readFile(path, "utf8")));
  return texts.flatMap((text) => text.trimEnd().split("\n"));
}

/** The same order in every run: each swap is drawn from a small generator. */
function shuffled(lines: readonly string[]): string[] {
  const result = [...lines];
  let state = 1;
  for (let last = result.length - 1; last > 0; last -= 1) {
    state = (state * 48_271) % 2_147_483_647;
    const other = state % (last + 1);
    [result[last], result[other]] = [result[other] ?? "", result[last] ?? ""];
  }
  return result;
}

async function inputFile(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(await tempFolder(), name);
  await writeFile(path, content);
  return path;
}

describe("a scenario", () => {
  it.each(Object.entries(SCENARIOS))("%s counts what its user did", async (name, expected) => {
    const archive = await tempFolder();
    const summary = await run(archive, [join(FIXTURES, "local", name, "input.ndjson")]);
    expect(tableRow(summary.events)).toEqual(tableRow(expected));
    expect(summary.quarantined).toEqual({});
    expect(tableRow(await countsOf(archive))).toEqual(tableRow(expected));
  });
});

describe("all scenarios together", () => {
  it("count the sum; the same input again is all duplicates, and changes nothing", async () => {
    const archive = await tempFolder();
    const first = await run(archive, PATHS);
    const lines = (await allLines()).length;
    expect(first).toMatchObject({ lines_in: lines, archived: lines, duplicates: 0, quarantined: {} });
    expect(tableRow(first.events)).toEqual(sumOfScenarios());
    const counts = await countsOf(archive);
    expect(counts).toEqual(first.events);

    const second = await run(archive, PATHS);
    expect(second).toMatchObject({ lines_in: lines, archived: 0, duplicates: lines, events: {}, eventless: 0 });
    expect(await countsOf(archive)).toEqual(counts);
  });

  it("count the same in two runs that overlap, in any order, compressed, and from standard input", async () => {
    const lines = await allLines();
    const middle = lines.length >> 1;
    const text = (part: readonly string[]): string => `${part.join("\n")}\n`;
    const counts = await (async () => {
      const archive = await tempFolder();
      await run(archive, PATHS);
      return countsOf(archive);
    })();

    const inParts = await tempFolder();
    await run(inParts, [await inputFile("a.log", text(lines.slice(0, middle + 3)))]);
    const rest = await run(inParts, [await inputFile("b.log", text(lines.slice(middle)))]);
    expect(rest).toMatchObject({ duplicates: 3, archived: lines.length - middle - 3 });
    expect(await countsOf(inParts)).toEqual(counts);

    const inDisorder = await tempFolder();
    await run(inDisorder, [
      await inputFile("a.gz", gzipSync(text(shuffled(lines).slice(middle)))),
      await inputFile("a.zst", zstdCompressSync(text(shuffled(lines).slice(0, middle)))),
    ]);
    expect(await countsOf(inDisorder)).toEqual(counts);

    const piped = await tempFolder();
    const summary = await run(piped, ["-"], { input: shuffled([...lines, ...lines]).join("\n") });
    expect(summary).toMatchObject({ archived: lines.length, duplicates: lines.length, events: counts });
    expect(await countsOf(piped)).toEqual(counts);
  });
});
