/**
 * Goal: an auditor finds every line that matches and no other, in an archive that is sealed in part, with look-ups and
 * facts, without them, and with damaged ones; and hears what it takes.
 * Method: the commands as a user starts them, on generated traffic; answers against a filter over the file that came in.
 */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { expectOneLine, logtally, type Outcome, run } from "./logtally.ts";

type Line = Readonly<Record<string, unknown>>;

let folder = "";
let archive = "";
let texts: string[] = [];
let lines: Line[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "logtally-find-"));
  archive = join(folder, "archive");
  const [early, late] = [join(folder, "early.ndjson"), join(folder, "late.ndjson")];
  const made = await logtally(["generate", "--lines", "3000", "--users", "20", "--seed", "9"]);
  texts = made.stdout.split("\n").filter((text) => text !== "");
  lines = texts.map((text) => JSON.parse(text) as Line);
  writeFileSync(
    early,
    texts
      .slice(0, 2000)
      .map((text) => `${text}\n`)
      .join(""),
  );
  writeFileSync(
    late,
    texts
      .slice(1900)
      .map((text) => `${text}\n`)
      .join(""),
  );
  await run(archive, [early]);
  expect(await logtally(["seal", "--archive", archive, "--set", "seal.hours=1"])).toMatchObject({ code: 0 });
  await run(archive, [late]);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function archived(...args: readonly string[]): Promise<Outcome> {
  return logtally(["archive", ...args, "--archive", archive]);
}

async function found(...args: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await archived("find", ...args);
  expect(code).toBe(0);
  expect(stderr).toMatch(/lines? found; [\d,]+ objects? read by [\d,]+ range reads?, [\d.]+ \w+\n$/);
  return stdout
    .split("\n")
    .filter((text) => text !== "")
    .toSorted();
}

function expected(isMeant: (line: Line) => boolean): string[] {
  return [...new Set(texts.filter((_, index) => isMeant(lines[index] ?? {})))].toSorted();
}

/** A value of a field that some lines have, of this form. */
function someValue(name: string, form = /./): string {
  const values = lines
    .flatMap(({ [name]: value }) => (typeof value === "string" || typeof value === "number" ? [`${value}`] : []))
    .filter((value) => form.test(value));
  return values[Math.floor(values.length / 2)] ?? "";
}

