/**
 * Goal: of whole values the newest version stays, whoever comes late; that a newer one is there is no failure, and what
 * passes is waited out.
 * Method: a scripted server that fails on demand, and keeps versions as Elasticsearch does.
 */
import { afterEach, describe, expect, it } from "vitest";
import { type Cluster, openCluster } from "../../src/backends/elasticsearch/cluster.ts";
import { createVersionedIndex } from "../../src/backends/elasticsearch/versioned-index.ts";
import type { VersionedDocument, VersionedIndex } from "../../src/core/document-index.ts";
import { scriptedBackoff } from "../core/scripted-backoff.ts";
import {
  type BulkMishap,
  type ScriptedElasticsearch,
  startScriptedElasticsearch,
} from "../servers/scripted-elasticsearch.ts";

const NEVER = new AbortController().signal;

let opened: { readonly server: ScriptedElasticsearch; readonly cluster: Cluster } | null = null;
afterEach(async () => {
  await opened?.cluster.close();
  await opened?.server.close();
  opened = null;
});

async function indexAmid(...mishaps: readonly (BulkMishap | null)[]): Promise<{
  readonly index: VersionedIndex;
  readonly server: ScriptedElasticsearch;
  readonly waits: readonly number[];
}> {
  const server = await startScriptedElasticsearch({ mishaps });
  const cluster = openCluster({ urls: [server.url], apiKey: null, certificates: null });
  opened = { server, cluster };
  const { backoff, waits } = scriptedBackoff(60_000);
  return { index: createVersionedIndex(cluster, { backoff, onTrouble: () => undefined }), server, waits };
}

function document(id: string, version: number, count = version): VersionedDocument {
  return { index: "counts", id, source: Buffer.from(`{"count":${count}}`), version };
}

describe("a whole value", () => {
  it("is put with its version, and can be searched once that is answered", async () => {
    const { index, server } = await indexAmid();
    expect(await index.put([document("a", 7)], NEVER)).toEqual(["stored"]);
    const [request] = server.requests;
    expect(request?.url).toContain("refresh=true");
    expect(request?.body).toBe(
      '{"index":{"_index":"counts","_id":"a","version":7,"version_type":"external_gte"}}\n{"count":7}\n',
    );
  });

  it("takes the place of an equal and of a lower version, never of a higher one", async () => {
    const { index, server, waits } = await indexAmid();
    expect(await index.put([document("a", 7), document("b", 7)], NEVER)).toEqual(["stored", "stored"]);
    expect(await index.put([document("a", 7, 70), document("b", 6)], NEVER)).toEqual(["stored", "outdated"]);
    expect(await index.put([document("a", 8)], NEVER)).toEqual(["stored"]);
    expect([...server.documents.values()]).toEqual(['{"count":8}', '{"count":7}']);
    expect(waits).toEqual([]);
  });

  it("that the cluster was too busy for is sent again alone, and one that is wrong is rejected", async () => {
    const wrong = { status: 400, type: "document_parsing_exception", reason: "no" };
    const { index, server, waits } = await indexAmid({ items: { b: { status: 429, type: "busy" }, c: wrong } });
    const documents = [document("a", 1), document("b", 1), document("c", 1)];
    expect(await index.put(documents, NEVER)).toEqual(["stored", "stored", wrong]);
    expect(server.requests.map(({ ids }) => ids.join(""))).toEqual(["abc", "b"]);
    expect(waits).toEqual([150]);
  });

  it("whose answer was lost is put again, and that it is there by then is no conflict", async () => {
    const { index } = await indexAmid("reply lost");
    expect(await index.put([document("a", 3)], NEVER)).toEqual(["stored"]);
  });
});
