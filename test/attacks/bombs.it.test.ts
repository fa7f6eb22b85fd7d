/**
 * Goal: input that is small and becomes huge, or is huge in a way nobody thought of, fills no memory, ends, and its outcome
 * is told: bombs of gzip and zstd in files and messages, bombs in bombs, members without end, deep nesting, long texts, and
 * records, messages and counts of a hundred thousand keys, attributes, lines and values; and proofs and packs of strangers.
 * Method: each through the program as a process that says how much memory it took at the most.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { tarEntry } from "../../src/archive/pack/tar.ts";
import { MIB } from "../../src/core/units.ts";
import { newKey } from "../archive/sample-signing.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { expectOneLine, logtally, type Outcome, type Summary } from "../cli/logtally.ts";

/** What a process may take: Node and its libraries take 150 MB of it, a batch and its blocks the rest. */
const MOST_BYTES = 900 * MIB;
const MANY = 100_000;
const TIME = "2020-12-22T09:30:00.123Z";

const SAYS_MEMORY = `data:text/javascript,${encodeURIComponent(
  'process.on("exit", () => process.stderr.write("\\npeak " + process.resourceUsage().maxRSS + "\\n"))',
)}`;

/** Runs a command; fails where it takes more memory than it should. */
async function measured(args: readonly string[], options: { readonly input?: string } = {}): Promise<Outcome> {
  const outcome = await logtally(args, { ...options, env: { NODE_OPTIONS: `--import=${SAYS_MEMORY}` } });
  const [, peak] = /\npeak (\d+)\n$/.exec(outcome.stderr) ?? [];
  expect(Number(peak) * 1024).toBeLessThan(MOST_BYTES);
  return { ...outcome, stderr: outcome.stderr.replace(/\npeak \d+\n$/, "") };
}

interface Ran extends Summary {
  readonly archive: string;
}

/** Runs one file of that name and content into an archive of its own. */
async function ran(name: string, content: string | Uint8Array, ...set: readonly string[]): Promise<Ran> {
  const folder = await tempFolder();
  const [file, archive] = [join(folder, name), join(folder, "archive")];
  await writeFile(file, content);
  const outcome = await measured(["run", "--json", "--archive", archive, ...set, "--from", file]);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  return { ...(JSON.parse(outcome.stdout) as Summary), archive };
}

const dump = (data: Buffer, attributes: object, messageId = "1"): string =>
  `${JSON.stringify({ message: { data: data.toString("base64"), attributes, messageId, publishTime: TIME } })}\n`;

/** 256 MiB of one byte, as the end of a line that is too long. */
const ZEROS = Buffer.alloc(256 * MIB, "x");

describe("a bomb", () => {
  it.each([
    ["a.gz", gzipSync(ZEROS)],
    ["a.zst", zstdCompressSync(ZEROS)],
    ["members.gz", Buffer.concat(Array.from({ length: 64 }, () => gzipSync(ZEROS.subarray(0, 4 * MIB))))],
  ])("in a file is a line that is too long, in pieces: %s", async (name, content) => {
    const summary = await ran(name, content);
    expect(Object.keys(summary.quarantined)).toEqual(["too_large"]);
    expect(summary.quarantined["too_large"]).toBe(summary.lines_in);
  });

  it("of empty lines is nothing", async () => {
    expect(await ran("a.gz", gzipSync(Buffer.alloc(64 * MIB, "\n")))).toMatchObject({ lines_in: 0 });
  });

  it("in a bomb is one line that is no text: nothing is opened twice", async () => {
    const inner = gzipSync(Buffer.alloc(64 * MIB));
    const summary = await ran("a.gz", gzipSync(inner));
    expect(summary.lines_in).toBe(summary.archived);
    expect(summary.lines_in).toBe(Object.values(summary.quarantined).reduce((sum, count) => sum + count, 0));
  });

  it("in a message is kept as it came", async () => {
    const content =
      dump(gzipSync(ZEROS), { compression_algorithm: "gzip" }) +
      dump(deflateSync(ZEROS), { compression_algorithm: "zlib" }, "2") +
      dump(zstdCompressSync(ZEROS), { compression_algorithm: "zstd" }, "3");
    expect(await ran("a.ndjson", content)).toMatchObject({ lines_in: 3, quarantined: { inflate_limit: 3 } });
  });

  it.each(["pipeline", "catalogue"])("of aliases in a %s is refused", async (what) => {
    const folder = await tempFolder();
    const lists = Array.from({ length: 30 }, (_, n) => `a${n}: &a${n} [${`*a${n - 1},`.repeat(9)}]`);
    lists[0] = "a0: &a0 [x]";
    await writeFile(join(folder, "a.yaml"), `${lists.join("\n")}\n`);
    const named = join(folder, "a.yaml");
    const outcome = await measured(what === "pipeline" ? ["check", named] : ["explain", "--catalogue", named]);
    expect(outcome).toMatchObject({ code: 2, stderr: expect.stringContaining("aliases stand for over") as unknown });
  });
});

