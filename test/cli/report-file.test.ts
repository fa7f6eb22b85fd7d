/**
 * Goal: a report file asks exactly what it says; one that asks for what cannot be is told so at its line, in words that
 * end it, and no key goes where it could be read.
 * Method: whole files against what they ask, and against whole messages.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { reportCluster } from "../../src/cli/report/report-cluster.ts";
import { type ClusterDestination, parseReport, type Report } from "../../src/cli/report/report-file.ts";
import type { IndexSettings } from "../../src/config/pipeline.ts";
import { UsageError } from "../../src/core/fault.ts";

const MINIMAL = `version: 1
name: demo
destination: { kind: stdout }
`;
const TO_FILE = MINIMAL.replace("kind: stdout", 'kind: file, path: "out/{name}-{as_of}.csv"');
const TO_INDEX = MINIMAL.replace("kind: stdout", "kind: elasticsearch");

function parse(text: string): Report {
  return parseReport(text, "reports/a.yaml", "/srv/app");
}

/** Where the answer of 2020-12-24 goes. */
function pathOf({ destination }: Report): string {
  if (destination.kind !== "file") throw new TypeError("no file");
  return destination.pathOn("2020-12-24");
}

/** What a work refuses, in words. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  }
  return "";
}

describe("a report", () => {
  it("asks what counts asks, where it says no more than its name and destination", () => {
    expect(parse(MINIMAL)).toMatchObject({
      name: "demo",
      pipelinePath: null,
      options: { by: "instance", level: "aggregate", days: 28, sessions: true, format: "table" },
      asOf: null,
      destination: { kind: "stdout" },
    });
    expect(Object.keys(parse(MINIMAL).options).toSorted()).toEqual(["by", "days", "format", "level", "sessions"]);
  });

  it("asks everything that it says, with paths from its own folder", () => {
    const text = `${TO_FILE}pipeline: ../pipelines/b.yaml
events: [git_push, login]
by: group
level: identifiable
periods: [7d, daily]
days: 3
sessions: false
format: csv
as_of: "2020-12-24"
`;
    const report = parse(text);
    expect(report).toMatchObject({
      pipelinePath: "/srv/app/pipelines/b.yaml",
      options: {
        by: "group",
        level: "identifiable",
        event: ["git_push", "login"],
        period: ["7d", "daily"],
        days: 3,
        sessions: false,
        format: "csv",
      },
      asOf: "2020-12-24",
      destination: { kind: "file" },
    });
    expect(pathOf(report)).toBe("/srv/app/reports/out/demo-2020-12-24.csv");
  });

  it("puts its name and day into its path alone, not into that of its folder", () => {
    const report = parseReport(TO_FILE, "dir-{name}-{as_of}/a.yaml", "/srv/app");
    expect(pathOf(report)).toBe("/srv/app/dir-{name}-{as_of}/out/demo-2020-12-24.csv");
  });

  it("asks for days alone where it is published", () => {
    expect(parse(TO_INDEX).options.period).toEqual(["daily"]);
    expect(parse(`${TO_INDEX}periods: [daily]\n`).options.period).toEqual(["daily"]);
  });

  it("comes with the program", () => {
    const file = join(import.meta.dirname, "../../reports/pushes-by-plan.yaml");
    expect(parse(readFileSync(file, "utf8"))).toMatchObject({ name: "pushes-by-plan", options: { by: "plan" } });
  });
});

describe("refused, at its line, is", () => {
  it.each([
    [
      "an unknown field",
      `${MINIMAL}event: [git_push]\n`,
      'reports/a.yaml:4: unknown field "event" (hint: did you mean "events"?)',
    ],
    [
      "no destination",
      "version: 1\nname: a\n",
      'reports/a.yaml:1: missing field "destination" (hint: where the answer goes)',
    ],
    ["another version", MINIMAL.replace("1", "2"), 'reports/a.yaml:1: field "version": expected 1, found number 2'],
    [
      "a day that is none",
      `${MINIMAL}as_of: "2020-02-30"\n`,
      'expected a day, YYYY-MM-DD, or today, found text "2020-02-30"',
    ],
    ["another word in a path", TO_FILE.replace("as_of", "day"), "in whose braces stands as_of or name, found text"],
    ["a folder in the place of a file", TO_FILE.replace("-{as_of}.csv", "/"), "expected the path of a file, no URL"],
    [
      "no list of events",
      `${MINIMAL}events: []\n`,
      "expected a list of at least one name of an event, found an empty list",
    ],
    [
      "an option that the format has no use for",
      `${MINIMAL}format: service-ping\nby: plan\n`,
      'reports/a.yaml:5: print counts as service-ping: "by" has no meaning there (hint: its metrics are totals: leave it out)',
    ],
    [
      "days for Prometheus",
      `${MINIMAL}format: prometheus\nperiods: [7d, daily]\n`,
      'reports/a.yaml:5: print counts as prometheus: "periods: [daily]" would make a series of each day (hint: ' +
        '"periods: [7d]", or "format: parquet", which has days)',
    ],
    [
      "sessions without sessions",
      `${MINIMAL}by: session\nlevel: identifiable\nsessions: false\n`,
      'reports/a.yaml:6: count by session at identifiable level: not without sessions (hint: leave out "sessions: false")',
    ],
    [
      "a format of documents",
      `${TO_INDEX}format: json\n`,
      'reports/a.yaml:4: publish counts: "format" has no meaning there (hint: leave it out)',
    ],
    [
      "a period that is no day, of documents",
      `${TO_INDEX}periods: [daily, 28d]\n`,
      'reports/a.yaml:4: publish counts: only days are published, not "28d" (hint: leave it out)',
    ],
  ])("%s", (_what, text, message) => {
    expect(refusal(() => parse(text))).toContain(message);
  });

  it("a URL by which everybody on the way could read the key", () => {
    const text = TO_INDEX.replace(
      "kind: elasticsearch",
      'kind: elasticsearch, urls: ["http://es.example:9200"], api_key: { env: K }',
    );
    expect(refusal(() => parse(text))).toContain(
      "expected an https URL, or one of this machine, as destination.api_key goes there",
    );
    expect(refusal(() => parse(text.replace("env: K", "env: K, plain_http: true")))).toBe("");
  });
});

describe("a report is published", () => {
  const index: IndexSettings = {
    urls: ["http://es.example:9200"],
    apiKey: { kind: "env", name: "WORKER" },
    caFile: "/ca.pem",
    prefix: "tally",
    retentionMs: 1,
    keepMs: 1,
    shards: 1,
    replicas: 1,
    refreshIntervalMs: 1,
    spillAfterMs: 1,
    redaction: { secrets: true, fields: {}, addresses: "keep" },
    kibana: null,
  };

  function destinationOf(fields: string): ClusterDestination {
    const { destination } = parse(TO_INDEX.replace("kind: elasticsearch", `kind: elasticsearch${fields}`));
    if (destination.kind !== "elasticsearch") throw new TypeError("not elasticsearch");
    return destination;
  }

  it("in the cluster of the pipeline, with a key of its own where it names one", () => {
    const { urls, apiKey, caFile } = index;
    expect(reportCluster(destinationOf(""), index)).toEqual({
      settings: { urls, apiKey, caFile },
      fields: { urls: "index.urls", apiKey: "index.api_key", caFile: "index.ca_file" },
      prefix: "tally",
    });
    const safe = { ...index, urls: ["https://es.example:9200"] };
    expect(reportCluster(destinationOf(", api_key: { env: OWN }, prefix: own"), safe)).toEqual({
      settings: { urls: safe.urls, apiKey: { kind: "env", name: "OWN" }, caFile },
      fields: { urls: "index.urls", apiKey: "destination.api_key", caFile: "index.ca_file" },
      prefix: "own",
    });
  });

  it("elsewhere without anything of the pipeline: neither its key nor whom it trusts", () => {
    const { settings } = reportCluster(destinationOf(', urls: ["https://other.example:9200"]'), index);
    expect(settings).toEqual({ urls: ["https://other.example:9200"], apiKey: null, caFile: null });
  });

  it("not where there is no cluster, or where the key could be read on the way", () => {
    expect(refusal(() => reportCluster(destinationOf(""), null))).toBe(
      'publish counts: the pipeline has no index (hint: give the destination its "urls")',
    );
    expect(refusal(() => reportCluster(destinationOf(", api_key: { env: OWN }"), index))).toContain(
      "destination.api_key",
    );
    const allowed = destinationOf(", api_key: { env: OWN, plain_http: true }");
    expect(reportCluster(allowed, index).settings.urls).toEqual(index.urls);
  });
});
