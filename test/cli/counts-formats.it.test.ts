/**
 * Goal: whatever the format, the numbers are the true ones, and what a format cannot say is refused.
 * Method: the program as a user starts it, on five weeks of generated traffic, so that no period has the numbers of
 * another; each format read by a reader of its own, and held against the truth.
 */
import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DAY_MS } from "../../src/core/units.ts";
import type { CountRow } from "../../src/counts/cube.ts";
import { openDuckDb, sqlParquet } from "../../src/counts/duck-db.ts";
import type { TruthReport } from "../../src/generate/truth-report.ts";
import { exposedSamples } from "../counts/formats/exposition.ts";
import { servicePingSchema, valueAt } from "../counts/formats/service-ping-schema.ts";
import { generated } from "./generated.ts";
import { expectOneLine, logtally, PROGRAM, run, start } from "./logtally.ts";

const FIVE_WEEKS_S = (35 * DAY_MS) / 1000;
/** What git does, which is all that is kept of the traffic. */
const EVENTS = ["git_fetch", "git_push", "git_push_rejected", "git_ref_update", "git_web_commit"];

let folder: string;
let archive: string;
let truth: TruthReport;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "logtally-formats-"));
  archive = join(folder, "archive");
  const traffic = await generated("--users", "2", "--seconds", String(FIVE_WEEKS_S), "--form", "bare");
  truth = traffic.truth;
  // Runners ask for jobs all day, and other components tell of everything again: most lines are of no use here.
  const kept: string[] = [];
  for await (const line of createInterface(createReadStream(traffic.path))) {
    if (/version\/internal\/(?:allowed|post_receive)|git-upload-pack/.test(line)) kept.push(line);
  }
  const path = join(folder, "git.ndjson");
  await writeFile(path, `${kept.join("\n")}\n`);
  await run(archive, [path]);
  expect(await logtally(["seal", "--archive", archive])).toMatchObject({ code: 0 });
});
afterAll(() => rm(folder, { recursive: true }));

const asOf = () => ["--as-of", truth.as_of];
const asked = () => ["--event", ...EVENTS, ...asOf()];

/** Standard output of a `counts` that must work, as text. */
async function counted(...args: readonly string[]): Promise<string> {
  const outcome = await logtally(["counts", "--archive", archive, ...args]);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  return outcome.stdout;
}

/** In the order of `counts`. */
function trueRows(segment: string): CountRow[] {
  return truth.rows.filter((row) => row.segment === segment && EVENTS.includes(row.event));
}

function trueRow(event: string, segment: string, key: string | null, period: string): CountRow | undefined {
  return trueRows(segment).find((row) => row.event === event && row.key === key && row.period === period);
}

function nameOf(
  { event, key, period }: { readonly event?: string; readonly key?: string | null; readonly period?: string },
  value: number,
): string {
  return `${event} of ${key ?? "all"}, ${period}: ${value}`;
}

describe("service-ping", () => {
  it("has the true numbers of each definition", async () => {
    const document = servicePingSchema.parse(JSON.parse(await counted("--format", "service-ping", ...asOf())));
    expect(document.logtally).toMatchObject({ as_of: truth.as_of, sealed_through: `${truth.as_of}T00:00:00Z` });
    const numbers = document.logtally.definitions.map(({ key_path, event, segment, period, number, from, to }) => {
      const row = trueRow(event, segment, null, period);
      expect([key_path, from, to]).toEqual([key_path, row?.from, row?.to]);
      expect([key_path, valueAt(document, key_path)]).toEqual([key_path, row?.[number]]);
      return valueAt(document, key_path);
    });
    // Only so it is seen which row each of them is; by their definition two of them are one number.
    expect(new Set(numbers).size).toBe(numbers.length - 1);
  });

  it("is as of the day that is asked for", async () => {
    const day = new Date(Date.parse(truth.as_of) - 7 * DAY_MS).toISOString().slice(0, 10);
    const document = servicePingSchema.parse(JSON.parse(await counted("--format", "service-ping", "--as-of", day)));
    const days = truth.rows.filter(({ event, segment, period }) => {
      return event === "git_push" && segment === "user" && period === "daily";
    });
    const week = days.filter(
      ({ from, to }) => to <= `${day}T00:00:00Z` && Date.parse(from) >= Date.parse(day) - 7 * DAY_MS,
    );
    const [geo] = document.usage_activity_by_stage_monthly.enablement.geo_node_usage;
    expect(geo.git_push_event_count_weekly).toBe(week.reduce((sum, { count }) => sum + count, 0));
    expect(week.length).toBeGreaterThan(3);
  });

  it("needs the events of its metrics", async () => {
    const catalogue = join(folder, "catalogue.yaml");
    await writeFile(catalogue, "version: 1\nevents:\n  a:\n    log: shell\n    when: { msg: a }\n");
    const outcome = await logtally([
      "counts",
      "--archive",
      archive,
      "--format",
      "service-ping",
      "--catalogue",
      catalogue,
    ]);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(outcome.stderr, 'find event "git_ref_update": the catalogue counts no such event');
  });
});