describe("archive find", () => {
  it("gives what a filter over the input gives, by field, status, text and correlation id", async () => {
    const correlation = someValue("correlation_id");
    expect(await found()).toEqual(expected(() => true));
    expect(await found("--correlation-id", correlation)).toEqual(
      expected((line) => line["correlation_id"] === correlation),
    );
    expect(await found("--status", "2xx")).toEqual(expected(({ status }) => /^2\d\d$/.test(String(status))));
    expect(await found("--field", "method=POST")).toEqual(expected(({ method }) => method === "POST"));
    expect(await found("--text", "PostReceive")).toEqual(
      expected((line) => JSON.stringify(line).includes("PostReceive")),
    );
  });

  it.each<[string, () => string[]]>([
    ["a user", () => ["--event", "any", "--user", someValue("user_id", /^\d+$/)]],
    ["all events", () => ["--event", "any"]],
    ["a group", () => ["--event", "git_push", "--group", someValue("meta.root_namespace")]],
    ["a span", () => ["--event", "rest_request", "--since", "2020-12-22T08:10:00Z", "--until", "2020-12-22T08:40:00Z"]],
  ])("gives the same by look-ups and facts as by reading everything: %s", async (_what, asked) => {
    const all = await found(...asked(), "--no-lookups");
    expect(all.length).toBeGreaterThan(0);
    expect(await found(...asked())).toEqual(all);
  });

  it("follows a request through its components in the order of time", async () => {
    const requests = Map.groupBy(lines, (line) => String(line["correlation_id"]));
    requests.delete("undefined");
    const [request = "", ofRequest = []] = [...requests].toSorted(([, a], [, b]) => b.length - a.length)[0] ?? [];
    const { code, stdout } = await archived("find", "--trace", request, "--meta");
    expect(code).toBe(0);
    const metas = stdout
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text) as { time: string; log: string });
    expect(metas).toHaveLength(ofRequest.length);
    expect(metas.map(({ time }) => time)).toEqual(metas.map(({ time }) => time).toSorted());
    expect(new Set(metas.map(({ log }) => log)).size).toBeGreaterThan(1);
  });

  it("ends after as many lines as are asked for", async () => {
    const { stdout, stderr } = await archived("find", "--limit", "3");
    expect(stdout.split("\n")).toHaveLength(4);
    expect(stderr).toContain("3 lines found");
  });

  it("prints what it has found before it reads on, and tells what it could not read", async () => {
    const copy = join(await tempFolder(), "archive");
    cpSync(archive, copy, { recursive: true });
    // What is not sealed is searched last.
    const sealed = (await archived("ls", "--json")).stdout
      .split("\n")
      .filter((text) => text.includes('"sealed":"none"'));
    const { name } = JSON.parse(sealed[0] ?? "") as { name: string };
    const path = join(copy, name);
    const bytes = readFileSync(path);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    rmSync(path);
    writeFileSync(path, bytes);
    const { code, stdout, stderr } = await logtally(["archive", "find", "--archive", copy]);
    expect(code).toBe(3);
    expectOneLine(stderr, name);
    expect(stdout.split("\n")).toHaveLength(2000 + 1);
  });

  it("asks before it reads more than was allowed", async () => {
    const { code, stdout, stderr } = await archived("find", "--most-bytes", "1KiB");
    expect([code, stdout]).toEqual([2, ""]);
    expectOneLine(stderr, "would be read, more than 1.0 KiB");
    expect(await archived("find", "--most-bytes", "1KiB", "--yes")).toMatchObject({ code: 0 });
    expect(await archived("find", "--most-bytes", "1MiB", "--text", "x")).toMatchObject({ code: 0 });
  });

  it.each([
    [["--trace", "c", "--correlation-id", "c"], "--trace with --correlation-id"],
    [["--trace", "c", "--limit", "3"], "--trace with --limit"],
    [["--status", "99"], "no status of HTTP"],
    [["--event", "git_pushes"], "no such event"],
    [["--field", "method"], "It must be the name of a field and a value: K=V."],
    [["--most-bytes", "1GB"], "It must be a size"],
  ])("refuses %j in one line", async (args, words) => {
    const { code, stdout, stderr } = await archived("find", ...args);
    expect([code, stdout]).toEqual([2, ""]);
    expectOneLine(stderr, words);
  });
});

