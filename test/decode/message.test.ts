/**
 * Goal: a message, dumped into a file or handed over, gives its lines, whatever its compression; nothing of it is
 * lost. Method: payloads made by node:zlib, whole, cut, changed and joined.
 */
import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { type DecodedLine, decodeFile, decodeMessage, dumpOf, outline, PUBLISHED_AT } from "./decoded-line.ts";

const TIME = '"time":"2020-09-14T09:00:42.123Z"';
const A = `{${TIME},"n":"a"}`;
const B = `{${TIME},"n":"b"}`;
const PRETTY = `{\n  ${TIME},\n  "n": "é"\n}`;
const LIMITS = { maxDepth: 128, maxLineBytes: 200, maxInflatedBytes: 1000 };

const COMPRESSORS = [
  ["zlib", (data: string | Buffer) => deflateSync(data)],
  ["gzip", (data: string | Buffer) => gzipSync(data)],
  ["zstd", (data: string | Buffer) => zstdCompressSync(data)],
] as const;

const compressed = (algorithm: string) => ({ attributes: { compression_algorithm: algorithm } });

/** The bytes that a wrapped line or a blob stands for. */
function unwrap(line: DecodedLine | undefined): Buffer {
  const { payload_base64, ...rest } = JSON.parse(line?.text ?? "{}") as { payload_base64: string };
  expect(rest).toEqual({});
  return Buffer.from(payload_base64, "base64");
}

describe("a dumped message", () => {
  it("stands for its line, with what the service said of it", () => {
    const attributes = { log: "api_json", x: "y" };
    const [line] = decodeFile(dumpOf(A, { attributes }), { topic: "projects/p/topics/t" });
    expect(line).toMatchObject({ text: A, lane: "line", log: "rails.api" });
    const publishedAtMs = Date.parse(PUBLISHED_AT);
    expect(line?.message).toEqual({ topic: "projects/p/topics/t", messageId: "1", publishedAtMs, attributes });
  });

  it("has the same lines as the message itself", () => {
    for (const data of [A, `${A}\n${B}\n`, PRETTY, "text", "", Buffer.from([0xff, 0x0a, 0x7b])]) {
      const attributes = { some: "attribute" };
      expect(decodeFile(dumpOf(data, { attributes }))).toEqual(decodeMessage(data, { attributes }));
    }
  });

  it("stands among other lines, and keeps the order", () => {
    expect(outline(decodeFile(`${A}\n${dumpOf(`${B}\ntext`)}\n${B}\n`))).toEqual([
      `line ${A}`,
      `line ${B}`,
      "quarantine/not_json text",
      `line ${B}`,
    ]);
  });

  it("may use the names of the other interface, and the other alphabet", () => {
    const message = {
      data: Buffer.from(`${A}??>>`).toString("base64url"),
      message_id: "7",
      publish_time: PUBLISHED_AT,
    };
    expect(message.data).toMatch(/[-_]/);
    const [line] = decodeFile(JSON.stringify({ message }));
    expect(line).toMatchObject({
      text: `${A}??>>`,
      message: { messageId: "7", publishedAtMs: Date.parse(PUBLISHED_AT) },
    });
  });

  it("with attributes only is no line", () => {
    expect(decodeFile(dumpOf(undefined, { attributes: { a: "b" } }))).toEqual([]);
    expect(decodeFile(dumpOf("", { attributes: { a: "b" } }))).toEqual([]);
    expect(decodeMessage("", { attributes: { a: "b" } })).toEqual([]);
  });

  it("without publish time leaves the time to its lines", () => {
    for (const publishTime of [undefined, "", "soon", 7]) {
      const lines = decodeFile(dumpOf(`${A}\n{"n":1}\ntext`, { publishTime }));
      expect(outline(lines)).toEqual([`line ${A}`, 'quarantine/no_time {"n":1}', "quarantine/not_json text"]);
      expect(lines.map((line) => [line.message?.publishedAtMs, line.hour === 0])).toEqual([
        [null, false],
        [null, true],
        [null, true],
      ]);
    }
  });

  it.each([
    ["data that is no base64", { data: "not base64!" }],
    ["data cut in the middle of a byte", { data: "QUJDR" }],
    ["data with padding in the middle", { data: "QUI=QUI=" }],
    ["data that is no text", { data: 7 }],
    ["no id", { messageId: undefined }],
    ["an id that is no text", { messageId: 7 }],
    ["attributes that are no texts", { attributes: { a: 1 } }],
    ["an empty id", { messageId: "" }],
  ])("is just a line with %s", (_name, members) => {
    const dump = dumpOf(A, members);
    expect(outline(decodeFile(dump))).toEqual([`quarantine/no_time ${dump}`]);
    const timed = dump.replace("{", `{${TIME},`);
    expect(outline(decodeFile(timed))).toEqual([`line ${timed}`]);
  });

  it("is nothing where it has no data", () => {
    for (const members of [{ data: undefined }, { data: "" }, { data: "", attributes: { a: "b" } }, { data: "Cg==" }]) {
      expect(decodeFile(dumpOf(undefined, members))).toEqual([]);
    }
  });

  it("is none where a record's message is text or any other object", () => {
    for (const message of ['"text"', '{"data":"QUJD"}', "[]", "{}", "null"]) {
      const line = `{${TIME},"message":${message}}`;
      expect(outline(decodeFile(line))).toEqual([`line ${line}`]);
    }
  });

  it.each(['"messageId":"7"', '"messageId":"7","data":"Cg=="', `"messageId":"7","data":"${btoa("{}")}"`])(
    "is none where other fields stand beside it: %s",
    (members) => {
      const line = `{${TIME},"message":{${members}}}`;
      expect(outline(decodeFile(line))).toEqual([`line ${line}`]);
    },
  );

  it("may be longer than any record in it", () => {
    const many = `${A}\n`.repeat(20);
    expect(outline(decodeFile(dumpOf(many), { limits: LIMITS }))).toEqual(Array(20).fill(`line ${A}`));
  });

  it("inside a message is a line of that", () => {
    const dump = dumpOf(A);
    expect(outline(decodeFile(dumpOf(dump)))).toEqual([`line ${dump}`]);
  });
});

