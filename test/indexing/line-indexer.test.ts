/**
 * Goal: each line ends up in its index, or with the reason and its place in the quarantine; one bad line costs no other.
 * Method: an index that rejects what the test says; what it was given is looked at call by call.
 */
import { describe, expect, it } from "vitest";
import type { ArchivedLine } from "../../src/core/archived-line.ts";
import type { CreateOutcome, DocumentIndex, IndexDocument, Rejection } from "../../src/core/document-index.ts";
import { IoError } from "../../src/core/fault.ts";
import { DAY_MS, MIB } from "../../src/core/units.ts";
import { createIndexNames } from "../../src/indexing/index-name.ts";
import { addCounts, createLineIndexer, NOTHING_INDEXED } from "../../src/indexing/line-indexer.ts";
import { archivedText } from "./archived-line.ts";
import { sampleDocuments } from "./sample-documents.ts";
import { scriptedIndex } from "./scripted-index.ts";

const NEVER = new AbortController().signal;
const LOGS = "logtally.logs-rails.api-2020.12.22";
const QUARANTINE = "logtally.quarantine-2020.12.22";
const DUPLICATE: Rejection = { status: 400, type: "document_parsing_exception", reason: "Duplicate field" };
const NUL: Rejection = { status: 400, type: "document_parsing_exception", reason: "reserved character" };

const names = createIndexNames({ prefix: "logtally", retentionMs: 30 * DAY_MS });
const indexerOn = (index: DocumentIndex) => createLineIndexer({ index, names, documents: sampleDocuments() });
const linesOf = (texts: readonly string[]): ArchivedLine[] => texts.map((text, row) => archivedText(text, {}, row));

/** As the real one does: no key twice, and no NUL in one. */
function judge({ index, source }: IndexDocument): Rejection | null {
  if (index.includes("quarantine")) return null;
  const text = source.toString();
  if (text.includes("nul\\u0000")) return NUL;
  return text.includes('"a":1,"a":2') ? DUPLICATE : null;
}

const TOKEN = "glpat-0123456789abcdefghij";

describe("lines", () => {
  it("go to the indices of their logs and days, by their ids, in one request", async () => {
    const index = scriptedIndex();
    const lines = [
      archivedText('{"n":0}'),
      archivedText('{"n":1}', { log: "sidekiq" }),
      archivedText('{"n":2}', { timeMs: null }),
    ];
    const indexer = indexerOn(index);
    const counts = await indexer.index(lines, NEVER);
    expect(index.calls.map((call) => call.map(({ index: name, id }) => [name, id]))).toEqual([
      [
        [LOGS, lines[0]?.meta.id],
        ["logtally.logs-sidekiq-2020.12.22", lines[1]?.meta.id],
        ["logtally.logs-rails.api-outside", lines[2]?.meta.id],
      ],
    ]);
    const documents = [...index.stored.values()].map((text) => JSON.parse(text) as { readonly gitlab: unknown });
    expect(documents.map(({ gitlab }) => gitlab)).toEqual([0, 1, 2].map((n) => ({ other: { n } })));
    expect(documents[0]).toMatchObject({ archive: { stream: "local" } });
    expect(counts).toEqual({ ...NOTHING_INDEXED, indexed: 3 });
  });

  it("of which something is masked are counted, and what was masked by kind, over all requests", async () => {
    const index = scriptedIndex();
    const lines = linesOf([`{"a":"${TOKEN} ${TOKEN}"}`, '{"n":1}', `{"a":"${TOKEN}","password":"hunter22"}`]);
    const indexer = indexerOn(index);
    const counts = [await indexer.index(lines, NEVER), await indexer.index(lines.slice(2), NEVER)];
    expect(counts.reduce(addCounts)).toEqual({
      ...NOTHING_INDEXED,
      indexed: 4,
      repeats: 1,
      masked: 3,
      maskedKinds: new Map([
        ["gitlab_token", 4],
        ["password", 2],
      ]),
    });
  });

  it("that are none cost no request", async () => {
    const index = scriptedIndex();
    await indexerOn(index).index([], NEVER);
    expect(index.calls).toEqual([]);
  });

  it("that are rejected as they came are tried once more in plain form, alone", async () => {
    const index = scriptedIndex(judge);
    const indexer = indexerOn(index);
    const lines = linesOf(['{"n":0}', '{"a":1,"a":2}', '{"n":2}', '{"b":{"a":1,"a":2}}']);
    const counts = await indexer.index(lines, NEVER);
    expect(index.calls.map((call) => call.map(({ id }) => id))).toEqual([
      lines.map(({ meta }) => meta.id),
      [lines[1]?.meta.id, lines[3]?.meta.id],
    ]);
    expect(index.stored.size).toBe(4);
    expect(index.stored.get(`${LOGS}/${lines[1]?.meta.id}`)).toContain('"gitlab":{"other":{"a":2}}');
    expect(index.stored.get(`${LOGS}/${lines[3]?.meta.id}`)).toContain('"gitlab":{"other":{"b":{"a":2}}}');
    expect(counts).toEqual({ ...NOTHING_INDEXED, indexed: 4 });
  });

  it("that are rejected in plain form too stand in quarantine, with their places and the last reason", async () => {
    const index = scriptedIndex(judge);
    const indexer = indexerOn(index);
    const lines = linesOf(['{"a":1,"a":2}', '{"nul\\u0000":1}', '{"n":2}', `{"nul\\u0000":1,"a":1,"a":"${TOKEN}"}`]);
    const first = await indexer.index(lines, NEVER);
    const second = await indexer.index(linesOf(['{"n":9}']), NEVER);
    const inQuarantine = [...index.stored].filter(([place]) => place.startsWith(QUARANTINE));
    expect(inQuarantine.map(([place]) => place)).toEqual(
      [lines[1], lines[3]].map((line) => `${QUARANTINE}/${line?.meta.id}`),
    );
    expect(inQuarantine.map(([, text]) => JSON.parse(text) as unknown)).toMatchObject([
      { place: { object: "wal/test/1", row: 1 }, rejection: { index: LOGS, ...NUL }, message: '{"nul\\u0000":1}' },
      {
        place: { object: "wal/test/1", row: 3 },
        rejection: { index: LOGS, ...NUL },
        archive: { masked: ["gitlab_token"] },
        message: expect.not.stringContaining(TOKEN) as unknown,
      },
    ]);
    expect(index.stored.size).toBe(5);
    expect([first, second]).toEqual([
      { ...NOTHING_INDEXED, indexed: 4, rejected: 2, masked: 1, maskedKinds: new Map([["gitlab_token", 1]]) },
      { ...NOTHING_INDEXED, indexed: 1 },
    ]);
  });

  it("that come again change nothing", async () => {
    const index = scriptedIndex(judge);
    const lines = linesOf(['{"n":0}', '{"a":1,"a":2}', '{"nul\\u0000":1}']);
    await indexerOn(index).index(lines, NEVER);
    const before = new Map(index.stored);
    await indexerOn(index).index(lines, NEVER);
    expect(index.stored).toEqual(before);
  });

  it("whose quarantine is refused too fail, and say where and what to do", async () => {
    const index = scriptedIndex((document) => ({ ...NUL, reason: `no: ${document.index}` }));
    const indexer = indexerOn(index);
    const failure = indexer.index(linesOf(['{"n":0}', '{"n":1}']), NEVER);
    await expect(failure).rejects.toThrow(IoError);
    await expect(failure).rejects.toMatchObject({
      code: "denied",
      message: `quarantine in "${QUARANTINE}": ${NUL.type}: no: ${QUARANTINE} (hint: logtally setup makes its template)`,
    });
  });

  it("fail as the index fails, and do not count", async () => {
    const away = new IoError("unavailable", "away");
    const indexer = indexerOn({ create: () => Promise.reject(away) });
    await expect(indexer.index(linesOf(['{"n":0}']), NEVER)).rejects.toBe(away);
  });
});

