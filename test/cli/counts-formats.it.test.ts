/**
 * Goal: whatever the format, the numbers are the true ones, and what a format cannot say is refused.
 * Method: the program as a user starts it, on generated traffic; each format read by a reader of its own, and held
 * against the truth, on days from which some periods reach back to the traffic and others do not.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dayName } from "../../src/core/hour.ts";
import { DAY_MS } from "../../src/core/units.ts";
import type { CountRow } from "../../src/counts/cube.ts";
import { openDuckDb, sqlParquet } from "../../src/counts/tables/duck-db.ts";
import type { TruthReport } from "../../src/generate/truth-report.ts";
import { exposedSamples } from "../counts/formats/exposition.ts";
import { servicePingSchema, valueAt } from "../counts/formats/service-ping-schema.ts";
import { generated } from "./generated.ts";
import { expectOneLine, logtally, PROGRAM, run, start } from "./logtally.ts";

let folder: string;
let archive: string;
let truth: TruthReport;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "logtally-formats-"));
  archive = join(folder, "archive");
  const traffic = await generated("--lines", "3000");
  truth = traffic.truth;
  await run(archive, [traffic.path]);
});
afterAll(() => rm(folder, { recursive: true }));

/** Standard output of a `counts` that must work, as text. */
async function counted(...args: readonly string[]): Promise<string> {
  const outcome = await logtally(["counts", "--archive", archive, ...args]);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  return outcome.stdout;
}

/** In the order of `counts`. */
function trueRows(segment: string): CountRow[] {
  return truth.rows.filter((row) => row.segment === segment);
}

/** What tells a row from others, or a series. */
interface Named {
  readonly event?: string;
  readonly key?: string | null;
  readonly period?: string;
}

function nameOf({ event, key, period }: Named, value: number): string {
  return `${event} of ${key ?? "all"}, ${period}: ${value}`;
}

describe("service-ping", () => {
  it.each([
    [0, ["all", "28d", "7d"]],
    [10, ["all", "28d"]],
    [40, ["all"]],
  ])("%s days later has the true numbers of %j, and 0 of others", async (days, periods) => {
    const asOf = dayName(Date.parse(truth.as_of) + days * DAY_MS);
    const document = servicePingSchema.parse(JSON.parse(await counted("--format", "service-ping", "--as-of", asOf)));
    expect(document.recorded_at).toBe(`${asOf}T00:00:00Z`);
    for (const { key_path, event, segment, period, number } of document.logtally.definitions) {
      const row = trueRows(segment).find((each) => each.event === event && each.period === period);
      expect(row?.[number]).toBeGreaterThan(5);
      expect([key_path, valueAt(document, key_path)]).toEqual([key_path, periods.includes(period) ? row?.[number] : 0]);
    }
  });

  it("needs the events of its metrics", async () => {
    const catalogue = join(folder, "catalogue.yaml");
    await writeFile(catalogue, "version: 1\nevents:\n  a:\n    log: shell\n    when: { msg: a }\n");
    const args = ["counts", "--archive", archive, "--format", "service-ping", "--catalogue", catalogue];
    const outcome = await logtally(args);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(outcome.stderr, 'find event "git_ref_update": the catalogue counts no such event');
  });
});

describe("prometheus", () => {
  it.each(["plan", "user"] as const)("by %s has a series for each true row, and no days", async (by) => {
    const samples = exposedSamples(await counted("--format", "prometheus", "--by", by));
    for (const [name, number] of [
      ["logtally_events", "count"],
      ["logtally_unique_users", "unique_users"],
    ] as const) {
      const found = samples.filter((each) => each.name === name);
      const expected = trueRows(by).filter((row) => row.period !== "daily");
      expect(found.length).toBeGreaterThan(10);
      expect(found.map(({ labels, value }) => nameOf(labels, value)).toSorted()).toEqual(
        expected.map((row) => nameOf(row, row[number])).toSorted(),
      );
    }
    const asOfTimes = samples.filter(({ name }) => name === "logtally_counts_as_of_timestamp_seconds");
    expect(asOfTimes.map(({ labels, value }) => ({ labels, value }))).toEqual([
      { labels: { segment: by, pipeline: "local" }, value: Date.parse(truth.as_of) / 1000 },
    ]);
  });
});

describe("parquet", () => {
  it.each(["group", "user"] as const)("by %s has every true row", async (by) => {
    const path = join(folder, `${by}.parquet`);
    const args = [process.execPath, PROGRAM, "counts", "--archive", archive, "--format", "parquet", "--by", by];
    const { ended } = start("bash", ["-c", 'exec "$@" > "$0"', path, ...args]);
    expect(await ended).toMatchObject({ code: 0, stdout: "", stderr: "" });
    const db = await openDuckDb({ memoryLimit: "512MB", spillDirectory: join(folder, "spill") }, 1);
    const times = `epoch_ms("from") AS "from", epoch_ms("to") AS "to"`;
    const read = await db.query(`SELECT * REPLACE (${times}) FROM ${sqlParquet([path])}`);
    db.close();
    const expected = trueRows(by).map(({ per_user: spread, ...row }) => ({
      ...row,
      from: BigInt(Date.parse(row.from)),
      to: BigInt(Date.parse(row.to)),
      count: BigInt(row.count),
      unique_users: BigInt(row.unique_users),
      sessions: BigInt(row.sessions ?? -1),
      per_user_mean: spread?.mean ?? null,
      per_user_median: spread?.median ?? null,
      per_user_max: spread === undefined || spread === null ? null : BigInt(spread.max),
    }));
    expect(read.length).toBeGreaterThan(50);
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

  it("is refused: one format by --format and another by --json", async () => {
    const outcome = await logtally(["counts", "--archive", archive, "--json", "--format", "csv"]);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(outcome.stderr, "--json with --format csv (hint: leave one of them out)");
  });
});
