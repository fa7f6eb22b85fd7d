/**
 * Goal: a panel's columns in Lens ask what its request asks: the same nesting, fields, metrics, filters and order; what
 * Lens cannot ask is refused at its place.
 * Method: aggregations, and the columns that must come of them, by hand.
 */
import { describe, expect, it } from "vitest";
import { lensColumnsOf } from "../../../src/indexing/kibana/lens-columns.ts";

function columnsOf(aggs: unknown) {
  const refused: string[] = [];
  const made = lensColumnsOf(aggs, ["aggs"], "requests", (path, what) => refused.push(`${path.join(".")}: ${what}`));
  return { ...made, refused };
}

const TIME = { date_histogram: { field: "@timestamp", fixed_interval: "1m" } };
const COUNT = { operationType: "count", sourceField: "___records___", label: "requests" };

describe("the columns of a panel", () => {
  it("count documents where a request has no aggregation", () => {
    const { columns, buckets, metrics, refused } = columnsOf(undefined);
    expect(refused).toEqual([]);
    expect({ buckets, metrics }).toEqual({ buckets: [], metrics: ["metric-1"] });
    expect(columns.get("metric-1")).toMatchObject({ ...COUNT, isBucketed: false });
  });

  it("nest as the aggregations do, with time where it is, and sort by documents where nothing else is said", () => {
    const { columns, buckets, metrics, time, refused } = columnsOf({
      status: { terms: { field: "http.response.status_code", size: 5 }, aggs: { time: TIME } },
    });
    expect(refused).toEqual([]);
    expect([...columns.keys()]).toEqual(["bucket-1", "bucket-2", "metric-1"]);
    expect({ buckets, metrics, time }).toEqual({
      buckets: ["bucket-1", "bucket-2"],
      metrics: ["metric-1"],
      time: "bucket-2",
    });
    expect(columns.get("bucket-1")).toMatchObject({
      label: "status",
      operationType: "terms",
      sourceField: "http.response.status_code",
      dataType: "number",
      params: {
        size: 5,
        orderBy: { type: "column", columnId: "metric-1" },
        orderDirection: "desc",
        otherBucket: false,
      },
    });
    expect(columns.get("bucket-2")).toMatchObject({ operationType: "date_histogram", params: { interval: "1m" } });
  });

  it("are one for each percentile, filter and number, and sort by any of them", () => {
    const failed = { filter: { range: { status: { gte: 500 } } } };
    const { columns, refused } = columnsOf({
      caller: {
        terms: { field: "caller", size: 50, order: { "duration.95": "desc" } },
        aggs: {
          failed,
          "failed for": { ...failed, aggs: { users: { cardinality: { field: "user.name" } } } },
          duration: { percentiles: { field: "duration_s", percents: [50, 95] } },
          database: { avg: { field: "db_s" } },
          requests: { value_count: { field: "@timestamp" } },
        },
      },
    });
    expect(refused).toEqual([]);
    const filter = { query: "status >= 500", language: "kuery" };
    expect([...columns.values()].slice(1)).toMatchObject([
      { ...COUNT, label: "failed", filter },
      { operationType: "unique_count", sourceField: "user.name", label: "failed for", filter },
      { operationType: "percentile", sourceField: "duration_s", label: "p50 duration", params: { percentile: 50 } },
      { operationType: "percentile", sourceField: "duration_s", label: "p95 duration", params: { percentile: 95 } },
      { operationType: "average", sourceField: "db_s", label: "database" },
      COUNT,
    ]);
    expect(columns.get("bucket-1")).toMatchObject({ params: { orderBy: { columnId: "metric-4" } } });
    expect([...columns.values()].at(-1)).not.toHaveProperty("filter");
  });

  it("are sorted by a metric that stands right inside, and again where it is shown", () => {
    const events = { sum: { field: "count" } };
    const { columns, refused } = columnsOf({
      plan: {
        terms: { field: "key", size: 5, order: { events: "desc" } },
        aggs: { events, time: { ...TIME, aggs: { events } } },
      },
    });
    expect(refused).toEqual([]);
    expect([...columns.keys()]).toEqual(["bucket-1", "bucket-2", "metric-1"]);
    expect(columns.get("bucket-1")).toMatchObject({ params: { orderBy: { columnId: "metric-1" } } });
    const deeper = {
      terms: { field: "key", size: 5, order: { events: "desc" } },
      aggs: { time: { ...TIME, aggs: { events } } },
    };
    expect(columnsOf({ plan: deeper }).refused).toEqual([
      'aggs.plan.terms.order: it cannot be sorted by "events", which is no metric inside',
    ]);
  });

  it("sort by what all documents count, not by what a filter counts", () => {
    const { columns } = columnsOf({
      caller: {
        terms: { field: "caller", size: 5 },
        aggs: { failed: { filter: { term: { a: 1 } } }, requests: { value_count: { field: "@timestamp" } } },
      },
    });
    expect(columns.get("bucket-1")).toMatchObject({ params: { orderBy: { columnId: "metric-2" } } });
  });

  it("are filters by name, and sorted by key where a request says so", () => {
    const { columns, refused } = columnsOf({
      status: {
        filters: { filters: { "5xx": { range: { status: { gte: 500 } } } } },
        aggs: { caller: { terms: { field: "caller", size: 3, order: { _key: "asc" } } } },
      },
    });
    expect(refused).toEqual([]);
    expect(columns.get("bucket-1")).toMatchObject({
      operationType: "filters",
      params: { filters: [{ label: "5xx", input: { query: "status >= 500" } }] },
    });
    expect(columns.get("bucket-2")).toMatchObject({
      params: { orderBy: { type: "alphabetical" }, orderDirection: "asc" },
    });
  });

  it.each<[unknown, string]>([
    [{ a: { significant_terms: { field: "b" } } }, "aggs.a: expected an aggregation of one kind"],
    [{ a: TIME, b: { sum: { field: "c" } } }, "aggs.b: a metric beside buckets"],
    [{ a: TIME, b: TIME }, "aggs.b: one aggregation of a level"],
    [
      { b: { sum: { field: "c" } }, a: { ...TIME, aggs: { b: { sum: { field: "d" } } } } },
      'aggs.a.aggs.b: another metric is called "b"',
    ],
    [{ a: { terms: { field: "b" } } }, 'aggs.a.terms: expected a "size"'],
    [
      { a: { terms: { field: "b", size: 5, order: { seconds: "desc" } } } },
      'aggs.a.terms.order: it cannot be sorted by "seconds"',
    ],
    [
      { a: { terms: { field: "b", size: 5 }, aggs: { seconds: { sum: { field: "c" } } } } },
      'aggs.a.terms.order: it cannot be sorted by "_count"',
    ],
    [
      { a: { terms: { field: "b", size: 5, min_doc_count: 0 } } },
      'aggs.a.terms.min_doc_count: "min_doc_count" has no place',
    ],
    [{ a: { date_histogram: { field: "b", fixed_interval: "1m" } } }, 'aggs.a.date_histogram: time is "@timestamp"'],
    [{ a: { date_histogram: { field: "@timestamp" } } }, 'aggs.a.date_histogram: expected either "fixed_interval"'],
    [{ a: { percentiles: { field: "b", percents: [99.9] } } }, 'aggs.a.percentiles: expected "percents"'],
    [{ a: { sum: { field: "b", script: "c" } } }, 'aggs.a.sum.script: "script" has no place'],
    [{ a: { filter: { term: { b: 1 } }, aggs: { c: TIME } } }, "aggs.a.aggs: expected one metric"],
    [{ a: { filters: { filters: { b: { match: {} } } } } }, 'aggs.a.filters.filters.b.match: no query "match"'],
  ])("are refused for %j", (aggs, problem) => {
    const { refused } = columnsOf(aggs);
    expect(refused).toHaveLength(1);
    expect(refused[0]).toContain(problem);
  });
});
