/**
 * Goal: a real cluster does with documents what the index relies on, and no line, however hostile, is lost, blocks
 * others or is tried forever.
 * Method: lines as they are decoded go to indices of the real templates, under a prefix of each test's own; the cluster
 * is asked what it has.
 */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Cluster, openCluster } from "../../src/backends/elasticsearch/cluster.ts";
import { putPart } from "../../src/backends/elasticsearch/cluster-parts.ts";
import { createElasticsearchIndex } from "../../src/backends/elasticsearch/elasticsearch-index.ts";
import type { DocumentIndex } from "../../src/core/document-index.ts";
import { DAY_MS, SECOND_MS } from "../../src/core/units.ts";
import { createIndexNames } from "../../src/indexing/index-name.ts";
import { createLineIndexer, type LineIndexer, NOTHING_INDEXED } from "../../src/indexing/line-indexer.ts";
import { indexTemplates } from "../../src/indexing/template/index-templates.ts";
import { decodeFile } from "../decode/decoded-line.ts";
import { archived } from "../indexing/archived-line.ts";
import { sampleDocuments } from "../indexing/sample-documents.ts";

const url = inject("elasticsearchUrl") ?? "";
const NEVER = new AbortController().signal;
const TIME = '"time":"2020-12-22T09:30:00.123Z"';

interface Hit {
  readonly _id: string;
  readonly _index: string;
  readonly _source: Readonly<Record<string, unknown>>;
}

interface Stage {
  readonly index: DocumentIndex;
  readonly indexer: LineIndexer;
  readonly prefix: string;
  readonly told: readonly string[];
  /** What can be searched, of so many documents at the most. */
  readonly search: (query?: Readonly<Record<string, unknown>>, pattern?: string) => Promise<readonly Hit[]>;
}