describe("a proof or a pack", () => {
  const key = async (folder: string): Promise<string> => {
    const path = join(folder, "auditor.pub");
    await writeFile(path, newKey().publicPem);
    return path;
  };

  it.each<readonly [what: string, content: () => string | Buffer, said: string]>([
    ["of millions of empty parts", () => `{"format":1,"keys":[${"{},".repeat(30_000_000)}`, "more parts"],
    ["that is longer than any", () => Buffer.alloc(300 * MIB, " "), "more than"],
    ["that is deep", () => `{"line":${"[".repeat(10_000_000)}`, "more parts"],
    ["of zeros, compressed", () => gzipSync(Buffer.alloc(512 * MIB)), "put behind it"],
    ["with a file that is said to be huge", () => gzipSync(hugeEntry()), "more than any has"],
  ])("%s is refused before it fills memory", async (_what, content, said) => {
    const folder = await tempFolder();
    const file = join(folder, "p");
    await writeFile(file, content());
    const outcome = await measured(["archive", "check-proof", file, "--key", await key(folder)]);
    expect(outcome).toMatchObject({ code: 1, stdout: "" });
    expectOneLine(outcome.stderr, `check proof "${file}"`, said);
  });

  /** Beginning of a tar whose first file has 7 GiB. */
  function hugeEntry(): Buffer {
    const header = tarEntry({ name: "lines/a.ndjson", bytes: Buffer.alloc(0) });
    header.write("70000000000", 124, "latin1");
    header.fill(" ", 148, 156, "latin1");
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    return Buffer.concat([header, Buffer.alloc(MIB)]);
  }
});

describe("nesting without end", () => {
  const DEPTH = 200_000;
  const nested = (open: string, close: string): string => open.repeat(DEPTH) + close.repeat(DEPTH);

  it("in lines is told by reason", async () => {
    const lines = [
      `{"time":"${TIME}","a":${nested("[", "]")}}`,
      `{"time":"${TIME}","a":${nested('{"a":', "}").replace("{}", "{1}")}}`,
      `{"time":"${TIME}","a":${"[".repeat(DEPTH)}`,
      `{"message":${nested("[", "]")}}`,
      `{"jsonPayload":${nested("[", "]")},"timestamp":"${TIME}"}`,
    ];
    const summary = await ran("a.ndjson", lines.join("\n"));
    expect(summary).toMatchObject({ lines_in: 5, archived: 5, eventless: 0 });
    expect(Object.keys(summary.quarantined).every((reason) => ["too_deep", "not_json"].includes(reason))).toBe(true);
  });

  it.each([
    ["a flow", `a: ${"[".repeat(20_000)}${"]".repeat(20_000)}\n`],
    ["blocks", `${Array.from({ length: 3000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")}\n`],
  ])("of %s in YAML is refused", async (_what, text) => {
    const folder = await tempFolder();
    await writeFile(join(folder, "a.yaml"), text);
    for (const args of [
      ["check", "a.yaml"],
      ["explain", "--catalogue", "a.yaml"],
    ]) {
      const outcome = await logtally(args, { cwd: folder });
      expect({ args: args[0], code: outcome.code, stderr: outcome.stderr.slice(0, 300) }).toMatchObject({ code: 2 });
    }
  });

  it("in a GraphQL query is no event more", async () => {
    const query = `mutation { ${"a { ".repeat(DEPTH)}b${" }".repeat(DEPTH)} }`;
    const line = JSON.stringify({ time: TIME, tag: "rails.graphql", query_string: query, operation_name: "x" });
    expect(await ran("a.ndjson", line)).toMatchObject({ lines_in: 1, archived: 1 });
  });
});

