import parseJson from "fast-json-parse";
import type { MessagePayload } from "../core/delivery.ts";
import { parseDateTime } from "./time.ts";

/**
 * A Pub/Sub message as a pull dumps it, `{"ackId": …, "message": {"data": base64, "attributes": {…}, "messageId": …,
 * "publishTime": …}}`; null where the line is a record with a field of that name. `topic` is not in the dump.
 */
export function readMessageDump(text: string, topic: string): MessagePayload | null {
  const message = member(parseJson(text).value, "message");
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

/** Attributes are strings by the service's own rule; null where they are not. */
function readAttributes(value: unknown): Record<string, string> | null {
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) return null;
  const entries = Object.entries(value);
  return entries.every(([, text]) => typeof text === "string") ? Object.fromEntries(entries) : null;
}

/** Standard or URL-safe alphabet; `Buffer.from` alone would skip what is neither, and lose bytes unseen. */
function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/_-]*={0,2}$/.test(text) && text.replace(/=+$/, "").length % 4 !== 1;
}

function publishTimeMs(text: string): number | null {
  const bytes = Buffer.from(text, "utf8");
  const timeMs = parseDateTime(bytes, 0, bytes.length);
  return Number.isNaN(timeMs) ? null : timeMs;
}
