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
  /** False where it is kept, and not understood. */
  readonly isRecord: boolean;
  /** `2021.03.04`: the day whose index has it. */
  readonly indexDay: string;
}

/** Lines of an hour, by what they came to. */
export interface TrueFigures {
  archived: number;
  counted: number;
  eventless: number;
  quarantined: number;
}

/** What the lines of a message are, computed apart from the program. */
export function trueLines(data: string, messageId: string, publishedAtMs: number): TrueLine[] {
  return data.split("\n").map((text, number) => trueLine(text, [TOPIC, messageId, String(number)], publishedAtMs));
}

function trueLine(text: string, place: readonly string[], publishedAtMs: number): TrueLine {
  const record = recordOf(text);
  const publishHour = Math.floor(publishedAtMs / HOUR_MS);
  if (record === null) {
    const id = idOf(publishHour, hashOfParts(place));
    return { id, text, hour: publishHour, event: null, isRecord: false, indexDay: dayOf(publishedAtMs) };
  }
  const timeMs = record.time === undefined ? null : Date.parse(record.time);
  const isOwn = timeMs !== null && timeMs <= publishedAtMs + MOST_AHEAD_MS;
  const hour = isOwn ? Math.floor(timeMs / HOUR_MS) : publishHour;
  const event = record.event ?? null;
  const indexDay = dayOf(timeMs ?? publishedAtMs);
  return { id: idOf(hour, hashOf(text, record, place)), text, hour, event, isRecord: true, indexDay };
}

function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10).replaceAll("-", ".");
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
    for (const line of lines) this.#put(line);
  }

  /** The lines of a message. */
  of(number: number): readonly TrueLine[] {
    return this.#ofMessage.get(number) ?? [];
  }

  /** The same, of these lines alone; others are left out. */
  among(lines: Iterable<{ readonly id: string; readonly text: string }>): Truth {
    const part = new Truth();
    for (const { id, text } of lines) {
      const line = this.lines.get(id)?.get(text);
      if (line !== undefined) part.#put(line);
    }
    return part;
  }

  /** Event → how many ids count it. Of an id one variant stands. */
  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { event } of this.#standing()) if (event !== null) counts[event] = (counts[event] ?? 0) + 1;
    return counts;
  }

  /** By hour, as manifests write it. */
  byHour(): ReadonlyMap<string, TrueFigures> {
    const hours = new Map<string, TrueFigures>();
    for (const { hour, event, isRecord } of this.#standing()) {
      const name = `${new Date(hour * HOUR_MS).toISOString().slice(0, 19)}Z`;
      const figures = hours.get(name) ?? { archived: 0, counted: 0, eventless: 0, quarantined: 0 };
      hours.set(name, figures);
      figures.archived += 1;
      figures[isRecord ? (event === null ? "eventless" : "counted") : "quarantined"] += 1;
    }
    return hours;
  }

  /** Ids with several variants, and the leaf hash of the one that stands. */
  conflicts(): ReadonlyMap<string, { readonly variants: number; readonly standing: string }> {
    const several = [...this.lines].filter(([, variants]) => variants.size > 1);
    return new Map(
      several.map(([id, variants]) => [id, { variants: variants.size, standing: leafOf(standingOf(variants).text) }]),
    );
  }

  #put(line: TrueLine): void {
    const variants = this.lines.get(line.id) ?? new Map<string, TrueLine>();
    this.lines.set(line.id, variants.set(line.text, line));
  }

  #standing(): TrueLine[] {
    return [...this.lines.values()].map(standingOf);
  }
}

/** The variant of whose bytes the id is made, else the one with the smallest leaf hash. */
function standingOf(variants: ReadonlyMap<string, TrueLine>): TrueLine {
  const rankOf = ({ id, text }: TrueLine): string => `${leafOf(text).startsWith(id.slice(8)) ? 0 : 1} ${leafOf(text)}`;
  return [...variants.values()].reduce((a, b) => (rankOf(a) < rankOf(b) ? a : b));
}
