/**
 * Goal: whatever the cluster answers, each document is stored once, or rejected for what is wrong with it; what passes
 * is waited out, alone and not forever.
 * Method: a scripted server that fails on demand, and looks at what it is sent; waits are numbers, so that nothing waits.
 */
import { getEventListeners } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { type Cluster, openCluster } from "../../src/backends/elasticsearch/cluster.ts";
import { createElasticsearchIndex } from "../../src/backends/elasticsearch/elasticsearch-index.ts";
import type { DocumentIndex, IndexDocument } from "../../src/core/document-index.ts";
import { IoError } from "../../src/core/fault.ts";
import { KIB } from "../../src/core/units.ts";
import { scriptedBackoff } from "../core/scripted-backoff.ts";
import {
  type BulkMishap,
  type ElasticsearchScript,
  type ScriptedElasticsearch,
  startScriptedElasticsearch,
} from "../servers/scripted-elasticsearch.ts";

const GIVE_UP_AFTER_MS = 60_000;
const NEVER = new AbortController().signal;
const BUSY = { status: 429, type: "es_rejected_execution_exception" };

let opened: { readonly server: ScriptedElasticsearch; readonly cluster: Cluster } | null = null;
afterEach(async () => {
  await opened?.cluster.close();
  await opened?.server.close();
  opened = null;
});

interface Stage {
  readonly index: DocumentIndex;
  readonly server: ScriptedElasticsearch;
  /** How long the index waited between its tries. */
  readonly waits: readonly number[];
  readonly told: readonly string[];
}

/** An index on a server that follows this script. */
async function indexOn(script: ElasticsearchScript): Promise<Stage> {
  const server = await startScriptedElasticsearch(script);
  const cluster = openCluster({ urls: [server.url], apiKey: "a2V5", certificates: null });
  opened = { server, cluster };
  const told: string[] = [];
  const { backoff, waits } = scriptedBackoff(GIVE_UP_AFTER_MS);
  const index = createElasticsearchIndex(cluster, { backoff, onTrouble: (message) => told.push(message) });
  return { index, server, waits, told };
}

const indexAmid = (...mishaps: readonly (BulkMishap | null)[]): Promise<Stage> => indexOn({ mishaps });

function documents(...ids: readonly string[]): IndexDocument[] {
  return ids.map((id) => ({ index: "logs", id, source: Buffer.from(`{"né":"${id}"}`) }));
}

const sentIds = ({ server }: Stage): string[] => server.requests.map(({ ids }) => ids.join(""));
const storedIds = ({ server }: Stage): string[] => [...server.documents.keys()].sort();

describe("documents", () => {
  it("are created by one bulk request, each behind its place, their bytes untouched", async () => {
    const stage = await indexAmid();
    expect(await stage.index.create(documents("a", "b"), NEVER)).toEqual(["stored", "stored"]);
    const [request, ...others] = stage.server.requests;
    expect(others).toEqual([]);
    expect(request).toMatchObject({
      url: expect.stringMatching(/^\/_bulk\?timeout=20s&filter_path=/) as string,
      headers: { authorization: "ApiKey a2V5" },
      body: '{"create":{"_index":"logs","_id":"a"}}\n{"né":"a"}\n{"create":{"_index":"logs","_id":"b"}}\n{"né":"b"}\n',
    });
    expect(stage.server.documents.get("logs/b")).toBe('{"né":"b"}');
    expect([stage.waits, stage.told]).toEqual([[], []]);
  });

  it("that are none cost no request", async () => {
    const stage = await indexAmid();
    expect(await stage.index.create([], NEVER)).toEqual([]);
    expect(stage.server.requests).toEqual([]);
  });

  it("that are there already stay as they are", async () => {
    const stage = await indexAmid();
    await stage.index.create(documents("a"), NEVER);
    const other = { index: "logs", id: "a", source: Buffer.from('{"other":1}') };
    expect(await stage.index.create([other, ...documents("b")], NEVER)).toEqual(["there", "stored"]);
    expect(stage.server.documents.get("logs/a")).toBe('{"né":"a"}');
    expect(stage.waits).toEqual([]);
  });

  it("that are wrong are rejected, each in its place, and cost the others nothing", async () => {
    const type = "document_parsing_exception";
    const stage = await indexAmid({
      items: {
        b: { status: 400, type, reason: "failed to parse field [gitlab]", cause: "Duplicate field 'a'" },
        d: { status: 413, type: "too_long", reason: "too long" },
      },
    });
    expect(await stage.index.create(documents("a", "b", "c", "d", "e"), NEVER)).toEqual([
      "stored",
      { status: 400, type, reason: "failed to parse field [gitlab]: Duplicate field 'a'" },
      "stored",
      { status: 413, type: "too_long", reason: "too long" },
      "stored",
    ]);
    expect(storedIds(stage)).toEqual(["logs/a", "logs/c", "logs/e"]);
    expect([sentIds(stage), stage.waits, stage.told]).toEqual([["abcde"], [], []]);
  });
});

