/**
 * Goal: an id is the filing hour and a hash by the first of four rules, computed here again from the description
 * alone. Method: each rule alone, then the order of the rules, then the ways in which the same line comes twice.
 */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  type DecodedLine,
  decode,
  decodeFile,
  decodeMessage,
  dumpOf,
  FINGERPRINT,
  fileOf,
  messageOf,
} from "./decoded-line.ts";

const HOUR_MS = 3_600_000;
const TIME = "2020-09-14T09:00:42.123Z";
const WHOLE_SECOND = "2020-09-14T09:00:42Z";
const HOUR = Math.floor(Date.parse(TIME) / HOUR_MS);
const PUBLISHED_MS = Date.parse("2020-09-14T11:30:00Z");

/** 4 bytes of the hour, 12 of the hash. */
function idOf(hour: number, hash: Buffer): string {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(hour);
  return Buffer.concat([head, hash.subarray(0, 12)]).toString("hex");
}

function byContent(content: string | Buffer): Buffer {
  return createHash("sha256").update(Buffer.of(0)).update(content).digest();
}

/** Of a line of a file that nothing in it tells from its twins. */
function byFilePlace(offset: number, line: string): Buffer {
  return byParts(FINGERPRINT, String(offset), byContent(line).toString("hex"));
}

function byParts(...parts: string[]): Buffer {
  const hasher = createHash("sha256");
  for (const part of parts) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(part));
    hasher.update(length).update(part, "utf8");
  }
  return hasher.digest();
}

const ids = (lines: readonly DecodedLine[]) => lines.map((line) => line.id);

describe("rule 1: a configured field", () => {
  const identityFields = { "rails.api": "correlation_id", sidekiq: "meta.job" };
  const api = (members: object) => JSON.stringify({ time: TIME, tag: "rails.api", ...members });

  it("identifies the lines of its log by its value", () => {
    const expected = idOf(HOUR, byParts("rails.api", "correlation_id", "é1"));
    const lines = [api({ correlation_id: "é1" }), api({ correlation_id: "é1", more: 1 })].join("\n");
    expect(ids(decodeFile(lines, { identityFields }))).toEqual([expected, expected]);
  });

  it("may be a number, nested, or both", () => {
    const line = `{"time":"${TIME}","tag":"sidekiq","meta":{"job":12345678901234567890}}`;
    const expected = idOf(HOUR, byParts("sidekiq", "meta.job", "12345678901234567890"));
    expect(ids(decodeFile(line, { identityFields }))).toEqual([expected]);
  });

  it("is looked for inside a LogEntry, and goes before its key", () => {
    const entry = { logName: "p/logs/rails.api", insertId: "i", timestamp: TIME, jsonPayload: { correlation_id: "c" } };
    const expected = idOf(HOUR, byParts("rails.api", "correlation_id", "c"));
    expect(ids(decodeFile(JSON.stringify(entry), { identityFields }))).toEqual([expected]);
  });

  it("leaves a line without it, and other logs, to the other rules", () => {
    const other = JSON.stringify({ time: TIME, tag: "rails.audit", correlation_id: "c" });
    for (const line of [
      api({}),
      api({ correlation_id: null }),
      api({ correlation_id: "" }),
      api({ correlation_id: {} }),
      other,
    ]) {
      expect(ids(decodeFile(line, { identityFields }))).toEqual([idOf(HOUR, byContent(line))]);
    }
  });
});

describe("rule 2: a LogEntry", () => {
  const ENTRY = { logName: "projects/p/logs/a", timestamp: TIME, insertId: "i1", jsonPayload: { a: 1 } };
  const key = byParts("projects/p/logs/a", TIME, "i1");

  it("is identified by logName, timestamp and insertId, whatever else it says", () => {
    const { jsonPayload: _payload, ...rest } = ENTRY;
    const entries = [
      ENTRY,
      { ...ENTRY, receiveTimestamp: WHOLE_SECOND },
      { ...ENTRY, jsonPayload: { a: 2, time: TIME, correlation_id: "c" } },
      { ...rest, textPayload: "text" },
      { ...rest, textPayload: '{"a":1}' },
      { ...rest, protoPayload: { a: 1 } },
    ];
    for (const entry of entries) expect(ids(decodeFile(JSON.stringify(entry)))).toEqual([idOf(HOUR, key)]);
  });

  it("is filed under the hour of the line's own time", () => {
    const entry = JSON.stringify({ ...ENTRY, jsonPayload: { time: "2020-09-14T03:59:59Z" } });
    expect(ids(decodeFile(entry))).toEqual([idOf(HOUR - 6, key)]);
  });

  it("does not mix up where one part ends and the next begins", () => {
    const one = { ...ENTRY, logName: "projects/p/logs/ab", insertId: "c" };
    const two = { ...ENTRY, logName: "projects/p/logs/a", insertId: "bc" };
    const [first, second] = decodeFile(`${JSON.stringify(one)}\n${JSON.stringify(two)}`);
    expect(first?.id).not.toBe(second?.id);
  });

  it.each(["insertId", "timestamp", "logName"])("without %s follows the other rules", (member) => {
    const distinct = JSON.stringify({ ...ENTRY, jsonPayload: { time: TIME }, [member]: undefined });
    expect(ids(decodeFile(distinct))).toEqual([idOf(HOUR, byContent(distinct))]);
    const plain = JSON.stringify({ ...ENTRY, jsonPayload: { time: WHOLE_SECOND }, [member]: undefined });
    expect(ids(decodeFile(plain))).toEqual([idOf(HOUR, byFilePlace(0, plain))]);
  });
});

