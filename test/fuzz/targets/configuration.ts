import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parseReport } from "../../../src/cli/report/report-file.ts";
import { applyOverrides } from "../../../src/config/override.ts";
import { type PipelineSettings, parsePipeline } from "../../../src/config/pipeline.ts";
import { pipelineSchema } from "../../../src/config/pipeline-schema.ts";
import { parseCatalogue } from "../../../src/derive/catalogue.ts";
import { catalogueFields } from "../../../src/derive/catalogue-fields.ts";
import { valueAt } from "../../../src/yaml/field-schema.ts";
import { writeYaml } from "../../../src/yaml/write-yaml.ts";
import { readYaml } from "../../../src/yaml/yaml-text.ts";
import { STANDARD_TEXT } from "../../derive/standard-events.ts";
import { unlessRefused } from "../declared.ts";
import type { FuzzTarget } from "../target.ts";

const CWD = "/cwd";
const OF_FILE = /^x\.yaml:[1-9]\d*: \S/;
const OF_FILE_OR_OPTION = /^(?:x\.yaml:[1-9]\d*|--set .*?): \S/s;
const PIPELINE = "name: local\nsource: {kind: stdin}\narchive: {kind: folder, path: a}\n";

const YAML_WORDS = [
  [
    "&a",
    "*a",
    "<<: *a",
    "<<:",
    "? ",
    "!!binary",
    "!!timestamp",
    "!!set {a}",
    "!!js/x",
    "!x",
    "%YAML 1.1\n---\n",
    "---\n",
    "...\n",
  ],
  [
    "__proto__:",
    "constructor:",
    "null",
    "~",
    ".inf",
    "-.inf",
    ".nan",
    "0x10",
    "0o17",
    "1e400",
    "1_000",
    "12:30:45",
    "yes",
    "\t",
  ],
  [
    "- ",
    ": ",
    "{a: ",
    "[",
    "]",
    "}",
    "|\n",
    ">-\n",
    '"',
    "'",
    "#",
    "&a [*a]",
    "{<<: {a: 1}}",
    "? [a]\n: b",
    '"\\x00"',
    "\\u2028",
  ],
].flat();
const PIPELINE_WORDS = [
  [
    "name:",
    "kind: files",
    "kind: pubsub",
    "kind: stdin",
    "kind: gcs",
    "kind: folder",
    "paths: [a]",
    "gs://b/",
    "gs://bucket/a/../b",
  ],
  [
    "subscription: projects/p/subscriptions/s",
    "topic:",
    "bucket: bkt",
    "prefix: a/b",
    "endpoint: http://h",
    "follow: true",
    "state:",
  ],
  [
    "index:",
    "urls: [http://h]",
    "api_key: {env: A}",
    "api_key: {file: f}",
    "batch:",
    "max_bytes: 1 MiB",
    "max_lines: 0",
    "limits:",
  ],
  [
    "identity: {rails.audit: id}",
    "seal: {hours: 5}",
    "pseudonym_key:",
    "accept_change: true",
    "signing_key:",
    "catalogue: c.yaml",
  ],
].flat();

function texts(...all: readonly string[]): readonly Buffer[] {
  return all.map((text) => Buffer.from(text));
}

/** Aliases may stand for much, and a value may stand in itself: what is given can be walked. */
function assertFinite(value: unknown): void {
  const text = JSON.stringify(value) ?? "";
  assert(text.length < 1_000_000, "grew out of all proportion");
}

