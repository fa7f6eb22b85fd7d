import { DAY_HOURS } from "../core/units.ts";
import type { Span } from "./span.ts";

const PLAN_DIGITS = 6;
const ATTEMPT_DIGITS = 2;
/** Segments of an attempt are numbered from here on, times the attempt. */
export const NUMBERS_PER_ATTEMPT = 10_000;
const MANIFEST =
  /^vault\/v1\/([a-z0-9-]{1,63})\/(\d{4}-\d\d-\d\d|undated)\/([01]\d|2[0-3])\/(\d{6,15})\.manifest\.json$/;
const RECORD = /^ctl\/seal\/([a-z0-9-]{1,63})\/(\d{4}-\d\d-\d\d|undated)\/([01]\d|2[0-3])\/(\d{6,15})\.json$/;
const SEGMENT =
  /^vault\/v1\/([a-z0-9-]{1,63})\/(\d{4}-\d\d-\d\d|undated)\/([01]\d|2[0-3])\/(\d{6,15})-([1-9]\d{4,9})(?:\.meta)?\.ndjson\.zst$/;
const PLAN = /\/(\d{6,})a(\d{2,})\.json$/;

/** What the name of a manifest or a record says. */
export interface SealedName {
  readonly stream: string;
  readonly day: string;
  /** First hour of the span within its day. */
  readonly hourOfDay: number;
  readonly plan: number;
}

/** What the name of a segment's file says. */
export interface SegmentName extends SealedName {
  /** Which attempt at the plan has written it. */
  readonly attempt: number;
}

/** Prefix of all objects of the vault, or of a stream, or of a day of it. */
export function vaultPrefix(stream?: string, day?: string): string {
  return `vault/v1/${stream === undefined ? "" : `${stream}/`}${day === undefined ? "" : `${day}/`}`;
}

/** Prefix of all records, or of those of a stream, or of a day of it. */
export function recordPrefix(stream?: string, day?: string): string {
  return `ctl/seal/${stream === undefined ? "" : `${stream}/`}${day === undefined ? "" : `${day}/`}`;
}

/** The object that makes the lines of a plan count. */
export function manifestName(span: Span, plan: number): string {
  return `vault/v1/${folderOf(span)}${planText(plan)}.manifest.json`;
}

/** The manifest of the plan that a name speaks of. */
export function manifestNameOf({ stream, day, hourOfDay, plan }: SealedName): string {
  return `${vaultPrefix(stream, day)}${hourOfDayText(hourOfDay)}/${planText(plan)}.manifest.json`;
}

/** In the place of a manifest, where a plan added no line. */
export function recordName(span: Span, plan: number): string {
  return `ctl/seal/${folderOf(span)}${planText(plan)}.json`;
}

/** The files of a segment. */
export function segmentNames(
  span: Span,
  plan: number,
  number: number,
): { readonly lines: string; readonly meta: string } {
  const base = `vault/v1/${folderOf(span)}${planText(plan)}-${number}`;
  return { lines: `${base}.ndjson.zst`, meta: `${base}.meta.ndjson.zst` };
}

/** Prefix of the objects of a span in the vault. */
export function spanPrefix(span: Span): string {
  return `vault/v1/${folderOf(span)}`;
}

/** Prefix of the records of a span. */
export function spanRecordPrefix(span: Span): string {
  return `ctl/seal/${folderOf(span)}`;
}

export function planPrefix(span: Span): string {
  return `ctl/plan/${folderOf(span)}`;
}

/** Prefix of the attempts at a plan, by what its objects are called. */
export function attemptPrefix({ stream, day, hourOfDay, plan }: SealedName): string {
  return `ctl/plan/${stream}/${day}/${hourOfDayText(hourOfDay)}/${planText(plan)}a`;
}

export function planName(span: Span, plan: number, attempt: number): string {
  return `${planPrefix(span)}${planText(plan)}a${String(attempt).padStart(ATTEMPT_DIGITS, "0")}.json`;
}

/** How long the spans of a day are. */
export function spanLengthName(stream: string, day: string): string {
  return `ctl/span/${stream}/${day}.json`;
}

/** The reverse of `manifestName` and `recordName`; null for any other name. */
export function parseSealedName(name: string): SealedName | null {
  return sealedNameOf(MANIFEST.exec(name) ?? RECORD.exec(name));
}

/** What the name of a segment's file says; null for any other name. */
export function parseSegmentName(name: string): SegmentName | null {
  const match = SEGMENT.exec(name);
  const place = sealedNameOf(match);
  return place === null ? null : { ...place, attempt: Math.floor(Number(match?.[5]) / NUMBERS_PER_ATTEMPT) };
}

/** What the name of a manifest or of a segment's file says of its place; null for any other name. */
export function placeOf(name: string): SealedName | null {
  return parseSealedName(name) ?? parseSegmentName(name);
}

/** The folder of an object, that of its span, with the slash. */
export function folderOfName(name: string): string {
  return name.replace(/[^/]*$/, "");
}

function sealedNameOf(match: RegExpExecArray | null): SealedName | null {
  const [, stream, day = "", hour, digits = ""] = match ?? [];
  const plan = Number(digits);
  // With more zeros it would be a second name of the same plan.
  if (stream === undefined || plan === 0 || planText(plan) !== digits) return null;
  return { stream, day, hourOfDay: Number(hour), plan };
}

/** Plan and attempt in the name of a plan; null for any other name. */
export function parsePlanName(name: string): { readonly plan: number; readonly attempt: number } | null {
  const [, plan, attempt] = PLAN.exec(name) ?? [];
  return plan === undefined ? null : { plan: Number(plan), attempt: Number(attempt) };
}

/** `<stream>/<day>/<HH>/` */
export function folderOf({ stream, day, firstHour }: Span): string {
  return `${stream}/${day}/${hourOfDayText(firstHour)}/`;
}

/** `09`: the filing hour within its day. */
export function hourOfDayText(hour: number): string {
  return String(hour % DAY_HOURS).padStart(2, "0");
}

/** `000001` */
export function planText(plan: number): string {
  return String(plan).padStart(PLAN_DIGITS, "0");
}
