/**
 * Goal: what waits in the archive is noted as indexed only when each of its lines is; no request to a cluster that
 * answers nothing holds up a stop; and a cluster is looked at once, and let go where it cannot be used.
 * Method: an object of two blocks in an archive in memory, whose reads can be held up; a scripted cluster.
 */
import { Client } from "@elastic/elasticsearch";
import { afterEach, expect, it, onTestFinished, vi } from "vitest";
import { createIndexMarkers } from "../../src/archive/index-markers.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { openIndex } from "../../src/cli/open/cluster/object-index.ts";
import type { WorkerIndex } from "../../src/cli/run/worker-index.ts";
import { type PipelineSettings, parsePipeline } from "../../src/config/pipeline.ts";
import { IoError } from "../../src/core/fault.ts";
import { hourOf } from "../../src/core/hour.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { DAY_MS, HOUR_MS, KIB } from "../../src/core/units.ts";
import { indexTemplates } from "../../src/indexing/template/index-templates.ts";
import { putObject } from "../archive/sample-archive.ts";
import { seal } from "../archive/seal/sealing.ts";
import { sampleDocuments } from "../indexing/sample-documents.ts";
import { SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";
import {
  type BulkMishap,
  type ScriptedElasticsearch,
  startScriptedElasticsearch,
} from "../servers/scripted-elasticsearch.ts";

const NEVER = new AbortController().signal;
const STREAM = "local";
/** An index that is opened asks for the node, for each template and for two names; a 403 for the templates tells nothing. */
const QUESTIONS: (BulkMishap | null)[] = [null, ...indexTemplates("logtally").map(() => 403), null, null];

let opened: { readonly index: WorkerIndex; readonly server: ScriptedElasticsearch } | null = null;
afterEach(async () => {
  await opened?.index.close();
  await opened?.server.close();
  opened = null;
});

/** Gives a document up at its first failure. */
function settingsOf(url: string): PipelineSettings {
  const index = `{ kind: elasticsearch, urls: ["${url}"], spill_after_ms: 0 }`;
  const text = `name: ${STREAM}\nsource: { kind: stdin }\narchive: { kind: folder, path: out }\nindex: ${index}\n`;
  return parsePipeline(text, "a.yaml", [], "/srv");
}

/** Two lines fill a block. */
async function putTwoBlocks(store: ObjectStore): Promise<string> {
  const lines = ["a", "b", "c", "d"].map((key) => sampleLine(`{"${key}":"${"x".repeat(500 * KIB)}"}`));
  return putObject(store, lines, { stream: STREAM });
}

async function eventually(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

it("an object of which a block failed while the next one was read waits on", async () => {
  const mishaps: (BulkMishap | null)[] = [...QUESTIONS, 503];
  const server = await startScriptedElasticsearch({ mishaps });
  const archive = createMemoryStore();
  const object = await putTwoBlocks(archive);
  const isRefused = (): boolean => server.requests.length > QUESTIONS.length;
  let blocksRead = 0;
  const slow: ObjectStore = {
    ...archive,
    async read(name, start, end) {
      // Read are the table, the two frames of the first block and then, once that has failed, those of the second.
      if (name === object) blocksRead += 1;
      if (blocksRead === 4) {
        await eventually(isRefused);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return archive.read(name, start, end);
    },
  };
  const markers = createIndexMarkers(archive, STREAM);
  await markers.mark(object);
  const index = await openIndex(settingsOf(server.url), slow, sampleDocuments(), "worker", NEVER);
  if (index === null) throw new Error("no index");
  opened = { index, server };
  expect(await index.catchUp(NEVER)).toBe(false);
  expect(await markers.isDone(object)).toBe(false);
  expect(await index.catchUp(NEVER)).toBe(true);
  expect(server.documents.size).toBe(4);
});

it("what was sealed and removed before it was marked is indexed from the vault, with all revisions of its hours", async () => {
  const server = await startScriptedElasticsearch({ mishaps: QUESTIONS });
  const archive = createMemoryStore();
  const otherHour = sampleLine("of another hour", { timeMs: SAMPLE_MS + HOUR_MS });
  const early = [sampleLine("a"), sampleLine("b"), otherHour];
  await putObject(archive, early, { stream: STREAM, writer: "early" });
  await seal(archive);
  const object = await putObject(archive, [sampleLine("b"), sampleLine("c")], { stream: STREAM, writer: "late" });
  await seal(archive);
  await archive.remove(object);
  const markers = createIndexMarkers(archive, STREAM);
  const unknown = object.replace("late", "other");
  for (const name of [object, unknown]) await markers.mark(name);
  const index = await openIndex(settingsOf(server.url), archive, sampleDocuments(), "worker", NEVER);
  if (index === null) throw new Error("no index");
  opened = { index, server };
  expect(await index.catchUp(NEVER)).toBe(false);
  expect(await Promise.all([object, unknown].map((name) => markers.isDone(name)))).toEqual([true, false]);
  expect(server.documents.size).toBe(3);
});

it("what is gone before it is wholly sealed is not taken for indexed", async () => {
  const server = await startScriptedElasticsearch({ mishaps: QUESTIONS });
  const archive = createMemoryStore();
  const lines = [sampleLine("a"), sampleLine("b", { timeMs: SAMPLE_MS + DAY_MS })];
  const object = await putObject(archive, lines, { stream: STREAM });
  expect(await seal(archive, { overHour: hourOf(SAMPLE_MS) + 1, spanHours: 1 })).toHaveLength(1);
  await archive.remove(object);
  const markers = createIndexMarkers(archive, STREAM);
  await markers.mark(object);
  const index = await openIndex(settingsOf(server.url), archive, sampleDocuments(), "worker", NEVER);
  if (index === null) throw new Error("no index");
  opened = { index, server };
  expect(await index.catchUp(NEVER)).toBe(false);
  expect(await markers.isDone(object)).toBe(false);
});

it("a cluster that takes the first question and never answers is let go when the time is over", async () => {
  const server = await startScriptedElasticsearch({ mishaps: ["no answer"] });
  const over = new AbortController();
  const opening = openIndex(settingsOf(server.url), createMemoryStore(), sampleDocuments(), "worker", over.signal);
  await eventually(() => server.requests.length > 0);
  over.abort();
  const index = await opening;
  if (index === null) throw new Error("no index");
  opened = { index, server };
  expect(server.requests).toHaveLength(1);
});

it("a cluster that lacks a template is let go: each reload that it has refused would hold its connections", async () => {
  const server = await startScriptedElasticsearch({ mishaps: [null, ...indexTemplates("logtally").map(() => 404)] });
  onTestFinished(() => server.close());
  using closed = vi.spyOn(Client.prototype, "close");
  const opening = openIndex(settingsOf(server.url), createMemoryStore(), sampleDocuments(), "worker", NEVER);
  await expect(opening).rejects.toThrow(IoError);
  expect(closed).toHaveBeenCalledTimes(1);
});

it("a cluster that comes back is looked at once, however many batches have waited for it", async () => {
  const server = await startScriptedElasticsearch({ mishaps: [503, 503, ...QUESTIONS] });
  const archive = createMemoryStore();
  await createIndexMarkers(archive, STREAM).mark(await putTwoBlocks(archive));
  const index = await openIndex(settingsOf(server.url), archive, sampleDocuments(), "worker", NEVER);
  if (index === null) throw new Error("no index");
  opened = { index, server };
  const looks = (): number => server.requests.filter(({ url }) => url.startsWith("/_nodes")).length;
  expect(looks()).toBe(1);
  expect(await index.catchUp(NEVER)).toBe(false);
  expect(looks()).toBe(2);
  expect(await index.catchUp(NEVER)).toBe(true);
  expect(looks()).toBe(3);
  expect(server.documents.size).toBe(4);
});