export const yaml: FuzzTarget = {
  name: "yaml",
  holds: "a YAML text is told line by line, or gives a value that can be walked and written again",
  covers: ["src/yaml/yaml-text.ts", "src/yaml/write-yaml.ts"],
  seeds: () =>
    texts(
      PIPELINE,
      "a: &a [1, x]\nb: *a\nc:\n  <<: {d: 1}\n",
      "- |\n  text\n- 'q'\n- \"\\u0041\"\n- {a: [b]}\n",
      "a: 1\na: 2\n",
      `a: &a [1]\n${["ba", "cb", "dc", "ed", "fe", "gf"].map(([to, from]) => `${to}: &${to} [${`*${from},`.repeat(8)}]\n`).join("")}`,
    ),
  words: YAML_WORDS,
  mostBytes: 1000,
  check(bytes) {
    const text = bytes.toString("utf8");
    const read = readYaml(text, "pipeline");
    const { value, problems, isBlock } = read;
    const lines = text.split("\n").length;
    for (const { line, what, hint } of problems) {
      assert(Number.isInteger(line) && line >= 1 && line <= lines, `line ${line} of ${lines}`);
      assert(what !== "" && hint !== "");
    }
    assert.equal(typeof isBlock, "boolean");
    if (value === undefined || value === null) return;
    assertFinite(value);
    assert(JSON.stringify(value).length <= 100_000, "aliases stand for more than anybody writes");
    if (typeof value === "object") {
      for (const key of Object.keys(value)) read.lineOf([key, "0", "a"]);
    }
    assert.equal(Object.hasOwn(Object.prototype, "a"), false, "the prototype of all objects was changed");
  },
};

/** What is JSON comes back from YAML as it was. */
export const writtenYaml: FuzzTarget = {
  name: "written-yaml",
  holds: "JSON written as YAML reads back as the same, each scalar on one line of characters that show",
  covers: ["src/yaml/write-yaml.ts", "src/core/printable.ts"],
  seeds: () =>
    texts(
      '{"a":["x","1","true","null","~","- b",": c","#d",""],"é\\u2028":{"\\u0000":"\\ud83d\\ude00\\u202e"}}',
      '[1.5,{"a":[[]]}]',
    ),
  words: [
    '"\\u202e"',
    '"\\n"',
    '"---"',
    '"? "',
    '"!x"',
    '"&a"',
    '"*a"',
    '"0x1"',
    '"<<"',
    '"1e3"',
    '" "',
    '"\\u0085"',
    '"yes"',
    '"=": ',
  ],
  mostBytes: 600,
  check(bytes) {
    let value: unknown;
    try {
      value = JSON.parse(bytes.toString("utf8"));
    } catch {
      return;
    }
    const written = writeYaml(value);
    assert.equal(
      /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(written.replaceAll("\n", "")),
      false,
      "what hides stands there",
    );
    const { value: back, problems } = readYaml(written, "case");
    assert.deepEqual(problems, []);
    assert.deepEqual(JSON.parse(JSON.stringify(back)), JSON.parse(JSON.stringify(value)));
  },
};

function assertSettings(settings: PipelineSettings): void {
  assertFinite(settings);
  const { name, archive, batch, limits, identity, source } = settings;
  assert.match(name, /^[a-z0-9-]{1,63}$/);
  if (archive.kind === "folder") assert(archive.path.startsWith("/") && !archive.path.includes("\0"));
  else assert.equal(/(?:^|\/)\.{0,2}(?:\/|$)/.test(archive.prefix) && archive.prefix !== "", false);
  for (const count of [...Object.values(batch), ...Object.values(limits)])
    assert(Number.isSafeInteger(count) && count >= 1);
  for (const field of Object.values(identity)) assert(typeof field === "string" && field !== "");
  if (source.kind === "files") for (const path of source.paths) assert(/^(?:\/|gs:\/\/)/.test(path));
}

