/**
 * Goal: every cell of the guide's tables (segments, levels, periods) is answered with what was done on the instance, or
 * refused with the rule that forbids it, on both kinds of deployment; what the owner opens is answered, and says so.
 * Method: simulated traffic before, in and after every period, sealed in part, each cell asked on its own; rows against the truth, refusals against whole messages. One
 * refusal of each rule, and one answer in each format, by the program as a user starts it.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countsAnswer } from "../../src/cli/counts/counts-text.ts";
import { UsageError } from "../../src/core/fault.ts";
import { DAY_MS, MINUTE_MS } from "../../src/core/units.ts";
import type { CountRow } from "../../src/counts/cube.ts";
import type { PeriodName } from "../../src/counts/period.ts";
import type { Deployment, Level } from "../../src/counts/reporting-policy.ts";
import type { Segment } from "../../src/counts/segment.ts";
import { differences } from "../../src/generate/agreement.ts";
import { TRUTH_DAYS, type TruthReport } from "../../src/generate/truth-report.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { simulatedAsOf } from "../generate/simulated.ts";
import { expectOneLine, logtally, run } from "./logtally.ts";

const PERIODS = ["all", "28d", "7d", "daily"] as const;
const OPEN_ALL = "reporting.identifiable=[user, group, session, project]";

/** Of each segment at identifiable level: the rule that refuses it, else null. At aggregate level none does. */
const REFUSED_BY: Readonly<Record<Deployment, Partial<Record<Segment, string>>>> = {
  saas: { user: "saas-user-switched-off" },
  self_managed: {
    group: "self-managed-group",
    project: "self-managed-group",
    session: "self-managed-session",
    user: "self-managed-user",
  },
};

interface Cell {
  readonly deployment: Deployment;
  readonly segment: Segment;
  readonly level: Level;
  /** Null where it is answered by the guide. */
  readonly rule: string | null;
}

const CELLS: readonly Cell[] = (["saas", "self_managed"] as const).flatMap((deployment) =>
  (["instance", "plan", "group", "session", "user", "project"] as const).flatMap((segment) =>
    (["aggregate", "identifiable"] as const).map((level) => {
      const rule = level === "aggregate" ? null : (REFUSED_BY[deployment][segment] ?? null);
      return { deployment, segment, level, rule };
    }),
  ),
);

interface Answer {
  readonly level: Level;
  readonly widened: readonly string[];
  readonly rows: readonly CountRow[];
}

const AS_OF_MS = Date.UTC(2020, 11, 24);
/** Some minutes each, in days from the as-of day and minutes: over each border of a period, between them, and after all. */
const VISITS = [
  [-40, 0],
  [-28, -3],
  [-12, 0],
  [-7, -3],
  [-3, 0],
  [-1, -3],
  [0, -3],
  [1, 0],
].map(([days = 0, minutes = 0], n) => {
  return { fromMs: AS_OF_MS + days * DAY_MS + minutes * MINUTE_MS, lines: 250, seed: n + 1 };
});

let archive: string;
let truth: TruthReport;
let traffic: string;
beforeAll(async () => {
  // Not one of those that are gone after the first test.
  archive = await mkdtemp(join(tmpdir(), "logtally-levels-"));
  const made = simulatedAsOf(AS_OF_MS, VISITS);
  truth = made.truth;
  traffic = made.rows.flat().join("\n");
  // Most of it is sealed and in roll-ups; of each day some lines come later, and are not.
  const files = [0, 1].map((part) => join(archive, `part-${part}.ndjson`));
  for (const [part, file] of files.entries()) {
    const lines = made.rows.flatMap((rows) => rows.filter((_, n) => (n % 20 === 0) === (part === 1)));
    await writeFile(file, `${lines.join("\n")}\n`);
    await run(archive, [file]);
    if (part === 0) expect(await logtally(["seal", "--archive", archive])).toMatchObject({ code: 0 });
  }
});
afterAll(() => rm(archive, { recursive: true, force: true }));

/** As JSON; throws what the program would say. */
async function ask({ deployment, segment, level }: Cell, period: PeriodName, ...set: string[]): Promise<Answer> {
  const asked = { by: segment, level, period: [period], days: TRUTH_DAYS, asOf: truth.as_of, sessions: true } as const;
  const text = await countsAnswer(undefined, {
    ...asked,
    archive,
    set: [`deployment=${deployment}`, ...set],
    format: "json",
  });
  return JSON.parse(String(text)) as Answer;
}

async function messageOf(answer: Promise<Answer>): Promise<string> {
  try {
    await answer;
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  }
  return "";
}