describe("a payload with newlines", () => {
  it("is NDJSON where its lines are records: one LF ends a line, empty lines are nothing", () => {
    for (const data of [`${A}\n${B}`, `${A}\n${B}\n`, `\n\n${A}\n\n\n${B}\n\n`]) {
      expect(outline(decodeMessage(data))).toEqual([`line ${A}`, `line ${B}`]);
    }
  });

  it("keeps its CRs", () => {
    expect(outline(decodeMessage(`${A}\r\n${B}\r\n`))).toEqual([`line ${A}\r`, `line ${B}\r`]);
    expect(outline(decodeMessage(`${A}\r`))).toEqual([`line ${A}\r`]);
  });

  it("is one line where the newlines are only around a record", () => {
    for (const data of [A, `${A}\n`, `${A}\n\n`, `\n${A}`]) {
      const lines = decodeMessage(data);
      expect(outline(lines)).toEqual([`line ${A}`]);
      expect(lines[0]?.id).toBe(decodeMessage(A)[0]?.id);
    }
  });

  it("is one wrapped record where the whole is one JSON value", () => {
    for (const data of [PRETTY, `${PRETTY}\n`, ` \n${A}`]) {
      const [line, ...others] = decodeMessage(data, {}, { names: ["n"] });
      expect(others).toEqual([]);
      expect(line).toMatchObject({ lane: "wrapped", reason: null, timeMs: Date.parse("2020-09-14T09:00:42.123Z") });
      expect(unwrap(line).toString()).toBe(data.replace(/\n$/, ""));
      expect(line?.fields).toEqual({ n: data.includes("é") ? "é" : "a" });
    }
  });

  it("is one blob where that value is no record", () => {
    const reasons = ["[1,\n2]", '{"n":\n1}', `{\n"a":${"[".repeat(128)}${"]".repeat(128)}}`].map((data) => {
      const lines = decodeMessage(data, { publishedAtMs: null });
      expect(lines.map((line) => line.lane)).toEqual(["blob"]);
      expect(unwrap(lines[0]).toString()).toBe(data);
      return lines[0]?.reason;
    });
    expect(reasons).toEqual(["not_object", "no_time", "too_deep"]);
  });

  it("lets every line stand alone where the whole is no JSON value", () => {
    const lines = decodeMessage(
      Buffer.concat([Buffer.from(`${A}\n[1]\n{"cut":\n`), Buffer.from([0xff]), Buffer.from(`\n${B}`)]),
    );
    expect(lines.map((line) => line.reason)).toEqual([null, "not_object", "not_json", "not_utf8", null]);
    expect(lines.map((line) => line.lane)).toEqual(["line", "quarantine", "quarantine", "quarantine", "line"]);
    expect(outline(decodeMessage(PRETTY.slice(0, -1))).map((line) => line.split(" ")[0])).toEqual(
      Array(3).fill("quarantine/not_json"),
    );
  });

  it("of one value over the limit is too large, and lines are measured one by one", () => {
    const long = `{${TIME},"n":\n"${"x".repeat(200)}"}`;
    expect(decodeMessage(long, {}, { limits: LIMITS })).toMatchObject([{ reason: "too_large", lane: "blob" }]);
    const lines = decodeMessage(`${A}\n${long.replace("\n", "")}\n${B}`, {}, { limits: LIMITS });
    expect(lines.map((line) => line.reason)).toEqual([null, "too_large", null]);
  });
});