export const pipeline: FuzzTarget = {
  name: "pipeline",
  holds: "a pipeline file is refused line by line, or gives settings within their bounds",
  covers: ["src/config/", "src/yaml/"],
  seeds: () => [
    ...texts(PIPELINE),
    ...["pipelines/demo.yaml", "pipelines/local.yaml"].flatMap(readIfThere),
    ...texts(
      "name: a\nsource: {kind: files, paths: [a, gs://bucket/p], follow: true, state: s}\narchive: {kind: gcs, bucket: bkt, prefix: a/b}\n" +
        "index: {kind: elasticsearch, urls: [http://h:9200], api_key: {env: K}, ca_file: c, spill_after_ms: 0}\n" +
        "batch: {max_bytes: 64 MiB, max_age_ms: 1}\nseal: {hours: 24, by_worker: false}\nidentity: {rails.audit: id}\n",
      "name: b\nsource:\n  kind: pubsub\n  subscription: projects/p/subscriptions/s\n  topic: projects/q/topics/t\narchive: {kind: folder, path: x}\n" +
        "pseudonym_key: {file: k, accept_change: true}\nsigning_key: {env: S}\nsign: {interval_ms: 1000}\nlimits: {max_depth: 5}\n",
    ),
  ],
  words: [...YAML_WORDS, ...PIPELINE_WORDS],
  mostBytes: 2000,
  check(bytes) {
    const settings = unlessRefused(OF_FILE, () => parsePipeline(bytes.toString("utf8"), "x.yaml", [], CWD));
    if (settings !== null) assertSettings(settings);
  },
};

export const report: FuzzTarget = {
  name: "report",
  holds: "a report file is refused line by line, or asks what counts could be asked",
  covers: ["src/cli/report/report-file.ts", "src/cli/report/report-schema.ts", "src/cli/counts/asked-options.ts"],
  seeds: () => [
    ...readIfThere("reports/pushes-by-plan.yaml"),
    ...texts(
      "version: 1\nname: a\nby: user\nlevel: identifiable\nas_of: today\ndestination: {kind: file, path: 'o/{name}{as_of}'}\n",
      "version: 1\nname: b\nevents: [git_push]\nperiods: [daily]\ndays: 3\nsessions: false\ndestination: {kind: elasticsearch, urls: [https://h:9200], api_key: {file: k}, ca_file: c, prefix: p}\n",
      'version: 1\nname: c\nformat: prometheus\nas_of: "2020-12-24"\npipeline: ../p.yaml\ndestination: {kind: stdout}\n',
    ),
  ],
  words: [
    ...YAML_WORDS,
    "version: 1\n",
    "format: csv\n",
    "periods: [all]\n",
    "{as_of}",
    "service-ping",
    "kind: stdout",
  ],
  mostBytes: 2000,
  check(bytes) {
    const asked = unlessRefused(OF_FILE, () => parseReport(bytes.toString("utf8"), "x.yaml", CWD));
    if (asked === null) return;
    assert.match(asked.name, /^[a-z0-9-]{1,63}$/);
    assert(Number.isSafeInteger(asked.options.days) && asked.options.days >= 1);
    assert(asked.asOf === null || asked.asOf === "today" || !Number.isNaN(Date.parse(asked.asOf)));
    const { destination } = asked;
    if (destination.kind === "file") assert.match(destination.pathOn("2020-12-24"), /^\/[^\0]*[^\0/]$/);
    if (destination.kind === "elasticsearch") assert.deepEqual(asked.options.period, ["daily"]);
  },
};

