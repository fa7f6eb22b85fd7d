/**
 * Goal: the calendar of an archive marks every hour of which something is missing or altered, and no other.
 * Method: a signed vault in memory, of which one object at a time is taken away or cut; the manifests say what to expect.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { differenceOf } from "../../src/archive/audit/difference.ts";
import { filesOf } from "../../src/archive/manifest.ts";
import type { SealedPlan } from "../../src/archive/sealed-plan.ts";
import { spanLengthName } from "../../src/archive/vault-name.ts";
import { findingOf } from "../../src/archive/verify/finding.ts";
import { archiveHours } from "../../src/cli/explore/archive/archive-hours.ts";
import { hoursOfDifferences } from "../../src/cli/explore/archive/difference-hours.ts";
import { month } from "../../src/cli/explore/archive/month.ts";
import type { ExploredArchive } from "../../src/cli/explore/explored-archive.ts";
import { hourText } from "../../src/core/hour.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import type { HourState, HoursAnswer, Verifications } from "../../src/explorer/archive-answers.ts";
import { copyOf, type Store, signedVault } from "../archive/verify/signed-vault.ts";

const NO_VERIFICATION: Verifications = { verified: [], findings: [], findings_total: 0 };
const OF_NO_DAY = ["undated"];
const DAY_HOURS = 24;

let vault: { readonly store: Store; readonly plans: readonly SealedPlan[] };

beforeAll(async () => {
  // Spans of a day: each has several hours, and those of lines without time beside.
  vault = await signedVault({ rounds: 1, spanHours: 24 });
});

function hoursIn(
  store: ObjectStore,
  verifications = NO_VERIFICATION,
  asked = "2020-12",
  now = "2020-12-31T00:00:00Z",
): Promise<HoursAnswer> {
  const archive = { settings: { seal: { latenessMs: 0 } }, store, clock: { nowMs: () => Date.parse(now) } };
  return archiveHours(archive as ExploredArchive, month(asked), verifications);
}

/** The hours in that state, as the ledger writes them. */
function hoursThatAre(state: HourState, { streams }: HoursAnswer): string[] {
  return streams.flatMap(({ days }) =>
    days.flatMap(({ day, hours }) =>
      hours.flatMap((hour, at) => {
        if (hour.state !== state) return [];
        return day === "undated" ? OF_NO_DAY : [`${day}T${String(at).padStart(2, "0")}:00:00Z`];
      }),
    ),
  );
}

function hoursWithLines({ manifest }: SealedPlan): string[] {
  const withLines = Object.entries(manifest.by_hour).filter(([, { archived, conflicts }]) => archived + conflicts > 0);
  return withLines.map(([hour]) => hour).toSorted();
}

/** A plan of a day, not of lines without time. */
function datedPlan(): SealedPlan {
  const plan = vault.plans.find(({ span }) => span.day !== "undated");
  if (plan === undefined) throw new Error("no plan of a day");
  return plan;
}

