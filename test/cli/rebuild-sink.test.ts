/**
 * Goal: after a rebuild each line is in its index or in quarantine, never in both and never in neither, and an index that is
 * over is not made. Method: an index that rejects what the test says, and has what the test says.
 */
import { expect, it } from "vitest";
import { createRebuildSink, type RebuildCounts } from "../../src/cli/live/rebuild-sink.ts";
import { DAY_MS } from "../../src/core/units.ts";
import { createIndexNames } from "../../src/indexing/index-name.ts";
import { archivedText } from "../indexing/archived-line.ts";
import { sampleDocuments } from "../indexing/sample-documents.ts";
import { scriptedIndex } from "../indexing/scripted-index.ts";

const LOGS = "logtally.logs-rails.api-2020.12.22";
const QUARANTINE = "logtally.quarantine-2020.12.22";
const REJECTION = { status: 400, type: "document_parsing_exception", reason: "no" };

function stage(there: readonly string[] = [], gone: readonly string[] = []) {
  const counts: RebuildCounts = { rebuilt: 0, rejected: {}, kept: 0, leftOut: 0, gone: new Set() };
  const index = scriptedIndex(({ index: name, source }) =>
    name.includes("quarantine") || !source.includes("poison") ? null : REJECTION,
  );
  const sink = createRebuildSink({
    index,
    names: createIndexNames({ prefix: "logtally", retentionMs: 30 * DAY_MS }),
    documents: sampleDocuments(),
    isGone: (name) => gone.includes(name),
    areThere: (places) => Promise.resolve(places.map(({ index: name, id }) => there.includes(`${name}/${id}`))),
    counts,
    signal: new AbortController().signal,
  });
  return { counts, index, sink };
}

it("a line that is rejected is in quarantine, unless an earlier document of it stays", async () => {
  const lines = ['{"a":"fine"}', '{"a":"poison"}', '{"b":"poison"}'].map((text, row) => archivedText(text, {}, row));
  const [fine, bad, old] = lines.map(({ meta }) => meta.id);
  const { counts, index, sink } = stage([`${LOGS}/${old}`]);
  await sink.take(lines);
  expect([...index.stored.keys()]).toEqual([`${LOGS}/${fine}`, `${QUARANTINE}/${bad}`]);
  expect(counts).toEqual({
    rebuilt: 1,
    rejected: { document_parsing_exception: 1 },
    kept: 1,
    leftOut: 0,
    gone: new Set(),
  });
  expect(sink.takeCounts()).toEqual({ lines: 3, rejected: 2 });
  expect(sink.takeCounts()).toEqual({ lines: 0, rejected: 0 });
});

it("of lines with one id the first is the document", async () => {
  const { counts, index, sink } = stage();
  const { id } = archivedText("one").meta;
  await sink.take([archivedText('{"n":"one"}', { id }), archivedText('{"n":"two"}', { id }, 1)]);
  expect([...index.stored]).toEqual([[`${LOGS}/${id}`, expect.stringContaining('"one"')]]);
  expect(counts.rebuilt).toBe(1);
});

it("an index that is over is not made, not even for its quarantine", async () => {
  const { counts, index, sink } = stage([], [LOGS]);
  await sink.take([archivedText('{"a":"fine"}'), archivedText('{"a":"poison"}', {}, 1)]);
  expect(index.calls.flat()).toEqual([]);
  expect(counts).toMatchObject({ rebuilt: 0, leftOut: 2, gone: new Set([LOGS]) });
});