describe("prometheus", () => {
  it.each(["plan", "user"] as const)("by %s has a series for each true row, and no days", async (by) => {
    const samples = exposedSamples(await counted("--format", "prometheus", "--by", by, ...asked()));
    for (const [name, number] of [
      ["logtally_events", "count"],
      ["logtally_unique_users", "unique_users"],
    ] as const) {
      const found = samples.filter((each) => each.name === name && each.value > 0);
      const expected = trueRows(by).filter((row) => row.period !== "daily" && row[number] > 0);
      expect(found.length).toBeGreaterThan(10);
      expect(found.map(({ labels, value }) => nameOf(labels, value)).toSorted()).toEqual(
        expected.map((row) => nameOf(row, row[number])).toSorted(),
      );
    }
    const asOfS = Date.parse(truth.as_of) / 1000;
    for (const name of [
      "logtally_counts_as_of_timestamp_seconds",
      "logtally_counts_sealed_through_timestamp_seconds",
    ]) {
      const found = samples.filter((each) => each.name === name);
      expect(found).toEqual([{ name, labels: { segment: by, pipeline: "local" }, value: asOfS }]);
    }
  });
});

describe("parquet", () => {
  it.each(["group", "user"] as const)("by %s has every true row", async (by) => {
    const args = ["counts", "--archive", archive, "--format", "parquet", "--by", by, ...asked()];
    const path = join(folder, `${by}.parquet`);
    const { ended } = start("bash", ["-c", 'exec "$@" > "$0"', path, process.execPath, PROGRAM, ...args]);
    expect(await ended).toMatchObject({ code: 0, stdout: "", stderr: "" });
    const db = await openDuckDb({ memoryLimit: "512MB", spillDirectory: join(folder, "spill") }, 1);
    const read = await db.query(`
      SELECT * REPLACE (epoch_ms("from") AS "from", epoch_ms("to") AS "to") FROM ${sqlParquet([path])}
    `);
    db.close();
    const expected = trueRows(by).map(({ per_user: spread, ...row }) => ({
      ...row,
      from: BigInt(Date.parse(row.from)),
      to: BigInt(Date.parse(row.to)),
      count: BigInt(row.count),
      unique_users: BigInt(row.unique_users),
      sealed: true,
      per_user_mean: spread?.mean ?? null,
      per_user_median: spread?.median ?? null,
      per_user_max: spread === undefined || spread === null ? null : BigInt(spread.max),
    }));
    expect(read.length).toBeGreaterThan(100);
    expect(read).toEqual(expected);
  });

  it("is refused on a terminal", async () => {
    const program = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";
    const args = [process.execPath, PROGRAM, "counts", "--archive", archive, "--format", "parquet"];
    const { child, ended } = start("python3", ["-c", program, ...args]);
    child.stdin?.end();
    const { code, stdout } = await ended;
    expect(code).toBe(2);
    expectOneLine(stdout.replace("\r\n", "\n"), "standard output is a terminal", "(hint: > counts.parquet)");
  });
});

describe("what a format cannot say", () => {
  it.each([
    ["service-ping", ["--by", "instance"], "--by"],
    ["service-ping", ["--days", "28"], "--days"],
    ["prometheus", ["--period", "daily"], "--period daily"],
  ])("is refused: as %s %j", async (format, args, named) => {
    const outcome = await logtally(["counts", "--archive", archive, "--format", format, ...args]);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(outcome.stderr, `print counts as ${format}: ${named}`);
  });
});
