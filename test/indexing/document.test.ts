/**
 * Goal: the document of a line says when and which line it is, and holds the record's bytes as they came, on one line.
 * Method: a line of each lane as decoding makes it; then a property over lines of arbitrary JSON, text and bytes, alone
 * and in messages.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ArchivedLine } from "../../src/core/archived-line.ts";
import type { Rejection } from "../../src/core/document-index.ts";
import { LANES, type Lane } from "../../src/core/line.ts";
import {
  mostBytesOf,
  quarantineDocumentOf,
  rewritten,
  documentOf as textOf,
  writeDocument,
} from "../../src/indexing/document.ts";
import { decodeFile, decodeMessage, PUBLISHED_AT } from "../decode/decoded-line.ts";
import { brokenText, jsonText } from "../decode/json-text.ts";
import { SAMPLE_MS } from "../segment/sample-line.ts";
import { archived, archivedText, publishedAt } from "./archived-line.ts";

const TIME = "2020-09-14T09:00:42.123Z";
const RECORD = `{"time":"${TIME}","né":"日本 😀\\u00e9","n":1.50}`;
const LIMITS = { maxDepth: 128, maxLineBytes: 300, maxInflatedBytes: 10_000 };
const REJECTION: Rejection = { status: 400, type: "document_parsing_exception", reason: "Duplicate field 'a'" };

/** The document as it is sent, with nothing before or behind it changed. */
function documentOf(line: ArchivedLine, stream: string): Buffer {
  const text = textOf(line, stream);
  const room = Buffer.alloc(2 + mostBytesOf(text), 1);
  const end = writeDocument(text, room, 1);
  expect([room[0], room.at(-1), end < room.length]).toEqual([1, 1, true]);
  return room.subarray(1, end);
}

const parsed = (document: Buffer): unknown => JSON.parse(document.toString());

/** The first line of a file, and of a message. */
const fromFile = (text: string | Buffer): ArchivedLine => only(decodeFile(text, { limits: LIMITS }));
const fromMessage = (text: string | Buffer): ArchivedLine =>
  only(decodeMessage(text, { topic: "tópico", messageId: '"7"' }, { limits: LIMITS }));

function only(lines: ReturnType<typeof decodeFile>): ArchivedLine {
  const [line, ...others] = lines;
  if (line === undefined || others.length > 0) throw new TypeError(`${lines.length} lines`);
  return archived(line);
}

/** What every document of a message's line says of it. */
const MESSAGE = { topic: "tópico", message_id: '"7"', published_at: PUBLISHED_AT };

describe("the document of", () => {
  it("a record holds its bytes between when and where it comes from", () => {
    const { meta, ...line } = fromFile(RECORD);
    const document = documentOf({ ...line, meta }, "local");
    const archive = `{"stream":"local","id":"${meta.id}","log":"unknown","lane":"line"}`;
    expect(document).toEqual(Buffer.from(`{"@timestamp":"${TIME}","archive":${archive},"gitlab":${RECORD}}`));
  });

  it("a record in a message says which, and when that was published", () => {
    const line = fromMessage(RECORD);
    expect(parsed(documentOf(line, "local"))).toEqual({
      "@timestamp": TIME,
      archive: { stream: "local", id: line.meta.id, log: "unknown", lane: "line", ...MESSAGE },
      gitlab: JSON.parse(RECORD) as unknown,
    });
  });

  it("a record that is dated long after its message has the record's time", () => {
    const record = RECORD.replace("2020", "2021");
    const line = fromMessage(record);
    expect(line.meta.lane).toBe("future");
    const document = documentOf(line, "local");
    expect(parsed(document)).toMatchObject({ "@timestamp": TIME.replace("2020", "2021"), archive: { lane: "future" } });
    expect(document.includes(`"gitlab":${record}}`)).toBe(true);
  });

  it("a record with newlines holds it on one line, its texts unchanged", () => {
    const record = RECORD.replace("{", "{\n\r\n  ").replace(',"n"', ',\n\n"a\\nb": "c\\nd",\n"n"').replace("}", "\n}");
    const line = fromMessage(record);
    expect(line.meta.lane).toBe("wrapped");
    const document = documentOf(line, "local");
    expect(document.includes("\n")).toBe(false);
    expect(document.includes(record.replaceAll("\n", " "))).toBe(true);
    expect(parsed(document)).toMatchObject({ "@timestamp": TIME, gitlab: JSON.parse(record) as unknown });
  });

  it("a text has it as message, and why it is no record", () => {
    const text = 'no "JSON"\\ \t\u2028 日本';
    const line = fromMessage(text);
    expect(parsed(documentOf(line, "local"))).toEqual({
      "@timestamp": PUBLISHED_AT,
      archive: {
        stream: "local",
        id: line.meta.id,
        log: "unknown",
        lane: "quarantine",
        reason: "not_json",
        ...MESSAGE,
      },
      message: text,
    });
  });

  it("bytes that are not UTF-8 shows what can be read of them", () => {
    const document = documentOf(fromFile(Buffer.from("caf\xe9 \x00 cr\xe8me", "latin1")), "local");
    expect(parsed(document)).toMatchObject({ archive: { reason: "not_utf8" }, message: "caf\ufffd \0 cr\ufffdme" });
  });

  it("a long text has its beginning", () => {
    const text = "x".repeat(100_000);
    const { message } = parsed(documentOf(only(decodeFile(text)), "local")) as { readonly message: string };
    expect(message.length).toBeGreaterThan(4000);
    expect(message.length).toBeLessThan(10_000);
    expect(text.startsWith(message)).toBe(true);
  });

  it("a blob has nothing of it, and no time where nobody knows one", () => {
    const line = fromFile("x".repeat(LIMITS.maxLineBytes + 1));
    expect(parsed(documentOf(line, "local"))).toEqual({
      archive: { stream: "local", id: line.meta.id, log: "unknown", lane: "blob", reason: "too_large" },
    });
  });

  it("a message without publish time says none", () => {
    const document = documentOf(archivedText("{}", { timeMs: null, message: publishedAt(null) }), "local");
    expect(parsed(document)).toEqual({
      archive: expect.not.objectContaining({ published_at: expect.anything() }) as unknown,
      gitlab: {},
    });
  });

  it("any line is JSON on one line, with the bytes of its record", () => {
    const content = fc.oneof(
      { weight: 4, arbitrary: jsonText },
      { weight: 2, arbitrary: jsonText.map((text) => text.replace("{", `{"time":"${TIME}",`).replace(",}", "}")) },
      brokenText,
      fc.uint8Array({ maxLength: 400 }),
    );
    const seen = new Set<Lane>();
    fc.assert(
      fc.property(content, fc.boolean(), (bytes, isMessage) => {
        const decode = isMessage ? decodeMessage : decodeFile;
        for (const decoded of decode(Buffer.from(bytes as string), {}, { limits: LIMITS })) {
          seen.add(decoded.lane);
          const line = archived(decoded, 3);
          const document = documentOf(line, "local");
          expect(document.includes("\n")).toBe(false);
          const isRecord = decoded.lane === "line" || decoded.lane === "future";
          if (isRecord) expect(document.includes(Buffer.concat([Buffer.from('"gitlab":'), decoded.bytes]))).toBe(true);
          expect(parsed(document)).toMatchObject({ archive: { id: decoded.id, lane: decoded.lane } });
          const inQuarantine = quarantineDocumentOf(line, "local", "i", REJECTION);
          expect(inQuarantine.includes("\n")).toBe(false);
          expect(parsed(inQuarantine)).toMatchObject({ archive: { id: decoded.id }, place: { row: 3 } });
        }
      }),
      { numRuns: 300 },
    );
    // `future` has its own test above.
    expect([...seen].sort()).toEqual(LANES.filter((lane) => lane !== "future").sort());
  });
});

