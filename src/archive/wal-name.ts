import { hourName, parseHourName } from "../core/hour.ts";

/** What the name of a write-ahead object says. */
export interface WalName {
  readonly stream: string;
  /** Day of writing, `YYYY-MM-DD`: for people and for deleting, never for filing. */
  readonly ingestDay: string;
  readonly writer: string;
  /** Counts from 1 per writer. */
  readonly sequence: number;
  /** Earliest and latest filing hour of the lines in it. */
  readonly firstHour: number;
  readonly lastHour: number;
}

const SEQUENCE_DIGITS = 8;
const PATTERN =
  /^wal\/([a-z0-9-]{1,63})\/(\d{4}-\d\d-\d\d)\/([a-z0-9]{1,64})\/(\d{8,15})\.(\w{7,10})-(\w{7,10})\.ndjson\.zst$/;

/** `wal/<stream>/<ingest-day>/<writer>/<sequence>.<first hour>-<last hour>.ndjson.zst` */
export function walObjectName({ stream, ingestDay, writer, sequence, firstHour, lastHour }: WalName): string {
  const number = String(sequence).padStart(SEQUENCE_DIGITS, "0");
  const hours = `${hourName(firstHour)}-${hourName(lastHour)}`;
  return `${walPrefix(stream)}${ingestDay}/${writer}/${number}.${hours}.ndjson.zst`;
}

/** The reverse of `walObjectName`; null for a name that no writer gave. */
export function parseWalName(name: string): WalName | null {
  const [, stream = "", ingestDay = "", writer = "", number, first = "", last = ""] = PATTERN.exec(name) ?? [];
  const firstHour = parseHourName(first);
  const lastHour = parseHourName(last);
  if (number === undefined || firstHour === null || lastHour === null) return null;
  return { stream, ingestDay, writer, sequence: Number(number), firstHour, lastHour };
}

/** Prefix of the objects of one stream, or of all. */
export function walPrefix(stream: string | null): string {
  return stream === null ? "wal/" : `wal/${stream}/`;
}
