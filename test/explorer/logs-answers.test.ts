/**
 * Goal: a search on the page is answered whole: the newest lines first, what they have in common, and how many there are over
 * time; and one line with where it lies and when its work began.
 * Method: known lines in an archive in memory, sealed in part; the answers of the server beside what was put in.
 */
import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import type { ExploredArchive } from "../../src/cli/explore/explored-archive.ts";
import { answerLine, answerRaw } from "../../src/cli/explore/logs/one-line.ts";
import { answerSearch } from "../../src/cli/explore/logs/searched.ts";
import { answerTrace } from "../../src/cli/explore/logs/traced.ts";
import { SYSTEM_CLOCK } from "../../src/cli/process/clock.ts";
import { loadCatalogue } from "../../src/cli/settings.ts";
import { parsePipeline } from "../../src/config/pipeline.ts";
import type { Line } from "../../src/core/line.ts";
import { HOUR_MS, KIB, MINUTE_MS, SECOND_MS } from "../../src/core/units.ts";
import type { LineAnswer, SearchPart, TraceAnswer } from "../../src/explorer/logs-answers.ts";
import type { Reply } from "../../src/explorer/server/route.ts";
import { putObject, walObjects } from "../archive/sample-archive.ts";
import { sealAll } from "../archive/sample-vault.ts";
import { bytesOf, SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";

const CATALOGUE = await loadCatalogue(null);
const PIPELINE = "name: local\nsource: { kind: stdin }\narchive: { kind: folder, path: out }\n";
const SETTINGS = parsePipeline(PIPELINE, "a.yaml", [], "/srv");
const START_MS = Math.floor(SAMPLE_MS / HOUR_MS) * HOUR_MS;

/** A record so long after the start; null has no time. */
function record(log: string, atMs: number | null, members: Readonly<Record<string, unknown>>): Line {
  const timeMs = atMs === null ? null : START_MS + atMs;
  const time = timeMs === null ? {} : { time: new Date(timeMs).toISOString() };
  return sampleLine(JSON.stringify({ ...time, ...members }), { log, timeMs });
}

/** Each is written as one object after the other; the first so many are sealed. */
async function archiveOf(objects: readonly (readonly Line[])[], sealed = 0): Promise<ExploredArchive> {
  const store = createMemoryStore();
  for (const [at, lines] of objects.entries()) {
    await putObject(store, lines, { sequence: at + 1 });
    if (at + 1 === sealed) await sealAll(store, await walObjects(store));
  }
  let nowMs = 0;
  // Between two blocks it is time for another part.
  const clock = { ...SYSTEM_CLOCK, nowMs: () => (nowMs += SECOND_MS) };
  return { settings: SETTINGS, catalogue: CATALOGUE, store, clock };
}

function asked(query: string | readonly (readonly [string, string])[]) {
  const params = new URLSearchParams(typeof query === "string" ? query : query.map(([name, value]) => [name, value]));
  return { params, body: "", signal: new AbortController().signal };
}

function contentOf(reply: Reply): Buffer {
  if (!("content" in reply)) throw new Error("an answer in parts");
  return Buffer.from(reply.content);
}

/** The parts of a search. */
async function search(archive: ExploredArchive, query: Parameters<typeof asked>[0] = ""): Promise<SearchPart[]> {
  const reply = await answerSearch(archive, asked(query));
  if (!("sendParts" in reply)) throw new Error("an answer as a whole");
  const parts: SearchPart[] = [];
  await reply.sendParts(async (part) => void parts.push(JSON.parse(String(part)) as SearchPart));
  return parts;
}

const lastOf = (parts: readonly SearchPart[]): SearchPart => parts.at(-1) as SearchPart;
const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);

