/**
 * Goal: an archive whose lines are sealed, and gone from the write-ahead log, is read as before.
 * Method: runs and seals by the program; the folder `wal` is taken away, then everything is asked again.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { countsOf, expectOneLine, FIXTURES, filesBelow, logtally, run } from "./logtally.ts";

const INPUTS = ["ssh_push", "ssh_push_rejected"].map((name) => join(FIXTURES, "local", name, "input.ndjson"));

async function ask(archive: string, ...args: readonly string[]): Promise<string> {
  const outcome = await logtally([...args, "--archive", archive]);
  expect(outcome).toMatchObject({ code: 0 });
  return outcome.stdout;
}

function sorted(text: string): string[] {
  return text.split("\n").toSorted();
}

async function sealedArchive(): Promise<{ archive: string; before: string }> {
  const archive = await tempFolder();
  await run(archive, INPUTS);
  const before = await ask(archive, "archive", "find");
  await ask(archive, "seal", "--set", "seal.lateness_ms=0");
  return { archive, before };
}

describe("an archive of which all is sealed", () => {
  it("gives its lines back without the write-ahead log, and says where they lie", async () => {
    const { archive, before } = await sealedArchive();
    const counts = await countsOf(archive);
    expect(sorted(await ask(archive, "archive", "find"))).toEqual(sorted(before));
    await rm(join(archive, "wal"), { recursive: true });
    expect(sorted(await ask(archive, "archive", "find"))).toEqual(sorted(before));
    const metas = (await ask(archive, "archive", "find", "--meta")).trimEnd().split("\n");
    expect(metas).toHaveLength(before.trimEnd().split("\n").length);
    for (const [index, text] of metas.entries()) {
      expect(JSON.parse(text)).toMatchObject({ object: expect.stringMatching(/^vault\/v1\/local\//), row: index });
    }
    const pushes = await ask(archive, "archive", "find", "--event", "git_push_rejected");
    expect(pushes.trimEnd().split("\n")).toHaveLength(1);
    expect(await ask(archive, "check")).toContain("can be written");
    expect(await countsOf(archive)).toEqual(counts);
  });

  it("is listed with the span of each segment, and with the objects that are no longer needed", async () => {
    const { archive } = await sealedArchive();
    const lines = (await readFile(INPUTS[0] ?? "", "utf8")).trimEnd().split("\n").length;
    const table = await ask(archive, "archive", "ls");
    expect(table).toMatch(
      /^2020-12-22T00:00:00Z +2020-12-22T23:00:00Z +\d+ .* revision 1 +vault\/v1\/local\/2020-12-22\/00\/000001-10001\.ndjson\.zst$/m,
    );
    expect(table).toMatch(/ yes +wal\/local\//);
    expect(table).toMatch(/ 1 segment of the vault\n.* 1 segment of the write-ahead log\n$/);
    await rm(join(archive, "wal"), { recursive: true });
    const listed = (await ask(archive, "archive", "ls", "--json")).trimEnd().split("\n");
    expect(listed.map((text) => JSON.parse(text) as object)).toMatchObject([{ kind: "vault", revision: 1 }]);
    expect((JSON.parse(listed[0] ?? "") as { lines: number }).lines).toBeGreaterThan(lines);
  });

  it.each([
    ["raw lines", ".ndjson.zst", /-10001\.ndjson\.zst"/],
    ["meta", ".meta.ndjson.zst", /-10001\.meta\.ndjson\.zst"/],
    ["manifest", ".manifest.json", /\.manifest\.json"/],
  ])("is not read beyond damage: a file of %s that was cut is named", async (_what, end, name) => {
    const { archive } = await sealedArchive();
    const paths = (await filesBelow(archive)).filter((each) => each.startsWith("vault/") && each.endsWith(end));
    const path = join(archive, paths.toSorted((a, b) => a.length - b.length)[0] ?? "");
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 1));
    const { code, stderr } = await logtally(["archive", "find", "--archive", archive]);
    expect(code).toBe(3);
    expectOneLine(stderr, "logtally: read ");
    expect(stderr).toMatch(name);
  });

  it("knows repeats of its lines", async () => {
    const { archive, before } = await sealedArchive();
    await rm(join(archive, "wal"), { recursive: true });
    const lines = before.trimEnd().split("\n").length;
    expect(await run(archive, INPUTS)).toMatchObject({ lines_in: lines, archived: 0, duplicates: lines, events: {} });
  });
});