describe("the hours of an archive", () => {
  it("are sealed where all is there, and the newest day that is over and signed is offered", async () => {
    const answer = await hoursIn(vault.store);
    expect(answer.problems).toEqual([]);
    const sealed = vault.plans.flatMap(hoursWithLines).toSorted();
    expect(hoursThatAre("sealed", answer).toSorted()).toEqual(sealed);
    const days = vault.plans.map(({ span }) => span.day).filter((day) => day !== "undated");
    expect(answer.newest_whole_day).toBe(days.toSorted().at(-1));
    const earlier = await hoursIn(vault.store, NO_VERIFICATION, "2020-12", `${days.toSorted().at(-1)}T12:00:00Z`);
    expect(earlier.newest_whole_day).toBe(days.toSorted().at(-2) ?? null);
    const unsigned = await copyOf(vault.store, (name) => !name.includes("/digest/"));
    expect((await hoursIn(unsigned)).newest_whole_day).toBeNull();
  });

  it("are missing where a file of a segment is, and nothing else is", async () => {
    for (const plan of vault.plans) {
      for (const file of filesOf(plan.manifest.outputs)) {
        const answer = await hoursIn(await copyOf(vault.store, (name) => name !== file.name));
        const what = `it is missing, by the word of "${plan.name}"`;
        const hour = plan.manifest.first_hour;
        expect(answer.problems).toEqual([differenceOf("local", { hour, object: file.name, what })]);
        expect(hoursThatAre("missing", answer)).toEqual(hoursWithLines(plan));
      }
    }
  });

  it("are altered where a file has another length", async () => {
    const plan = datedPlan();
    const [file] = filesOf(plan.manifest.outputs);
    if (file === undefined) throw new Error("no file");
    const cut = await copyOf(vault.store, (name) => name !== file.name);
    await cut.create(file.name, await vault.store.read(file.name, 0, file.size_bytes - 1));
    const answer = await hoursIn(cut);
    expect(answer.problems).toMatchObject([
      { object: file.name, what: "it was cut, in bytes", found: file.size_bytes - 1, expected: file.size_bytes },
    ]);
    expect(hoursThatAre("altered", answer)).toEqual(hoursWithLines(plan));
    expect(hoursThatAre("missing", answer)).toEqual([]);
  });

  it("are those of the month that is shown: of others no manifest is read", async () => {
    const [file] = filesOf(datedPlan().manifest.outputs);
    const answer = await hoursIn(await copyOf(vault.store, (name) => name !== file?.name), NO_VERIFICATION, "2020-11");
    expect(answer.problems).toEqual([]);
  });

  it("are missing all through the span of a manifest that is gone, though its lines seem to wait", async () => {
    const plan = datedPlan();
    const agreed = spanLengthName(plan.span.stream, plan.span.day);
    for (const gone of [[plan.name], [plan.name, agreed]]) {
      const answer = await hoursIn(await copyOf(vault.store, (name) => !gone.includes(name)));
      expect(answer.problems.map(({ object }) => object)).toContain(plan.name);
      expect(hoursThatAre("missing", answer)).toHaveLength(DAY_HOURS);
      const day = answer.streams[0]?.days.find((each) => each.day === plan.span.day);
      expect([hoursThatAre("open", answer), day?.open_objects]).toEqual([[], 0]);
    }
  });

  it("are missing in spans as long as was agreed on, where no manifest of the day is left to tell", async () => {
    const { store, plans } = await signedVault({ rounds: 1, spanHours: 3 });
    const { day } = datedPlan().span;
    const gone = plans.filter(({ span }) => span.day === day);
    const answer = await hoursIn(await copyOf(store, (name) => !gone.some((plan) => plan.name === name)));
    const hours = gone.flatMap(({ span: { firstHour } }) => Array.from({ length: 3 }, (_, at) => firstHour + at));
    expect(hoursThatAre("missing", answer)).toEqual(hours.toSorted((a, b) => a - b).map(hourText));
  });

  it("are marked by what verifications have found", async () => {
    const plan = datedPlan();
    const object = plan.manifest.outputs[0]?.lines.name ?? "";
    const parts = { hour: plan.manifest.first_hour, object, what: "" };
    for (const kind of ["missing", "altered"] as const) {
      const findings = [findingOf(kind, "local", parts), findingOf("chain", "local", { what: "" })];
      const answer = await hoursIn(vault.store, { ...NO_VERIFICATION, findings, findings_total: 2 });
      expect(hoursThatAre(kind, answer)).toEqual(hoursWithLines(plan));
      expect([answer.problems, answer.findings_total]).toEqual([[], 2]);
    }
  });
});

describe("the hours that a missing manifest may have sealed", () => {
  const DAY = Date.parse("2020-12-22") / 3_600_000;
  const book = { stream: "local", plans: [], tail: [] };
  const lost = (hour: number) => differenceOf("local", { hour: hourText(hour), object: "vault/v1/x", what: "" });
  const hours = (agreed: readonly [string, number][], ...firsts: readonly number[]): number[] =>
    hoursOfDifferences(book, firsts.map(lost), new Map(agreed)).map((hour) => hour - DAY);

  it.each([
    ["as many as were agreed on", [["2020-12-22", 3]], [DAY + 6], [6, 7, 8]],
    ["up to the next where nobody knows", [], [DAY + 20, DAY + 18], [20, 21, 22, 23, 18, 19]],
    [
      "not beyond the day where nobody knows",
      [],
      [DAY + 22, DAY + 26],
      [22, 23, ...Array.from({ length: 22 }, (_, at) => 26 + at)],
    ],
    ["only the one that figures are of", [["2020-12-22", 6]], [DAY + 7], [7]],
  ] as const)("are %s", (_, agreed, firsts, expected) => {
    expect(hours(agreed as readonly [string, number][], ...firsts)).toEqual(expected);
  });

  it("are none of another stream, and one without time", () => {
    expect(hoursOfDifferences({ ...book, stream: "other" }, [lost(DAY)], new Map())).toEqual([]);
    expect(hoursOfDifferences(book, [lost(0)], new Map())).toEqual([0]);
  });
});