/** What the truth has of a cell; it knows no pseudonyms, but what rows with names add up to. */
function expectTruth({ segment, level }: Cell, period: PeriodName, rows: readonly CountRow[]): void {
  const expected = truth.rows.filter((row) => row.segment === segment && row.period === period);
  const hasNames = level === "identifiable" && (segment === "user" || segment === "session");
  expect(differences(expected.map(withoutSpread), (hasNames ? totalsOf(rows) : rows).map(withoutSpread))).toEqual([]);
  if (!hasNames) expect(differences(expected, rows)).toEqual([]);
}

function withoutSpread(row: CountRow): CountRow {
  const copy: { per_user?: unknown } & CountRow = { ...row };
  delete copy.per_user;
  return copy;
}

/** Each user is in one row of a span, and each session too; a session's user may be in several. */
function totalsOf(rows: readonly CountRow[]): CountRow[] {
  return [...Map.groupBy(rows, ({ event, from }) => `${event} ${from}`).values()].map((all) => {
    const [first] = all;
    if (first === undefined) throw new Error("a group of no rows");
    const sum = (name: "count" | "sessions"): number => all.reduce((total, row) => total + (row[name] ?? 0), 0);
    const users = new Set(all.filter((row) => row.unique_users > 0).map(({ key }) => key?.split("@")[0]));
    return { ...first, key: null, count: sum("count"), sessions: sum("sessions"), unique_users: users.size };
  });
}

async function expectAnswer(cell: Cell, period: PeriodName, answer: Promise<Answer>): Promise<void> {
  const { rows, level, widened } = await answer;
  expect({ level, widened }).toEqual({ level: cell.level, widened: cell.rule === null ? [] : [cell.segment] });
  expect(rows.length).toBeGreaterThan(0);
  expectTruth(cell, period, rows);
}

describe("of the guide", () => {
  it.each(CELLS.filter(({ rule }) => rule === null))(
    "$segment on $deployment at $level level is answered in every period",
    async (cell) => {
      for (const period of PERIODS) await expectAnswer(cell, period, ask(cell, period));
    },
  );

  it.each(CELLS.filter(({ rule }) => rule !== null))(
    "$segment on $deployment at $level level is refused in every period, by the rule $rule",
    async (cell) => {
      for (const period of PERIODS) {
        expect(await messageOf(ask(cell, period))).toBe(
          `count by ${cell.segment} at identifiable level: the rule "${cell.rule}" does not allow it (hint: the owner of ` +
            `the deployment can, by --set 'reporting.identifiable=[${cell.segment}]' or in the pipeline's file)`,
        );
      }
    },
  );
});

describe("opened by the owner", () => {
  it.each(CELLS)(
    "$segment on $deployment at $level level is answered, and says whether it needed that",
    async (cell) => {
      for (const period of PERIODS) await expectAnswer(cell, period, ask(cell, period, OPEN_ALL));
    },
  );

  it("says so above a table, in JSON and beside CSV", async () => {
    const sentence = 'rows by group are opened by reporting.identifiable, beyond the rule "self-managed-group"';
    const set = ["--set", "deployment=self_managed", "--set", "reporting.identifiable=[group]"];
    const asked = ["--by", "group", "--period", "all", "--as-of", truth.as_of];
    const args = ["counts", "--archive", archive, ...set, ...asked];
    for (const level of ["aggregate", "identifiable"]) {
      const [isOpened, words] = level === "aggregate" ? [false, ""] : [true, ", identifiable level"];
      const table = await logtally([...args, "--level", level]);
      expect(table).toMatchObject({ code: 0, stderr: "" });
      const [caption, ...lines] = table.stdout.split("\n");
      expect(caption).toBe(
        `before ${truth.as_of} (UTC), self_managed${words}, catalogue ${/sha256:\w+/.exec(table.stdout)?.[0]}`,
      );
      expect(lines.slice(0, 2)).toEqual(isOpened ? [sentence, ""] : ["", expect.stringMatching(/^event +group /)]);

      const json = await logtally([...args, "--level", level, "--json"]);
      expect(json).toMatchObject({ code: 0, stderr: "" });
      expect(JSON.parse(json.stdout)).toMatchObject({ level, widened: isOpened ? ["group"] : [] });

      const csv = await logtally([...args, "--level", level, "--format", "csv"]);
      expect(csv).toMatchObject({ code: 0, stderr: isOpened ? `logtally: ${sentence}\n` : "" });
      expect(csv.stdout).toMatch(/^event,segment,key,/);
    }
  });
});

