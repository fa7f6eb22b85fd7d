/**
 * Goal: input that is no good is kept whole and told by reason, and a command that cannot be done says so in one line.
 * Method: broken files through `run`, what the archive holds read without the program; then wrong commands.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { MIB } from "../../src/core/units.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { archivedText, expectOneLine, FIXTURES, logtally, run } from "./logtally.ts";

async function inputFile(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(await tempFolder(), name);
  await writeFile(path, content);
  return path;
}

/** The bytes behind the lines that stand for something that is no line, put together. */
function unwrapped(text: Buffer): Buffer {
  const blobs = text.toString("latin1").match(/^\{"payload_base64":"[^"]*"\}$/gm) ?? [];
  return Buffer.concat(
    blobs.map((line) => Buffer.from((JSON.parse(line) as { payload_base64: string }).payload_base64, "base64")),
  );
}

const LINES = Array.from(
  { length: 500 },
  (_, n) => `{"time":"2020-12-22T09:30:00.123Z","tag":"shell","n":${n}}\n`,
).join("");

describe("bad input", () => {
  it("of raw bytes is kept byte for byte, each line told by its reason", async () => {
    const archive = await tempFolder();
    const summary = await run(archive, [join(FIXTURES, "samples/tricky_raw_bytes.ndjson")]);
    // A BOM, a cut line, two objects; a list, a string; bad UTF-8; a deep list; a record that says no time.
    expect(summary).toMatchObject({
      lines_in: 17,
      archived: 17,
      duplicates: 0,
      eventless: 9,
      quarantined: { no_time: 1, not_json: 3, not_object: 2, not_utf8: 1, too_deep: 1 },
    });
    expect((await archivedText(archive)).toString("latin1").split("\n")).toHaveLength(17 + 1);
  });

  const gzip = gzipSync(LINES);
  const zstd = zstdCompressSync(LINES);
  it.each([
    ["cut.gz", gzip.subarray(0, -5)],
    ["cut.zst", zstd.subarray(0, -5)],
    ["garbage.gz", Buffer.from("no gzip\n")],
    ["garbage.zst", Buffer.from("no zstd\n")],
    ["behind.gz", Buffer.concat([gzip, Buffer.from("more")])],
    ["behind.zst", Buffer.concat([zstd, Buffer.from("more")])],
  ])("that does not decompress is kept as it is, beside what it gave (%s)", async (name, content) => {
    const archive = await tempFolder();
    const summary = await run(archive, [await inputFile(name, content)]);
    expect(summary.quarantined).toEqual({ bad_compression: 1 });
    expect(summary.archived).toBe(summary.lines_in);
    const text = await archivedText(archive);
    expect(unwrapped(text).equals(content)).toBe(true);
    const lines = text.toString("latin1").replace(/^\{"payload_base64".*\n/m, "");
    expect(LINES.startsWith(lines)).toBe(true);
    expect(summary.lines_in).toBe(lines.split("\n").length);
  });

  it.each([
    ["empty", ""],
    ["of newlines", "\n".repeat(100_000)],
  ])("that is %s is nothing", async (_, content) => {
    const archive = await tempFolder();
    const summary = await run(archive, [await inputFile("a.log", content)]);
    expect(summary).toMatchObject({ lines_in: 0, archived: 0, quarantined: {}, objects: 0 });
  });

  it("of one endless line is kept in pieces", async () => {
    const content = Buffer.alloc(20 * MIB, '{"time":"2020-12-22T09:30:00.123Z","a":"');
    const archive = await tempFolder();
    const summary = await run(archive, [await inputFile("a.log", content)]);
    expect(Object.keys(summary.quarantined)).toEqual(["too_large"]);
    expect(summary.quarantined["too_large"]).toBe(summary.lines_in);
    expect(unwrapped(await archivedText(archive)).equals(content)).toBe(true);
  });

  it("does not keep good lines beside it from being counted", async () => {
    const archive = await tempFolder();
    const good = join(FIXTURES, "local/ssh_push/input.ndjson");
    const bad = await inputFile("a.log", `\xff\xfe\n{"a":\n${"[".repeat(1000)}\n`);
    const summary = await run(archive, [bad, good, await inputFile("b.gz", "no gzip")]);
    expect(summary.events).toMatchObject({ git_push: 1, git_ref_update: 1 });
    expect(Object.values(summary.quarantined).reduce((sum, count) => sum + count, 0)).toBe(4);
  });
});

describe("a command that cannot be done", () => {
  const expectRefused = async (args: readonly string[], ...parts: readonly string[]): Promise<void> => {
    const { code, stdout, stderr } = await logtally(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expectOneLine(stderr, ...parts);
  };

  it("names the input that is missing, a folder, or matched by nothing", async () => {
    const folder = await tempFolder();
    const archive = join(folder, "archive");
    const run = ["run", "--archive", archive, "--from"];
    const missing = join(folder, "missing.log");
    await expectRefused([...run, missing], `read "${missing}": no such file`);
    await expectRefused([...run, folder], `read "${folder}": it is a folder`, "hint:");
    await expectRefused([...run, join(folder, "*.log")], `read "${folder}/*.log": no file matches`);
    await expectRefused(["run", "--archive", archive, join(folder, "p.yaml")], `"${folder}/p.yaml": no such file`);
    await expectRefused(["counts", "--archive", archive], `"${archive}"`);
  });

  it("names what is no pipeline: an archive, a file of lines, a picture", async () => {
    const archive = join(await tempFolder(), "archive");
    const lines = await inputFile("t.ndjson", '{"time":"2020-12-22T08:00:00Z"}\n'.repeat(1000));
    const picture = await inputFile("p.png", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]));
    await run(archive, [lines]);
    await expectRefused(["counts", archive], `"${archive}": an archive, no pipeline (hint: --archive ${archive})`);
    await expectRefused(["run", lines], `"${lines}": a file of lines, no pipeline (hint: logtally run --from ${lines}`);
    await expectRefused(["check", picture], `"${picture}": no text, no pipeline`);
  });

  it("says how several events are named, and where a pipeline stands", async () => {
    const counts = ["counts", "--archive", await tempFolder(), "--event"];
    await expectRefused(
      [...counts, "git_push,git_fetch"],
      "(hint: separate names by blanks: --event git_push git_fetch)",
    );
    await expectRefused([...counts, "git_push", "p.yaml"], "no event (hint: name the pipeline before --event)");
  });

  it("names the option, command, event or field that is unknown", async () => {
    const pipeline = await inputFile(
      "p.yaml",
      "name: a\nsource: {kind: stdin}\narchive: {kind: folder, path: x}\nbatches: 3\n",
    );
    await expectRefused(["run", "--nonsense"], "unknown option '--nonsense'");
    await expectRefused(["nonsense"], "unknown command 'nonsense'");
    await expectRefused(["run", pipeline], `${pipeline}:4: unknown field "batches"`, 'did you mean "batch"?');
    await expectRefused(["run", "--set", "batch.max_line=3"], 'unknown field "max_line"', "hint:");
    const archive = await tempFolder();
    await expectRefused(
      ["counts", "--archive", archive, "--event", "git_psh"],
      '"git_psh"',
      'did you mean "git_push"?',
    );
    await expectRefused(["archive", "find", "--archive", archive, "--event", "nothing"], '"nothing"', "git_push");
    await expectRefused(["archive", "find", "--archive", archive, "--since", "2020-02-30"], "2020-02-30");
    await expectRefused(["counts", "--archive", archive, "--days", "0"], "whole number from 1 to 36525");
  });

  it("checks a catalogue and tells each of its problems in a line of its own", async () => {
    const bad = "version: 1\nevents:\n  one: {log: nowhere}\n  two: {log: nil}\n";
    const catalogue = await inputFile("catalogue.yaml", bad);
    const { code, stderr } = await logtally(["check", "--set", `catalogue=${catalogue}`, "--set", "source.kind=stdin"]);
    expect(code).toBe(2);
    const problems = stderr.trimEnd().split("\n");
    expect(problems).toHaveLength(2);
    for (const problem of problems) expect(problem).toMatch(/^bad {2}catalogue {6}.*:[34]: field "events/);
  });
});
