/**
 * Goal: where groups of persons are folded, no row has the name of a person who acted in a group of that name, wherever and
 * whenever before the as-of day that was, and nothing else is folded.
 * Method: a few lines of two persons and a group, and simulated traffic: not sealed, sealed, and in roll-ups.
 */
import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../../src/core/units.ts";
import type { CountQuery, CountRow } from "../../../src/counts/cube.ts";
import { simulated } from "../../generate/simulated.ts";
import { apiLine, entryLine, figures, type TestArchive, testArchive } from "../facts/sealed-archive.ts";

const DAY = Date.UTC(2020, 11, 20);
const [ALICE, BOB] = [
  { "meta.user": "alice", user_id: 1 },
  { "meta.user": "bob", user_id: 2 },
];

/** A request to a project. */
function lineIn(project: string, timeMs: number, who: Readonly<Record<string, unknown>>): string {
  const [group] = project.split("/");
  return apiLine(timeMs, { ...who, "meta.project": project, "meta.root_namespace": group });
}

/** Bob is in the groups of others first; alice is in her own on the second day only. */
const LINES = [
  lineIn("alice/dotfiles", DAY, BOB),
  lineIn("carol/site", DAY + 1, BOB),
  lineIn("acme/shop", DAY + 2, BOB),
  lineIn("Alice/Dotfiles", DAY + DAY_MS, ALICE),
  lineIn("acme/alice", DAY + DAY_MS + 1, ALICE),
  lineIn("acme/shop", DAY + 9 * DAY_MS, ALICE),
  lineIn("alice/dotfiles", DAY + 9 * DAY_MS + HOUR_MS, BOB),
];

/** In each of them the same is to be counted. */
const STATES: readonly (readonly [string, (archive: TestArchive) => Promise<unknown>])[] = [
  ["not sealed", async () => undefined],
  ["sealed", (archive) => archive.seal({ withRollups: false })],
  ["in roll-ups", (archive) => archive.seal()],
];

/** Key → count and sessions of the requests. */
async function keysOf(archive: TestArchive, query: Partial<CountQuery>): Promise<Record<string, unknown>> {
  const rows = await archive.count({ events: ["rest_request"], foldsPersonal: true, ...query });
  return Object.fromEntries(rows.map(({ key, count, sessions }) => [key ?? "", [count, sessions]]));
}

describe.each(STATES)("groups of persons, %s", (_, bring) => {
  it("are one key, whoever acted in them, however they are written", async () => {
    const archive = await testArchive();
    await archive.add(LINES);
    await bring(archive);
    expect(await keysOf(archive, { by: "group" })).toEqual({ "(personal)": [3, 3], acme: [3, 3], carol: [1, 1] });
    expect(await keysOf(archive, { by: "project" })).toEqual({
      "(personal)": [3, 3],
      "acme/alice": [1, 1],
      "acme/shop": [2, 2],
      "carol/site": [1, 1],
    });
    const shown = await keysOf(archive, { by: "group", foldsPersonal: false });
    expect(Object.keys(shown)).toEqual(["Alice", "acme", "alice", "carol"]);
  });

  it("are those that were known before the as-of day, also of days that are not asked for", async () => {
    const archive = await testArchive();
    await archive.add(LINES);
    await bring(archive);
    const of = (asOf: string) => keysOf(archive, { by: "group", asOf, periods: ["7d"] });
    expect(Object.keys(await of("2020-12-21"))).toEqual(["acme", "alice", "carol"]);
    expect(await of("2020-12-30")).toEqual({ "(personal)": [1, 1], acme: [1, 1] });
  });

  it("that somebody visited in one session are one session", async () => {
    const archive = await testArchive();
    await archive.add([
      lineIn("bob/site", DAY, BOB),
      lineIn("alice/dotfiles", DAY + 1, ALICE),
      lineIn("alice/dotfiles", DAY + 2, BOB),
    ]);
    await bring(archive);
    expect(await keysOf(archive, { by: "group" })).toEqual({ "(personal)": [3, 2] });
  });
});

it("other segments stay as they are", async () => {
  const archive = await testArchive();
  await archive.add([lineIn("alice/dotfiles", DAY, { ...ALICE, "meta.subscription_plan": "alice" })]);
  expect(Object.keys(await keysOf(archive, { by: "plan" }))).toEqual(["alice"]);
});

it("of an id in conflict the variant that counts tells whose group it is", async () => {
  const keys = new Set<string>();
  for (const insertId of ["a", "b", "c", "d", "e", "f"]) {
    const archive = await testArchive();
    const variant = (who: object, plan: string) =>
      entryLine(DAY, insertId, { ...who, "meta.root_namespace": "alice", "meta.subscription_plan": plan });
    await archive.add([variant(ALICE, "by alice"), variant(BOB, "by bob")]);
    const [plan] = Object.keys(await keysOf(archive, { by: "plan" }));
    const [key = ""] = Object.keys(await keysOf(archive, { by: "group" }));
    expect(key).toBe(plan === "by alice" ? "(personal)" : "alice");
    keys.add(key);
  }
  expect(keys.size).toBe(2);
});

it("simulated traffic has the same rows in every state, none of them with a person's name", async () => {
  const { rows } = simulated({ users: 12, seconds: 3 * 86_400, seed: 3, republished: 0.1, poisoned: 0.02 });
  const archive = await testArchive();
  await archive.add(rows.map(String));
  const query = { periods: ["all", "daily"], days: 28 } as const;
  const folded = async (by: "group" | "project"): Promise<readonly CountRow[]> =>
    archive.count({ ...query, by, foldsPersonal: true });
  const before = [...(await folded("group")), ...(await folded("project"))];
  const shown = await archive.count({ ...query, by: "group" });
  const names = new Set(
    rows.map(String).flatMap((line) => /"(?:meta\.user|username)":"([^"]+)"/.exec(line)?.[1] ?? []),
  );
  const persons = shown.filter(({ key }) => names.has(key ?? ""));
  expect(persons.length).toBeGreaterThan(10);
  expect(before.some(({ key }) => names.has((key ?? "").split("/")[0] ?? ""))).toBe(false);
  const sum = (all: readonly CountRow[]): number =>
    all.filter(({ period }) => period === "all").reduce((total, { count }) => total + count, 0);
  expect(sum(before)).toBe(2 * sum(shown));
  for (const [, bring] of STATES.slice(1)) {
    await bring(archive);
    expect(figures([...(await folded("group")), ...(await folded("project"))])).toEqual(figures(before));
  }
});