function readIfThere(path: string): readonly Buffer[] {
  try {
    return [readFileSync(new URL(`../../../${path}`, import.meta.url))];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** With a text, a list and a section of a kind. */
const OVERRIDDEN = readYaml(
  "name: a\nsource: {kind: files, paths: [a, b]}\narchive: {kind: folder, path: a}",
  "pipeline",
).value;

export const override: FuzzTarget = {
  name: "override",
  holds: "--set, line by line, is refused by its name, or stands at its place and gives settings within their bounds",
  covers: ["src/config/override.ts", "src/config/pipeline.ts", "src/yaml/field-schema.ts"],
  seeds: () =>
    texts(
      "batch.max_lines=5\nlimits.max_line_bytes=1 KiB",
      "source.kind=files\nsource.paths.0=a\nsource.paths.1=b",
      "archive={kind: gcs, bucket: bkt}\narchive.prefix=x",
      "identity.rails.audit=id\nindex.kind=elasticsearch\nindex.urls=[http://h]\nindex.api_key.env=A",
      "name=x\npseudonym_key.accept_change=true",
    ),
  words: [
    [
      "=",
      ".",
      "__proto__",
      "constructor",
      "source.",
      "kind=",
      "paths.",
      "0",
      "999999999",
      "[a]",
      "{a: b}",
      "null",
      "~",
      "&a",
      "*a",
    ],
    [
      "identity.",
      "archive.path=",
      "index.api_key.env=",
      "toString",
      "batch.max_bytes=",
      "\n",
      ": ",
      "- a",
      '"',
      "-1",
      "..",
    ],
  ].flat(),
  mostBytes: 300,
  check(bytes) {
    const overrides = bytes.toString("utf8").split("\n");
    const settings = unlessRefused(OF_FILE_OR_OPTION, () => parsePipeline(PIPELINE, "x.yaml", overrides, CWD));
    if (settings !== null) assertSettings(settings);
    assert.equal(Object.hasOwn(Object.prototype, "kind"), false, "the prototype of all objects was changed");
    const { config, applied, problems } = applyOverrides(OVERRIDDEN, overrides, pipelineSchema);
    const last = applied.at(-1);
    assert(applied.length + problems.length === overrides.length);
    if (last !== undefined)
      assert.deepEqual(valueAt(config, last.path), last.value, `${last.place.label} is elsewhere`);
  },
};

const STANDARD_FILE = { text: STANDARD_TEXT, file: "standard.yaml" };

export const catalogue: FuzzTarget = {
  name: "catalogue",
  holds: "a catalogue is refused line by line, or has a digest and events of their form",
  covers: [
    "src/derive/catalogue",
    "src/derive/rule-",
    "src/derive/contradiction.ts",
    "src/derive/example.ts",
    "src/derive/template.ts",
    "src/yaml/",
  ],
  seeds: () =>
    texts(
      "version: 1\nevents:\n  push:\n    log: rails.api\n    when: {status: 200, route: {prefix: [/a, /b], not: x}, n: {between: [1, 5]}}\n    operation: create\n",
      "version: 1\nevents:\n  a:\n    log: [sidekiq, shell]\n    any:\n    - when: {x: true}\n      detail: '{class}-{meta.user_id}'\n    - operation:\n      - read: {m: GET}\n      - update: {m: {present: true}}\n" +
        "  b:\n    refines: a\n    unless: [a]\n    when: {refined.operation: read}\n    tests:\n    - ignores: '{\"x\": 1}'\n",
      "version: 1\nextends: standard\nevents:\n  push: {replace: true, log: rails.api, when: {a.b: {string: true, suffix: x, last_segment: y}}, description: d}\n",
      "version: 1\nevents:\n  a:\n    log: rails.api\n    when: {x: 1}\n    tests:\n    - counts: {x: 1, params: [{key: a, value: b}]}\n      operation: none\n    - ignores: {x: 2}\n",
    ),
  words: [
    YAML_WORDS,
    [
      "log:",
      "when:",
      "refines:",
      "operation:",
      "detail:",
      "unless:",
      "any:",
      "tests:",
      "- counts:",
      "- ignores:",
      "replace: true",
    ],
    [
      "extends: standard",
      "version: 1",
      "between: [1, 2]",
      "present: false",
      "not: {not: x}",
      "prefix:",
      "{a}",
      "{}",
      "{refined.detail}",
    ],
    ["meta_user", "refined.x", "constructor:", "toString: {log: shell}", "rails.api", "none", "9007199254740993"],
  ].flat(),
  mostBytes: 1500,
  check(bytes) {
    const own = { text: bytes.toString("utf8"), file: "x.yaml" };
    const read = unlessRefused(OF_FILE, () => parseCatalogue(own, STANDARD_FILE));
    if (read === null) return;
    assert.match(read.digest, /^sha256:[0-9a-f]{64}$/);
    for (const { event, alternatives } of read.events) {
      assert.match(event, /^[a-z][a-z0-9_]{0,63}$/);
      for (const { logs } of alternatives) assert(logs.length > 0);
    }
    assert(catalogueFields(read).every((name) => typeof name === "string"));
    assert.equal(parseCatalogue(own, STANDARD_FILE).digest, read.digest);
  },
};
