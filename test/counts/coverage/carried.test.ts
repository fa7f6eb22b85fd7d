/**
 * Goal: of each event, how many lines carried an instance, a plan and so on is told exactly, however the lines lie in the
 * archive.
 * Method: simulated traffic against what its deeds tell, bare, sealed in part, and by roll-ups; lines made by hand for
 * what the deeds do not tell.
 */
import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../../src/core/units.ts";
import type { CarriedRow } from "../../../src/counts/coverage/carried.ts";
import type { Cell } from "../../../src/generate/truth.ts";
import { simulated } from "../../generate/simulated.ts";
import { apiLine, entryLine, type TestArchive, testArchive } from "../facts/sealed-archive.ts";

const DAY = Date.UTC(2020, 11, 22);
const AS_OF = "2020-12-23";

const TOLD = ["instance", "plan", "group", "project", "category"] as const;

/** Event → events, and those that carried what the deeds tell of. */
type Told = Record<string, Partial<CarriedRow["carried"]> & { readonly events: number }>;

function trueShares(cells: readonly Cell[]): Told {
  const told: Told = {};
  for (const event of new Set(cells.map((cell) => cell.event))) {
    const sum = (takes: (cell: Cell, user: string) => boolean): number =>
      cells
        .filter((cell) => cell.event === event)
        .flatMap((cell) => [...cell.days.values()].flatMap(({ users }) => [...users].map((each) => ({ cell, each }))))
        .reduce((all, { cell, each: [user, events] }) => all + (takes(cell, user) ? events : 0), 0);
    told[event] = {
      events: sum(({ segment }) => segment === "user"),
      user: sum(({ segment }, user) => segment === "user" && user !== ""),
      ...Object.fromEntries(
        TOLD.map((name) => [name, sum(({ segment, key }) => segment === name && key !== "(unknown)")]),
      ),
    };
  }
  return told;
}

async function carriedOf(archive: TestArchive, days = 28, asOf = AS_OF): Promise<CarriedRow[]> {
  return archive.counting((counts) => counts.carried({ days, asOf }));
}

/** Without sessions, of which the deeds tell nothing. */
function shares(rows: readonly CarriedRow[]): Told {
  return Object.fromEntries(
    rows.map(({ event, events, carried: { session: _session, ...carried } }) => [event, { events, ...carried }]),
  );
}

describe("what lines carry", () => {
  it("is what the deeds tell, whether the lines are sealed, in roll-ups or neither", async () => {
    const archive = await testArchive();
    const { rows, truth, cells } = simulated({ users: 8, seconds: 2 * 86_400, seed: 5, republished: 0.1 });
    const expected = trueShares(cells);
    expect(Object.keys(expected).length).toBeGreaterThan(12);
    const lines = rows.map(String);
    await archive.add(lines.filter((_, n) => n % 2 === 0));
    await archive.add([...lines.filter((_, n) => n % 2 === 1), ...lines.slice(0, 50)]);
    expect(shares(await carriedOf(archive, 28, truth.as_of))).toEqual(expected);
    await archive.seal({ overMs: DAY + DAY_MS });
    expect(shares(await carriedOf(archive, 28, truth.as_of))).toEqual(expected);
    await archive.seal();
    expect(shares(await carriedOf(archive, 28, truth.as_of))).toEqual(expected);
    const some = Object.values(expected).filter(({ events, plan = 0 }) => plan > 0 && plan < events);
    expect(some.length).toBeGreaterThan(5);
  });

  it("is a visitor where there is only an address, and nobody where there is none", async () => {
    const archive = await testArchive();
    await archive.add([
      apiLine(DAY),
      apiLine(DAY + 1, { user_id: null, remote_ip: "192.0.2.1" }),
      apiLine(DAY + 2, { user_id: null, "meta.project": "acme/site", "meta.feature_category": "projects" }),
      apiLine(DAY + 3, { user_id: null, username: "alice", host: "a.example", "meta.subscription_plan": "gold" }),
    ]);
    const carried = { instance: 1, plan: 1, group: 1, session: 3, user: 2, project: 1, category: 1 };
    expect(await carriedOf(archive)).toEqual([
      { event: "record_read", events: 4, carried },
      { event: "rest_request", events: 4, carried },
    ]);
  });

  it("counts a line of two streams once, and of a conflict only what stands", async () => {
    const archive = await testArchive();
    const line = apiLine(DAY, { remote_ip: "192.0.2.1" });
    await archive.add([line, entryLine(DAY, "1", { user_id: null, host: "a.example" })]);
    await archive.add([line, entryLine(DAY, "1", { user_id: null, host: "b.example" })]);
    await archive.seal();
    await archive.add([line], "other");
    const [, requests] = await carriedOf(archive);
    expect(requests).toMatchObject({ events: 2, carried: { instance: 1, session: 1, user: 1 } });
  });

  it("is of the days that are asked for", async () => {
    const archive = await testArchive();
    await archive.add([-2, -1, 0, 1].map((day) => apiLine(DAY + day * DAY_MS)));
    await archive.seal();
    const eventsOf = async (days: number, asOf: string) =>
      (await carriedOf(archive, days, asOf)).map(({ events }) => events);
    expect(await eventsOf(2, AS_OF)).toEqual([2, 2]);
    expect(await eventsOf(28, AS_OF)).toEqual([3, 3]);
    expect(await eventsOf(28, "2020-12-01")).toEqual([]);
    expect(await archive.counting((counts) => Promise.resolve(counts.datedDays()))).toEqual(
      [0, 1, 2, 3].map((n) => Date.UTC(2020, 11, 20 + n) / DAY_MS),
    );
  });
});

describe("the days that have lines", () => {
  it("are none where no line has a time", async () => {
    const archive = await testArchive();
    await archive.add(["no json"]);
    expect(await archive.counting((counts) => Promise.resolve(counts.datedDays()))).toEqual([]);
  });
});
