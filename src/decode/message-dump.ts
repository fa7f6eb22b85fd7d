import parseJson from "fast-json-parse";
import type { MessagePayload } from "../core/delivery.ts";
import { parseDateTime } from "./time.ts";

/** What a pull or a push says beside the message. A line with more is a record, whose other fields would be lost. */
const BESIDE_MESSAGE = ["message", "ackId", "ack_id", "deliveryAttempt", "delivery_attempt", "subscription"];

/**
 * A Pub/Sub message as a pull dumps it, `{"ackId": …, "message": {"data": base64, "attributes": {…}, "messageId": …,
 * "publishTime": …}}`; null where the line is a record with a field of that name. `topic` is not in the dump.
 */
export function readMessageDump(text: string, topic: string): MessagePayload | null {
  const dump: unknown = parseJson(text).value;
  if (!Object.keys(dump ?? {}).every((key) => BESIDE_MESSAGE.includes(key))) return null;
  const message = member(dump, "message");
  const messageId = member(message, "messageId") ?? member(message, "message_id");
  const data = member(message, "data") ?? "";
  const attributes = readAttributes(member(message, "attributes"));
  if (typeof messageId !== "string" || messageId === "" || typeof data !== "string" || attributes === null) return null;
  if (!isBase64(data)) return null;
  const published = member(message, "publishTime") ?? member(message, "publish_time");
  const publishedAtMs = typeof published === "string" ? publishTimeMs(published) : null;
  return { kind: "message", data: Buffer.from(data, "base64"), info: { topic, messageId, publishedAtMs, attributes } };
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

/** The service's own limits. Attributes are archived with every block of a message's lines: more would make much of little. */
const MOST_ATTRIBUTES = 100;
const MOST_KEY_BYTES = 256;
const MOST_VALUE_BYTES = 1024;

/** Attributes are strings by the service's own rule, and few; null where they are not. */
function readAttributes(value: unknown): Record<string, string> | null {
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) return null;
  const entries = Object.entries(value);
  if (entries.length > MOST_ATTRIBUTES || !entries.every(isAttribute)) return null;
  return Object.fromEntries(entries);
}

function isAttribute(entry: [string, unknown]): entry is [string, string] {
  const [key, text] = entry;
  if (typeof text !== "string" || Buffer.byteLength(key) > MOST_KEY_BYTES) return false;
  return Buffer.byteLength(text) <= MOST_VALUE_BYTES;
}

/** Standard or URL-safe alphabet; `Buffer.from` alone would skip what is neither, and lose bytes unseen. */
function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/_-]*={0,2}$/.test(text) && text.replace(/={1,2}$/, "").length % 4 !== 1;
}

function publishTimeMs(text: string): number | null {
  const bytes = Buffer.from(text, "utf8");
  const timeMs = parseDateTime(bytes, 0, bytes.length);
  return Number.isNaN(timeMs) ? null : timeMs;
}