describe("archive get", () => {
  async function idsOf(...args: readonly string[]): Promise<string[]> {
    const { stdout } = await archived("find", "--meta", ...args);
    return stdout
      .trim()
      .split("\n")
      .map((text) => (JSON.parse(text) as { id: string }).id);
  }

  it("prints the bytes of a line, sealed or not, and what it has read", async () => {
    const ids = await idsOf();
    const all = (await archived("find")).stdout.split("\n");
    for (const index of [0, 700, ids.length - 1]) {
      const { code, stdout, stderr } = await archived("get", ids[index] ?? "");
      expect([code, stdout]).toEqual([0, `${all[index]}\n`]);
      expect(stderr).toMatch(/objects? read by \d+ range reads?, /);
    }
  });

  it("prints its meta as find does", async () => {
    const { stdout } = await archived("find", "--meta", "--limit", "1");
    const { id } = JSON.parse(stdout) as { id: string };
    expect((await archived("get", id, "--meta")).stdout).toBe(stdout);
  });

  it("takes an id in capital letters, as other programs show it", async () => {
    const [id = ""] = await idsOf("--limit", "1");
    expect((await archived("get", id.toUpperCase())).stdout).toBe((await archived("get", id)).stdout);
  });

  it("says that there is no such line, with exit code 1", async () => {
    const [id = ""] = await idsOf("--limit", "1");
    const absent = `${id.slice(0, 8)}${"7".repeat(24)}`;
    const { code, stdout, stderr } = await archived("get", absent);
    expect([code, stdout]).toEqual([1, ""]);
    expectOneLine(stderr, `no line has the id ${absent}`);
  });

  it("refuses what is no id", async () => {
    const { code, stderr } = await archived("get", "abc");
    expect(code).toBe(2);
    expectOneLine(stderr, 'find line "abc": not the id of a line');
  });

  it("says how many lines have an id, prints the one that counts, and all where that is asked for", async () => {
    const own = await tempFolder();
    const [place, file] = [join(own, "archive"), join(own, "pushes.ndjson")];
    const pushes = ["a", "b"].map((who) =>
      JSON.stringify({ time: "2020-12-22T09:00:00.001Z", jid: "j", severity: who }),
    );
    writeFileSync(file, pushes.map((text) => `${text}\n`).join(""));
    const identity = ["--set", "identity.unknown=jid"];
    const ran = await logtally(["run", "--archive", place, "--from", file, ...identity]);
    expect(ran).toMatchObject({ code: 0 });
    const { stdout } = await logtally(["archive", "find", "--archive", place, "--meta"]);
    const [id = "", other = ""] = stdout
      .trim()
      .split("\n")
      .map((text) => (JSON.parse(text) as { id: string }).id);
    expect(id).toBe(other);
    const one = await logtally(["archive", "get", id, "--archive", place]);
    expect(one.stderr).toContain(`2 lines have the id ${id}; this is the one that counts, --all prints all`);
    const all = await logtally(["archive", "get", id, "--archive", place, "--all"]);
    expect(all.stdout.split("\n").slice(0, 2).toSorted()).toEqual(pushes);
    expect(all.stdout.startsWith(one.stdout)).toBe(true);
  });
});

describe("look-ups that are lost", () => {
  it("make an answer slower and not other, are told of, and made again", async () => {
    const correlation = someValue("correlation_id");
    const before = await archived("find", "--correlation-id", correlation);
    const lookups = join(archive, "ctl/lookup");
    const contents = new Map(
      readdirSync(lookups, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".lookup"))
        .map((name) => [name, readFileSync(join(lookups, name))]),
    );
    expect(contents.size).toBeGreaterThan(0);
    rmSync(lookups, { recursive: true });
    const without = await archived("find", "--correlation-id", correlation);
    expect(without.stdout).toBe(before.stdout);
    expect(without.stderr).toMatch(/read without a look-up: .* is missing \(hint: "logtally archive index" writes/);
    const { code, stdout } = await archived("index", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ lookups: { created: contents.size, same: 0, replaced: 0 } });
    for (const [name, bytes] of contents) expect(readFileSync(join(lookups, name))).toEqual(bytes);
    const [name = ""] = contents.keys();
    rmSync(join(lookups, name));
    writeFileSync(join(lookups, name), "damaged");
    expect((await archived("find", "--correlation-id", correlation)).stdout).toBe(before.stdout);
    expect((await archived("index")).stdout).toContain("1 were replaced");
  });
});

describe("archive stats", () => {
  it("adds up to the lines that there are, and tells what is not sealed", async () => {
    const { code, stdout } = await archived("stats", "--json");
    expect(code).toBe(0);
    const days = stdout
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text) as { sealed: boolean; lines: number });
    expect(days.filter(({ sealed }) => sealed).reduce((sum, day) => sum + day.lines, 0)).toBe(2000);
    expect(days.filter(({ sealed }) => !sealed).map((day) => day.lines)).toEqual([texts.length - 1900]);
    const table = await archived("stats");
    expect(table.stdout).toContain("not sealed");
    expect(table.stdout).toMatch(/a month costs: STANDARD \$0\.00, NEARLINE/);
  });
});
