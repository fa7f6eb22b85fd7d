/**
 * Goal: the simulated instance is the same for the same seed, leaves the lines of every component, and lives through
 * days as people do.
 * Method: traffic in memory, looked at as text.
 */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/core/units.ts";
import { KNOWN_LOGS } from "../../src/decode/log-name.ts";
import { firstActMs, nextActMs } from "../../src/generate/calendar.ts";
import { createChance } from "../../src/generate/chance.ts";
import { createPopulation, type User } from "../../src/generate/population.ts";
import { NO_WISH, simulated } from "./simulated.ts";

type Fieldset = Readonly<Record<string, unknown>>;

const linesOf = (wish: Parameters<typeof simulated>[0]): Fieldset[] =>
  simulated(wish).rows.map((row) => JSON.parse(row.toString()) as Fieldset);
const text = (wish: Parameters<typeof simulated>[0]): string => simulated(wish).rows.map(String).join("\n");

describe("a simulated instance", () => {
  it("is the same for the same seed, and another for another", () => {
    const wish = { lines: 1000, republished: 0.1, poisoned: 0.1 };
    expect(text(wish)).toBe(text(wish));
    expect(text({ ...wish, seed: 2 })).not.toBe(text(wish));
  });

  it.each([
    ["bare", "06c584f9d9074ef0ffd5f92cac45088fc79906a3f5de50c4460115c7244a4208"],
    ["fluentd", "045bd97d13b690721abe8e9eb776853852e6682d43e6703428d9d7ac941dd2d1"],
    ["logentry", "980626ba558a3fe3c3372d0d39b09d3254f1b4daa4801be7cd6363eefceb706a"],
    ["pubsub", "f379bbc18b520e825d70c2237a3bf65b12b90a975e3f63aaedbde40a99021034"],
    // A change of the simulation changes these: then look at the new lines, and write them down.
  ] as const)("gives the bytes that it always gave, form %s", (form, expected) => {
    expect(
      createHash("sha256")
        .update(text({ form, lines: 1000 }))
        .digest("hex"),
    ).toBe(expected);
  });

  it("does the same whatever the form of its lines and whatever goes wrong with them", () => {
    const { events } = simulated({ lines: 2000 }).truth;
    for (const form of ["bare", "logentry", "pubsub"] as const) {
      expect(simulated({ form, lines: 2000 }).truth.events).toEqual(events);
    }
  });

  it("leaves lines of every log, and of one that is not known", () => {
    const lines = linesOf({ lines: 20_000 });
    const names = new Set(lines.flatMap(({ tag, subcomponent }) => [tag, subcomponent]));
    for (const log of [...KNOWN_LOGS, "database_load_balancing"]) expect(names).toContain(log);
    expect(lines.some(({ kubernetes }) => kubernetes !== undefined)).toBe(true);
  });

  it("leaves no line twice", () => {
    const rows = simulated({ lines: 20_000, form: "bare" }).rows.map(String);
    expect(new Set(rows).size).toBe(rows.length);
  });

  it("leaves for each push over HTTP the refusal and the grant, and the probe of a push over SSH", () => {
    const lines = linesOf({ lines: 20_000, form: "bare" });
    const allowed = lines
      .filter(({ route }) => route === "/api/:version/internal/allowed")
      .map((line) => JSON.stringify(line));
    const infoRefs = lines.filter(({ action }) => action === "info_refs");
    const statuses = new Set(infoRefs.map(({ status }) => status));
    expect(statuses).toEqual(new Set([401, 200]));
    expect(allowed.some((line) => line.includes('"_any"'))).toBe(true);
    expect(allowed.some((line) => line.includes('{"key":"truncated","value":"..."}'))).toBe(true);
    expect(allowed.some((line) => line.includes(',"..."]'))).toBe(true);
    expect(new Set(lines.map((line) => typeof line["is_mutation"]))).toEqual(new Set(["undefined", "boolean"]));
  });

  it("leaves lines of one push, one job and one request that agree", () => {
    const lines = linesOf({ lines: 20_000 });
    const changesOf = (end: string) =>
      new Map(
        lines
          .filter(({ route }) => route === `/api/:version/internal/${end}`)
          .map(
            ({ correlation_id: id, params }) => [id, params as readonly { key?: string; value?: unknown }[]] as const,
          )
          .map(([id, params]) => [id, params.find(({ key }) => key === "changes")?.value] as const)
          .filter(([, changes]) => changes !== undefined && changes !== "_any"),
      );
    const asked = changesOf("allowed");
    const pushed = [...changesOf("post_receive")].filter(([id]) => asked.has(id));
    expect(pushed.length).toBeGreaterThan(50);
    expect(pushed.filter(([id, changes]) => asked.get(id) !== changes)).toEqual([]);
    for (const [, changes] of pushed) {
      expect(changes).toMatch(/^(?:[0-9a-f]{40} [0-9a-f]{40} refs\/(?:heads|tags)\/\S+\n)+$/);
    }
    const jobs = Map.groupBy(
      lines.filter(({ jid }) => jid !== undefined),
      ({ jid }) => jid,
    );
    const sameInRun = ["pid", "retry", "queue", "job_size_bytes", "hostname", "class"];
    for (const runs of jobs.values()) {
      for (const name of sameInRun) expect(new Set(runs.map((run) => run[name])).size).toBe(1);
    }
    const railsSeconds = new Map(
      lines
        .filter(({ controller }) => controller !== undefined)
        .map((line) => [line["correlation_id"], line["duration_s"]]),
    );
    const waited = lines.filter(({ msg, correlation_id: id }) => msg === "access" && railsSeconds.has(id));
    expect(waited.length).toBeGreaterThan(1000);
    for (const { duration_ms: ms, correlation_id: id } of waited) {
      expect(Number(ms)).toBeGreaterThanOrEqual(1000 * Number(railsSeconds.get(id)));
    }
  });

  it("spells the context dotted, nested and underscored", () => {
    const lines = linesOf({ lines: 5000 });
    expect(lines.some((line) => line["meta.user"] !== undefined)).toBe(true);
    expect(lines.some((line) => typeof line["meta"] === "object")).toBe(true);
    expect(lines.some((line) => line["meta_user"] !== undefined)).toBe(true);
  });

  it("runs from its start, as long as it is asked to, over midnight", () => {
    const fromMs = Date.UTC(2020, 11, 22, 12);
    const times = linesOf({ fromMs, seconds: DAY_MS / 1000, users: 30, form: "bare" }).map(({ time }) =>
      Date.parse(String(time)),
    );
    // What is under way at the end is finished: a job that fails is tried again within a minute or two.
    expect(Math.min(...times)).toBeGreaterThanOrEqual(fromMs - 1000);
    expect(Math.max(...times)).toBeLessThan(fromMs + DAY_MS + 5 * MINUTE_MS);
    const days = new Set(times.map((timeMs) => Math.floor(timeMs / DAY_MS)));
    expect(days.size).toBe(2);
  });

  it("spreads lines evenly where a rate is asked for", () => {
    const seconds = 100;
    const { rows, truth } = simulated({ rate: 40, seconds, form: "bare" });
    expect(truth.lines_in).toBeGreaterThan(0.98 * 40 * seconds);
    expect(truth.lines_in).toBeLessThan(1.02 * 40 * seconds);
    const halves = Map.groupBy(rows, (row) => {
      const { time } = JSON.parse(row.toString()) as { time: string };
      return Date.parse(time) < NO_WISH.fromMs + (seconds * 1000) / 2;
    });
    expect(halves.get(true)?.length).toBeGreaterThan(0.4 * rows.length);
    expect(halves.get(false)?.length).toBeGreaterThan(0.4 * rows.length);
  });
});

