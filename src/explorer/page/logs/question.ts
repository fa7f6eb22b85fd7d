import type { About } from "../../answers.ts";
import { linkTo, type Place } from "../address.ts";

/** Half-open, in milliseconds since 1970. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One condition of a search, as it stands in the address. */
export interface Condition {
  readonly name: string;
  readonly value: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Parameters that narrow a search, and what they are called; in the order of the form. */
export const CONDITIONS: Readonly<Record<string, string>> = {
  log: "Log",
  event: "Event",
  status: "Status",
  user: "User",
  group: "Group",
  text: "Text",
  project: "Project",
  correlation_id: "Request (correlation id)",
  field: "Field",
};
/** In the address instead of times: lines of any time, and such as have none. */
export const EVERYTHING = "all";
/** Spans before the newest line: what they are called, and what may stand for them in an address. */
const PRESETS: readonly (readonly [label: string, span: string, lengthMs: number])[] = [
  ["Last hour", "1h", HOUR_MS],
  ["Last day", "1d", DAY_MS],
  ["Last 7 days", "7d", 7 * DAY_MS],
];

type Newest = Pick<About, "newest_until">;

/** What is asked of the server; without times in the address it is the last day that has lines. */
export function searchParams({ params }: Place, about: Newest): URLSearchParams {
  const asked = new URLSearchParams();
  const span = spanTexts(params, about);
  if (span.since !== "") asked.set("since", span.since);
  if (span.until !== "") asked.set("until", span.until);
  for (const name of [...Object.keys(CONDITIONS), "limit"]) {
    for (const value of params.getAll(name)) if (value !== "") asked.append(name, value);
  }
  return asked;
}

/** Both as they are asked for; empty where the span is open. */
export function spanTexts(
  params: URLSearchParams,
  { newest_until: until }: Newest,
): { readonly since: string; readonly until: string } {
  const own = { since: params.get("since") ?? "", until: params.get("until") ?? "" };
  const wanted = params.get("span");
  if (own.since !== "" || own.until !== "" || wanted === EVERYTHING || until === null) return own;
  const [, , lengthMs] = PRESETS.find(([, span]) => span === wanted) ?? ["", "", DAY_MS];
  return textsOf({ fromMs: Date.parse(until) - lengthMs, toMs: Date.parse(until) });
}

/** The conditions of an address beside its times. */
export function conditionsOf({ params }: Place): Condition[] {
  return Object.keys(CONDITIONS).flatMap((name) =>
    params
      .getAll(name)
      .filter((value) => value !== "")
      .map((value) => ({ name, value })),
  );
}

/** The same search with more conditions; those that can stand once only are replaced. */
export function linkWithConditions({ params }: Place, conditions: readonly Condition[]): string {
  const query = withoutOpened(params);
  for (const { name, value } of conditions) {
    if (name !== "field") query.set(name, value);
    else if (!query.getAll(name).includes(value)) query.append(name, value);
  }
  return linkOf(query);
}

/** The same search without a condition. */
export function linkWithout({ params }: Place, { name, value }: Condition): string {
  const query = withoutOpened(params);
  query.delete(name, value);
  return linkOf(query);
}

/** The same search in another span. */
export function linkWithSpan({ params }: Place, span: Span): string {
  const query = withoutOpened(params);
  const { since, until } = textsOf(span);
  query.delete("span");
  query.set("since", since);
  query.set("until", until);
  return linkOf(query);
}

/** The same search in spans that are often wanted; which of them it is now. */
export function presetLinks(
  place: Place,
  about: Newest,
): { readonly label: string; readonly link: string; readonly isCurrent: boolean }[] {
  if (about.newest_until === null) return [];
  const toMs = Date.parse(about.newest_until);
  const now = spanTexts(place.params, about);
  const spans = PRESETS.map(([label, , lengthMs]) => {
    const span = { fromMs: toMs - lengthMs, toMs };
    const texts = textsOf(span);
    return {
      label,
      link: linkWithSpan(place, span),
      isCurrent: now.since === texts.since && now.until === texts.until,
    };
  });
  const query = withoutOpened(place.params);
  query.delete("since");
  query.delete("until");
  query.set("span", EVERYTHING);
  return [...spans, { label: "Everything", link: linkOf(query), isCurrent: now.since === "" && now.until === "" }];
}

/** Spans that lie near: their names say how. */
export function neighbours({ fromMs, toMs }: Span): readonly (readonly [label: string, span: Span])[] {
  const half = Math.max(1, Math.round((toMs - fromMs) / 2));
  const quarter = Math.max(1, Math.round(half / 2));
  return [
    ["Earlier", { fromMs: fromMs - half, toMs: toMs - half }],
    ["Later", { fromMs: fromMs + half, toMs: toMs + half }],
    ["Zoom in", { fromMs: fromMs + quarter, toMs: Math.max(toMs - quarter, fromMs + quarter + 1) }],
    ["Zoom out", { fromMs: fromMs - half, toMs: toMs + half }],
  ];
}

/** The span that was dragged over, in whole steps. */
export function wholeSteps({ fromMs, toMs }: Span, stepMs: number): Span {
  return { fromMs: Math.floor(fromMs / stepMs) * stepMs, toMs: Math.ceil(toMs / stepMs) * stepMs };
}

/** `2020-12-22T17:00:00Z` */
export function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(".000Z", "Z");
}

function textsOf({ fromMs, toMs }: Span): { readonly since: string; readonly until: string } {
  return { since: timeText(fromMs), until: timeText(toMs) };
}

/** A line that is open belongs to the search in which it was found. */
function withoutOpened(params: URLSearchParams): URLSearchParams {
  const query = new URLSearchParams(params);
  for (const name of ["line", "part", "limit"]) query.delete(name);
  return query;
}

function linkOf(query: URLSearchParams): string {
  const link = linkTo("logs");
  return query.size === 0 ? link : `${link}?${query}`;
}