describe("a search", () => {
  /** A block by itself, where it is not smaller than usual. */
  const block = (minute: number, kib = 600): Line =>
    record("rails.api", minute * MINUTE_MS, { route: `/${minute}`, pad: "x".repeat(kib * KIB) });

  it("hands over the newest lines, each once and none too early, and the last part has all figures", async () => {
    const undated = record("rails.api", null, { route: "/undated" });
    const archive = await archiveOf([[block(10), block(40), block(20)], [block(30), block(40)], [undated]]);
    const parts = await search(archive, "limit=4");
    expect(parts.flatMap(({ rows }) => rows.map(({ path, what }) => what ?? path))).toEqual([
      "/40",
      "/30",
      "/20",
      "/10",
    ]);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.slice(0, -1).every(({ is_done, facets }) => !is_done && facets.length === 0)).toBe(true);
    const { found, looked_lines, is_done, is_whole, histogram, remarks } = lastOf(parts);
    expect({ found, looked_lines, is_done, is_whole, remarks }).toEqual({
      found: 5,
      looked_lines: 6,
      is_done: true,
      is_whole: true,
      remarks: [],
    });
    expect(sum(histogram.counts)).toBe(4);
    const all = (await search(archive)).flatMap(({ rows }) => rows.map(({ what, time }) => [what, time === null]));
    expect(all.at(-1)).toEqual(["/undated", true]);
  });

  it("says that it ended early, and still how many lines there are over time", async () => {
    // The first two are a block together.
    const archive = await archiveOf([[block(40, 500), block(10, 500), block(20)]], 1);
    const parts = await search(archive, "most_bytes=1");
    expect(parts.flatMap(({ rows }) => rows.map(({ what }) => what))).toEqual(["/40", "/10"]);
    const last = lastOf(parts);
    expect(last).toMatchObject({ found: 2, is_done: true, is_whole: false, histogram: { is_of_all: true } });
    expect(last.remarks).toEqual([
      expect.stringMatching(/^the search ended after .* \(hint: narrow the span of time\)$/),
    ]);
    expect(sum(last.histogram.counts)).toBe(3);
    const narrowed = lastOf(await search(archive, "most_bytes=1&log=rails.api"));
    expect(narrowed.histogram.is_of_all).toBe(false);
    expect(sum(narrowed.histogram.counts)).toBe(2);
  });

  it("has every line of its span in the histogram, wherever the span begins and ends", async () => {
    const times = [0, 1, 59 * SECOND_MS, 100 * SECOND_MS, 101 * SECOND_MS, 2 * HOUR_MS, 25 * HOUR_MS];
    const archive = await archiveOf([
      [...times.map((ms) => record("rails.api", ms, { ms })), record("rails.api", null, {})],
      [
        record("rails.api", 26 * HOUR_MS, { pad: "x".repeat(600 * KIB) }),
        record("rails.api", null, { pad: "x".repeat(600 * KIB) }),
      ],
    ]);
    const bars = async (sinceMs: number | null, untilMs: number | null) => {
      const at = (ms: number | null) => (ms === null ? "" : new Date(START_MS + ms).toISOString());
      const {
        from,
        step_ms: stepMs,
        counts,
      } = lastOf(await search(archive, `since=${at(sinceMs)}&until=${at(untilMs)}`)).histogram;
      expect(counts.length).toBeLessThanOrEqual(121);
      return [
        stepMs / SECOND_MS,
        ...counts.flatMap((count, n) => (count === 0 ? [] : [`${Date.parse(from) + n * stepMs - START_MS}:${count}`])),
      ];
    };
    expect(await bars(1, 100 * SECOND_MS + 1)).toEqual([1, "0:1", "59000:1", "100000:1"]);
    expect(await bars(100 * SECOND_MS, null)).toEqual([900, "0:2", "7200000:1", "90000000:1", "93600000:1"]);
    expect(await bars(null, null)).toEqual([900, "0:5", "7200000:1", "90000000:1", "93600000:1"]);
    const undated = await archiveOf([[record("rails.api", null, {})]]);
    for (const [where, query] of [
      [archive, "since=2090-01-01"],
      [archive, "until=2010-01-01"],
      [undated, ""],
    ] as const) {
      expect(lastOf(await search(where, query)).histogram.counts).toEqual([]);
    }
  });
});

