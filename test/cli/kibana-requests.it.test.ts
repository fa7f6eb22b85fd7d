/**
 * Goal: each panel and search shows something: its request, as it stands in its source, gives rows of documents that the
 * real pipeline made, and each field that any of them names is in such documents.
 * Method: generated traffic, with bad records and lines that do not fit, run by a user's commands into a real Elasticsearch;
 * an index in the way that rejects one log; counts published by `report`. Each request is asked of that, over all time.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { DEFAULT_KEEP_DAYS, kibanaObjects } from "../../src/indexing/kibana/kibana-objects.ts";
import { type KibanaRequest, kibanaRequests, readKibanaSources } from "../../src/indexing/kibana/kibana-sources.ts";
import { DEFAULT_NAMING } from "../../src/indexing/kibana/saved-object.ts";
import { KIBANA_TEXTS } from "../indexing/kibana/kibana-files.ts";
import { usedFields } from "../indexing/kibana/used-fields.ts";
import { generated } from "./generated.ts";
import { FIXTURES, logtally } from "./logtally.ts";

const url = inject("elasticsearchUrl") ?? "";
const PREFIX = `test-${randomBytes(6).toString("hex")}`;
const SOURCES = readKibanaSources(KIBANA_TEXTS);
const REQUESTS = kibanaRequests(SOURCES);
const PATTERNS = new Map(
  Object.entries(SOURCES.dataViews.content.data_views).map(([name, { index }]) => [name, `${PREFIX}.${index}`]),
);
const LOCAL = join(FIXTURES, "../pipelines/local.yaml");
const DAY = "2020.12.22";

/** What the traffic has none of: a value that does not fit, and secrets. */
const ODD_LINES = [
  {
    tag: "rails.api",
    environment: "gprd",
    time: "2020-12-22T09:00:00.000Z",
    severity: "INFO",
    method: "GET",
    route: "/api/:version/projects",
    path: "/api/v4/projects",
    status: 429,
    duration_s: "for ever",
    username: "odd",
    remote_ip: "203.0.113.7",
    correlation_id: "oddtrace",
    "meta.caller_id": "GET /api/:version/projects",
    params: [{ key: "note", value: "my token is glpat-0123456789abcdefghij" }],
  },
];

async function ask(method: string, path: string, body?: unknown): Promise<Readonly<Record<string, unknown>>> {
  const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`${url}/${path}`, { method, ...(body === undefined ? {} : json) });
  const found = (await answer.json()) as Readonly<Record<string, unknown>>;
  if (!answer.ok) throw new Error(`${method} ${path}: ${JSON.stringify(found)}`);
  return found;
}

async function does(args: readonly string[]): Promise<void> {
  const { code, stderr } = await logtally(args, { cwd });
  expect({ args, code, stderr: code === 0 ? "" : stderr }).toEqual({ args, code: 0, stderr: "" });
}

let cwd = "";