describe("rule 3: a record with its own time and a mark", () => {
  it.each([
    ["a fraction", { time: TIME }],
    ["a fraction of another time field", { "@timestamp": "2020-09-14 09:00:42.5 +0000" }],
    ["a fraction of an epoch", { time: 1600074042.25 }],
    ["an epoch in milliseconds", { time: 1600074042123 }],
    ["a fraction of an epoch as text", { time: "1600074042.123456" }],
    ["a correlation id", { time: WHOLE_SECOND, correlation_id: "c" }],
    ["a correlation id that is a number", { time: 1600074042, correlation_id: 7 }],
    ["a job id", { time: WHOLE_SECOND, jid: "j" }],
  ])("%s is identified by its content, the leaf of the Merkle tree", (_mark, record) => {
    const line = JSON.stringify(record);
    for (const decoded of [...decodeFile(line), ...decodeMessage(line)]) {
      expect(decoded).toMatchObject({ id: idOf(HOUR, byContent(line)), hash: byContent(line).toString("hex") });
    }
  });

  it("takes a wrapped line by its payload", () => {
    const payload = `{\n"time":"${TIME}"\n}`;
    const [line] = decodeMessage(payload);
    expect(line).toMatchObject({ lane: "wrapped", id: idOf(HOUR, byContent(payload)) });
    expect(line?.hash).toBe(byContent(line?.bytes ?? "").toString("hex"));
    expect(line?.text).toBe(`{"payload_base64":"${Buffer.from(payload).toString("base64")}"}`);
  });

  it("takes every byte of the line, the CR too, but no LF", () => {
    const line = JSON.stringify({ time: TIME });
    expect(ids(decodeFile(`${line}\r\n${line}\n`))).toEqual(
      [`${line}\r`, line].map((text) => idOf(HOUR, byContent(text))),
    );
  });
});

describe("rule 4: the place", () => {
  it.each([
    ["a whole second", { time: WHOLE_SECOND }],
    ["an epoch in seconds", { time: 1600074042 }],
    ["an absent correlation id", { time: WHOLE_SECOND, correlation_id: null, jid: "" }],
  ])("in a file, for %s", (_name, record) => {
    const line = JSON.stringify(record);
    const at = Buffer.byteLength(`é\n\n`);
    const [, decoded] = decode([fileOf(`é\n\n${line}\n`, 1000)]);
    expect(decoded?.id).toBe(idOf(HOUR, byFilePlace(1000 + at, line)));
  });

  it.each([
    ["a time of the message only", '{"correlation_id":"c"}', 2],
    ["no time of its own that parses", `{"time":"soon","correlation_id":"c"}`, 2],
    ["text", "text", 2],
    ["a list", "[1]", 2],
    ["a whole second", `{"time":"${WHOLE_SECOND}"}`, 0],
  ])("in a message, for %s", (_name, line, hoursLater) => {
    const info = { topic: "projects/p/topics/t", messageId: "m7", publishedAtMs: PUBLISHED_MS };
    const [, , decoded] = decodeMessage(`a\n\nb\n${line}`, info);
    expect(decoded?.id).toBe(idOf(HOUR + hoursLater, byParts("projects/p/topics/t", "m7", "2")));
  });

  it("is that of the batch for what is no line at all", () => {
    const info = {
      topic: "t",
      messageId: "m",
      attributes: { compression_algorithm: "x" },
      publishedAtMs: PUBLISHED_MS,
    };
    expect(ids(decodeMessage("bytes", info))).toEqual([idOf(HOUR + 2, byParts("t", "m", "0"))]);
  });

  it("holds for quarantined lines whatever they hold", () => {
    const tooDeep = `{"time":"${TIME}","a":${"[".repeat(200)}${"]".repeat(200)}}`;
    expect(ids(decodeFile(tooDeep))).toEqual([idOf(0, byFilePlace(0, tooDeep))]);
    const noTime = '{"correlation_id":"c"}';
    expect(ids(decodeFile(noTime))).toEqual([idOf(0, byFilePlace(0, noTime))]);
  });

  it("tells lines apart at one place of two files that begin alike", () => {
    const [, first] = ids(decodeFile("# Logfile created on 2020-12-22 03:25:01 +0000\nA failed\n"));
    const [, second] = ids(decodeFile("# Logfile created on 2020-12-22 03:25:01 +0000\nB failed\n"));
    expect(first).not.toBe(second);
  });
});

