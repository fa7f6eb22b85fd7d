/**
 * Goal: an editor marks what is wrong in a pipeline or a catalogue, and never what is right.
 * Method: Ajv, strict, on the schemas of the checkout; right files of the checkout, wrong ones, and files changed in any
 * place, of which the program says whether they are right.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isMap, parse, parseDocument } from "yaml";
import { parseReport } from "../../src/cli/report/report-file.ts";
import { parsePipeline } from "../../src/config/pipeline.ts";
import { UsageError } from "../../src/core/fault.ts";
import { STANDARD_TEXT, teamCatalogue } from "../derive/standard-events.ts";

const CHECKOUT = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(CHECKOUT, path), "utf8");

function validatorOf(file: string): (text: string) => boolean {
  // "No env beside file" requires fields that are described one level above.
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
  const validate = ajv.compile(JSON.parse(read(`docs/reference/${file}`)) as object);
  return (text) => validate(parse(text));
}

function isRight(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

const isPipelineSchema = validatorOf("pipeline.schema.json");
const isCatalogueSchema = validatorOf("catalogue.schema.json");
const isReportSchema = validatorOf("report.schema.json");
const isReport = (text: string) => isRight(() => parseReport(text, "a.yaml", "/"));
const isPipeline = (text: string) => isRight(() => parsePipeline(text, "a.yaml", [], "/"));
const isCatalogue = (text: string) => isRight(() => teamCatalogue(text));

/** The YAML block of a page that begins with this text. */
function blockOf(page: string, begin: string): string {
  const blocks = [...read(page).matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text = ""]) => text);
  return blocks.find((text) => text.startsWith(begin)) ?? "";
}

/** Places in a file, and values that are right there, or nearly. */
type Spots = Readonly<Record<string, readonly unknown[]>>;

const NAMES = ["a", "a-b", "A", "", "x".repeat(64), 1];
const PATHS = ["a", "../a b/*.gz", "~/a", "gs://a", "HTTP://a", "a~", ""];
const SIZES = ["1 B", "1024", "8 MiB", "008MiB", "9 MiB", "1 TiB", "0 B", 1, 1024, 2 ** 31, 0, 1.5, -1];
const PIPELINE_SPOTS: Spots = {
  name: NAMES,
  deployment: ["saas", "self_managed", "self-managed"],
  instance: NAMES,
  source: [{ kind: "stdin" }, { kind: "stdin", topic: "t" }, { kind: "stdin", paths: ["a"] }],
  "source/paths": [...PATHS.map((path) => [path]), ["a", "b"], [], "a"],
  "source/topic": NAMES,
  "archive/path": PATHS,
  batch: [{}, { max_lines: 1 }],
  "batch/max_bytes": SIZES,
  "batch/max_age_ms": [1, 3_600_000, 3_600_001, 0, 1.5, "5"],
  "limits/max_line_bytes": SIZES,
  "limits/x": [1],
  identity: [{}, { "rails.api": "x" }, { x: "" }],
  pseudonym_key: [{}, { env: "A_1" }, { env: "1" }, { file: "a" }, { file: "a", env: "A" }, { accept_change: true }],
};

const CONDITIONS = [200, "POST", true, [200, "200", false], { present: false }, { not: { not: 1 } }, -1, 1.5, [], {}];
const TESTS = [{ string: true }, { string: false }, { prefix: "a" }, { suffix: ["a", "b"] }, { last_segment: [] }];
const SPANS = [[1, 2], [1, 1], [1, 2, 3], [0], [-1, 1]].map((between) => ({ between }));
const CATALOGUE_SPOTS: Spots = {
  version: [1, 2],
  "events/deploy/description": ["x", "", "x".repeat(1001)],
  "events/deploy/replace": [true],
  "events/deploy/unless": ["login", ["login", "pageview"], [], "x"],
  "events/deploy/any/0/log": ["shell", ["rails.api", "gitaly"], "rails.app", [], "unknown"],
  "events/deploy/any/0/when": [{}, { "params.a": 1 }, { "@x": 1 }, { "1": 1 }],
  "events/deploy/any/0/when/x": [...CONDITIONS, ...TESTS, ...SPANS],
  "events/deploy/any/1/when/route/not": [...CONDITIONS, ...TESTS],
  "events/deploy/any/1/refines": ["rest_request", ["rails_request"], "deploy"],
  "events/deploy/operation": ["create", "none", "x", [{ none: {} }], [{ x: {} }], [{ create: { a: 1 }, read: {} }], []],
  "events/deploy/detail": ["x", "{a}{b}", ""],
  "events/deploy/tests": [[{ ignores: { a: 1 } }], [{ ignores: "x" }], [{}], [{ ignores: "x", detail: "x" }], []],
  "events/other": [{ log: "shell" }, { log: "shell", when: {} }, { any: [{ log: "pages" }] }, {}, { x: 1 }],
};