describe("a hundred thousand", () => {
  const keys = Array.from({ length: MANY }, (_, n) => `"k${n}":${n}`).join(",");

  it("keys of a record are one line, also counted, sealed and explained", async () => {
    const line = `{"time":"${TIME}","tag":"rails.api","method":"GET","route":"/api/:version/projects","status":200,${keys}}`;
    const { archive, archived } = await ran("a.ndjson", line);
    expect(archived).toBe(1);
    for (const args of [["seal"], ["counts"], ["recount"], ["archive", "find"]]) {
      expect(await measured([...args, "--archive", archive])).toMatchObject({ code: 0 });
    }
    expect(await measured(["explain", "--json"], { input: line })).toMatchObject({ code: 0 });
  });

  it("attributes are none that Pub/Sub gives: the line is one, as it came", async () => {
    const attributes = Object.fromEntries(Array.from({ length: MANY }, (_, n) => [`k${n}`, `v${n}`]));
    const lines = Array.from({ length: 100 }, (_, n) => `{"time":"${TIME}","n":${n}}`).join("\n");
    const line = dump(Buffer.from(lines), attributes);
    const { archive, archived } = await ran("a.ndjson", line);
    expect(archived).toBe(1);
    expect((await measured(["archive", "find", "--archive", archive])).stdout).toBe(line);
  });

  it("lines of a message with as large attributes as there are take little more than the lines", async () => {
    const attributes = Object.fromEntries(
      Array.from({ length: 100 }, (_, n) => [`k${n}`, `${n}`.padEnd(1024, "é").slice(0, 500)]),
    );
    const lines = Array.from({ length: 20_000 }, (_, n) => `{"time":"${TIME}","n":${n}}`).join("\n");
    const { archive, archived } = await ran(
      "a.ndjson",
      dump(Buffer.from(lines), attributes),
      "--set",
      "batch.max_bytes=16MiB",
    );
    expect(archived).toBe(20_000);
    const { stdout } = await measured(["archive", "ls", "--json", "--archive", archive]);
    const stored = stdout
      .split("\n")
      .flatMap((text) => (text === "" ? [] : [JSON.parse(text) as { stored_bytes: number }]));
    // A batch counts the meta too: attributes with each line would make a hundred objects of it.
    expect(stored).toHaveLength(1);
    const { stdout: meta } = await measured(["archive", "find", "--meta", "--text", '"n":19999', "--archive", archive]);
    expect(JSON.parse(meta)).toMatchObject({ attributes });
  });

  it("lines of a message are so many lines", async () => {
    const lines = Array.from({ length: MANY }, (_, n) => `{"time":"${TIME}","n":${n}}`).join("\n");
    const data = deflateSync(lines);
    expect(await ran("a.ndjson", dump(data, { compression_algorithm: "zlib" }))).toMatchObject({ archived: MANY });
  });

  it("plans, groups and users are so many rows", async () => {
    const request = { time: TIME, tag: "rails.api", method: "GET", route: "/api/:version/projects", status: 200 };
    const lines = Array.from({ length: MANY }, (_, n) =>
      JSON.stringify({
        ...request,
        correlation_id: `c${n}`,
        "meta.subscription_plan": `p${n}`,
        "meta.root_namespace": `g${n}`,
        "meta.user": `u${n}`,
      }),
    );
    const { archive, archived } = await ran("a.ndjson", lines.join("\n"));
    expect(archived).toBe(MANY);
    for (const by of ["plan", "group", "user"]) {
      const args = ["counts", "--by", by, "--period", "all", "--json", "--archive", archive];
      const outcome = await measured(args);
      expect({ code: outcome.code, stderr: outcome.stderr }).toMatchObject({ code: 0 });
    }
  });

  it("names that every object has are names as any other", async () => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "__defineGetter__"];
    const lines = names.flatMap((name) => [
      `{"time":"${TIME}","tag":"rails.api","method":"GET","route":"/api/:version/projects","status":200,"${name}":{"a":1},"meta.root_namespace":"${name}","meta.user":"${name}","meta.subscription_plan":"${name}"}`,
      dump(Buffer.from(`{"time":"${TIME}","${name}":1}`), JSON.parse(`{"${name}":"x"}`) as object).trimEnd(),
    ]);
    const { archive, archived } = await ran("a.ndjson", lines.join("\n"), "--set", "identity.constructor=x");
    expect(archived).toBe(2 * names.length);
    await mkdir(archive, { recursive: true });
    for (const by of ["plan", "group", "user"]) {
      const { code, stdout } = await measured([
        "counts",
        "--by",
        by,
        "--period",
        "all",
        "--json",
        "--archive",
        archive,
      ]);
      const { rows } = JSON.parse(stdout) as { readonly rows: readonly { readonly key: string | null }[] };
      expect({ code, rows: rows.length > 0 }).toEqual({ code: 0, rows: true });
      const found = new Set(rows.map(({ key }) => key));
      if (by !== "user") for (const name of names) expect(found).toContain(name);
    }
    const { stdout } = await measured(["archive", "find", "--meta", "--archive", archive]);
    for (const name of names) expect(stdout).toContain(`"attributes":{"${name}":"x"}`);
    for (const command of ["seal", "ledger", "recount", "sign"]) {
      expect(await measured([command, "--archive", archive])).toMatchObject({ code: 0 });
    }
  });
});
