/**
 * Goal: a line leaves the quarantine only when its document is in its index, and whatever keeps it from there keeps no other.
 * Method: a quarantine, an index and an archive in memory, of which each answers as the test says; every change is noted in
 * its order.
 */
import { expect, it } from "vitest";
import type { Cluster } from "../../src/backends/elasticsearch/cluster.ts";
import { INDEX_FIELDS } from "../../src/backends/elasticsearch/cluster-fields.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { type RedriveCounts, redriveLines } from "../../src/cli/live/redriving.ts";
import type { DocumentIndex } from "../../src/core/document-index.ts";
import { IoError } from "../../src/core/fault.ts";
import { DAY_MS } from "../../src/core/units.ts";
import { createIndexNames } from "../../src/indexing/index-name.ts";
import { putObject } from "../archive/sample-archive.ts";
import { seal } from "../archive/seal/sealing.ts";
import { sampleDocuments } from "../indexing/sample-documents.ts";
import { sampleLine } from "../segment/sample-line.ts";

const NEVER = new AbortController().signal;
const QUARANTINE = "logtally.quarantine-2020.12.22";
const names = createIndexNames({ prefix: "logtally", retentionMs: 30 * DAY_MS });

interface Noted {
  readonly id: string;
  readonly object: string;
  readonly row: number;
}

/** A cluster with one page of the quarantine. */
function quarantineOf(noted: readonly Noted[]): Cluster {
  const hits = noted.map(({ id, object, row }, at) => ({
    _index: QUARANTINE,
    _id: id,
    _seq_no: at,
    _primary_term: 1,
    _source: { archive: { id }, place: { object, row } },
    sort: [object, row, id, QUARANTINE],
  }));
  return {
    name: "cluster",
    fields: INDEX_FIELDS,
    send: () => Promise.resolve({ hits: { hits } }),
    close: () => Promise.resolve(),
  };
}

/** What was done in which order, and what became of the lines; `create` says so of each document. */
async function redriven(
  noted: readonly Noted[],
  store = createMemoryStore(),
  isGone: (index: string) => boolean = () => false,
) {
  const done: string[] = [];
  const told: string[] = [];
  const index: DocumentIndex = {
    create(documents) {
      const [first] = documents;
      if (first?.index.includes("sidekiq")) return Promise.reject(new IoError("denied", "it is read-only"));
      done.push(...documents.map(({ source }) => `create ${/"n":(\d)/.exec(source.toString())?.[1]}`));
      return Promise.resolve(
        documents.map(({ source }) =>
          source.includes("poison") ? { status: 400, type: "parsing", reason: "no" } : "stored",
        ),
      );
    },
  };
  const counts: RedriveCounts = { redriven: 0, rejected: {}, notFound: 0, refused: 0, strange: 0 };
  await redriveLines(
    {
      cluster: quarantineOf(noted),
      index,
      documents: sampleDocuments(),
      changes: {
        remove: (documents) => Promise.resolve(void done.push(...documents.map(({ id }) => `remove ${id}`))),
        replace: (documents) =>
          Promise.resolve(void done.push(...documents.map(({ id, seqNo }) => `replace ${id} seen as ${seqNo}`))),
      },
      store,
      names,
      scope: { indices: "", stream: "local", sinceMs: null, untilMs: null, logs: null, reason: null },
      isGone,
      onLines: () => undefined,
      onTrouble: (message) => told.push(message),
      stop: NEVER,
      signal: NEVER,
    },
    counts,
  );
  return { done, counts, told };
}

const LINES = [
  sampleLine('{"n":0}'),
  sampleLine('{"n":1,"a":"poison"}'),
  sampleLine('{"n":2}', { log: "sidekiq" }),
  sampleLine('{"n":3}'),
];

it("a line leaves the quarantine when its document is there, and not before", async () => {
  const store = createMemoryStore();
  const object = await putObject(store, LINES, { stream: "local" });
  const noted = LINES.map(({ id }, row) => ({ id, object, row }));
  const unknown = { id: LINES[0]?.id.replace(/.{4}$/, "0000") ?? "", object, row: 0 };
  const { done, counts, told } = await redriven([...noted, unknown, { id: "not ours", object, row: 1 }], store);
  expect(done).toEqual([
    "create 0",
    "create 1",
    "create 3",
    "create 1",
    `remove ${LINES[0]?.id}`,
    `remove ${LINES[3]?.id}`,
    `replace ${LINES[1]?.id} seen as 1`,
  ]);
  expect(counts).toEqual({ redriven: 2, rejected: { parsing: 1 }, notFound: 1, refused: 1, strange: 1 });
  expect(told).toEqual(["it is read-only"]);
});

it("a line is found in the vault once its object is sealed and removed, with all its variants", async () => {
  const store = createMemoryStore();
  const [first] = LINES;
  const id = first?.id ?? "";
  const object = await putObject(store, [sampleLine('{"n":0}', { id }), sampleLine('{"n":1,"a":"poison"}', { id })], {
    stream: "local",
  });
  await putObject(store, [sampleLine('{"n":2}')], { stream: "local", writer: "bb" });
  await seal(store);
  await store.remove(object);
  const { done, counts } = await redriven([{ id, object, row: 0 }], store);
  // One of them is not there: the quarantine has the id until it is.
  expect(done).toEqual(expect.arrayContaining(["create 0", "create 1", `replace ${id} seen as 0`]));
  expect(counts).toMatchObject({ redriven: 0, rejected: { parsing: 1 } });
});

it("of another stream, or of an index that is over, stays", async () => {
  const store = createMemoryStore();
  const object = await putObject(store, LINES, { stream: "other" });
  const noted = LINES.map(({ id }, row) => ({ id, object, row }));
  expect((await redriven(noted, store)).counts).toMatchObject({ redriven: 0, notFound: LINES.length });
  const ours = await putObject(store, LINES, { stream: "local" });
  const [line] = noted.map((each) => ({ ...each, object: ours }));
  const { done, counts } = await redriven(line === undefined ? [] : [line], store, () => true);
  expect([done, counts]).toMatchObject([[], { redriven: 0, refused: 1 }]);
});
