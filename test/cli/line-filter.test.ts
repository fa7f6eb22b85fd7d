/**
 * Goal: each condition of `archive find` takes the lines that it says, and all of them together.
 * Method: single lines as GitLab writes them, against one condition after the other.
 */
import { describe, expect, it } from "vitest";
import { createLineFilter, type LineConditions } from "../../src/cli/archive/search/line-filter.ts";
import { fieldCondition } from "../../src/cli/options/field-condition.ts";
import { loadCatalogue } from "../../src/cli/settings.ts";
import type { ArchivedLine } from "../../src/core/archived-line.ts";
import type { QuarantineReason } from "../../src/core/fault.ts";
import { sampleLine } from "../segment/sample-line.ts";

const CATALOGUE = await loadCatalogue(null);

function archived(content: object | string, log = "rails.api"): ArchivedLine {
  const line = sampleLine(typeof content === "string" ? content : JSON.stringify(content), { log });
  const { buffer, start, end, ...meta } = line;
  return { object: "wal/x", row: 0, buffer, start, end, meta };
}

function takes(conditions: LineConditions, content: object | string, log?: string): boolean {
  return createLineFilter(conditions, CATALOGUE, { instance: null })(archived(content, log));
}

const REQUEST = {
  time: "2020-12-22T09:30:00.123Z",
  route: "/api/:version/projects/:id",
  method: "GET",
  status: 404,
  user_id: 101,
  username: "alice",
  correlation_id: "c1",
  "meta.project": "acme/sub/widgets",
  "meta.root_namespace": "acme",
  params: [{ key: "id", value: "7" }],
};

describe("a filter takes", () => {
  it.each<[LineConditions, boolean]>([
    [{}, true],
    [{ log: "rails.api" }, true],
    [{ log: "sidekiq" }, false],
    [{ user: "101" }, true],
    [{ user: "0101" }, true],
    [{ user: "id:101" }, true],
    [{ user: "10" }, false],
    // Whom a number tells is known by it alone.
    [{ user: "alice" }, false],
    [{ group: "acme" }, true],
    [{ group: "acme/sub" }, false],
    [{ project: "acme/sub/widgets" }, true],
    [{ project: "acme" }, false],
    [{ correlationId: "c1" }, true],
    [{ correlationId: "c" }, false],
    [{ status: "404" }, true],
    [{ status: "4xx" }, true],
    [{ status: "5xx" }, false],
    [{ text: "widgets" }, true],
    [{ text: "WIDGETS" }, false],
    [{ field: [fieldCondition("method=GET")] }, true],
    [{ field: [fieldCondition("method=GET"), fieldCondition("user_id=101")] }, true],
    [{ field: [fieldCondition("method=GET"), fieldCondition("user_id=102")] }, false],
    [{ field: [fieldCondition("nothing=GET")] }, false],
    [{ field: [fieldCondition("params.id=7")] }, true],
    [{ user: "101", status: "404", group: "acme", text: "c1" }, true],
    [{ user: "101", status: "200" }, false],
  ])("%j: %j", (conditions, expected) => {
    expect(takes(conditions, REQUEST)).toBe(expected);
  });

  it("a user by name where the line gives no number", () => {
    const line = { time: REQUEST.time, username: "alice" };
    expect(takes({ user: "alice" }, line, "shell")).toBe(true);
    expect(takes({ user: "name:alice" }, line, "shell")).toBe(true);
    expect(takes({ user: "id:101" }, line, "shell")).toBe(false);
  });

  it("lines of an event, or of any", () => {
    const push = { time: REQUEST.time, command: "git-receive-pack", gl_project_path: "a/b", user_id: "user-1" };
    const events = CATALOGUE.events.map(({ event }) => event);
    expect(events.some((event) => takes({ event }, push, "shell"))).toBe(takes({ event: "any" }, push, "shell"));
    expect(takes({ event: "any" }, { time: REQUEST.time }, "shell")).toBe(false);
  });

  it("no field of what is no record, but its text", () => {
    expect(takes({ correlationId: "c1" }, "no record c1")).toBe(false);
    expect(takes({ text: "record" }, "no record c1")).toBe(true);
  });

  it("lines in quarantine, by reason or all", () => {
    const takesOf = (quarantined: string, reason: QuarantineReason | null): boolean => {
      const line = archived("no record");
      return createLineFilter({ quarantined }, CATALOGUE, { instance: null })({
        ...line,
        meta: { ...line.meta, reason },
      });
    };
    expect(takesOf("any", "not_json")).toBe(true);
    expect(takesOf("not_json", "not_json")).toBe(true);
    expect(takesOf("not_utf8", "not_json")).toBe(false);
    expect(takesOf("any", null)).toBe(false);
  });

  it("values behind the first equals sign", () => {
    expect(fieldCondition("a.b=c=d")).toEqual({ name: "a.b", value: "c=d" });
    expect(() => fieldCondition("=x")).toThrow("K=V");
    expect(() => fieldCondition("x")).toThrow("K=V");
  });

  it("nothing that cannot be", () => {
    expect(() => takes({ status: "40" }, REQUEST)).toThrow('find status "40": no status of HTTP');
    expect(() => takes({ event: "git_pushes" }, REQUEST)).toThrow("no such event");
    expect(() => takes({ quarantined: "no_json" }, REQUEST)).toThrow('(hint: did you mean "not_json"?)');
    expect(() => takes({ quarantined: "any", user: "101" }, REQUEST)).toThrow("neither fields nor events");
    expect(() => takes({ log: "rails.apis" }, REQUEST)).toThrow("no such log");
  });
});