describe("what passes", () => {
  it("is sent again alone", async () => {
    const type = "document_parsing_exception";
    const stage = await indexAmid(
      { items: { b: BUSY, c: BUSY, d: { status: 503, type: "unavailable" } } },
      { items: { c: { status: 400, type, reason: "no" }, d: BUSY } },
    );
    expect(await stage.index.create(documents("a", "b", "c", "d"), NEVER)).toEqual([
      "stored",
      "stored",
      { status: 400, type, reason: "no" },
      "stored",
    ]);
    expect(sentIds(stage)).toEqual(["abcd", "bcd", "d"]);
    expect(stage.server.requests[2]?.body).toBe('{"create":{"_index":"logs","_id":"d"}}\n{"né":"d"}\n');
    expect(storedIds(stage)).toEqual(["logs/a", "logs/b", "logs/d"]);
    expect(stage.waits).toEqual([150, 300]);
  });

  it.each([429, 503, 502, 500, 408, 401, 403])(
    "as a status of %i for all is waited out with all of them",
    async (status) => {
      const stage = await indexAmid(status, status);
      expect(await stage.index.create(documents("a", "b"), NEVER)).toEqual(["stored", "stored"]);
      expect(sentIds(stage)).toEqual(["ab", "ab", "ab"]);
      expect(stage.waits).toEqual([150, 300]);
      const place = `index into "${stage.server.url}"`;
      expect(stage.told).toEqual([`${place}: in words: ${status}`, `${place}: it takes documents again`]);
    },
  );

  it.each([
    [403, "cluster_block_exception"],
    [401, "security_exception"],
    [403, "security_exception"],
    [404, "index_not_found_exception"],
    [400, "validation_exception"],
    [400, "index_closed_exception"],
    [400, "invalid_alias_name_exception"],
    [429, "cluster_block_exception"],
    [429, "circuit_breaking_exception"],
    [500, "unavailable_shards_exception"],
  ])("as %i %s for one is the cluster's state, and rejects nothing", async (status, type) => {
    const items = { b: { status, type, reason: "see the manual" } };
    const stage = await indexAmid({ items }, { items });
    expect(await stage.index.create(documents("a", "b"), NEVER)).toEqual(["stored", "stored"]);
    expect(sentIds(stage)).toEqual(["ab", "b", "b"]);
    expect(storedIds(stage)).toEqual(["logs/a", "logs/b"]);
    // That single indices take nothing is told by whoever gave it up.
    const why = [`index into "${stage.server.url}": status ${status}, ${type}: see the manual`];
    expect(stage.told.slice(0, 1)).toEqual(type.startsWith("circuit") || status === 500 ? why : []);
  });

  it.each(["no write index is defined for alias [logs]. The write index may", "pipeline with id [p] does not exist"])(
    "as a bad argument that is none of the document's: %s",
    async (reason) => {
      const items = { b: { status: 400, type: "illegal_argument_exception", reason } };
      const stage = await indexAmid({ items });
      expect(await stage.index.create(documents("a", "b"), NEVER)).toEqual(["stored", "stored"]);
      expect([sentIds(stage), stage.told]).toEqual([["ab", "b"], []]);
    },
  );

  it("as a bad argument of any other kind is the document's", async () => {
    const rejection = { status: 400, type: "illegal_argument_exception", reason: "Limit of total fields [1] exceeded" };
    const stage = await indexAmid({ items: { b: rejection } });
    expect(await stage.index.create(documents("a", "b"), NEVER)).toEqual(["stored", rejection]);
  });

  it.each<[string, BulkMishap]>([
    ["is lost", "reply lost"],
    ["is cut", "half an answer"],
    ["is a page of something in between", "no JSON"],
    ["has an item too few", { answer: { items: [{ create: { status: 201 } }] } }],
    ["has no items", { answer: {} }],
    ["has items of another kind", { answer: { items: { length: 2 } } }],
    ["has items that say nothing", { answer: { items: [null, {}] } }],
    ["is null", { answer: null }],
    ["is a list", { answer: [] }],
  ])("as an answer that %s after all was stored stores nothing twice", async (_what, mishap) => {
    const stage = await indexAmid(mishap);
    expect(await stage.index.create(documents("a", "b"), NEVER)).toEqual(["there", "there"]);
    expect(sentIds(stage)).toEqual(["ab", "ab"]);
    expect(storedIds(stage)).toEqual(["logs/a", "logs/b"]);
    expect(stage.waits).toEqual([150]);
  });

  it("as a connection that breaks before anything was stored is tried again", async () => {
    const stage = await indexAmid("torn", "torn");
    expect(await stage.index.create(documents("a"), NEVER)).toEqual(["stored"]);
    expect(sentIds(stage)).toEqual(["a", "a", "a"]);
  });

  it("is told where who answers is not Elasticsearch", async () => {
    const stage = await indexAmid("stranger");
    expect(await stage.index.create(documents("a"), NEVER)).toEqual(["stored"]);
    expect(stage.told[0]).toContain("what answers there is not Elasticsearch");
  });
});

