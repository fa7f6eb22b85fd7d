/**
 * Goal: what is shipped for Kibana is what its sources say, whole: every reference leads to an object of ours, other
 * prefixes and spaces have names of their own, and what is wrong in a source is told at its line.
 * Method: the sources of the checkout, and small ones with one thing wrong.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DEFAULT_KEEP_DAYS, kibanaObjects } from "../../../src/indexing/kibana/kibana-objects.ts";
import { DEFAULT_NAMING, ndjsonOf, type SavedObject } from "../../../src/indexing/kibana/saved-object.ts";
import { KIBANA_TEXTS } from "./kibana-files.ts";

const OBJECTS = kibanaObjects(KIBANA_TEXTS, DEFAULT_NAMING, DEFAULT_KEEP_DAYS);
const SHIPPED = join(import.meta.dirname, "../../../kibana/logtally.ndjson");

interface PanelJson {
  readonly type: string;
  readonly panelIndex: string;
  readonly gridData: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly embeddableConfig: {
    readonly attributes: {
      readonly references?: readonly { readonly name: string; readonly id: string }[];
      readonly links?: readonly { readonly destinationRefName: string }[];
    };
  };
}

function panelsOf(dashboard: SavedObject): readonly PanelJson[] {
  return JSON.parse(String(dashboard.attributes["panelsJSON"])) as PanelJson[];
}

const DASHBOARDS = OBJECTS.filter(({ type }) => type === "dashboard");

describe("the objects for Kibana", () => {
  it("are shipped as the sources say; npm run docs writes them", () => {
    expect(readFileSync(SHIPPED, "utf8")).toBe(ndjsonOf(OBJECTS));
  });

  it("are a tag, data views, searches and a dashboard for each subject", () => {
    expect(DASHBOARDS.map(({ attributes }) => attributes["title"])).toEqual(
      ["Requests and errors", "Git", "GraphQL", "Sidekiq", "Gitaly", "Product events", "Ingest health"].map(
        (title) => `GitLab: ${title}`,
      ),
    );
    expect(new Set(OBJECTS.map(({ id }) => id)).size).toBe(OBJECTS.length);
    for (const { id } of OBJECTS) expect(id).toMatch(/^logtally-[a-z0-9-]+$/);
  });

  it("refer to one another only, and to all that they name", () => {
    const keys = OBJECTS.map(({ type, id }) => `${type} ${id}`);
    for (const { id, references } of OBJECTS) {
      for (const reference of references)
        expect([id, keys]).toEqual([id, expect.arrayContaining([`${reference.type} ${reference.id}`])]);
      expect(new Set(references.map(({ name }) => name)).size).toBe(references.length);
    }
    for (const dashboard of DASHBOARDS) {
      const names = dashboard.references.map(({ name }) => name);
      for (const { panelIndex, embeddableConfig } of panelsOf(dashboard)) {
        const { references = [], links = [] } = embeddableConfig.attributes;
        const used = [...references.map(({ name }) => name), ...links.map(({ destinationRefName: name }) => name)];
        expect(used).not.toEqual([]);
        expect(names).toEqual(expect.arrayContaining(used.map((name) => `${panelIndex}:${name}`)));
      }
    }
  });

  it("link each dashboard to all others", () => {
    for (const { id, references } of DASHBOARDS) {
      const linked = references.filter(({ type }) => type === "dashboard").map((reference) => reference.id);
      expect(linked).toEqual(DASHBOARDS.map((other) => other.id).filter((other) => other !== id));
    }
  });

  it("lie on the grid of 48 columns, none on another, without a gap below the links", () => {
    for (const dashboard of DASHBOARDS) {
      const cells = panelsOf(dashboard).flatMap(({ gridData: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`),
      );
      expect(new Set(cells).size).toBe(cells.length);
      expect(cells.length % 48).toBe(0);
      expect(Math.max(...cells.map((cell) => Number(cell.split(" ")[1])))).toBe(cells.length / 48 - 1);
    }
  });

  it("open a trace in order of time, and show the command for a line", () => {
    const logs = OBJECTS.find(({ id }) => id === "logtally-data-view-logs");
    const formats = JSON.parse(String(logs?.attributes["fieldFormatMap"])) as Readonly<Record<string, unknown>>;
    expect(formats["trace.id"]).toMatchObject({
      id: "url",
      params: { urlTemplate: expect.stringContaining(`../app/discover#/view/logtally-search-trace?`) as string },
    });
    expect(formats["trace.id"]).toMatchObject({
      params: { urlTemplate: expect.stringContaining(`query:'trace.id:%20%22{{value}}%22'`) as string },
    });
    expect(formats["archive.id"]).toMatchObject({ params: { labelTemplate: "logtally archive get {{rawValue}}" } });
    const trace = OBJECTS.find(({ id }) => id === "logtally-search-trace");
    expect(trace?.attributes["sort"]).toEqual([["@timestamp", "asc"]]);
  });

  it.each([
    [DEFAULT_KEEP_DAYS, "now-31d"],
    [90, "now-91d"],
  ])("open links of all days that are kept, for %i days, and of clocks ahead", (keepDays, from) => {
    const objects = kibanaObjects(KIBANA_TEXTS, DEFAULT_NAMING, keepDays);
    const links = objects.flatMap(({ attributes }) => {
      const formats = JSON.parse((attributes["fieldFormatMap"] as string | undefined) ?? "{}") as Readonly<
        Record<string, { readonly params?: { readonly urlTemplate?: string } }>
      >;
      return Object.values(formats).flatMap(({ params }) => params?.urlTemplate ?? []);
    });
    expect(links.length).toBeGreaterThan(2);
    // As Kibana reads it: there a plus is a space.
    const times = links.map((link) => new URLSearchParams(link.split("?")[1]).get("_g"));
    expect(new Set(times)).toEqual(new Set([`(time:(from:${from},to:'now+1d'))`]));
  });

  it("name the pipeline of a line beside its command, where one has to be chosen", () => {
    for (const name of ["trace", "line"]) {
      const search = OBJECTS.find(({ id }) => id === `logtally-search-${name}`);
      expect(search?.attributes["columns"]).toEqual(expect.arrayContaining(["archive.stream", "archive.id"]));
    }
  });

  it("have names of their own for another prefix and another space", () => {
    const namings = [
      DEFAULT_NAMING,
      { prefix: "ops", space: "default" },
      { prefix: "logtally", space: "ops" },
      { prefix: "ops", space: "ops" },
    ];
    const all = namings.flatMap((naming) => kibanaObjects(KIBANA_TEXTS, naming, DEFAULT_KEEP_DAYS));
    expect(new Set(all.map(({ id }) => id)).size).toBe(namings.length * OBJECTS.length);
    const other = kibanaObjects(KIBANA_TEXTS, { prefix: "ops", space: "default" }, DEFAULT_KEEP_DAYS);
    expect(ndjsonOf(other)).not.toMatch(/"logtally\.(?:logs|quarantine|health|counts)/);
    expect(other.find(({ id }) => id === "logtally-data-view-logs~ops~default")?.attributes).toMatchObject({
      title: "ops.logs-*",
      name: "GitLab (ops): logs",
    });
  });

  it("have another version as soon as one of them is another", () => {
    const changed = KIBANA_TEXTS.map(({ file, text }) => ({
      file,
      text: text.replace("title: Pushes\n", "title: Push\n"),
    }));
    const versionOf = (objects: readonly SavedObject[]): unknown => objects[0]?.attributes["description"];
    expect(versionOf(kibanaObjects(changed, DEFAULT_NAMING, DEFAULT_KEEP_DAYS))).not.toBe(versionOf(OBJECTS));
  });
});

/** One dashboard on top of the checkout's data views and searches. */
function refusalOf(lines: readonly string[]): string {
  const own = { file: "dashboards/own.yaml", text: `${lines.join("\n")}\n` };
  const texts = [...KIBANA_TEXTS.filter(({ file }) => !file.startsWith("dashboards/")), own];
  try {
    kibanaObjects(texts, DEFAULT_NAMING, DEFAULT_KEEP_DAYS);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

const HEAD = ["name: own", "title: Own", "description: A test", "panels:"];
const PANEL = [
  "  - title: One",
  "    kind: metric",
  "    at: [0, 0, 12, 6]",
  "    index: logs",
  "    query: { exists: { field: trace.id } }",
];

describe("what is wrong in a source", () => {
  it("is nothing where nothing is wrong", () => {
    expect(refusalOf([...HEAD, ...PANEL])).toBe("");
  });

  it.each<[string, readonly string[], string]>([
    [
      "a data view",
      [...HEAD, ...PANEL.with(3, "    index: log")],
      'kibana/dashboards/own.yaml:8: there is no data view "log" (hint: did you mean "logs"?)',
    ],
    [
      "a query",
      [...HEAD, ...PANEL.with(4, "    query: { match: { message: x } }")],
      'kibana/dashboards/own.yaml:9: no query "match"',
    ],
    ["a kind", [...HEAD, ...PANEL.with(1, "    kind: pie")], "kibana/dashboards/own.yaml:6: "],
    [
      "a place",
      [...HEAD, ...PANEL.with(2, "    at: [40, 0, 12, 6]")],
      "kibana/dashboards/own.yaml:7: the grid ends at column 48",
    ],
    [
      "two panels at one place",
      [...HEAD, ...PANEL, ...PANEL],
      'kibana/dashboards/own.yaml:12: the panel lies on "One"',
    ],
    [
      "a metric with buckets",
      [...HEAD, ...PANEL, "    aggs: { a: { terms: { field: b, size: 1 } } }"],
      "kibana/dashboards/own.yaml:6: a metric is one number",
    ],
    [
      "a line without buckets",
      [...HEAD, ...PANEL.with(1, "    kind: line")],
      "kibana/dashboards/own.yaml:6: a line has one or two buckets",
    ],
    [
      "a heatmap with one",
      [...HEAD, ...PANEL.with(1, "    kind: heatmap"), "    aggs: { a: { terms: { field: b, size: 1 } } }"],
      "kibana/dashboards/own.yaml:6: a heatmap has two buckets",
    ],
    [
      "a field of no source",
      ["nmae: own", ...HEAD.slice(1), ...PANEL],
      'kibana/dashboards/own.yaml:1: unknown field "nmae" (hint: did you mean "name"?)',
    ],
  ])("is told at its line: %s", (_what, lines, message) => {
    expect(refusalOf(lines)).toContain(message);
  });

  it("is told of a search that a value should open", () => {
    const texts = KIBANA_TEXTS.map(({ file, text }) => ({
      file,
      text: text.replace("{ search: trace }", "{ search: traces }"),
    }));
    expect(() => kibanaObjects(texts, DEFAULT_NAMING, DEFAULT_KEEP_DAYS)).toThrow(
      /kibana\/data-views\.yaml:\d+: there is no search "traces"/,
    );
  });
});