describe.each(COMPRESSORS)("compression %s", (algorithm, compress) => {
  const info = compressed(algorithm);

  it("holds a batch, parted by 0x1E", () => {
    const batch = [A, "", `${B}\n`, "\n", PRETTY, "text", `${A}\n${B}`].join("\x1e");
    const lines = decodeMessage(compress(batch), info);
    expect(lines.map((line) => line.reason ?? line.lane)).toEqual([
      "line",
      "line",
      "wrapped",
      "not_json",
      "line",
      "line",
    ]);
    expect(unwrap(lines[2]).toString()).toBe(PRETTY);
    expect(outline(decodeFile(dumpOf(compress(batch), info)))).toEqual(outline(lines));
  });

  it("may hold nothing", () => {
    expect(decodeMessage(compress(""), info)).toEqual([]);
    expect(decodeMessage(compress("\n\x1e\x1e\n\n"), info)).toEqual([]);
  });

  it("is bad where any of it is missing", () => {
    const data = compress(A);
    for (let length = 0; length < data.length; length += 1) {
      const lines = decodeMessage(data.subarray(0, length), info);
      expect(lines).toMatchObject([{ lane: "blob", reason: "bad_compression", log: "unknown", timeMs: null }]);
      expect(unwrap(lines[0])).toEqual(data.subarray(0, length));
    }
  });

  it("is bad with anything behind it", () => {
    for (const garbage of ["x", "\0", "\x1f", "garbage behind the end"]) {
      const data = Buffer.concat([compress(A), Buffer.from(garbage, "latin1")]);
      const lines = decodeMessage(data, info);
      expect(lines).toMatchObject([{ lane: "blob", reason: "bad_compression" }]);
      expect(unwrap(lines[0])).toEqual(data);
    }
  });

  it("is bad where the data is something else", () => {
    for (const [other, pack] of COMPRESSORS) {
      if (other !== algorithm) expect(decodeMessage(pack(A), info)).toMatchObject([{ reason: "bad_compression" }]);
    }
    expect(decodeMessage(A, info)).toMatchObject([{ reason: "bad_compression", lane: "blob" }]);
  });

  it("is no error wherever bytes of it were altered", () => {
    const data = compress(`${A}\n`.repeat(20));
    const edit = fc.record({ at: fc.nat(data.length - 1), byte: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), fc.nat(20), (edits, front) => {
        const altered = Buffer.from(data);
        // Half of them in front, where its form is said.
        for (const { at, byte } of edits) altered[front < 10 ? at % 20 : at] = byte;
        expect(() => decodeMessage(altered, info, { limits: LIMITS })).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["a buffer", new RangeError("Array buffer allocation failed")],
    ["zlib's state", Object.assign(new Error("no memory"), { code: "Z_MEM_ERROR" })],
    ["zstd's state", Object.assign(new Error("no memory"), { code: "ZSTD_error_memory_allocation" })],
  ])("is not called bad where there is no memory for %s", (_what, failure) => {
    const data = compress(A);
    using allocate = vi.spyOn(Buffer, "allocUnsafe");
    allocate.mockImplementationOnce(() => {
      throw failure;
    });
    expect(() => decodeMessage(data, info)).toThrow(failure);
    expect(outline(decodeMessage(data, info))).toEqual([`line ${A}`]);
  });

  it("may grow to the limit and no further", () => {
    const whole = `${A}\n`.repeat(20).padEnd(LIMITS.maxInflatedBytes, "\n");
    expect(decodeMessage(compress(whole), info, { limits: LIMITS }).every((line) => line.lane === "line")).toBe(true);
    const over = compress(`${whole}\n`);
    const lines = decodeMessage(over, info, { limits: LIMITS });
    expect(lines).toMatchObject([{ lane: "blob", reason: "inflate_limit" }]);
    expect(unwrap(lines[0])).toEqual(over);
  });

  it("does not burst", () => {
    const bomb = compress(Buffer.alloc(2 ** 26));
    expect(decodeMessage(bomb, info, { limits: LIMITS })).toMatchObject([{ reason: "inflate_limit" }]);
  });

  it("leaves the limit of a record to each record", () => {
    const batch = [A, "x".repeat(201), "x".repeat(200), B].join("\x1e");
    const lines = decodeMessage(compress(batch), info, { limits: LIMITS });
    expect(lines.map((line) => line.reason)).toEqual([null, "too_large", "not_json", null]);
  });
});

describe("compression", () => {
  it.each(["gzip", "zstd"] as const)("%s may come in several pieces", (algorithm) => {
    const compress = algorithm === "gzip" ? gzipSync : zstdCompressSync;
    const pieces = [`${A}\n`, "", B.slice(0, 9), `${B.slice(9)}\n`].map((text) => compress(text));
    expect(outline(decodeMessage(Buffer.concat(pieces), compressed(algorithm)))).toEqual([`line ${A}`, `line ${B}`]);
    const cut = Buffer.concat(pieces).subarray(0, -1);
    expect(decodeMessage(cut, compressed(algorithm))).toMatchObject([{ reason: "bad_compression" }]);
  });

  it.each(["snappy", "", "ZLIB", "deflate", "constructor", " gzip"])("%j is unknown", (algorithm) => {
    const lines = decodeMessage(gzipSync(A), compressed(algorithm));
    expect(lines).toMatchObject([{ lane: "blob", reason: "unknown_compression", timeMs: null }]);
    expect(unwrap(lines[0])).toEqual(gzipSync(A));
  });

  it("that is not said is none: 0x1E is a character like others then", () => {
    expect(outline(decodeMessage(`${A}\x1e${B}`))).toEqual([`quarantine/not_json ${A}\x1e${B}`]);
    expect(decodeMessage(gzipSync(A))[0]?.reason).toBe("not_utf8");
  });

  it("spoils nothing but its own message", () => {
    const bad = dumpOf("no gzip", { messageId: "2", ...compressed("gzip") });
    const lines = decodeFile([dumpOf(A), bad, dumpOf(B, { messageId: "3" })].join("\n"));
    expect(lines.map((line) => line.reason)).toEqual([null, "bad_compression", null]);
  });
});