describe("a message", () => {
  const messages = linesOf({ form: "pubsub", lines: 3000, batch: 50, redelivered: 0.2, republished: 0.2 }).map(
    ({ message, deliveryAttempt }): Fieldset => ({ ...(message as Fieldset), deliveryAttempt }),
  );

  it("that is delivered again keeps its id, one that is published again gets a new one", () => {
    const byId = Map.groupBy(messages, ({ messageId }) => messageId);
    const byData = Map.groupBy(messages, ({ data }) => data);
    expect([...byId.values()].some((all) => all.length === 2 && all[1]?.["deliveryAttempt"] === 2)).toBe(true);
    expect([...byData.values()].some((all) => new Set(all.map(({ messageId }) => messageId)).size === 2)).toBe(true);
    expect(messages.every(({ attributes }) => JSON.stringify(attributes) === '{"compression_algorithm":"zlib"}')).toBe(
      true,
    );
  });
});

describe("people", () => {
  const { users } = createPopulation(createChance(1), 200);
  const person = (isNightOwl: boolean): User => {
    const found = users.find((user) => !user.isBot && user.isNightOwl === isNightOwl);
    if (found === undefined) throw new Error("nobody like that");
    return found;
  };

  it("pause around half an hour, just below, at and above the end of a session", () => {
    const chance = createChance(1);
    const pauses = new Set(Array.from({ length: 5000 }, () => nextActMs(chance, person(true), 0)));
    for (const by of [-MINUTE_MS, -1000, -1, 0, 1, 1000, MINUTE_MS]) expect(pauses).toContain(30 * MINUTE_MS + by);
  });

  it("sleep at night unless they are owls, and mostly rest at weekends", () => {
    const chance = createChance(1);
    const hours = new Set<number>();
    const days = new Map<number, number>();
    let timeMs = firstActMs(chance, person(false), Date.UTC(2020, 11, 21));
    while (timeMs < Date.UTC(2021, 3, 1)) {
      hours.add(Math.floor((timeMs % DAY_MS) / HOUR_MS));
      const day = new Date(timeMs).getUTCDay();
      days.set(day, (days.get(day) ?? 0) + 1);
      timeMs = nextActMs(chance, person(false), timeMs);
    }
    expect([...hours].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 15 }, (_, index) => 6 + index));
    expect((days.get(0) ?? 0) + (days.get(6) ?? 0)).toBeLessThan(0.3 * (days.get(2) ?? 0) * 2);
  });

  it("act ever later", () => {
    const chance = createChance(1);
    for (const user of users) expect(nextActMs(chance, user, 5)).toBeGreaterThan(5);
  });
});
