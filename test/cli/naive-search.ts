import type { LineConditions } from "../../src/cli/archive/search/line-filter.ts";
import { referenceEvents } from "../derive/reference-derivation.ts";
import { referenceDimensions } from "../derive/reference-dimensions.ts";
import { asNumber, field, parseRecord, type ReferenceRecord, text } from "../derive/reference-fields.ts";
import { type OpenedLine, referenceLine } from "../derive/reference-log.ts";
import type { KeptLine } from "./searched-archive.ts";

export interface Asked extends LineConditions {
  readonly since: number | null;
  readonly until: number | null;
}

/** `archive find` by the words of its page, one line after the other: each line once, for a conflict all variants. */
export function naiveSearch(lines: readonly KeptLine[], asked: Asked): string[] {
  return [...new Set(lines.filter((line) => isMeant(line, asked)).map(shown))].toSorted();
}

/** Everything that can be asked so that the line is among what is found. */
export function traitsOf(line: KeptLine): Partial<Asked> {
  const { timeMs, log, reason, bytes } = line;
  const text = bytes.toString("utf8", 0, 20);
  const ofAny = reason === null ? { log, text } : { log, text, quarantined: reason };
  const ofLine = timeMs === null ? ofAny : { since: timeMs, until: timeMs + 1, ...ofAny };
  const opened = openedLine(line);
  if (opened === null) return ofLine;
  const { record } = opened;
  const [event] = referenceEvents(opened.log, record);
  const { user, group, project } = referenceDimensions(opened.log, record, null);
  const ofRecord = {
    event: event?.event,
    user,
    group,
    project,
    correlationId: valueOf(record, "correlation_id") || null,
    status: valueOf(record, "status") || null,
    field: [{ name: "nonce", value: valueOf(record, "nonce") }],
  };
  return { ...ofLine, ...Object.fromEntries(Object.entries(ofRecord).filter(([, value]) => value ?? null)) };
}

/** What tells a line that was found from others. */
export function shown({ id, hash }: Pick<KeptLine, "id" | "hash">): string {
  return `${id} ${hash}`;
}

function isMeant(line: KeptLine, asked: Asked): boolean {
  const { timeMs, log, reason, bytes } = line;
  const { since, until, log: wantedLog, text: wantedText, quarantined, ...ofRecord } = asked;
  if (quarantined !== undefined && (quarantined === "any" ? reason === null : reason !== quarantined)) return false;
  if ((since !== null || until !== null) && timeMs === null) return false;
  if (since !== null && timeMs !== null && timeMs < since) return false;
  if (until !== null && timeMs !== null && timeMs >= until) return false;
  if (wantedLog !== undefined && log !== wantedLog) return false;
  if (wantedText !== undefined && !bytes.toString().includes(wantedText)) return false;
  if (Object.values(ofRecord).every((value) => value === undefined)) return true;
  const opened = openedLine(line);
  return opened !== null && isRecordMeant(opened, ofRecord);
}

function openedLine({ lane, bytes }: KeptLine): OpenedLine | null {
  if (lane === "quarantine" || lane === "blob") return null;
  const line = parseRecord(bytes.toString());
  if (lane !== "wrapped" || line === null) return line === null ? null : referenceLine(line);
  const wrapped = parseRecord(Buffer.from(text(line, "payload_base64") ?? "", "base64").toString());
  return wrapped === null ? null : referenceLine(wrapped);
}

function isRecordMeant(
  { record, log }: OpenedLine,
  {
    event,
    user,
    group,
    project,
    correlationId,
    status,
    field: fields = [],
  }: Omit<LineConditions, "log" | "text" | "quarantined">,
): boolean {
  const events = referenceEvents(log, record).map((each) => each.event);
  const dimensions = referenceDimensions(log, record, null);
  return (
    (event === undefined || (event === "any" ? events.length > 0 : events.includes(event))) &&
    (user === undefined || [user, `id:${user}`, `name:${user}`].includes(dimensions.user ?? "")) &&
    (group === undefined || dimensions.group === group) &&
    (project === undefined || dimensions.project === project) &&
    (correlationId === undefined || text(record, "correlation_id") === correlationId) &&
    (status === undefined || new RegExp(`^${status.replace("xx", "\\d\\d")}$`).test(valueOf(record, "status"))) &&
    fields.every(({ name, value }) => valueOf(record, name) === value)
  );
}

/** As a text, a whole number, or true and false. */
function valueOf(record: ReferenceRecord, name: string): string {
  const value = field(record, name);
  if (value === undefined) return "";
  return text(record, name) ?? asNumber(value)?.toString() ?? (typeof value === "boolean" ? `${value}` : "");
}
