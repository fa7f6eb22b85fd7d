import assert from "node:assert/strict";
import type { LinesPayload } from "../../../src/core/delivery.ts";
import { COMPRESSION_ATTRIBUTE } from "../../../src/decode/inflate.ts";
import { readMessageDump } from "../../../src/decode/message-dump.ts";
import { dumpOf } from "../../decode/decoded-line.ts";
import { fixtureLines } from "../fixture-lines.ts";
import { headed, headedInput, textIn, wholeIn } from "../headed-input.ts";
import { assertConserved, assertSound, createLineReader, type KeptLine } from "../kept-line.ts";
import type { FuzzTarget } from "../target.ts";

const LF = 0x0a;
const MOST_OFFSET = 2 ** 45;
const reader = createLineReader();
const stranger = createLineReader();

type Place = Pick<LinesPayload, "fingerprint" | "offset" | "continuesLine">;

function linesPayload(content: Buffer, place: Place): LinesPayload {
  const buffer = Buffer.concat([Buffer.alloc(1), content]);
  return { kind: "lines", buffer, start: 1, end: buffer.length, ...place };
}

/** One by one, as if each were read alone: of a line nothing may depend on those around it. */
function oneByOne(content: Buffer, place: Place): KeptLine[] {
  const lines: KeptLine[] = [];
  let start = 0;
  while (start < content.length) {
    const found = content.indexOf(LF, start);
    const end = found < 0 ? content.length : found;
    const line = content.subarray(start, end);
    if (line.length > 0) {
      const continuesLine = place.continuesLine && start === 0;
      const offset = place.offset + start;
      const alone = stranger.decode(linesPayload(line, { ...place, offset, continuesLine }));
      assertHeld(line, alone);
      lines.push(...alone);
    }
    start = end + 1;
  }
  return lines;
}

/** A line is kept as it is, or was a dumped message, and its lines are those of that (I3). */
function assertHeld(line: Buffer, lines: readonly KeptLine[]): void {
  const [only] = lines;
  if (lines.length === 1 && only?.message === null) {
    assert(only.payload.equals(line), "the line is another one");
    return;
  }
  const dump = readMessageDump(line.toString("utf8"), "");
  assert(dump !== null, "a line became several, and is no dumped message");
  const { message } = JSON.parse(line.toString("utf8")) as { readonly message: { readonly data?: string | null } };
  const base64 = (message.data ?? "").replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  assert.equal(dump.data.length, Math.floor((base64.length * 3) / 4), "data that are no base64 were cut");
  if (dump.info.attributes[COMPRESSION_ATTRIBUTE] === undefined) assertConserved(dump.data, lines, [LF]);
}

export const lines: FuzzTarget = {
  name: "lines",
  holds: "lines of files, dumped messages too: no byte lost, sound lines, and none depends on those around it",
  covers: ["src/decode/"],
  seeds: () => [
    ...fixtureLines(/samples/, 1).map((line) => headed({ offset: 0 }, Buffer.concat([line, Buffer.from("\n")]))),
    headed({ offset: 1e12, fingerprint: "ff" }, '{"time":1608627600}\n\n\xff\n{"a":1}\ntext'),
    headed({ continues: true }, 'rest"}\n{"timestamp":"2020-12-22 09:00:00 +0100","jid":"1"}\n'),
    headed({}, `${dumpOf('{"time":"2020-12-22T09:00:00.1Z","n":1}\n{"n":2}', { attributes: { log: "api_json" } })}\n`),
    headed({}, `${dumpOf(undefined)}\n${dumpOf("x", { messageId: "" })}\n`),
  ],
  words: [
    [
      '{"message":{"data":"',
      '"messageId":"1"',
      '"message_id":"1"',
      '"publishTime":"2020-12-22T09:00:00Z"',
      '"attributes":{',
    ],
    [
      '"message":{}',
      '"data":"e30="',
      '"data":"e30"',
      '"data":"_-8"',
      '"data":"A"',
      '"time":"2020-12-22T09:00:00Z"',
      "\n",
    ],
    ['"continues":true', '"offset":', "\n\n", '"time":1608627600.25', '"correlation_id":"c"', '"tag":"audit_json"'],
  ].flat(),
  check(bytes) {
    const input = headedInput(bytes);
    const place: Place = {
      fingerprint: textIn(input, "fingerprint") ?? "f".repeat(64),
      offset: Math.min(wholeIn(input, "offset") ?? 0, MOST_OFFSET),
      continuesLine: input.head["continues"] === true,
    };
    const payload = linesPayload(input.body, place);
    const before = Buffer.from(payload.buffer);
    const all = reader.decode(payload);
    assert(payload.buffer.equals(before), "the lent bytes were changed");
    for (const line of all) assertSound(line, reader);
    assert.deepEqual(oneByOne(input.body, place), all);
  },
};
