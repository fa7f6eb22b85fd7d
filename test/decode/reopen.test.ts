/** Goal: a line that the archive holds says the same years later. Method: every decoded line is opened again. */
import { describe, expect, it } from "vitest";
import type { Payload } from "../../src/core/delivery.ts";
import { createDecoder } from "../../src/decode/decoder.ts";
import { unwrapPayload, wrapPayload } from "../../src/decode/wrap.ts";
import { dumpOf, fileOf, messageOf } from "./decoded-line.ts";

const TIME = '"time":"2020-09-14T09:00:42.123Z"';
const ENTRY = `{"logName":"p/logs/sidekiq","insertId":"i","timestamp":"2020-09-14T09:00:42Z","jsonPayload":{"n":"in entry"}}`;
const LINES = [
  `{${TIME},"n":"é"}`,
  ENTRY,
  ENTRY.replace('{"n":"in entry"}', '"text"').replace("json", "text"),
  "text",
  "{}",
];

describe("a line opened again", () => {
  const decoder = createDecoder({
    names: ["n"],
    limits: { maxDepth: 128, maxLineBytes: 1000, maxInflatedBytes: 1000 },
    identityFields: {},
    topic: "",
  });
  const info = { attributes: { log: "api_json" } };
  const payloads: readonly (readonly [name: string, payload: Payload])[] = [
    ["of a file", fileOf(`${LINES.join("\n")}\n${dumpOf(LINES.join("\n"), info)}`)],
    ["of a message", messageOf(LINES.join("\n"), info)],
    ["that is wrapped", messageOf(`{\n${TIME},"n":"w"}`, info)],
    ["that came from far ahead", messageOf('{"time":"2021-09-14T09:00:42.123Z","n":"f"}', info)],
    ["that is a blob", messageOf(`{\n${"[".repeat(200)}${"]".repeat(200)}`.replace("{", '{"a":') + "}", info)],
  ];

  it.each(payloads)("%s has the same log, fields and time, or none", (_name, payload) => {
    const before: unknown[] = [];
    const kept: Parameters<typeof decoder.reopen>[] = [];
    const slot = decoder.slotOf("n");
    decoder.decode(payload, ({ buffer, start, end, lane, message, log, timeMs }, fields) => {
      const isRecord = lane !== "quarantine" && lane !== "blob";
      before.push(isRecord ? { log, timeMs, n: fields?.string(slot) ?? null } : null);
      kept.push([Buffer.concat([Buffer.alloc(1), buffer.subarray(start, end)]), 1, end - start + 1, lane, message]);
    });
    const after = kept.map((line) => {
      const record = decoder.reopen(...line);
      if (record === null) return null;
      const timeMs = record.timeMs ?? line[4]?.publishedAtMs ?? null;
      return { log: record.log, timeMs, n: record.fields?.string(slot) ?? null };
    });
    expect(after).toEqual(before);
    expect(before.length).toBeGreaterThan(0);
  });
});

it("wraps payloads of any length so that they come back", () => {
  for (const length of [0, 1, 2, 3, 48 * 1024 - 1, 48 * 1024, 48 * 1024 + 1, 200_000]) {
    const payload = Buffer.from(Array.from({ length }, (_, index) => (index * 7919) % 256));
    const wrapped = wrapPayload(Buffer.concat([Buffer.alloc(1), payload]), 1, length + 1);
    expect(wrapped.toString("latin1", 1)).toBe(`{"payload_base64":"${payload.toString("base64")}"}`);
    expect(unwrapPayload(wrapped.toString("latin1", 1))?.subarray(1)).toEqual(payload);
  }
});
