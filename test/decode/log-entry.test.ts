/** Goal: a LogEntry is opened as the line that it carries. Method: one entry, changed in one place per case. */
import { describe, expect, it } from "vitest";
import { type DecodedLine, decodeFile, outline } from "./decoded-line.ts";

const TIME = "2020-09-14T09:00:42.123Z";
const ENTRY = {
  insertId: "a1",
  logName: "projects/p/logs/rails.api",
  timestamp: TIME,
  receiveTimestamp: "2020-09-14T09:00:45Z",
  severity: "INFO",
  jsonPayload: { user_id: 101.0, "meta.user": "alice", route: "/r" },
};
const NAMES = ["route", "meta.user", "severity"];

/** The entry with some members changed; `undefined` leaves one out. */
function decodeEntry(members: object): DecodedLine {
  const lines = decodeFile(JSON.stringify({ ...ENTRY, ...members }), { names: NAMES });
  expect(lines).toHaveLength(1);
  return lines[0] as DecodedLine;
}

describe("a LogEntry", () => {
  it("shows the fields of its jsonPayload, and no others", () => {
    const line = decodeEntry({});
    expect(line).toMatchObject({ log: "rails.api", lane: "line", reason: null, timeMs: Date.parse(TIME) });
    expect(line.fields).toEqual({ route: "/r", "meta.user": "alice", severity: null });
    expect(line.text).toBe(JSON.stringify(ENTRY));
  });

  it("is told by its payload beside a logName or an insertId", () => {
    expect(decodeEntry({ logName: undefined }).fields?.["route"]).toBe("/r");
    expect(decodeEntry({ insertId: undefined }).fields?.["route"]).toBe("/r");
    expect(decodeEntry({ logName: undefined, insertId: undefined }).fields?.["route"]).toBe(null);
  });

  it("may nest its payload's fields in every form", () => {
    const jsonPayload = { meta: { user: "bob" }, labels: { tag: "no label" }, textPayload: "no payload" };
    expect(decodeEntry({ jsonPayload }).fields?.["meta.user"]).toBe("bob");
  });

  it("shows the fields of a textPayload that is a JSON object", () => {
    for (const textPayload of ['{"route":"/t","n":1}', ' \n{"route":"/t"}\r\n', '{"route":"\\u002ft"}']) {
      const line = decodeEntry({ jsonPayload: undefined, textPayload });
      expect(line).toMatchObject({ log: "rails.api", fields: { route: "/t" }, timeMs: Date.parse(TIME) });
    }
  });

  it("takes time and name from a textPayload that is a JSON object", () => {
    const textPayload = '{"time":"2020-09-14T01:00:00.5Z","tag":"sidekiq"}';
    const line = decodeEntry({ jsonPayload: undefined, textPayload });
    expect(line).toMatchObject({ log: "sidekiq", timeMs: Date.parse("2020-09-14T01:00:00.5Z") });
  });

  it.each([
    "plain text",
    "[1,2]",
    '{"cut":',
    "42",
    "null",
    '\ufeff{"route":"/t"}',
    '{"a":1}{"b":2}',
    "{} x",
    '{"a":NaN}',
  ])("is a record of an unknown log with the text %j", (textPayload) => {
    const labels = { tag: "rails.api" };
    const line = decodeEntry({ jsonPayload: undefined, textPayload, labels });
    expect(line).toMatchObject({ log: "unknown", lane: "line", reason: null, timeMs: Date.parse(TIME), fields: null });
  });

  it("is a record of an unknown log with a proto payload", () => {
    const protoPayload = { "@type": "type.googleapis.com/google.cloud.audit.AuditLog", route: "/p" };
    const line = decodeEntry({ jsonPayload: undefined, protoPayload });
    expect(line).toMatchObject({ log: "unknown", lane: "line", timeMs: Date.parse(TIME), fields: null });
  });

  it("without any time is no record", () => {
    const line = decodeEntry({ timestamp: undefined, jsonPayload: undefined, textPayload: "text" });
    expect(line).toMatchObject({ lane: "quarantine", reason: "no_time", timeMs: null });
    expect(decodeEntry({ timestamp: "no time" })).toMatchObject({ lane: "quarantine", reason: "no_time" });
  });

  it("keeps what is behind it apart: the line's own fields do not shine through the next", () => {
    const lines = decodeFile(`${JSON.stringify(ENTRY)}\n{"time":"${TIME}"}\n${JSON.stringify(ENTRY)}`, {
      names: NAMES,
    });
    expect(lines.map((line) => line.fields?.["route"])).toEqual(["/r", null, "/r"]);
    expect(lines.map((line) => line.log)).toEqual(["rails.api", "unknown", "rails.api"]);
  });

  it("is none where a record only has fields of such names", () => {
    const line = decodeFile(`{"time":"${TIME}","logName":"projects/p/logs/rails.api","route":"/own","params":[]}`);
    expect(line[0]).toMatchObject({ log: "rails.api", lane: "line" });
    const payload = decodeFile(`{"time":"${TIME}","jsonPayload":{"route":"/inner"},"route":"/own"}`, { names: NAMES });
    expect(payload[0]?.fields?.["route"]).toBe("/own");
  });

  it("has labels of any shape", () => {
    for (const labels of [null, "x", [], { tag: 7 }, { tag: null }, { tag: "" }, {}, undefined]) {
      expect(decodeEntry({ labels }).log).toBe("rails.api");
    }
    expect(decodeEntry({ labels: { tag: "gitlab.sidekiq" } }).log).toBe("sidekiq");
  });

  it("stands alone in a file of them", () => {
    const text = `${JSON.stringify(ENTRY)}\n{"logName":"x/logs/y","jsonPayload":{"a":1}}\nrest`;
    expect(outline(decodeFile(text)).map((line) => line.slice(0, 20))).toEqual([
      "line {" + '"insertId":"a1"'.slice(0, 14),
      "quarantine/no_time {",
      "quarantine/not_json ",
    ]);
  });
});
