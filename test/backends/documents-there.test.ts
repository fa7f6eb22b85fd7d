/**
 * Goal: a document counts as gone only where the cluster says so; what a shard that is away leaves open is told.
 * Method: answers as Elasticsearch gives them, item by item.
 */
import { expect, it } from "vitest";
import type { Cluster } from "../../src/backends/elasticsearch/cluster.ts";
import { INDEX_FIELDS } from "../../src/backends/elasticsearch/cluster-fields.ts";
import { documentsThere } from "../../src/backends/elasticsearch/documents-there.ts";

const PLACES = ["a", "b", "c"].map((id) => ({ index: "logtally.logs-shell-2020.12.22", id }));

function answering(docs: readonly unknown[]): Cluster {
  return {
    name: "https://a.example",
    fields: INDEX_FIELDS,
    send: () => Promise.resolve({ docs }),
    close: () => Promise.resolve(),
  };
}

it("a document is there, or not, or its index is gone", async () => {
  const gone = { error: { type: "index_not_found_exception", reason: "no such index [x]" } };
  expect(await documentsThere(answering([{ found: true }, { found: false }, gone]), PLACES)).toEqual([
    true,
    false,
    false,
  ]);
});

it.each([
  ["whose shard is away", { error: { type: "no_shard_available_action_exception", reason: "no shard" } }, "no shard"],
  ["that the answer leaves out", undefined, "no answer for a document"],
])("nobody knows of one %s", async (_what, item, reason) => {
  await expect(documentsThere(answering([{ found: true }, { found: true }, item]), PLACES)).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining(`look for documents in "https://a.example": ${reason} (hint: `) as unknown,
  });
});
