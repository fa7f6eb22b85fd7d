/**
 * Goal: the rules of this project that no linter knows hold in every file, and the table of rooms is true.
 * Method: pure checks over (path, text); each is first seen to catch a planted breach, then runs over the checkout.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, it } from "vitest";

/** The rooms in `src`, and whose files each may import beside its own. This table is the documentation. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  decode: ["core"],
  yaml: ["core"],
  derive: ["core", "decode", "yaml"],
  segment: ["core"],
  archive: ["core", "segment"],
  counts: ["core", "archive", "derive", "decode"],
  cases: ["core", "yaml", "derive", "counts"],
  indexing: ["core", "decode", "derive", "yaml"],
  sizing: ["core", "archive"],
  engine: ["core"],
  backends: ["core"], // and never one back end another
  config: ["core", "derive", "yaml"],
  observe: ["core"],
  // As needed, but never the engine.
  explorer: "core decode derive segment archive counts indexing backends config observe generate".split(" "),
  generate: "core decode derive segment archive counts indexing backends config observe".split(" "),
  cli: "core decode yaml derive segment archive counts cases indexing sizing engine backends config observe explorer generate".split(
    " ",
  ),
};

/** Modules that only some places may import. */
const PLACES: readonly { readonly module: RegExp; readonly places: readonly string[] }[] = [
  { module: /^@duckdb\//, places: ["src/counts/"] },
  { module: /^yaml$/, places: ["src/yaml/"] },
  { module: /^@google-cloud\//, places: ["src/backends/"] },
  { module: /^@elastic\//, places: ["src/backends/"] },
  { module: /^(?:node:)?fs(?:\/|$)/, places: ["src/backends/", "src/cli/", "src/config/"] },
];

const WORLD = ["src/backends/", "src/cli/"]; // may read clocks and throw dice
const SELF = "test/tidy.test.ts"; // holds the planted breaches
const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 70;

/** Gives one sentence for each breach. Paths are relative to the checkout, with `/`. */
type Check = (path: string, text: string) => string[];

const within = (path: string, places: readonly string[]) => places.some((place) => path.startsWith(place));
const isScript = (path: string) => /\.[jt]s$/.test(path);
const isSource = (path: string) => isScript(path) && !path.startsWith("test/");

/** Each match as a breach. */
function found(text: string, pattern: RegExp, what: string): string[] {
  return [...text.matchAll(pattern)].map((match) => `${what}: ${match[0].trim()}`);
}

/** The text without its comments. Biome keeps block comments at line starts, and a space before `//`. */
function code(text: string): string {
  return text.replace(/^[ \t]*\/\*[\s\S]*?\*\//gm, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}

const STATIC_IMPORT =
  /^(?:import\s+(?:[^"=;]*?\sfrom\s+)?|export\s+(?:type\s+)?(?:\{[^}]*\}|\*[^"=;]*?)\s+from\s+)"([^"]+)"/gm;
const DYNAMIC_IMPORT = /(?<![.\w])(?:import|require)\(\s*(?:"([^"]+)")?/g;

/** What a file imports: statically, as types only, or when it runs. Null is a name that is made when it runs. */
function importsOf(text: string): (string | null)[] {
  const matches = [...code(text).matchAll(STATIC_IMPORT), ...code(text).matchAll(DYNAMIC_IMPORT)];
  return matches.map((match) => match[1] ?? null);
}

/** `core` for `src/core/hour.ts`; `backends/files` below `backends`, as back ends are strangers to each other. */
function unitOf(path: string): string {
  const [, room = "", name = ""] = path.split("/");
  return room === "backends" ? `${room}/${name.replace(/\.ts$/, "")}` : room;
}

const checkRooms: Check = (path, text) => {
  if (!path.startsWith("src/")) return [];
  const unit = unitOf(path);
  const [room = ""] = unit.split("/");
  const allowed = ROOMS[room];
  if (allowed === undefined || path.split("/").length < 3) return [`"${room}" in src is no room`];
  if (!isScript(path)) return [];
  return importsOf(text).flatMap((name) => {
    if (name === null) return ["import of a name that no test can read"];
    if (!name.startsWith(".")) return room === "core" && !name.startsWith("node:") ? [`core imports "${name}"`] : [];
    const target = posix.join(posix.dirname(path), name);
    if (!target.startsWith("src/")) return [`"${name}" lies outside src`];
    const other = unitOf(target);
    const [otherRoom = ""] = other.split("/");
    const fine = other === unit || (otherRoom !== room && allowed.includes(otherRoom));
    return fine ? [] : [`${unit} may not import ${other}: "${name}"`];
  });
};

/** An `import` at a line start that `importsOf` does not see would make the check of the rooms blind. */
const checkReadableImports: Check = (path, text) => {
  if (!path.startsWith("src/") || !isScript(path)) return [];
  const begun = code(text).match(/^import\b(?!\()/gm)?.length ?? 0;
  const read = [...code(text).matchAll(STATIC_IMPORT)].filter((match) => match[0].startsWith("import")).length;
  return begun === read ? [] : [`${begun - read} imports that this test cannot read`];
};

const checkPlaces: Check = (path, text) => {
  if (!path.startsWith("src/") || !isScript(path)) return [];
  return importsOf(text).flatMap((name) =>
    PLACES.filter(({ module, places }) => name !== null && module.test(name) && !within(path, places)).map(
      ({ places }) => `"${name}" may be imported in ${places.join(", ")} only`,
    ),
  );
};

const checkFileLength: Check = (path, text) => {
  const lines = text.trimEnd().split("\n").length;
  return isSource(path) && lines > MAX_FILE_LINES ? [`${lines} lines, more than ${MAX_FILE_LINES}`] : [];
};

// Any block but a class or an object: a long block inside a function makes a long function anyway.
const BLOCK_START = /\bfunction\b.*[({<]$|=> \{$|\)(?:: [^=]*)? \{$/;

/** Relies on Biome's indentation: a block ends at the next line that begins with `}` as deep as its first line. */
const checkFunctionLength: Check = (path, text) => {
  if (!isSource(path)) return [];
  const lines = text.split("\n");
  return lines.flatMap((line, first) => {
    if (!BLOCK_START.test(line) || /^\s*(?:\*|\/\/|\/\*)/.test(line)) return [];
    const close = `${/^\s*/.exec(line)?.[0] ?? ""}}`;
    const length = lines.slice(first + 1).findIndex((next) => next.startsWith(close) && !next.endsWith("{")) + 2;
    return length > MAX_FUNCTION_LINES ? [`${length} lines, more than ${MAX_FUNCTION_LINES}: ${line.trim()}`] : [];
  });
};

const checkNames: Check = (path) => {
  const drawer = /(?:^|\/)(?:utils?|helpers?|types|common|index)(?:\.[^/]*)?(?=\/|$)/g;
  return isScript(path) ? found(path, drawer, "a name that says nothing") : [];
};

const checkWorld: Check = (path, text) => {
  if (!path.startsWith("src/") || within(path, WORLD)) return [];
  const reading =
    /\bDate\.now\b|\bnew Date(?:\(\)|;)|(?<!new )\bDate\(|\bMath\.random\b|\bperformance\.now\b|\bprocess\.hrtime\b/g;
  return found(code(text), reading, "time and chance are parameters here");
};

const checkBarrels: Check = (path, text) =>
  isScript(path) ? found(code(text), /^export (?:type )?\*.*$/gm, "a barrel") : [];

const checkAny: Check = (path, text) =>
  isScript(path) ? found(code(text), /(?:[:<|&=]|\bas|=>) *\bany\b(?= *[[\],;)>|&={}])|, any(?=[>\]])/g, "any") : [];

const checkTests: Check = (path, text) => {
  if (!path.startsWith("test/") || !isScript(path)) return [];
  const silent = found(code(text), /\.(?:only|skip)\b(?=[.(])/g, "a test that keeps others or itself from running");
  const lines = text.split("\n");
  const unexplained = lines.filter(
    (line, at) => /\.(?:skipIf|runIf)\(/.test(line) && !line.includes("//") && !lines[at - 1]?.includes("//"),
  );
  return [...silent, ...unexplained.map((line) => `no comment says why: ${line.trim()}`)];
};

const checkMachine: Check = (_path, text) =>
  found(text, /(?<![\w.-])\/(?:root|home|work)\/|\.\.\/shared\b/g, "a path of one machine");

const CHECKS: readonly Check[] = [
  checkRooms,
  checkReadableImports,
  checkPlaces,
  checkFileLength,
  checkFunctionLength,
  checkNames,
  checkWorld,
  checkBarrels,
  checkAny,
  checkTests,
  checkMachine,
];

function breaches(path: string, text: string): string[] {
  return path === SELF ? [] : CHECKS.flatMap((check) => check(path, text)).map((breach) => `${path}: ${breach}`);
}

const many = (count: number, line: string) => `${line}\n`.repeat(count);

/** Each line: a path, words of the breach, and a text that must be caught there. */
const PLANTED: readonly (readonly [path: string, breach: string, text: string])[] = [
  ["src/core/hour.ts", "core may not import decode", 'import { readLine } from "../decode/line.ts";'],
  ["src/core/hour.ts", 'core imports "zod"', 'import { z } from "zod";'],
  ["src/decode/time.ts", "decode may not import derive", 'import type { Rule } from "../derive/rule.ts";'],
  ["src/decode/time.ts", "may not import derive", 'import {\n  a, // why\n  type B,\n} from "../derive/rule.ts";'],
  ["src/decode/time.ts", "may not import derive", 'import rule, * as rules from "../derive/rule.ts";'],
  ["src/segment/write.ts", "segment may not import archive", 'import "../archive/wal.ts";'],
  ["src/segment/write.ts", "segment may not import archive", 'export { seal } from "../archive/seal.ts";'],
  ["src/engine/run.ts", "may not import backends/files", 'const files = await import("../backends/files/store.ts");'],
  ["src/engine/run.ts", "engine may not import archive", 'type Store = import("../archive/wal.ts").Wal;'],
  ["src/engine/run.ts", "no test can read", "const files = await import(name);"],
  ["src/explorer/page.ts", "explorer may not import engine", 'import { run } from "../engine/run.ts";'],
  ["src/backends/gcs/store.ts", "may not import backends/files", 'import { x } from "../files/store.ts";'],
  ["src/cli/main.ts", "outside src", 'import { x } from "../../test/x.ts";'],
  ["src/stuff/x.ts", "no room", ""],
  ["src/x.ts", "no room", ""],
  ["src/decode/time.ts", "cannot read", "import source wasm from './x.wasm';"],
  ["src/archive/find.ts", "src/counts/ only", 'import { DuckDBInstance } from "@duckdb/node-api";'],
  ["src/config/pipeline.ts", "src/yaml/ only", 'import { parse } from "yaml";'],
  ["src/yaml/problem.ts", "yaml may not import derive", 'import { x } from "../derive/catalogue.ts";'],
  ["src/engine/run.ts", "src/backends/ only", 'import pubsub from "@google-cloud/pubsub";'],
  ["src/indexing/bulk.ts", "src/backends/ only", 'import type { Client } from "@elastic/elasticsearch";'],
  ["src/archive/wal.ts", "src/config/ only", 'import { open } from "node:fs/promises";'],
  ["src/archive/wal.ts", "src/config/ only", 'const { open } = require("fs");'],
  ["src/core/long.ts", "301 lines", many(301, "// x")],
  ["src/core/long.ts", "71 lines", `export function long(\n  a: A,\n): void {\n${many(67, "  a();")}}\n`],
  ["src/core/long.ts", "71 lines", `const long = async () => {\n${many(69, "  a();")}};\n`],
  ["bench/long.ts", "71 lines", `class A {\n  long(a: A): Promise<void> {\n${many(69, "    a();")}  }\n}\n`],
  ["src/core/utils.ts", "says nothing", ""],
  ["src/decode/helpers/time.ts", "says nothing", ""],
  ["test/types.test.ts", "says nothing", ""],
  ["src/core/index.ts", "says nothing", ""],
  ["src/engine/batch.ts", "time and chance", "const nowMs = Date.now();"],
  ["src/engine/batch.ts", "time and chance", "const clock = { nowMs: Date.now };"],
  ["src/engine/batch.ts", "time and chance", "const now = new Date();"],
  ["src/engine/batch.ts", "time and chance", "const jitter = Math.random();"],
  ["src/engine/batch.ts", "time and chance", "const startedMs = performance.now();"],
  ["src/cli/all.ts", "a barrel", 'export * from "./run.ts";'],
  ["src/cli/all.ts", "a barrel", 'export type * as run from "./run.ts";'],
  ["src/core/line.ts", "any", "export const line: any = 1;"],
  ["src/core/line.ts", "any", "const lines = parse(text) as any[];"],
  ["src/core/line.ts", "any", "const lines = new Map<string, any>();"],
  ["test/core/line.test.ts", "from running", 'it.only("works", () => {});'],
  ["test/core/line.test.ts", "from running", 'describe.skip("lines", () => {});'],
  ["test/core/line.test.ts", "from running", 'it.only.each([1])("works", () => {});'],
  ["test/core/line.test.ts", "no comment", 'it.skipIf(isWindows)("works", () => {});'],
  ["docs/start.md", "one machine", "Go to /home/me/logtally."],
  ["src/cli/demo/demo.ts", "one machine", 'const samples = "../shared/samples";'],
];

/** Each line: a path and a text that looks like a breach and is none. */
const INNOCENT: readonly (readonly [path: string, text: string])[] = [
  ["src/decode/time.ts", 'import { HOUR_MS } from "../core/units.ts";\nimport { a } from "./a.ts";'],
  ["src/backends/gcs/store.ts", 'import storage from "@google-cloud/storage";\nimport { a } from "./a.ts";'],
  ["src/counts/cube.ts", 'export const SQL = `\n  select any_value(x) from "../engine/facts"\n`;'],
  ["src/core/clock.ts", "/** Never `Date.now()`, for any reason: any */\nconst a = 1; // not new Date()"],
  ["src/core/hour.ts", "const day = new Date(timeMs).toISOString();"],
  ["src/cli/main.ts", "const nowMs = Date.now();"],
  ["src/core/line.ts", 'throw new UsageError("read line: any time will do");'],
  ["src/core/line.ts", `export const table = [\n${many(90, "  1,")}];\nexport function f(): void {\n}\n`],
  ["test/core/line.test.ts", '// Windows has no signals.\nit.skipIf(isWindows)("works", () => {});'],
  ["docs/start.md", "See https://example.com/home/start and docs/work/plan.md."],
];

const CHECKOUT = join(import.meta.dirname, "..");
const TREES = ["src", "test", "bench", "scripts", "bin", "docs", "pipelines", "reports", "kibana", ".ci", ".github"];
const GENERATED = /^(?:bench\/data\/|package-lock\.json$|test-report\.json$)/;
const IS_TEXT = /\.(?:[jt]s|json|ya?ml|md|html|css|sql|sh)$|(?:^|\/)(?:run|Dockerfile)$/;

/** A folder may be called as a program without an ending is. */
function isFile(path: string): boolean {
  return statSync(join(CHECKOUT, path)).isFile();
}

/** The texts of the checkout: the files beside this project's README, and those below its trees. */
function pathsOfCheckout(): string[] {
  const below = TREES.filter((tree) => existsSync(join(CHECKOUT, tree))).flatMap((tree) =>
    readdirSync(join(CHECKOUT, tree), { recursive: true, encoding: "utf8" }).map((name) => posix.join(tree, name)),
  );
  return [...readdirSync(CHECKOUT), ...below]
    .filter((path) => IS_TEXT.test(path) && !GENERATED.test(path) && isFile(path))
    .sort();
}

describe("the rules", () => {
  it.each(PLANTED)("catch in %s: %s", (path, breach, text) => {
    expect(breaches(path, text).join("\n")).toContain(breach);
  });

  it.each(INNOCENT)("leave alone what only looks like a breach in %s", (path, text) => {
    expect(breaches(path, text)).toEqual([]);
  });

  it("name only rooms that there are", () => {
    expect(Object.values(ROOMS).flatMap((rooms) => rooms.filter((room) => ROOMS[room] === undefined))).toEqual([]);
  });
});

describe("the checkout", () => {
  it("is found", () => {
    expect(pathsOfCheckout()).toEqual(expect.arrayContaining(["package.json", "src/core/line.ts", SELF]));
  });

  it("keeps the rules", () => {
    const all = pathsOfCheckout().flatMap((path) => breaches(path, readFileSync(join(CHECKOUT, path), "utf8")));
    expect(all).toEqual([]);
  });
});
