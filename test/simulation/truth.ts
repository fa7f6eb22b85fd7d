import { createHash, hash } from "node:crypto";
import { HOUR_MS } from "../../src/core/units.ts";

/** Topic of all messages; it names the log. */
export const TOPIC = "rails.api";
/** Identifies the lines that have it. */
export const IDENTITY_FIELD = "event_id";
const MOST_AHEAD_MS = HOUR_MS;

/** A line, as anybody who reads docs/architecture.md can tell what becomes of it. */
export interface TrueLine {
  readonly id: string;
  readonly text: string;
  /** In hours since 1970. */
  readonly hour: number;
  /** What it counts, if it stands. */
  readonly event: string | null;
}

/** What the lines of a message are, computed apart from the program. */
export function trueLines(data: string, messageId: string, publishedAtMs: number): TrueLine[] {
  return data.split("\n").map((text, number) => trueLine(text, [TOPIC, messageId, String(number)], publishedAtMs));
}

function trueLine(text: string, place: readonly string[], publishedAtMs: number): TrueLine {
  const record = recordOf(text);
  const publishHour = Math.floor(publishedAtMs / HOUR_MS);
  if (record === null) return { id: idOf(publishHour, hashOfParts(place)), text, hour: publishHour, event: null };
  const timeMs = record.time === undefined ? null : Date.parse(record.time);
  const isOwn = timeMs !== null && timeMs <= publishedAtMs + MOST_AHEAD_MS;
  const hour = isOwn ? Math.floor(timeMs / HOUR_MS) : publishHour;
  const event = record.event ?? null;
  return { id: idOf(hour, hashOf(text, record, place)), text, hour, event };
}

interface TrueRecord {
  readonly time?: string;
  readonly event?: string;
  readonly event_id?: string;
  readonly correlation_id?: string;
}

function recordOf(text: string): TrueRecord | null {
  return text.startsWith("{") ? (JSON.parse(text) as TrueRecord) : null;
}

function hashOf(text: string, { event_id, time, correlation_id }: TrueRecord, place: readonly string[]): string {
  if (event_id !== undefined) return hashOfParts([TOPIC, IDENTITY_FIELD, event_id]);
  return time !== undefined && correlation_id !== undefined ? leafOf(text) : hashOfParts(place);
}

export function leafOf(text: string): string {
  return hash("sha256", `\0${text}`);
}

function hashOfParts(parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    const bytes = Buffer.from(part);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(bytes.length);
    hash.update(size).update(bytes);
  }
  return hash.digest("hex");
}

function idOf(hour: number, hash: string): string {
  return hour.toString(16).padStart(8, "0") + hash.slice(0, 24);
}

/** Everything that was published. */
export class Truth {
  /** By id: the variants, by text. */
  readonly lines = new Map<string, Map<string, TrueLine>>();
  readonly #ofMessage = new Map<number, readonly TrueLine[]>();

  add(number: number, data: string, publishedAtMs: number): void {
    const lines = trueLines(data, String(number), publishedAtMs);
    this.#ofMessage.set(number, lines);
    for (const line of lines) {
      const variants = this.lines.get(line.id) ?? new Map<string, TrueLine>();
      this.lines.set(line.id, variants.set(line.text, line));
    }
  }

  /** The lines of a message. */
  of(number: number): readonly TrueLine[] {
    return this.#ofMessage.get(number) ?? [];
  }

  /** Event → how many ids count it. Of an id the variant with the smallest leaf hash stands. */
  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const variants of this.lines.values()) {
      const [standing] = [...variants.values()].toSorted((a, b) => (leafOf(a.text) < leafOf(b.text) ? -1 : 1));
      const event = standing?.event ?? null;
      if (event !== null) counts[event] = (counts[event] ?? 0) + 1;
    }
    return counts;
  }
}