/** Traffic of some hours, run, indexed and counted. */
async function fillCluster(): Promise<void> {
  cwd = await mkdtemp(join(tmpdir(), "logtally-test-"));
  const { path } = await generated("--lines", "12000", "--form", "pubsub", "--poison", "0.002");
  await writeFile(join(cwd, "odd.ndjson"), ODD_LINES.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const index = `index={kind: elasticsearch, urls: ["${url}"], prefix: ${PREFIX}}`;
  const set = ["--archive", "archive", "--set", index];
  await does(["setup", LOCAL, ...set]);
  // Whatever has a text there is rejected.
  await ask("PUT", `${PREFIX}.logs-rails.audit-${DAY}`, {
    mappings: { properties: { event: { properties: { dataset: { type: "long" } } } } },
  });
  const paths = JSON.stringify([path, "odd.ndjson"]);
  await does(["run", ...set, "--set", `source={kind: files, paths: ${paths}}`]);
  for (const by of ["plan", "group"]) {
    const report = `version: 1\nname: daily\nas_of: "2020-12-24"\nby: ${by}\ndestination: { kind: elasticsearch }\n`;
    await writeFile(join(cwd, `${by}.yaml`), report);
    await does(["report", `${by}.yaml`, ...set]);
  }
  await addHealth();
  await ask("POST", `${PREFIX}.*/_refresh`);
}

/** What a worker on a subscription tells beside what the run above has told: files have no publication to lag behind. */
async function addHealth(): Promise<void> {
  const now = new Date().toISOString();
  const index = `${PREFIX}.health-${now.slice(0, 10).replaceAll("-", ".")}`;
  const figures = { lines: 900, indexed: 890, rejected: 2, repeats: 10, spilled_objects: 1, masked: 3, lag_s: 1.5 };
  const worker = { pipeline: "local", id: "one", interval_s: 30, ...figures, is_away: true };
  await ask("POST", `${index}/_doc/one-1`, { "@timestamp": now, worker });
}

interface Buckets {
  readonly doc_count?: number;
  readonly buckets?: readonly Buckets[] | Readonly<Record<string, Buckets>>;
  readonly value?: number | null;
  readonly values?: Readonly<Record<string, number | null>>;
}

/** What is empty in an answer, by the names of aggregations; a bucket may be, where another one is not. */
function emptyIn(aggregations: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(aggregations).flatMap(([name, found]) => {
    if (typeof found !== "object" || found === null) return [];
    const { buckets, value, values, doc_count: count } = found as Buckets;
    if (buckets !== undefined) {
      const full = Object.values(buckets).filter((bucket) => (bucket.doc_count ?? 0) > 0);
      const inside = full.map((bucket) => emptyIn(bucket as Readonly<Record<string, unknown>>));
      if (inside.some((empty) => empty.length === 0)) return [];
      return inside[0]?.map((empty) => `${name} > ${empty}`) ?? [`${name}: no buckets`];
    }
    if (values !== undefined) return Object.values(values).every((each) => each === null) ? [`${name}: no values`] : [];
    if (value !== undefined) return value === null ? [`${name}: no value`] : [];
    return count === 0 ? [`${name}: none`] : [];
  });
}

async function emptyParts({ index, body }: KibanaRequest): Promise<string[]> {
  const answer = (await ask("POST", `${PATTERNS.get(index)}/_search`, { ...body, track_total_hits: true })) as {
    readonly hits: { readonly total: { readonly value: number } };
    readonly aggregations?: Readonly<Record<string, unknown>>;
  };
  if (answer.hits.total.value === 0) return ["no hits"];
  return emptyIn(answer.aggregations ?? {});
}

interface TraceTable {
  readonly aggregations: { readonly trace: { readonly buckets: readonly { readonly key: string }[] } };
}

interface TraceHits {
  readonly hits: {
    readonly hits: readonly {
      readonly _source: {
        readonly "@timestamp": string;
        readonly service: { readonly name: string };
        readonly archive: { readonly id: string };
      };
    }[];
  };
}

function requestOf(of: string): KibanaRequest {
  const request = REQUESTS.find((each) => each.of === of);
  if (request === undefined) throw new Error(`there is no ${of}`);
  return request;
}

async function search<Answer>({ index, body }: KibanaRequest, query: unknown): Promise<Answer> {
  return (await ask("POST", `${PATTERNS.get(index)}/_search`, { ...body, query })) as Answer;
}

/** How Kibana shows a value of a field: the parameters of its URL format. */
function formatOf(field: string): { readonly urlTemplate: string; readonly labelTemplate: string } {
  const view = kibanaObjects(KIBANA_TEXTS, DEFAULT_NAMING, DEFAULT_KEEP_DAYS).find(
    ({ id }) => id === "logtally-data-view-logs",
  );
  const formats = JSON.parse(String(view?.attributes["fieldFormatMap"])) as Readonly<
    Record<string, { readonly params: { readonly urlTemplate: string; readonly labelTemplate: string } } | undefined>
  >;
  const format = formats[field];
  if (format === undefined) throw new Error(`${field} has no format`);
  return format.params;
}

function linkOf(field: string, value: string): string {
  return decodeURIComponent(formatOf(field).urlTemplate.replace("{{value}}", encodeURIComponent(value)));
}

function labelOf(field: string, value: string): string {
  return formatOf(field).labelTemplate.replace("{{rawValue}}", value);
}

// Without Maven and Java there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(url === "")("what Kibana asks", () => {
  beforeAll(fillCluster, 300_000);
  afterAll(() => rm(cwd, { recursive: true, force: true }));

  it.each(REQUESTS)("gives rows: $of", async (request) => {
    expect(await emptyParts(request)).toEqual([]);
  });

  it("is of fields that documents of the pipeline have", async () => {
    const fields = new Map(usedFields(SOURCES).map(({ index, field }) => [`${index} ${field}`, { index, field }]));
    const absent: string[] = [];
    for (const [name, { index, field }] of fields) {
      const query = { exists: { field } };
      const { count } = await ask("POST", `${PATTERNS.get(index)}/_count`, { query });
      if (count === 0) absent.push(name);
    }
    expect(absent).toEqual([]);
  });

  it("leads from failed requests to the trace of one, and on to its lines as they came", async () => {
    const failed = requestOf("requests: Failed requests and their traces");
    const { aggregations } = await search<TraceTable>(failed, failed.body["query"]);
    const trace = aggregations.trace.buckets[0]?.key ?? "";
    // What a click on it adds to the saved search.
    expect(linkOf("trace.id", trace)).toContain(`'trace.id: "${trace}"'`);
    const opened = requestOf("search trace");
    const { hits } = await search<TraceHits>(opened, {
      bool: { filter: [opened.body["query"], { term: { "trace.id": trace } }] },
    });
    const lines = hits.hits.map(({ _source }) => _source);
    expect(new Set(lines.map(({ service }) => service.name)).size).toBeGreaterThan(1);
    expect(lines.map((line) => line["@timestamp"])).toEqual(lines.map((line) => line["@timestamp"]).toSorted());
    for (const { archive } of lines) {
      const [program, ...command] = labelOf("archive.id", archive.id).split(" ");
      expect(program).toBe("logtally");
      const { code, stdout } = await logtally([...command, "--archive", "archive"], { cwd });
      expect({ code, isOfTrace: stdout.includes(trace) }).toEqual({ code: 0, isOfTrace: true });
    }
  });

  it("would be told of a request that gives none", async () => {
    const of = (aggs: unknown): KibanaRequest => {
      const query = { exists: { field: "trace.id" } };
      return { of: "a test", index: "logs", body: { size: 0, query, aggs }, shown: [] };
    };
    const metric = { sum: { max: { field: "gitlab.no_such_field" } } };
    const traces = { terms: { field: "trace.id", size: 3 } };
    expect(await emptyParts(of({ trace: traces }))).toEqual([]);
    expect(await emptyParts(of({ a: { terms: { field: "gitlab.no_such_field", size: 3 } } }))).toEqual([
      "a: no buckets",
    ]);
    expect(await emptyParts(of({ a: { ...traces, aggs: metric } }))).toEqual(["a > sum: no value"]);
    expect(await emptyParts(of({ a: { filter: { term: { "event.dataset": "none" } } } }))).toEqual(["a: none"]);
  });
});