/** The text with one or two values in it replaced or added. */
function changed(text: string, spots: Spots): fc.Arbitrary<string> {
  const change = fc.constantFrom(...Object.entries(spots)).chain(([place, values]) => {
    const likely = { weight: 4, arbitrary: fc.constantFrom(...values) };
    return fc.tuple(fc.constant(place.split("/")), fc.oneof(likely, { weight: 1, arbitrary: fc.jsonValue() }));
  });
  return fc.array(change, { minLength: 1, maxLength: 2 }).map((changes) => {
    const document = parseDocument(text);
    for (const [path, value] of changes) {
      // The change before may have put something else in the place of the section.
      const section = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1));
      if (isMap(section)) document.setIn(path, document.createNode(value));
    }
    return document.toString();
  });
}

const LOCAL = read("pipelines/local.yaml");
const WITH_ALL = `${LOCAL}\nidentity: { rails.audit: event_id }\npseudonym_key: { env: KEY }\ncatalogue: a.yaml\n`;
const TEAM = `
version: 1
extends: standard
events:
  deploy:
    description: A deployment.
    any:
      - { log: rails.api, when: { status: { between: [200, 299] }, method: [PUT, POST], n: 1, b: true } }
      - { refines: [rest_request], when: { route: { suffix: /x, not: { prefix: [/a, /b] } } }, detail: "{method}" }
    operation:
      - create: { method: { string: true } }
      - update: {}
    unless: login
    tests:
      - ignores: { time: "2020-12-22T08:00:00Z" }
`;

describe("the schema of pipelines", () => {
  it.each([
    ["the pipeline that comes with the program", LOCAL],
    ["the one of a self-managed instance", read("pipelines/self-managed.yaml")],
    ["one with every section", WITH_ALL],
    ["objects of a bucket", LOCAL.replace("- ../fixtures/local/*/input.ndjson", '- "gs://a-bucket/2020/12/22/09:"')],
    ["standard input", "name: a\nsource: { kind: stdin, topic: t }\narchive: { kind: folder, path: a }"],
    ["sizes of any spelling", LOCAL.replace("s: 64 MiB", "s: 65536").replace("s: 4 MiB", "s: 4MiB")],
    ["the smallest of the page", blockOf("docs/reference/configuration.md", "name:")],
    ["the one to begin with", blockOf("docs/how-to/run-on-your-own-logs.md", "name:")],
  ])("accepts %s", (_name, text) => {
    expect([isPipeline(text), isPipelineSchema(text)]).toEqual([true, true]);
  });

  it.each([
    ["an unknown field", `${LOCAL}\nsink: x`],
    ["an unknown field of a section", LOCAL.replace("max_lines:", "max_line:")],
    ["no name", LOCAL.replace("name: local", "")],
    ["a name with a blank", LOCAL.replace("name: local", "name: my logs")],
    ["a kind that there is not", LOCAL.replace("kind: files", "kind: pubsub")],
    ["paths of standard input", LOCAL.replace("kind: files", "kind: stdin")],
    ["a bucket with a *", LOCAL.replace("- ../fixtures/local/*/input.ndjson", "- gs://a-bucket/*.json")],
    ["another URL as an input", LOCAL.replace("- ../fixtures/local/*/input.ndjson", "- s3://a-bucket/x")],
    ["a URL as a path", LOCAL.replace("path: ../archive", "path: gs://archive")],
    ["a number that is too large", LOCAL.replace("max_depth: 128", "max_depth: 1001")],
    ["a fraction", LOCAL.replace("max_lines: 500000", "max_lines: 1.5")],
    ["a size that is none", LOCAL.replace("s: 64 MiB", "s: 64 MB")],
    ["a size of half a byte", LOCAL.replace("s: 64 MiB", "s: 0.5")],
    ["a size in bytes that is too large", LOCAL.replace("s: 4 MiB", "s: 8388609")],
    ["two keys", `${LOCAL}\npseudonym_key: { env: KEY, file: key }`],
    ["a list", "- name: a"],
  ])("refuses %s", (_name, text) => {
    expect([isPipeline(text), isPipelineSchema(text)]).toEqual([false, false]);
  });

  it("accepts whatever the program accepts", () => {
    fc.assert(
      fc.property(changed(WITH_ALL, PIPELINE_SPOTS), (text) => isPipelineSchema(text) || !isPipeline(text)),
      { numRuns: 300 },
    );
  });
});