// Without Maven and Java there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(url === "")("an index in a real cluster", () => {
  let cluster: Cluster;
  beforeAll(() => {
    cluster = openCluster({ urls: [url], apiKey: null, certificates: null });
  });
  afterAll(() => cluster.close());

  async function stage(): Promise<Stage> {
    const prefix = `test-${randomBytes(6).toString("hex")}`;
    for (const template of indexTemplates(prefix)) await putPart(cluster, template);
    const told: string[] = [];
    const backoff = {
      giveUpAfterMs: 30 * SECOND_MS,
      monotonicMs: () => performance.now(),
      random: Math.random,
      sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
    };
    const index = createElasticsearchIndex(cluster, { backoff, onTrouble: (message) => told.push(message) });
    const names = createIndexNames({ prefix, retentionMs: 30 * DAY_MS });
    return {
      index,
      prefix,
      told,
      indexer: createLineIndexer({ index, names, documents: sampleDocuments() }),
      async search(query = { match_all: {} }, pattern = `${prefix}.*`) {
        await cluster.send({ method: "POST", path: `/${pattern}/_refresh` });
        const body = { query, size: 1000 };
        const answer = (await cluster.send({ method: "POST", path: `/${pattern}/_search`, body })) as {
          readonly hits: { readonly hits: readonly Hit[] };
        };
        return answer.hits.hits;
      },
    };
  }

  const linesOf = (texts: readonly string[]) =>
    texts.map((text, row) => {
      const [line, ...others] = decodeFile(text);
      if (line === undefined || others.length > 0) throw new TypeError(`no line: ${text.slice(0, 100)}`);
      return archived(line, row);
    });
  const record = (members: string): string => `{${TIME},${members}}`;

  it("has a line once that comes twice, and finds it by its fields, log and message", async () => {
    const { indexer, search, prefix, told } = await stage();
    const lines = linesOf([
      record('"correlation_id":"c1","meta.user":"jane","params":[{"key":"a","value":"b"}],"n":{"m":1}'),
      record('"correlation_id":"c2","meta.user":"joe"'),
      "no record at all",
    ]);
    const first = await indexer.index(lines, NEVER);
    const second = await indexer.index([...lines].reverse(), NEVER);
    expect([first, second]).toEqual([
      { ...NOTHING_INDEXED, indexed: 3 },
      { ...NOTHING_INDEXED, indexed: 3, repeats: 3 },
    ]);
    expect((await search()).map(({ _id }) => _id).sort()).toEqual(lines.map(({ meta }) => meta.id).sort());
    const found = async (query: Readonly<Record<string, unknown>>): Promise<(string | undefined)[]> =>
      (await search(query)).map(({ _id }) => _id);
    const ids = lines.map(({ meta }) => meta.id);
    expect(await found({ term: { "gitlab.meta.user": "jane" } })).toEqual([ids[0]]);
    expect(await found({ term: { "gitlab.other.n.m": "1" } })).toEqual([ids[0]]);
    expect(await found({ term: { "gitlab.params.a": "b" } })).toEqual([ids[0]]);
    expect(await found({ match: { message: "record" } })).toEqual([ids[2]]);
    expect(await found({ term: { "archive.lane": "quarantine" } })).toEqual([ids[2]]);
    expect(
      await found({ range: { "@timestamp": { gte: "2020-12-22T09:30:00.123Z", lt: "2020-12-22T09:30:00.124Z" } } }),
    ).toEqual(expect.arrayContaining([ids[0], ids[1]]) as unknown);
    expect((await search(undefined, `${prefix}.logs-unknown-outside`)).map(({ _id }) => _id)).toEqual([ids[2]]);
    expect(told).toEqual([]);
  });

  it("has what it rejects in its quarantine, with reason and place", async () => {
    const { indexer, search, prefix, told } = await stage();
    const lines = linesOf([
      record('"n":1'),
      record('"a\\u0000b":1'),
      record(`"${"k".repeat(40_000)}":1`),
      record('"n":2'),
    ]);
    const first = await indexer.index(lines, NEVER);
    const second = await indexer.index(lines, NEVER);
    const logs = await search(undefined, `${prefix}.logs-*`);
    expect(logs.map(({ _id }) => _id).sort()).toEqual([lines[0]?.meta.id ?? "", lines[3]?.meta.id ?? ""].sort());
    const quarantined = await search(undefined, `${prefix}.quarantine-2020.12.22`);
    const byRow = quarantined
      .map(({ _id, _source }) => [_id, _source] as const)
      .sort(([, a], [, b]) => rowOf(a) - rowOf(b));
    const rejection = { index: `${prefix}.logs-unknown-2020.12.22`, status: 400, type: "document_parsing_exception" };
    expect(byRow).toMatchObject([
      [
        lines[1]?.meta.id,
        {
          place: { object: "wal/test/1", row: 1 },
          rejection: { ...rejection, reason: expect.stringContaining("reserved character") as unknown },
          message: record('"a\\u0000b":1'),
        },
      ],
      [
        lines[2]?.meta.id,
        { place: { row: 2 }, rejection: { ...rejection, reason: expect.stringContaining("immense") as unknown } },
      ],
    ]);
    const pointer = { bool: { filter: [{ term: { "place.object": "wal/test/1" } }, { term: { "place.row": 2 } }] } };
    expect((await search(pointer, `${prefix}.quarantine-*`)).map(({ _id }) => _id)).toEqual([lines[2]?.meta.id]);
    expect([first, second]).toEqual([
      { ...NOTHING_INDEXED, indexed: 4, rejected: 2 },
      { ...NOTHING_INDEXED, indexed: 4, rejected: 2, repeats: 2 },
    ]);
    expect(told).toEqual([]);
  });

  const nested = (depth: number): string => `"a":${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
  const manyKeys = Array.from({ length: 100_000 }, (_, n) => `"k${n}":${n}`).join(",");
  const HOSTILE: readonly (readonly [string, string])[] = [
    ["the same key twice", '"a":1,"a":2'],
    ["the same key twice, once escaped", '"a":1,"\\u0061":2'],
    ["the same key twice, deep inside", '"a":[{"b":{"c":1,"c":{"d":2}}}]'],
    ["nesting of 128", nested(127)],
    ["lists in lists", `"a":${"[".repeat(127)}${"]".repeat(127)}`],
    ["100,000 keys", manyKeys],
    ["a text of 1 MB", `"a":"${"x".repeat(1e6)}"`],
    ["a text of two-byte characters", `"a":"${"é".repeat(1e6)}"`],
    ["a text as long as one term may be", `"a":"${"€".repeat(8000)}"`],
    ["a text of more bytes than a term may have", `"a":"${"€".repeat(20_000)}"`],
    ["a high surrogate alone", '"a":"\\ud800"'],
    ["low before high surrogate, in a key", '"\\udc00\\ud800":1'],
    ["a number beyond all", '"a":1e999'],
    ["a number below all", '"a":-1e999,"b":1e-999999999'],
    ["a number of 2000 digits", `"a":${"1".repeat(2000)}`],
    ["a fraction of 2000 digits", `"a":0.${"1".repeat(2000)}`],
    ["a key of dots at both ends", '".a.":1,"..":2,".":3,"a..b":4'],
    ["an empty key", '"":1'],
    ["empty keys in each other", '"":{"":{"":1}}'],
    ["a key that is a field and an object", '"a":1,"a.b":2'],
    ["names of the cluster's own fields", '"_id":"x","_index":"y","_source":{},"_routing":1'],
    ["names of JavaScript's", '"__proto__":{"a":1},"constructor":1'],
    ["NUL in a text", '"a":"\\u0000"'],
    ["NUL in a key", '"a\\u0000":1'],
    ["a key of 40,000 characters", `"${"k".repeat(40_000)}":1`],
    ["a key of 100,000 characters", `"${"k".repeat(100_000)}":1`],
    ["values of every kind under one key", '"a":[1,"b",null,true,{"c":[]},[[]]]'],
    ["characters that are none", '"a":"\\uffff\\ufffe\ufeff\u2028"'],
  ];

  it("has each hostile line among its lines or in its quarantine, and all that came with it", async () => {
    const { indexer, search, told } = await stage();
    const hostile = HOSTILE.map(([, members]) => record(members));
    const plain = HOSTILE.map((_, n) => record(`"plain":${n}`));
    const lines = linesOf(hostile.flatMap((text, n) => [text, plain[n] ?? ""]));
    const counts = await indexer.index(lines, NEVER);
    expect(told).toEqual([]);
    const hits = await search();
    expect(hits.map(({ _id }) => _id).sort()).toEqual(lines.map(({ meta }) => meta.id).sort());
    const rejected = new Set(hits.filter(({ _index }) => _index.includes("quarantine")).map(({ _id }) => _id));
    const names = HOSTILE.filter((_, n) => rejected.has(lines[2 * n]?.meta.id ?? "")).map(([name]) => name);
    expect(names).toEqual(["NUL in a key", "a key of 40,000 characters", "a key of 100,000 characters"]);
    expect(rejected.size).toBe(3);
    expect(counts).toEqual({ ...NOTHING_INDEXED, indexed: lines.length, rejected: 3 });
  });

  it("takes a line nested as deep as the settings allow, or has it in its quarantine", async () => {
    const { indexer, search } = await stage();
    const limits = { maxDepth: 1000, maxLineBytes: 10_000, maxInflatedBytes: 10_000 };
    const lines = decodeFile([126, 500, 990, 999].map((depth) => record(nested(depth))).join("\n"), { limits });
    expect(lines.map(({ lane }) => lane)).toEqual(["line", "line", "line", "line"]);
    await indexer.index(
      lines.map((line, row) => archived(line, row)),
      NEVER,
    );
    expect((await search()).map(({ _id }) => _id).sort()).toEqual(lines.map(({ id }) => id).sort());
  });
});

function rowOf(source: Readonly<Record<string, unknown>>): number {
  return (source["place"] as { readonly row: number }).row;
}