describe("a row", () => {
  it("says what a line was about, how it ended, and why it is no record", async () => {
    const request = { method: "POST", path: "/api/v4/x", status: 201, duration_s: 0.25, correlation_id: "c1" };
    const broken = sampleLine("no record", { lane: "quarantine", reason: "not_json", timeMs: null });
    const archive = await archiveOf([
      [
        record("rails.api", 4, { route: "/x", ...request }),
        record("sidekiq", 3, { class: "PostReceive", job_status: "done" }),
        record("gitaly", 2, { "grpc.method": "PostUploadPack", "grpc.code": "OK" }),
        record("workhorse", 1, { uri: "/a", route: "^/api/" }),
        broken,
      ],
    ]);
    const rows = (await search(archive)).flatMap((part) => part.rows);
    const nothing = { status: null, outcome: null, what: null, path: null, method: null, reason: null };
    const time = new Date(START_MS + 4).toISOString();
    expect(rows).toMatchObject([
      { ...nothing, time, what: "/x", method: "POST", path: "/api/v4/x", status: "201", duration_ms: 250 },
      { ...nothing, what: "PostReceive", outcome: "done" },
      { ...nothing, what: "PostUploadPack", outcome: "OK" },
      { ...nothing, path: "/a" },
      { ...nothing, time: null, reason: "not_json", size_bytes: "no record".length },
    ]);
  });
});

describe("a facet", () => {
  const person = { user_id: 101, username: "alice", "meta.root_namespace": "acme", "meta.project": "acme/widgets" };
  const lines = [
    ...[200, 200, 404, 500, 503].map((status, n) =>
      record("rails.api", n, {
        route: "/api/:version/projects",
        method: "GET",
        params: [],
        status,
        ...(n < 3 ? person : {}),
      }),
    ),
    ...["show", "show", "edit"].map((action, n) =>
      record("rails.production", 10 + n, {
        controller: "ProjectsController",
        action,
        method: "GET",
        status: 200 + n,
        ...person,
      }),
    ),
    record("rails.production", 20, { controller: "UsersController", action: "show", method: "GET", status: 302 }),
    record("sidekiq", 30, { class: "PostReceive", job_status: "done" }),
    record("gitaly", 40, { "grpc.method": "PostUploadPack", "grpc.code": "OK" }),
    record("workhorse", 50, { uri: "/a", route: "^/api/", status: 7 }),
    ...Array.from({ length: 12 }, (_, n) => record("rails.api", 60 + n, { route: `/r${n}`, "meta.user": `u${n}` })),
    record("rails.api", 90, { route: "r".repeat(301) }),
  ];

  it("narrows the search to as many lines as it says, by each of its values", async () => {
    const archive = await archiveOf([lines], 1);
    const { facets, found } = lastOf(await search(archive));
    expect(found).toBe(lines.length);
    expect(facets.every(({ values }) => values.length > 0)).toBe(true);
    for (const { values } of facets) {
      for (const { value, count, conditions } of values) {
        expect([value, lastOf(await search(archive, conditions)).found]).toEqual([value, count]);
      }
    }
  });

  it("begins with the most frequent value", async () => {
    const { facets } = lastOf(await search(await archiveOf([lines])));
    const told = facets.map(({ name, values, more }) => [
      name,
      ...values.slice(0, 3).map(({ value, count }) => `${value} ${count}`),
      values.length + more,
    ]);
    expect(told).toEqual([
      ["status_class", "2xx 5", "5xx 2", "3xx 1", 4],
      ["status", "200 3", "201 1", "202 1", 7],
      ["controller", "ProjectsController 3", "UsersController 1", 2],
      ["what", "/api/:version/projects 5", "ProjectsController#show 2", "/r0 1", 18],
      ["log", "rails.api 18", "rails.production 4", "gitaly 1", 5],
      ["event", "rest_request 5", "record_read 2", "job_done 1", 3],
      ["group", "acme 6", 1],
      ["user", "id:101 6", "name:u0 1", "name:u1 1", 13],
    ]);
  });
});

