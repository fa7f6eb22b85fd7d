/**
 * Goal: a worker's health is in the index, and adds up to what its summary says. Method: the program as a user starts it,
 * on a real Elasticsearch.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { expect, inject, it } from "vitest";
import { DAY_MAPPINGS } from "../../src/indexing/template/day-mappings.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { generated } from "./generated.ts";
import { logtally } from "./logtally.ts";

const url = inject("elasticsearchUrl") ?? "";
const LOCAL = join(import.meta.dirname, "../../pipelines/local.yaml");
const FIGURES = ["lines", "indexed", "rejected", "repeats", "masked"] as const;

// Without Maven and Java there is no server; on CI that fails in test/servers/setup.ts.
it.skipIf(url === "")("the health of workers has what they did", async () => {
  const prefix = `test-${randomBytes(6).toString("hex")}`;
  const { path } = await generated("--lines", "500");
  const index = `index={kind: elasticsearch, urls: ["${url}"], prefix: ${prefix}}`;
  const args = ["--archive", await tempFolder(), "--set", index];
  expect(await logtally(["setup", LOCAL, ...args])).toMatchObject({ code: 0 });
  const summaries: Record<string, number>[] = [];
  for (let runs = 0; runs < 2; runs += 1) {
    const outcome = await logtally(["run", "--from", path, "--json", ...args]);
    expect(outcome).toMatchObject({ code: 0 });
    summaries.push(JSON.parse(outcome.stdout) as Record<string, number>);
  }
  expect(summaries[1]).toMatchObject({ index_repeats: summaries[0]?.["indexed"], index_masked: 0 });

  await fetch(`${url}/${prefix}.health-*/_refresh`, { method: "POST" });
  const sums = Object.fromEntries(FIGURES.map((name) => [name, { sum: { field: `worker.${name}` } }]));
  const body = JSON.stringify({ size: 100, aggs: { ...sums } });
  const headers = { "content-type": "application/json" };
  const answer = (await (
    await fetch(`${url}/${prefix}.health-*/_search`, { method: "POST", headers, body })
  ).json()) as Answer;
  const told = Object.fromEntries(FIGURES.map((name) => [name, answer.aggregations[name]?.value]));
  const sumOf = (name: string): number => summaries.reduce((sum, each) => sum + (each[name] ?? 0), 0);
  expect(told).toEqual({
    lines: sumOf("lines_in"),
    indexed: sumOf("indexed"),
    rejected: sumOf("index_rejected"),
    repeats: sumOf("index_repeats"),
    masked: 0,
  });
  const known = Object.keys(Object(DAY_MAPPINGS.health.properties["worker"]).properties as object);
  for (const { _source: source } of answer.hits.hits) {
    expect(Date.now() - Date.parse(source["@timestamp"])).toBeLessThan(600_000);
    expect(known).toEqual(expect.arrayContaining(Object.keys(source.worker)) as unknown);
  }
});

interface Answer {
  readonly aggregations: Readonly<Record<string, { readonly value: number }>>;
  readonly hits: {
    readonly hits: readonly {
      readonly _source: { readonly "@timestamp": string; readonly worker: Readonly<Record<string, unknown>> };
    }[];
  };
}