describe("a request that is too large", () => {
  it("is sent in halves, and none is sent twice that was taken", async () => {
    const stage = await indexOn({ mishaps: [], maxBytes: 150 });
    const all = documents("a", "b", "c", "d", "e", "f", "g");
    expect(await stage.index.create(all, NEVER)).toEqual(all.map(() => "stored"));
    expect(sentIds(stage)).toEqual(["abcdefg", "abcd", "ab", "cd", "efg", "ef", "g"]);
    expect(stage.server.documents.size).toBe(7);
    expect([stage.waits, stage.told]).toEqual([[], []]);
  });

  it("for one document rejects that, and only that", async () => {
    const stage = await indexOn({ mishaps: [], maxBytes: KIB });
    const large = { index: "logs", id: "large", source: Buffer.from(`{"a":"${"x".repeat(2 * KIB)}"}`) };
    const [a, b, c] = documents("a", "b", "c") as [IndexDocument, IndexDocument, IndexDocument];
    const reason = `a document of ${large.source.length} bytes is more than a request may have`;
    expect(await stage.index.create([a, large, b, c], NEVER)).toEqual([
      "stored",
      { status: 413, type: "too_large", reason },
      "stored",
      "stored",
    ]);
    expect(storedIds(stage)).toEqual(["logs/a", "logs/b", "logs/c"]);
  });

  it("may meet what passes on its way", async () => {
    const stage = await indexOn({ mishaps: [429, { items: { b: BUSY } }, "reply lost"], maxBytes: 150 });
    const all = documents("a", "b", "c", "d");
    expect(await stage.index.create(all, NEVER)).toEqual(["stored", "there", "stored", "stored"]);
    expect(stage.server.documents.size).toBe(4);
  });
});

describe("a cluster that takes nothing", () => {
  const forever = Array.from({ length: 100 }, () => 503);

  it("is given up after a while, which is told once", async () => {
    const { index, server, waits, told } = await indexAmid(...forever);
    const failure = index.create(documents("a"), NEVER);
    await expect(failure).rejects.toThrow(IoError);
    await expect(failure).rejects.toMatchObject({
      code: "unavailable",
      message: `index into "${server.url}": in words: 503`,
    });
    const waitedMs = waits.reduce((sum, ms) => sum + ms, 0);
    expect(waitedMs).toBeGreaterThanOrEqual(GIVE_UP_AFTER_MS);
    expect(waitedMs).toBeLessThan(GIVE_UP_AFTER_MS + 10_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(10_000);
    expect(told).toHaveLength(1);
    expect(server.requests.length).toBe(waits.length + 1);
  });

  it("is then tried once by each who asks, until it is back", async () => {
    const { index, server, told } = await indexAmid(...forever);
    await expect(index.create(documents("a"), NEVER)).rejects.toThrow(IoError);
    const tries = server.requests.length;
    await expect(index.create(documents("b"), NEVER)).rejects.toThrow(IoError);
    expect(server.requests.length).toBe(tries + 1);
    expect(told).toHaveLength(1);
  });

  it("is not given up while it takes some", async () => {
    const ids = Array.from({ length: 40 }, (_, n) => String.fromCharCode(97 + (n % 26)) + n);
    // One more document is taken each time: ten seconds later, in the end.
    const mishaps = ids.map((_, taken) => ({
      items: Object.fromEntries(ids.slice(taken + 1).map((id) => [id, BUSY])),
    }));
    const stage = await indexAmid(...mishaps);
    expect(await stage.index.create(documents(...ids), NEVER)).toEqual(ids.map(() => "stored"));
    expect(stage.waits.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(2 * GIVE_UP_AFTER_MS);
    expect(stage.server.documents.size).toBe(40);
  });
});

describe("a stop", () => {
  it("ends a request that nobody answers, and blames nobody", async () => {
    const stage = await indexAmid("no answer");
    const stop = new AbortController();
    const failure = stage.index.create(documents("a"), stop.signal);
    failure.catch(() => undefined);
    while (stage.server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    stop.abort();
    await expect(failure).rejects.toMatchObject({ code: "unavailable" });
    expect([stage.told, stage.waits]).toEqual([[], []]);
    expect(await stage.index.create(documents("b"), NEVER)).toEqual(["stored"]);
  });

  it("begins no request", async () => {
    const stage = await indexAmid();
    await expect(stage.index.create(documents("a"), AbortSignal.abort())).rejects.toThrow(IoError);
    expect([stage.server.requests, stage.told]).toEqual([[], []]);
  });

  it("is heard through thousands of requests, of which nothing stays behind", async () => {
    const stage = await indexAmid(429);
    const stop = new AbortController();
    let most = 0;
    for (let round = 0; round < 60; round += 1) {
      await Promise.all(
        Array.from({ length: 50 }, (_, n) => stage.index.create(documents(`${round}-${n}`), stop.signal)),
      );
      most = Math.max(most, getEventListeners(stop.signal, "abort").length);
    }
    expect(stage.server.documents.size).toBe(3000);
    expect(most).toBeLessThan(10);
  });
});