describe("a request", () => {
  it("has no more than 5000 documents", async () => {
    const index = scriptedIndex();
    const indexer = indexerOn(index);
    const counts = await indexer.index(linesOf(Array.from({ length: 12_000 }, (_, n) => `{"n":${n}}`)), NEVER);
    expect(index.calls.map((call) => call.length)).toEqual([5000, 5000, 2000]);
    expect(index.stored.size).toBe(12_000);
    expect(counts.indexed).toBe(12_000);
  });

  it("has no more than 4 MiB, but for one document that is larger", async () => {
    const index = scriptedIndex();
    const text = (sizeBytes: number, n: number): string => `{"n":${n},"a":"${"x".repeat(sizeBytes)}"}`;
    await indexerOn(index).index(
      linesOf([text(MIB, 0), text(MIB, 1), text(MIB, 2), text(MIB, 3), text(5 * MIB, 4), text(10, 5), text(10, 6)]),
      NEVER,
    );
    expect(index.calls.map((call) => call.length)).toEqual([3, 1, 1, 2]);
    const sizes = index.calls.map((call) => call.reduce((sum, { source }) => sum + source.length, 0));
    expect(sizes.filter((sizeBytes) => sizeBytes > 4 * MIB)).toHaveLength(1);
  });

  it("keeps its bytes while others are made, and until it is answered", async () => {
    const calls: { readonly documents: readonly IndexDocument[]; readonly answer: () => void }[] = [];
    const indexer = indexerOn({
      create(documents) {
        const { promise, resolve } = Promise.withResolvers<readonly CreateOutcome[]>();
        calls.push({ documents, answer: () => resolve(documents.map(() => "stored")) });
        return promise;
      },
    });
    const textOf = (document: IndexDocument | undefined) => document?.source.toString();
    const working = [0, 1, 2].map((n) => indexer.index(linesOf([`{"n":${n}}`]), NEVER));
    const expectBytes = (from: number): void => {
      for (const [n, { documents }] of calls.entries()) {
        if (n >= from) expect(textOf(documents[0])).toMatch(new RegExp(`"gitlab":\\{"other":\\{"n":${n}\\}\\}\\}$`));
      }
    };
    expectBytes(0);
    calls[0]?.answer();
    await working[0];
    // What is free now may be used again, and only that.
    working.push(indexer.index(linesOf(['{"n":3}']), NEVER));
    expectBytes(1);
    for (const { answer } of calls) answer();
    await Promise.all(working);
  });

  it("ends with the signal", async () => {
    const stop = new AbortController();
    const seen: AbortSignal[] = [];
    const index: DocumentIndex = {
      async create(documents, signal) {
        seen.push(signal);
        return documents.map(() => NUL);
      },
    };
    await expect(indexerOn(index).index(linesOf(['{"n":0}']), stop.signal)).rejects.toThrow(IoError);
    // As it came, in plain form, and in quarantine.
    expect(seen).toEqual([stop.signal, stop.signal, stop.signal]);
  });
});