describe("the schema of catalogues", () => {
  it.each([
    ["the standard catalogue", STANDARD_TEXT],
    ["a catalogue with every word", TEAM],
    ["the example of the page", blockOf("docs/reference/events.md", "version:")],
  ])("accepts %s", (_name, text) => {
    expect([isCatalogue(text), isCatalogueSchema(text)]).toEqual([true, true]);
  });

  it.each([
    ["an unknown field", `${TEAM}\nnotes: x`],
    ["an unknown field of an event", TEAM.replace("unless:", "unles:")],
    ["an unknown field of a rule", TEAM.replace("refines:", "refine:")],
    ["an unknown test", TEAM.replace("suffix:", "pattern:")],
    ["no test at all", TEAM.replace("{ string: true }", "{}")],
    ["a log that there is not", TEAM.replace("log: rails.api", "log: rails.app")],
    ["another version", TEAM.replace("version: 1", "version: 2")],
    ["an operation that there is not", TEAM.replace("- update:", "- change:")],
    ["two operations in one line", TEAM.replace("- update: {}", "- { update: {}, delete: {} }")],
    ["no event", "version: 1\nevents: {}"],
    ["a name with capitals", TEAM.replace("deploy:", "Deploy:")],
    ["a span of three numbers", TEAM.replace("[200, 299]", "[200, 250, 299]")],
    ["a line that both counts and does not", TEAM.replace("- ignores:", "- counts: x\n        ignores:")],
    ["a detail of a line that does not count", TEAM.replace("- ignores:", "- detail: x\n        ignores:")],
  ])("refuses %s", (_name, text) => {
    expect([isCatalogue(text), isCatalogueSchema(text)]).toEqual([false, false]);
  });

  it("accepts whatever the program accepts", () => {
    fc.assert(
      fc.property(changed(TEAM, CATALOGUE_SPOTS), (text) => isCatalogueSchema(text) || !isCatalogue(text)),
      { numRuns: 300 },
    );
  });
});

const REPORT = read("reports/pushes-by-plan.yaml");

describe("the schema of reports", () => {
  it.each([
    ["the report that comes with the program", REPORT],
    ["the smallest of the page", blockOf("docs/reference/reports.md", "version:")],
    ["a day", `${REPORT}\nas_of: "2020-12-24"`],
    ["a file", REPORT.replace("kind: stdout", 'kind: file\n  path: "../{name}/{as_of}.csv"')],
  ])("accepts %s", (_name, text) => {
    expect([isReport(text), isReportSchema(text)]).toEqual([true, true]);
  });

  it.each([
    ["an unknown field", `${REPORT}\nevent: x`],
    ["a segment that there is not", REPORT.replace("by: plan", "by: colour")],
    ["no destination", REPORT.slice(0, REPORT.indexOf("destination:"))],
    ["another version", REPORT.replace("version: 1", "version: 2")],
    ["a path with another word in braces", REPORT.replace("kind: stdout", 'kind: file\n  path: "{day}.csv"')],
    ["a file without a path", REPORT.replace("kind: stdout", "kind: file")],
    ["a day without its zeros", `${REPORT}\nas_of: "2020-12-4"`],
  ])("refuses %s", (_name, text) => {
    expect([isReport(text), isReportSchema(text)]).toEqual([false, false]);
  });
});
