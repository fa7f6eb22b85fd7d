import assert from "node:assert/strict";
import { deflateSync, gunzipSync, gzipSync, inflateSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { MessagePayload } from "../../../src/core/delivery.ts";
import { fixtureLines } from "../fixture-lines.ts";
import { type HeadedInput, headed, headedInput, textIn, wholeIn } from "../headed-input.ts";
import { assertConserved, assertSound, createLineReader, identityOf, LIMITS } from "../kept-line.ts";
import type { FuzzTarget } from "../target.ts";

const LF = 0x0a;
const RECORD_SEPARATOR = 0x1e;
const PUBLISHED_MS = Date.UTC(2020, 11, 22, 9, 30);

const PACK = { gzip: gzipSync, zlib: deflateSync, zstd: zstdCompressSync } as const;
const UNPACK = { gzip: gunzipSync, zlib: inflateSync, zstd: zstdDecompressSync } as const;

type Algorithm = keyof typeof PACK;

const reader = createLineReader();
const stranger = createLineReader();

/** A message, and what its data hold where the target has packed them itself. */
interface Message {
  readonly payload: MessagePayload;
  readonly algorithm: string | undefined;
  readonly content: Buffer | null;
}

function messageOf(input: HeadedInput): Message {
  const { head, body } = input;
  const algorithm = textIn(input, "algorithm") ?? undefined;
  const packed = head["pack"] === true && algorithm !== undefined && Object.hasOwn(PACK, algorithm);
  const attributes: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const key of ["log", "x"]) {
    const value = textIn(input, key);
    if (value !== null) attributes[key] = value;
  }
  if (algorithm !== undefined) attributes["compression_algorithm"] = algorithm;
  const publishedAtMs = Math.min(wholeIn(input, "published") ?? PUBLISHED_MS, Date.UTC(2099, 0, 1));
  const info = {
    topic: textIn(input, "topic") ?? "",
    messageId: textIn(input, "id") ?? "1",
    publishedAtMs: head["published"] === null ? null : publishedAtMs,
    attributes: { ...attributes },
  };
  const tail = Buffer.from(textIn(input, "tail") ?? "", "latin1");
  const data = packed ? Buffer.concat([...membersOf(input, algorithm as Algorithm), tail]) : body;
  const content = packed && tail.length === 0 ? body : null;
  return { payload: { kind: "message", data, info }, algorithm, content };
}

/** The body in one or two compressed streams. */
function membersOf(input: HeadedInput, algorithm: Algorithm): readonly Buffer[] {
  const cut = wholeIn(input, "cut");
  // A second stream behind one of zlib is no compression that there is.
  const parts =
    cut === null || algorithm === "zlib" ? [input.body] : [input.body.subarray(0, cut), input.body.subarray(cut)];
  return parts.map((part) => PACK[algorithm](part));
}

/** The same by the engine without limits; null for what it does not take to the last byte. */
function unpacked(data: Buffer, algorithm: string): Buffer | null {
  if (!Object.hasOwn(UNPACK, algorithm)) return null;
  try {
    const options = { maxOutputLength: 2 ** 24, info: true };
    const { buffer, engine } = UNPACK[algorithm as Algorithm](data, options) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    return engine.bytesWritten === data.length ? buffer : null;
  } catch {
    return null;
  }
}

export const message: FuzzTarget = {
  name: "message",
  holds: "a message through the decoder: no byte lost, sound lines, the same when opened again, the same beside others",
  covers: ["src/decode/"],
  seeds: () => {
    const lines = fixtureLines(/samples/, 1);
    const batch = Buffer.concat(
      lines.slice(0, 3).flatMap((line) => [line.subarray(0, 400), Buffer.of(RECORD_SEPARATOR)]),
    );
    const whole = Buffer.from('{\n"time":"2020-12-22T09:00:00.5Z",\n"tag":"api_json","route":"/x","params":[]}\n');
    return [
      ...lines.map((line) => headed({ topic: "rails.api", published: PUBLISHED_MS }, line)),
      ...(["gzip", "zlib", "zstd"] as const).flatMap((algorithm) => [
        headed({ algorithm, pack: true }, batch),
        headed({ algorithm, pack: true, cut: 10, tail: "x" }, whole),
        headed({ algorithm }, PACK[algorithm](whole)),
        headed({ algorithm, pack: true }, "a".repeat(4000)),
      ]),
      headed({ log: "sidekiq", published: null }, whole),
      headed({ algorithm: "lz4", id: "2" }, "x\ny"),
    ];
  },
  words: [
    ['"time":"2020-12-22T09:00:00Z"', '"time":"2021-12-22T09:00:00.1Z"', '"timestamp":1608627600.5', '"@timestamp":'],
    [
      '"logName":"p/logs/api_json"',
      '"insertId":"i"',
      '"timestamp":"2020-12-22T09:00:00Z"',
      '"jsonPayload":{',
      '"textPayload":',
    ],
    [
      '"protoPayload":{',
      '"labels":{"tag":"x"}',
      '"correlation_id":"c"',
      '"jid":1',
      '"tag":"gitaly"',
      "\x1e",
      "\n\n",
      '"pack":true',
    ],
    [
      '"algorithm":"gzip"',
      '"algorithm":"zstd"',
      '"algorithm":"zlib"',
      '"algorithm":"toString"',
      '"cut":3',
      '"tail":"\\u001f"',
    ],
  ].flat(),
  check(bytes) {
    const { payload, algorithm, content } = messageOf(headedInput(bytes));
    const { data } = payload;
    const before = Buffer.from(data);
    const lines = reader.decode(payload);
    assert(data.equals(before), "the data of the message were changed");
    for (const line of lines) assertSound(line, reader);
    const [first] = lines;
    const { reason = null } = first ?? {};
    if (algorithm === undefined) assertConserved(data, lines, [LF]);
    else if (reason === "unknown_compression" || reason === "bad_compression" || reason === "inflate_limit") {
      assert.equal(lines.length, 1);
      assert(first?.payload.equals(data), "what does not decompress is not kept as it came");
      if (content !== null && reason !== "inflate_limit") assert(content.length > LIMITS.maxInflatedBytes, reason);
    } else {
      const unlimited = content ?? unpacked(data, algorithm);
      assert(unlimited !== null && unlimited.length <= LIMITS.maxInflatedBytes, "decompressed beyond the limit");
      assertConserved(unlimited, lines, [LF, RECORD_SEPARATOR]);
    }
    // Another decoder, which has seen other lines.
    assert.deepEqual(stranger.decode(payload), lines);
    for (const line of lines) {
      if (line.lane !== "line" && line.lane !== "future") continue;
      const { compression_algorithm: _packed, ...attributes } = payload.info.attributes;
      const alone = reader.decode({ kind: "message", data: line.bytes, info: { ...payload.info, attributes } });
      assert.deepEqual(alone.map(identityOf), [identityOf(line)]);
    }
  },
};
