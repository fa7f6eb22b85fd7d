/**
 * Goal: the test server of Elasticsearch is a real one, and behaves as the tests of what uses it need.
 * Method: bulk requests as the index sends them, on the shared server; one of its own that stops, comes back with its
 * data, and finds its port taken.
 */
import { randomBytes } from "node:crypto";
import { describe, expect, inject, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { type ElasticsearchServer, startElasticsearchServer } from "./elasticsearch-server.ts";

const url = inject("elasticsearchUrl") ?? "";

async function ask(method: string, address: string, body?: string): Promise<unknown> {
  const headers = { "content-type": "application/x-ndjson" };
  const answer = await fetch(address, body === undefined ? { method } : { method, headers, body });
  return answer.json();
}

/** The status of each item. */
async function create(place: string, index: string, ids: readonly string[]): Promise<unknown> {
  const lines = ids.map((_id) => `${JSON.stringify({ create: { _id } })}\n{"n":1}\n`);
  const query = "refresh=true&filter_path=items.*.status";
  const answer = (await ask("POST", `${place}/${index}/_bulk?${query}`, lines.join(""))) as {
    items: readonly { readonly create: { readonly status: number } }[];
  };
  return answer.items.map((item) => item.create.status);
}

// Without Maven and Java there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(url === "")("a server of Elasticsearch", () => {
  it("creates a document once, and says of a second one in its place that it was there", async () => {
    const index = `test-${randomBytes(6).toString("hex")}`;
    expect(await create(url, index, ["a", "b"])).toEqual([201, 201]);
    expect(await create(url, index, ["a", "c", "b"])).toEqual([409, 201, 409]);
    expect(await ask("GET", `${url}/${index}/_count?filter_path=count`)).toEqual({ count: 3 });
  });

  it("comes back in the same place with what it had, and takes no place that is taken", async () => {
    const dataFolder = await tempFolder();
    let server = (await startElasticsearchServer({ port: 0, dataFolder })) as ElasticsearchServer;
    const { port } = server;
    try {
      expect(await create(server.url, "test", ["a"])).toEqual([201]);
      await expect(startElasticsearchServer({ port, dataFolder: await tempFolder() })).rejects.toThrow("ended with 1");
    } finally {
      await server.stop();
    }
    server = (await startElasticsearchServer({ port, dataFolder })) as ElasticsearchServer;
    try {
      expect(server.port).toBe(port);
      expect(await create(server.url, "test", ["a", "b"])).toEqual([409, 201]);
    } finally {
      await server.stop();
    }
  });

  it("answers nobody while it is paused", async () => {
    const server = (await startElasticsearchServer()) as ElasticsearchServer;
    try {
      server.pause();
      const question = (): Promise<unknown> => ask("GET", `${server.url}/_cluster/health`);
      let answer = question();
      const isAnswered = (): Promise<unknown> =>
        Promise.race([answer.then(() => true), new Promise((resolve) => setTimeout(resolve, 500, false))]);
      // The signal may reach a busy machine's threads after a first question.
      for (let asked = 1; asked < 5 && (await isAnswered()) === true; asked += 1) answer = question();
      expect(await isAnswered()).toBe(false);
      server.resume();
      expect(await answer).toMatchObject({ number_of_nodes: 1 });
    } finally {
      await server.stop();
    }
  });
});
