import { createHash } from "node:crypto";
import type { Payload } from "../../src/core/delivery.ts";
import type { Line, MessageInfo } from "../../src/core/line.ts";
import { createDecoder, type DecoderOptions } from "../../src/decode/decoder.ts";

/** A line that was lent, kept: its bytes, and the strings of the fields that the test asked for. */
export interface DecodedLine extends Omit<Line, "buffer" | "start" | "end"> {
  readonly bytes: Buffer;
  readonly text: string;
  readonly fields: Readonly<Record<string, string | null>> | null;
}

export const FINGERPRINT = "f".repeat(64);
export const PUBLISHED_AT = "2020-09-14T09:00:43.512Z";

const OPTIONS: DecoderOptions = {
  names: [],
  limits: { maxDepth: 128, maxLineBytes: 4 * 2 ** 20, maxInflatedBytes: 32 * 2 ** 20 },
  identityFields: {},
  topic: "",
};

export function decode(payloads: readonly Payload[], options: Partial<DecoderOptions> = {}): DecodedLine[] {
  const decoder = createDecoder({ ...OPTIONS, ...options });
  const lines: DecodedLine[] = [];
  for (const payload of payloads) {
    decoder.decode(payload, ({ buffer, start, end, ...line }, fields) => {
      const bytes = Buffer.from(buffer.subarray(start, end));
      const names = options.names ?? [];
      const values = names.map((name) => [name, fields?.string(decoder.slotOf(name)) ?? null]);
      lines.push({
        ...line,
        bytes,
        text: bytes.toString(),
        fields: fields === null ? null : Object.fromEntries(values),
      });
    });
  }
  return lines;
}

/** The text as a file; its first byte is at `offset`. */
export function fileOf(text: string | Buffer, offset = 0): Payload {
  const buffer = Buffer.concat([Buffer.alloc(1), Buffer.from(text)]);
  const place = { fingerprint: FINGERPRINT, offset, continuesLine: false };
  return { kind: "lines", buffer, start: 1, end: buffer.length, ...place };
}

export function decodeFile(text: string | Buffer, options: Partial<DecoderOptions> = {}): DecodedLine[] {
  return decode([fileOf(text)], options);
}

/** The data as a message that the service hands over. */
export function messageOf(data: string | Buffer, info: Partial<MessageInfo> = {}): Payload {
  const whole = { topic: "", messageId: "1", publishedAtMs: Date.parse(PUBLISHED_AT), attributes: {}, ...info };
  return { kind: "message", data: Buffer.from(data), info: whole };
}

export function decodeMessage(
  data: string | Buffer,
  info: Partial<MessageInfo> = {},
  options: Partial<DecoderOptions> = {},
): DecodedLine[] {
  return decode([messageOf(data, info)], options);
}

/** The line of a dumped message. `undefined` leaves a member out. */
export function dumpOf(data: string | Buffer | undefined, members: Readonly<Record<string, unknown>> = {}): string {
  const base64 = data === undefined ? undefined : Buffer.from(data).toString("base64");
  const message = { data: base64, messageId: "1", publishTime: PUBLISHED_AT, ...members };
  return JSON.stringify({ ackId: "a", message });
}

export function sha256(...parts: (string | Buffer)[]): string {
  const hasher = createHash("sha256");
  for (const part of parts) hasher.update(part);
  return hasher.digest("hex");
}

/** `[reason or lane, text]`, what most tests ask for. */
export function outline(lines: readonly DecodedLine[]): string[] {
  return lines.map((line) => `${line.reason === null ? line.lane : `${line.lane}/${line.reason}`} ${line.text}`);
}