describe("a line", () => {
  const whole = `{"time":"${WHOLE_SECOND}"}`;
  const entry = { logName: "projects/p/logs/a", timestamp: TIME, insertId: "i", jsonPayload: { time: TIME } };
  const byField = { identityFields: { "rails.api": "event_id" } };

  it.each([
    ["field", `{"time":"${TIME}","tag":"rails.api","event_id":7}`],
    ["field", JSON.stringify({ ...entry, jsonPayload: { time: TIME, tag: "rails.api", event_id: "x" } })],
    ["entry", JSON.stringify(entry)],
    ["content", `{"time":"${TIME}","tag":"rails.api","event_id":null}`],
    ["content", `{"time":"${TIME}","event_id":7}`],
    ["place", whole],
    ["place", "text"],
    ["place", JSON.stringify({ ...entry, timestamp: "soon", jsonPayload: {} })],
  ])("says that it is identified by %s: %s", (identifiedBy, line) => {
    expect(decodeFile(line, byField)).toMatchObject([{ identifiedBy }]);
  });

  it("says so in a message, wrapped or not", () => {
    const byContent = { lane: "wrapped", identifiedBy: "content" };
    expect(decodeMessage(`{\n"time":"${TIME}"}`)).toMatchObject([byContent]);
    expect(decodeMessage(`{\n"time":"${WHOLE_SECOND}"}`)).toMatchObject([{ ...byContent, identifiedBy: "place" }]);
    expect(decodeMessage(`${whole}\n{}`)).toMatchObject([{ identifiedBy: "place" }, { identifiedBy: "place" }]);
  });
});

describe("the same line twice", () => {
  const distinct = JSON.stringify({ time: TIME, n: 1 });
  const plain = JSON.stringify({ time: WHOLE_SECOND, n: 1 });

  it("is one where its content tells it: under a new message id, in a batch, in a file", () => {
    const found = [
      ...decodeMessage(distinct, { messageId: "1" }),
      ...decodeMessage(`${distinct}\n`, { messageId: "2", topic: "other", publishedAtMs: null }),
      ...decodeMessage(`text\n${distinct}`, { messageId: "3" }).slice(1),
      ...decodeFile(`text\n${distinct}`).slice(1),
      ...decodeFile(dumpOf(distinct, { messageId: "4" })),
    ];
    expect(found).toHaveLength(5);
    expect(new Set(ids(found)).size).toBe(1);
  });

  it("is two where nothing but the place tells them apart", () => {
    expect(new Set(ids(decodeFile(`${plain}\n${plain}\ntext\ntext`))).size).toBe(4);
    expect(new Set(ids(decodeMessage(`${plain}\n${plain}\ntext\ntext`))).size).toBe(4);
    expect(
      new Set(ids(decode([messageOf(plain, { messageId: "1" }), messageOf(plain, { messageId: "2" })]))).size,
    ).toBe(2);
  });

  it("is one where the same message is delivered again, or the same file read again", () => {
    const text = `${plain}\ntext\n[1]\n${distinct}\n{}`;
    expect(ids(decodeMessage(text))).toEqual(ids(decodeMessage(text)));
    expect(ids(decodeFile(text))).toEqual(ids(decodeFile(text)));
    const dumps = [dumpOf(plain), dumpOf(plain)].join("\n");
    expect(new Set(ids(decodeFile(dumps))).size).toBe(1);
  });

  it("has the same id wherever a file is cut between lines", () => {
    const lines = [plain, "text", "", "é", distinct, "[1]", `${plain}\r`, dumpOf(`${plain}\ntext`)].map(
      (line) => `${line}\n`,
    );
    const whole = ids(decodeFile(lines.join("")));
    for (let cut = 0; cut <= lines.length; cut += 1) {
      const [head, tail] = [lines.slice(0, cut).join(""), lines.slice(cut).join("")];
      expect(ids(decode([fileOf(head), fileOf(tail, Buffer.byteLength(head))]))).toEqual(whole);
    }
  });
});
