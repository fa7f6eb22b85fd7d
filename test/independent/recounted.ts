import { join } from "node:path";
import { expect } from "vitest";
import type { CountRow } from "../../src/counts/cube.ts";
import { TRUTH_SEGMENTS, type TruthSegment } from "../../src/generate/truth.ts";
import { countRows } from "../cli/count-rows.ts";
import { type Outcome, type ProcessOptions, start, succeeds } from "../cli/logtally.ts";

const PROGRAM = join(import.meta.dirname, "recount.py");

/** Both are there on CI; elsewhere the tests that need them are skipped. */
export const HAS_RECOUNT = succeeds("python3", ["--version"]) && succeeds("zstd", ["--version"]);

interface Recounted {
  /** Distinct ids. */
  readonly lines: number;
  readonly rows: readonly DayRow[];
}

/** What `counts` and the recount both say of a row. */
type RecountRow = Pick<
  CountRow,
  "event" | "segment" | "key" | "period" | "from" | "to" | "count" | "unique_users" | "sessions"
>;

/** One row of the recount without `--counts`: a day, an event, and all of its dimensions. */
interface DayRow {
  readonly day: string;
  readonly event: string;
  readonly operation: string;
  readonly detail: string;
  readonly group: string;
  readonly user: string | null;
  readonly count: number;
}

/** Runs the recount to its end. */
export function recount(archive: string, args: readonly string[] = [], options: ProcessOptions = {}): Promise<Outcome> {
  return start("python3", [PROGRAM, archive, ...args], options).ended;
}

/** Recounts all days, and checks each line and ledger; everything must be well. */
export async function recounted(archive: string, ...args: readonly string[]): Promise<Recounted> {
  return JSON.parse(await checked(archive, args)) as Recounted;
}

async function checked(archive: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await recount(archive, ["--check", ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

interface Agreement {
  readonly segments?: readonly TruthSegment[];
  /** What `counts` says beside the rows. */
  readonly stderr?: string;
  /** What else both are asked. */
  readonly args?: readonly string[];
  /** What only `counts` is told. */
  readonly set?: readonly string[];
}

/** Fails where `counts` has other rows than the recount, or in another order; gives the rows of `counts`. */
export async function expectAgreement(
  archive: string,
  asOf: string,
  { segments = TRUTH_SEGMENTS, stderr = "", args = [], set = [] }: Agreement = {},
): Promise<readonly CountRow[]> {
  const counted = await countRows(["--archive", archive, "--as-of", asOf, ...args, ...set], { segments, stderr });
  const printed = await checked(archive, ["--counts", asOf, ...args, "--by", ...segments]);
  const { rows } = JSON.parse(printed) as { rows: readonly RecountRow[] };
  // First what differs: of thousands of rows nobody would find it.
  const [found, expected] = [new Set(rows.map(rowText)), new Set(counted.map(rowText))];
  expect([...found.symmetricDifference(expected)].slice(0, 10)).toEqual([]);
  expect(rows.map(rowText)).toEqual(counted.map(rowText));
  return counted;
}

/** The same of the rows that have the pseudonyms of users and of visitors in their keys. */
export function expectNamedAgreement(archive: string, asOf: string, stderr = ""): Promise<readonly CountRow[]> {
  const args = ["--level", "identifiable"];
  const set = ["--set", "reporting.identifiable=[user]"];
  return expectAgreement(archive, asOf, { segments: ["user", "session"], stderr, args, set });
}

function rowText({ event, segment, key, period, from, to, count, unique_users, sessions }: RecountRow): string {
  const row = `${event} by ${segment} ${JSON.stringify(key)}, ${period} from ${from} to ${to}`;
  return `${row}: ${count}, ${unique_users} users, ${sessions} sessions`;
}
