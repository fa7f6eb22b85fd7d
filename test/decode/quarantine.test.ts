/**
 * Goal: each reason, its lane and its hour; nothing is lost or counted that is nothing. Method: one line per reason,
 * alone and among good ones, in a file and in a message.
 */
import { describe, expect, it } from "vitest";
import { QUARANTINE_REASONS } from "../../src/core/fault.ts";
import { decode, decodeFile, decodeMessage, FINGERPRINT, fileOf, outline, PUBLISHED_AT } from "./decoded-line.ts";

const GOOD = '{"time":"2020-09-14T09:00:42.123Z"}';
const LIMITS = { maxDepth: 3, maxLineBytes: 60, maxInflatedBytes: 1000 };

const REASONS = [
  ["not_json", "text", "quarantine"],
  ["not_json", GOOD.slice(0, -1), "quarantine"],
  ["not_json", `\ufeff${GOOD}`, "quarantine"],
  ["not_json", `${GOOD}${GOOD}`.slice(0, 60), "quarantine"],
  ["not_json", " ", "quarantine"],
  ["not_json", "\r", "quarantine"],
  ["not_object", "[1]", "quarantine"],
  ["not_object", "null", "quarantine"],
  ["not_utf8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), "quarantine"],
  ["not_utf8", Buffer.from([0xed, 0xa0, 0x80]), "quarantine"],
  ["too_deep", '{"a":[[[1]]]}', "quarantine"],
  ["too_large", "x".repeat(61), "blob"],
  ["too_large", `{"a":"${"x".repeat(60)}"}`, "blob"],
  ["too_large", Buffer.alloc(61, 0xff), "blob"],
] as const;

describe("quarantine", () => {
  it.each(REASONS)("%s: %j in a file, between good lines", (reason, text, lane) => {
    const whole = Buffer.concat([Buffer.from(`${GOOD}\n`), Buffer.from(text), Buffer.from(`\n${GOOD}\n`)]);
    const lines = decodeFile(whole, { limits: LIMITS });
    expect(lines.map((line) => [line.lane, line.reason])).toEqual([
      ["line", null],
      [lane, reason],
      ["line", null],
    ]);
    const bytes = lane === "blob" ? `{"payload_base64":"${Buffer.from(text).toString("base64")}"}` : text;
    expect(lines[1]?.bytes).toEqual(Buffer.from(bytes));
    expect(lines[1]).toMatchObject({ hour: 0, timeMs: null, fields: null, message: null, log: "unknown" });
  });

  it.each(REASONS)("%s: %j in a message", (reason, text, lane) => {
    const hour = Math.floor(Date.parse(PUBLISHED_AT) / 3_600_000);
    const lines = decodeMessage(Buffer.from(text), {}, { limits: LIMITS });
    expect(lines).toMatchObject([{ lane, reason, hour, timeMs: null, fields: null }]);
  });

  it("keeps a record without time, by its name", () => {
    const line = '{"tag":"rails.api","user":"x"}';
    expect(decodeFile(line)).toMatchObject([{ lane: "quarantine", reason: "no_time", log: "rails.api", text: line }]);
    expect(decodeFile("{}")).toMatchObject([{ lane: "quarantine", reason: "no_time" }]);
  });

  it("keeps the bytes of a file that does not decompress", () => {
    const buffer = Buffer.from("\0broken\nbytes");
    const payload = { buffer, start: 1, end: 13, fingerprint: FINGERPRINT, offset: 0 };
    const lines = decode([{ kind: "broken", reason: "bad_compression", ...payload }]);
    const text = `{"payload_base64":"${Buffer.from("broken\nbytes").toString("base64")}"}`;
    expect(lines).toMatchObject([{ lane: "blob", reason: "bad_compression", text, hour: 0 }]);
  });

  it("keeps the rest of a line that came in pieces", () => {
    const rest = { ...fileOf(`rest of it\n${GOOD}\n`, 100), continuesLine: true } as const;
    expect(decode([rest]).map((line) => line.reason)).toEqual(["too_large", null]);
    // Where the rest is empty, the line behind it is a line of its own.
    const nothing = { ...fileOf(`\n${GOOD}\n`, 100), continuesLine: true } as const;
    expect(decode([nothing]).map((line) => line.reason)).toEqual([null]);
  });

  it("measures a line in bytes, up to the limit", () => {
    const limits = { ...LIMITS, maxLineBytes: 10 };
    for (const text of ["0123456789", '"\u00e9\u00e9\u00e9\u00e9"']) {
      expect(Buffer.byteLength(text)).toBe(10);
      expect(decodeFile(`${text}\n`, { limits })[0]?.reason).not.toBe("too_large");
      expect(decodeFile(`${text} \n`, { limits })[0]?.reason).toBe("too_large");
      expect(decodeMessage(`${text}\n`, {}, { limits })[0]?.reason).not.toBe("too_large");
      expect(decodeMessage(`${text} `, {}, { limits })[0]?.reason).toBe("too_large");
    }
  });

  it("has no other reasons than the listed ones", () => {
    // Those of compression have their tests beside the messages.
    const elsewhere = ["bad_compression", "unknown_compression", "inflate_limit", "no_time"];
    expect(new Set([...REASONS.map(([reason]) => reason), ...elsewhere])).toEqual(new Set(QUARANTINE_REASONS));
  });
});

describe("lines", () => {
  it("end with one LF, which is not part of them; empty ones are nothing", () => {
    expect(decodeFile("")).toEqual([]);
    expect(decodeFile("\n\n\n")).toEqual([]);
    expect(decodeMessage("\n\n")).toEqual([]);
    expect(outline(decodeFile(`\n${GOOD}\n\n\ntext`))).toEqual([`line ${GOOD}`, "quarantine/not_json text"]);
  });

  it("keep a CR and any other byte", () => {
    expect(outline(decodeFile(`${GOOD}\r\n${GOOD} \n`))).toEqual([`line ${GOOD}\r`, `line ${GOOD} `]);
  });

  it("of white space only, in any number, take no time", () => {
    const started = process.cpuUsage();
    expect(decodeFile("\r\n".repeat(100_000))).toHaveLength(100_000);
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(5);
  });

  it("leave the buffer as it was", () => {
    const payload = fileOf(`${GOOD}\ntext\n\n[1]\n${GOOD}`);
    const before = payload.kind === "lines" ? Buffer.from(payload.buffer) : null;
    decode([payload]);
    expect(payload.kind === "lines" ? payload.buffer : undefined).toEqual(before);
  });
});