/** The group of a line whose user has the name of the group. */
function ownerIn(line: string): string | null {
  const fields = JSON.parse(line) as Readonly<Record<string, string | undefined>>;
  if (Date.parse(fields["time"] ?? "") >= AS_OF_MS) return null;
  const project = fields["meta.project"] ?? fields["gl_project_path"];
  const group = fields["meta.root_namespace"] ?? project?.split("/")[0];
  return group !== undefined && group === (fields["meta.user"] ?? fields["username"]) ? group : null;
}

describe("groups of persons, folded by the owner", () => {
  const FOLD = "reporting.fold_personal=true";

  it.each(["aggregate", "identifiable"] as const)(
    "are one row of what was done in them, at %s level",
    async (level) => {
      const owners = new Set(traffic.split("\n").map(ownerIn));
      const expected = new Map<string, number>();
      for (const { segment, event, key, period, count } of truth.rows) {
        if (segment !== "group" || period !== "all") continue;
        const row = `${event} ${owners.has(key) ? "(personal)" : key}`;
        expected.set(row, (expected.get(row) ?? 0) + count);
      }
      const { rows } = await ask({ deployment: "saas", segment: "group", level, rule: null }, "all", FOLD);
      expect(new Map(rows.map(({ event, key, count }) => [`${event} ${key}`, count]))).toEqual(expected);
      expect(rows.filter(({ key }) => key === "(personal)").length).toBeGreaterThan(1);
    },
  );

  it("are known by what was done there before the days that are asked for", async () => {
    const folder = await tempFolder();
    const lines = [
      ["2020-11-01", "alice"],
      ["2020-12-20", "bob"],
    ];
    for (const [day, user] of lines) {
      const file = join(folder, `${day}.ndjson`);
      const line = { time: `${day}T10:00:00Z`, tag: "rails.api", method: "GET", route: "/r", status: 200 };
      await writeFile(file, `${JSON.stringify({ ...line, "meta.user": user, "meta.root_namespace": "alice" })}\n`);
      await run(folder, [file]);
    }
    expect(await logtally(["seal", "--archive", folder])).toMatchObject({ code: 0 });
    // What is still there has the plans of its days read in any case.
    await rm(join(folder, "wal"), { recursive: true });
    const args = ["--archive", folder, "--by", "group", "--period", "7d", "--format", "csv", "--set", FOLD];
    const { stdout } = await logtally(["counts", ...args]);
    expect(stdout).toContain("rest_request,group,(personal),7d,");
    expect(stdout).not.toContain("alice");
  });
});

describe("a session that began before the days that are asked for", () => {
  it("has its start as its key, whatever is asked for and however it was sealed", async () => {
    const folder = await tempFolder();
    const startMs = Date.UTC(2020, 11, 19, 23, 50);
    const line = { tag: "rails.api", method: "GET", route: "/r", status: 200, user_id: 7 };
    const lines = Array.from({ length: 110 }, (_, n) => {
      return JSON.stringify({ time: new Date(startMs + n * 30 * MINUTE_MS).toISOString(), ...line });
    });
    const file = join(folder, "traffic.ndjson");
    await writeFile(file, `${lines.join("\n")}\n`);
    await run(folder, [file]);
    // What is still in the log has the plans of its days read in any case.
    for (const command of ["seal", "sign", "gc"]) {
      expect(await logtally([command, "--archive", folder])).toMatchObject({ code: 0 });
    }
    const asked = { by: "session", level: "identifiable", event: ["rest_request"], sessions: true } as const;
    const answer = await countsAnswer(undefined, {
      ...asked,
      set: [],
      archive: folder,
      period: ["daily"],
      days: 1,
      format: "json",
    });
    const { rows } = JSON.parse(String(answer)) as Answer;
    expect(rows).toMatchObject([{ from: "2020-12-22T00:00:00Z", count: 13, sessions: 1 }]);
    expect(rows[0]?.key).toMatch(/^[0-9a-f]{32}@2020-12-19T23:50:00\.000Z$/);
  });
});

describe("a refusal", () => {
  it.each(CELLS.filter(({ rule }) => rule !== null))(
    "of $segment on $deployment ends with exit code 2, in one line, and without any row",
    async ({ deployment, segment, rule }) => {
      const asked = ["--by", segment, "--level", "identifiable", "--set", `deployment=${deployment}`];
      const outcome = await logtally(["counts", "--archive", archive, ...asked]);
      expect(outcome).toMatchObject({ code: 2, stdout: "" });
      expectOneLine(outcome.stderr, `the rule "${rule}" does not allow it`, `reporting.identifiable=[${segment}]`);
    },
  );
});
