/**
 * Goal: a cluster that cannot be used is told apart from one that is away, with what helps.
 * Method: servers of a few lines that answer what such a place does; and failures as the client words them.
 */
import { createServer } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { type Cluster, ClusterError, openCluster } from "../../src/backends/elasticsearch/cluster.ts";
import { INDEX_FIELDS } from "../../src/backends/elasticsearch/cluster-fields.ts";
import { describeCluster } from "../../src/backends/elasticsearch/cluster-setup.ts";
import { removeIndex } from "../../src/backends/elasticsearch/marked-indices.ts";
import { type LoopbackServer, listenOnLoopback } from "../servers/loopback-http.ts";

let server: LoopbackServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

async function openAt(status: number, headers: Readonly<Record<string, string>>, body: string): Promise<Cluster> {
  server = await listenOnLoopback(createServer((_request, response) => response.writeHead(status, headers).end(body)));
  return openCluster({ urls: [server.url], apiKey: null, certificates: null });
}

const HTML = { "content-type": "text/html" };
const JSON_OF_OTHERS = { "content-type": "application/json" };
const ELASTICSEARCH = { ...JSON_OF_OTHERS, "x-elastic-product": "Elasticsearch" };

describe("what answers", () => {
  it.each([
    ["a page", 200, HTML, "<html>"],
    ["JSON of something else", 200, JSON_OF_OTHERS, "{}"],
    ["a page to log in at", 302, { ...HTML, location: "https://login.example/" }, ""],
    ["that there is no such page", 404, HTML, "<html>not found"],
  ])("%s is not Elasticsearch", async (_what, status, headers, body) => {
    const cluster = await openAt(status, headers, body);
    await expect(describeCluster(cluster)).rejects.toMatchObject({
      code: "denied",
      message: expect.stringContaining(
        "what answers there is not Elasticsearch (hint: index.urls must name",
      ) as unknown,
    });
    await cluster.close();
  });

  it.each([
    [401, "denied", "index.api_key"],
    [503, "unavailable", "look at its state"],
  ])("status %i is a cluster, and %s", async (status, code, hint) => {
    const cluster = await openAt(status, ELASTICSEARCH, '{"error":{"type":"x","reason":"y"}}');
    await expect(describeCluster(cluster)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(hint) as unknown,
    });
    await cluster.close();
  });
});

it.each([
  ["security_exception", "the API key lacks a right"],
  ["cluster_block_exception", "no key helps: somebody has to end the block"],
])("what is forbidden as a %s is told with what helps", async (type, hint) => {
  const cluster = await openAt(403, ELASTICSEARCH, JSON.stringify({ error: { type, reason: "y" } }));
  await expect(removeIndex(cluster, "logtally.health-2020.12.22")).rejects.toMatchObject({
    code: "denied",
    message: expect.stringContaining(`y (hint: ${hint}`) as unknown,
  });
  await cluster.close();
});

describe("a way that is wrong is told from one that is shut:", () => {
  it.each([
    ["Hostname/IP does not match certificate's altnames: Host: a.", "denied", "must name the host as its certificate"],
    ["write EPROTO 0:error:0A00010B:SSL routines:ssl3_get_record:wrong version number", "denied", "says https"],
    ["other side closed - Local: 127.0.0.1:1", "unavailable", "does the cluster ask for https?"],
    ["self-signed certificate in certificate chain", "denied", "index.ca_file"],
    ["connect ECONNREFUSED 127.0.0.1:1", "unavailable", "look at index.urls, the cluster's state"],
  ])("%s", async (message, code, hint) => {
    const cluster: Cluster = {
      name: "https://a.example",
      fields: INDEX_FIELDS,
      send: () => Promise.reject(new ClusterError("away", null, "", message)),
      close: () => Promise.resolve(),
    };
    await expect(describeCluster(cluster)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(hint) as unknown,
    });
  });
});
