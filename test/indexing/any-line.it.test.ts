/**
 * Goal: whatever JSON a line is, a real cluster ends with it indexed, or in quarantine with a reason, and nothing that
 * came with it is held up.
 * Method: a property over lines whose fields hold anything, above all what nearly fits their types; many lines in each
 * request, into indices of the real templates.
 */
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Cluster, openCluster } from "../../src/backends/elasticsearch/cluster.ts";
import { putPart } from "../../src/backends/elasticsearch/cluster-parts.ts";
import { createElasticsearchIndex } from "../../src/backends/elasticsearch/elasticsearch-index.ts";
import { DAY_MS, SECOND_MS } from "../../src/core/units.ts";
import { createIndexNames } from "../../src/indexing/index-name.ts";
import { createLineIndexer } from "../../src/indexing/line-indexer.ts";
import { indexTemplates } from "../../src/indexing/template/index-templates.ts";
import { decodeFile } from "../decode/decoded-line.ts";
import { documentsOf, type Hit } from "../servers/search.ts";
import { anyLine } from "./any-line.ts";
import { archived } from "./archived-line.ts";
import { sampleDocuments } from "./sample-documents.ts";

const url = inject("elasticsearchUrl") ?? "";
const NEVER = new AbortController().signal;
const RUNS = 25;
const LINES = 120;
/** So many of the lines at the least have to be taken: that the quarantine takes all would say little. */
const LEAST_INDEXED = 0.9;
const BACKOFF = {
  giveUpAfterMs: 60 * SECOND_MS,
  monotonicMs: () => performance.now(),
  random: Math.random,
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
};

// Without Maven and Java there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(url === "")("any line", () => {
  let cluster: Cluster;
  const prefix = `test-${randomBytes(6).toString("hex")}`;
  beforeAll(async () => {
    cluster = openCluster({ urls: [url], apiKey: null, certificates: null });
    for (const template of indexTemplates(prefix)) await putPart(cluster, template);
  });
  afterAll(() => cluster.close());

  it("ends in the index, or in the quarantine with a reason", { timeout: 300_000 }, async () => {
    const told: string[] = [];
    const index = createElasticsearchIndex(cluster, { backoff: BACKOFF, onTrouble: (message) => told.push(message) });
    const names = createIndexNames({ prefix, retentionMs: 30 * DAY_MS });
    const indexer = createLineIndexer({ index, names, documents: sampleDocuments() });
    const sent = new Map<string, string>();
    let indexed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyLine, { minLength: LINES, maxLength: LINES }), async (texts) => {
        const lines = texts.flatMap((text) => decodeFile(text)).map((line, row) => archived(line, row));
        expect(lines).toHaveLength(texts.length);
        for (const { meta, buffer, start, end } of lines) sent.set(meta.id, buffer.toString("utf8", start, end));
        const counts = await indexer.index(lines, NEVER);
        indexed += counts.indexed - counts.rejected;
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(told).toEqual([]);
    const logs = await documentsOf(url, `${prefix}.logs-*`);
    const quarantine = await documentsOf(url, `${prefix}.quarantine-*`);
    expect([...logs, ...quarantine].map(({ id }) => id).sort()).toEqual([...sent.keys()].sort());
    expect(logs).toHaveLength(indexed);
    expect(quarantine.filter((hit) => !hasReason(hit))).toEqual([]);
    expect(indexed / sent.size).toBeGreaterThan(LEAST_INDEXED);
    for (const { id, source } of logs) expect(source).toMatchObject({ archive: { id } });
  });
});

function hasReason({ source }: Hit): boolean {
  const { rejection, place } = source as { rejection?: Record<string, unknown>; place?: Record<string, unknown> };
  return (
    typeof rejection?.["reason"] === "string" && rejection["reason"] !== "" && typeof place?.["object"] === "string"
  );
}