describe("a document written anew", () => {
  const rewrittenText = (text: string): string | undefined => rewritten(Buffer.from(text))?.toString();

  it("has each key once, with its last value", () => {
    expect(rewrittenText('{"a":{"b":1,"b":2},"a":{"c":3, "c":[4]}}')).toBe('{"a":{"c":[4]}}');
    expect(rewrittenText('{"a":1,"\\u0061":2}')).toBe('{"a":2}');
    expect(rewrittenText('{"__proto__":1,"__proto__":{"a":2}}')).toBe('{"__proto__":{"a":2}}');
  });

  it("has no number that only some can read", () => {
    expect(rewrittenText('{"a":1e999,"b":-1e999,"c":1e-999}')).toBe('{"a":null,"b":null,"c":0}');
    expect(rewrittenText(`{"a":${"1".repeat(2000)},"b":0.${"3".repeat(2000)}}`)).toBe(
      '{"a":null,"b":0.3333333333333333}',
    );
  });

  it("is UTF-8 though the texts have halves of characters", () => {
    const document = rewritten(Buffer.from('{"a":"\\ud800","\\udc00é":"\\ud83d\\ude00"}'));
    expect(document?.toString()).toBe('{"a":"\\ud800","\\udc00é":"😀"}');
  });

  it("is on one line, and has the texts of the first", () => {
    const text = '{ "a" : "b\\n\\u2028\\u0000",\r"c":[ ] }';
    expect(rewrittenText(text)).not.toContain("\n");
    expect(JSON.parse(rewrittenText(text) ?? "")).toEqual(JSON.parse(text));
  });

  it("may be nested as deep as any record may be", () => {
    const text = `{"a":${"[".repeat(1000)}${"]".repeat(1000)}}`;
    expect(rewrittenText(text)).toBe(text);
  });

  it("is none where it is no JSON", () => {
    expect(rewrittenText('{"a":}')).toBeUndefined();
  });
});

describe("a document in quarantine", () => {
  it("names the line's place, the index that rejected it, and why", () => {
    const line = archivedText('{"a":1,"a":2}', { message: publishedAt() }, 42);
    expect(parsed(quarantineDocumentOf(line, "local", "logtally.logs-rails.api-2020.12.22", REJECTION))).toEqual({
      "@timestamp": new Date(SAMPLE_MS).toISOString(),
      archive: {
        stream: "local",
        id: line.meta.id,
        log: "rails.api",
        lane: "line",
        topic: "projects/p/topics/t",
        message_id: "7",
        published_at: new Date(SAMPLE_MS).toISOString(),
      },
      place: { object: "wal/test/1", row: 42 },
      rejection: { index: "logtally.logs-rails.api-2020.12.22", ...REJECTION },
      message: '{"a":1,"a":2}',
    });
  });

  it("has the beginning of a long line and of a long reason, and nothing of a blob", () => {
    const reason = `${"r".repeat(999)}😀${"r".repeat(100_000)}`;
    const rejection = { ...REJECTION, reason };
    const long = quarantineDocumentOf(archivedText(`{"a":"${"x".repeat(1e6)}"}`), "local", "i", rejection);
    expect(long.length).toBeLessThan(20_000);
    expect(parsed(long)).toMatchObject({ rejection: { reason: `${"r".repeat(999)}\ufffd` } });
    const blob = quarantineDocumentOf(archivedText("{}", { lane: "blob" }), "local", "i", rejection);
    expect(parsed(blob)).not.toHaveProperty("message");
  });
});
