/**
 * Goal: a log that arrives by two roads is seen, with what counts twice by it, and how lines name their users.
 * Method: one traffic as FluentD records and as log entries, as its archive holds it, and lines made by hand.
 */
import { describe, expect, it } from "vitest";
import type { ArchivedLine } from "../../../src/core/archived-line.ts";
import type { LineLook } from "../../../src/counts/coverage/line-look.ts";
import { simulated } from "../../generate/simulated.ts";
import { apiLine, entryLine } from "../facts/sealed-archive.ts";
import { newLineLook } from "./sample-look.ts";

const DAY = Date.UTC(2020, 11, 22);
function lookAt(lines: readonly string[]): LineLook {
  const look = newLineLook();
  for (const line of lines) look.add(archived(line));
  return look;
}

function archived(text: string, timeMs: number | null = null): ArchivedLine {
  const buffer = Buffer.from(`\n${text}\n`);
  const lane = text.startsWith("{") ? "line" : "quarantine";
  const meta = {
    id: "0006d1780123456789abcdef01234567",
    lane,
    log: "",
    timeMs,
    reason: null,
    message: null,
  } as const;
  return { object: "", row: 0, buffer, start: 1, end: buffer.length - 1, meta };
}

describe("the roads of a log", () => {
  it("are one for traffic in one form, and two for the same traffic in another form as well", () => {
    const forms = ["bare", "fluentd", "logentry"] as const;
    const rows = forms.map((form) => simulated({ form, lines: 1500 }).rows.map(String));
    for (const [index, form] of forms.entries()) {
      const roads = lookAt(rows[index] ?? [])
        .roads()
        .filter(({ log }) => log !== "unknown");
      expect(roads.length).toBeGreaterThan(form === "bare" ? 4 : 8);
      for (const each of roads) {
        expect(each).toMatchObject({ roads: [{ form }], requests_twice: 0 });
        expect(each.roads).toHaveLength(1);
      }
    }
    const both = lookAt([...(rows[1] ?? []), ...(rows[2] ?? [])]).roads();
    const single = new Map(
      lookAt(rows[1] ?? [])
        .roads()
        .map(({ log, roads }) => [log, roads[0]?.lines]),
    );
    for (const { log, roads, requests_twice: twice } of both.filter((each) => each.log !== "unknown")) {
      expect(new Set(roads)).toEqual(
        new Set(["fluentd", "logentry"].map((form) => ({ form, lines: single.get(log) }))),
      );
      if (log === "rails.api") expect(twice).toBeGreaterThan(50);
    }
  });

  it("share the requests whose events came by both, by log", () => {
    const request = { correlation_id: "abc" };
    const look = lookAt([
      apiLine(DAY, request),
      apiLine(DAY + 1, request),
      apiLine(DAY + 2, { correlation_id: "other" }),
      entryLine(DAY, "1", request),
      entryLine(DAY, "2", { correlation_id: "third" }),
      entryLine(DAY, "3", { ...request, tag: "sidekiq" }),
      apiLine(DAY + 3, request),
      apiLine(DAY + 4, { correlation_id: null }),
      // Of these the log counts nothing.
      apiLine(DAY + 5, { correlation_id: "idle", route: null }),
      entryLine(DAY, "4", { correlation_id: "idle", route: null }),
      "no json",
    ]);
    expect(look.roads()).toEqual([
      {
        log: "rails.api",
        roads: [
          { form: "fluentd", lines: 6 },
          { form: "logentry", lines: 3 },
        ],
        counted: 7,
        requests: 3,
        requests_twice: 1,
      },
      { log: "sidekiq", roads: [{ form: "logentry", lines: 1 }], counted: 0, requests: 0, requests_twice: 0 },
    ]);
  });
});

describe("the moments at which roads are to be compared", () => {
  it("are the latest by which both had brought a request, for each log by two, most requests first", () => {
    const look = newLineLook();
    const add = (text: string, timeMs: number | null) => look.add(archived(text, timeMs));
    const request = (n: number) => ({ correlation_id: `${n}` });
    expect(look.moments()).toEqual([]);
    for (const n of [1, 2, 3]) add(apiLine(DAY + n, request(n)), DAY + n);
    expect(look.moments()).toEqual([]);
    add(entryLine(DAY, "1", request(4)), null);
    add(entryLine(DAY, "2", { route: null, ...request(5) }), DAY + 9);
    expect(look.moments()).toEqual([]);
    add(entryLine(DAY + 8, "3", request(6)), DAY + 8);
    add(entryLine(DAY + 7, "4", request(7)), DAY + 7);
    expect(look.moments()).toEqual([{ log: "rails.api", timeMs: DAY + 3 }]);
  });
});

describe("users", () => {
  it("are named by number, by name only, or not at all, in each event of the line", () => {
    const look = lookAt([
      apiLine(DAY, { username: "alice" }),
      apiLine(DAY, { user_id: null, username: "alice" }),
      apiLine(DAY, { user_id: null, "meta.user": "bob", status: 404 }),
      apiLine(DAY, { user_id: null, remote_ip: "192.0.2.1" }),
      apiLine(DAY, { route: null }),
    ]);
    expect(look.users()).toEqual([
      { event: "record_read", number: 1, name: 1, nobody: 1 },
      { event: "rest_request", number: 1, name: 2, nobody: 1 },
    ]);
  });
});
