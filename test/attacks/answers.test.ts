/**
 * Goal: a service that answers with a redirect, or without an end, leads no request elsewhere and fills no memory.
 * Method: servers of a few lines in the place of Elasticsearch and Cloud Storage, that say how much they got rid of.
 */
import { createServer, type RequestListener } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { openCluster } from "../../src/backends/elasticsearch/cluster.ts";
import { describeCluster } from "../../src/backends/elasticsearch/cluster-setup.ts";
import { createGcsStore } from "../../src/backends/gcs/gcs-store.ts";
import { createService } from "../../src/backends/gcs/service.ts";
import { IoError } from "../../src/core/fault.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { MIB } from "../../src/core/units.ts";
import { scriptedBackoff } from "../core/scripted-backoff.ts";
import { type LoopbackServer, listenOnLoopback } from "../servers/loopback-http.ts";

const servers: LoopbackServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(answer: RequestListener): Promise<string> {
  const server = await listenOnLoopback(createServer(answer));
  servers.push(server);
  return server.url;
}

const storeAt = (endpoint: string): ObjectStore =>
  createGcsStore(
    createService({ endpoint, timeoutMs: 20_000 }),
    { bucket: "bucket", prefix: "", endpoint },
    { backoff: scriptedBackoff(0).backoff, onTrouble: () => undefined },
  );

/** Each kind of request that a store makes. */
const REQUESTS: Readonly<Record<string, (store: ObjectStore) => Promise<unknown>>> = {
  "a read": (store) => store.read("wal/a", 0, 1000),
  "a list": (store) => Array.fromAsync(store.list("wal/")),
  "an upload": (store) => store.create("wal/a", Buffer.from("x")),
};

async function failureOf(work: Promise<unknown>): Promise<IoError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof IoError) return error;
    throw error;
  }
  throw new Error("it succeeded");
}

describe("a redirect is not followed", () => {
  /** A server that sends everybody to another one, and whether anybody came there. */
  async function redirecting(status: number): Promise<{ readonly url: string; readonly visits: () => number }> {
    let visits = 0;
    const target = await serve((_request, response) => {
      visits += 1;
      response.writeHead(200, { "content-type": "application/json", "x-elastic-product": "Elasticsearch" }).end("{}");
    });
    const url = await serve((request, response) => {
      request.resume();
      response
        .writeHead(status, { location: `${target}/latest/meta-data/`, "x-elastic-product": "Elasticsearch" })
        .end();
    });
    return { url, visits: () => visits };
  }

  it.each([301, 302, 303, 307, 308])("by Elasticsearch's client: status %i", async (status) => {
    const { url, visits } = await redirecting(status);
    const cluster = openCluster({ urls: [url], apiKey: "a2V5", certificates: null });
    expect(await failureOf(describeCluster(cluster))).toMatchObject({ code: "denied" });
    await cluster.close();
    expect(visits()).toBe(0);
  });

  describe.each(Object.entries(REQUESTS))("by Cloud Storage's: %s", (_what, ask) => {
    it.each([301, 302, 303, 307, 308])("status %i", async (status) => {
      const { url, visits } = await redirecting(status);
      const failure = await failureOf(ask(storeAt(url)));
      expect(failure.code).toBe("denied");
      expect(failure.message).toContain("sends requests elsewhere, which is not followed");
      expect(visits()).toBe(0);
    });
  });
});

/** Bytes that a server got rid of before it was left, which systems buffer a part of. */
const MOST_SENT_BYTES = 160 * MIB;

/** A server that answers until nobody listens any more, and how many bytes it got rid of. */
async function endless(
  status: number,
  head: string,
): Promise<{ readonly url: string; readonly sentBytes: () => number }> {
  let sentBytes = 0;
  const chunk = Buffer.alloc(MIB, "x");
  const url = await serve((request, response) => {
    request.resume();
    response.writeHead(status, { "content-type": "application/json", "x-elastic-product": "Elasticsearch" });
    response.write(head);
    const more = (): void => {
      while (!response.destroyed && sentBytes < 2 * MOST_SENT_BYTES) {
        sentBytes += chunk.length;
        if (!response.write(chunk)) return;
      }
      response.end();
    };
    response.on("drain", more);
    more();
  });
  return { url, sentBytes: () => sentBytes };
}

describe("an answer without an end is left", () => {
  it("by Elasticsearch's client", async () => {
    const { url, sentBytes } = await endless(200, '{"a":"');
    const cluster = openCluster({ urls: [url], apiKey: null, certificates: null });
    expect(await failureOf(describeCluster(cluster))).toMatchObject({ code: "unavailable" });
    await cluster.close();
    expect(sentBytes()).toBeLessThan(MOST_SENT_BYTES);
  });

  it.each([
    [200, "a list"],
    [200, "an upload"],
    [500, "a list"],
  ])("by Cloud Storage's: status %i to %s", async (status, what) => {
    const { url, sentBytes } = await endless(status, '{"a":"');
    await failureOf((REQUESTS[what] as (store: ObjectStore) => Promise<unknown>)(storeAt(url)));
    expect(sentBytes()).toBeLessThan(MOST_SENT_BYTES);
  });

  it.each([200, 206])("by a read, once it has its part: status %i", async (status) => {
    const { url, sentBytes } = await endless(status, "head");
    const bytes = await storeAt(url).read("wal/a", 2, 1000);
    expect(bytes.toString()).toBe((status === 206 ? "head" : "ad").padEnd(998, "x"));
    expect(sentBytes()).toBeLessThan(MOST_SENT_BYTES);
  });
});