describe("a line", () => {
  it("is told with where it lies, and its bytes are its own", async () => {
    const first = record("rails.api", 0, { route: "/first" });
    const long = "l".repeat(20 * KIB);
    const line = record("rails.api", 1, { route: "/line", params: [{ key: "private_token", value: "secret" }], long });
    const variant = sampleLine("other bytes", { id: line.id, timeMs: line.timeMs });
    const archive = await archiveOf([[first, line], [variant]], 1);
    const answer = JSON.parse(String(contentOf(await answerLine(archive, asked(`id=${line.id}`))))) as LineAnswer;
    expect(answer.variants.map(({ place, is_id_of_bytes }) => [place.is_sealed, place.row, is_id_of_bytes])).toEqual([
      [true, 1, true],
      [false, 0, false],
    ]);
    const [told] = answer.variants;
    expect(told?.fields.map(({ name, value, is_cut }) => [name, value.slice(0, 10), value.length, is_cut])).toEqual([
      ["time", '"2020-12-2', 26, false],
      ["route", '"/line"', 7, false],
      ["params", '[{"key":"p', 42, false],
      ["long", '"lllllllll', 16 * KIB, true],
    ]);
    expect(told?.redactions).toEqual([{ kind: "token", count: 1 }]);
    for (const [at, expected] of [line, variant].entries()) {
      const { hash = "", raw } = answer.variants[at] ?? {};
      expect(raw?.text).toBe(String(bytesOf(expected)));
      expect(
        contentOf(
          await answerRaw(
            archive,
            asked([
              ["id", line.id],
              ["hash", hash],
            ]),
          ),
        ),
      ).toEqual(bytesOf(expected));
    }
  });
});

describe("a request", () => {
  it("has the lines of its span, each with when its work began", async () => {
    const of = (atMs: number, members: object) => record("rails.api", atMs, { correlation_id: "c1", ...members });
    const archive = await archiveOf([
      [
        of(1000, { duration_s: 0.75 }),
        of(900, { duration_s: 0.2 }),
        of(5 * HOUR_MS, {}),
        record("rails.api", 3, { correlation_id: "c2" }),
      ],
    ]);
    const query = `correlation_id=c1&until=${new Date(START_MS + HOUR_MS).toISOString()}`;
    const { spans } = JSON.parse(String(contentOf(await answerTrace(archive, asked(query))))) as TraceAnswer;
    expect(spans.map(({ start_ms: start, duration_ms: ms }) => [(start ?? 0) - START_MS, ms])).toEqual([
      [700, 200],
      [250, 750],
    ]);
  });

  it("says where a line gives whole seconds only", async () => {
    const times = [
      "2026-07-01T10:00:05Z",
      "2026-07-01T10:00:05.000Z",
      1_782_900_005,
      "1782900005.25",
      1_782_900_005_000,
    ];
    const lines = times.map((time, at) => record("workhorse", at, { correlation_id: "c1", time }));
    const entry = {
      logName: "a",
      timestamp: "2026-07-01T10:00:05Z",
      jsonPayload: { correlation_id: "c1", severity: "INFO" },
    };
    const archive = await archiveOf([[...lines, record("unknown", 9, { time: undefined, ...entry })]]);
    const { spans } = JSON.parse(
      String(contentOf(await answerTrace(archive, asked("correlation_id=c1")))),
    ) as TraceAnswer;
    expect(spans.map(({ is_to_the_second: isVague }) => isVague)).toEqual([true, false, true, false, false, false]);
  });
});
