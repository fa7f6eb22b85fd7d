import type { QuarantineReason } from "../core/fault.ts";
import { DAY_MS } from "../core/units.ts";
import type { Carried, Deed, LeftLine } from "./left-line.ts";
import { addMoment, type Visit } from "./visits.ts";

/** Segments in which the deeds are told; `user` and `session` are of totals, without names. */
export const TRUTH_SEGMENTS = [
  "instance",
  "plan",
  "group",
  "session",
  "user",
  "project",
  "detail",
  "category",
  "operation",
] as const;

export type TruthSegment = (typeof TRUTH_SEGMENTS)[number];

/** What was done on one day. */
export interface CellDay {
  /** User (empty: nobody) → events. */
  readonly users: Map<string, number>;
  /** Visitor → visits, as far as these events tell. */
  readonly visits: Map<string, Visit[]>;
}

/** The events of one kind with one key. */
export interface Cell {
  readonly event: string;
  readonly segment: TruthSegment;
  readonly key: string | null;
  /** By day since 1970. */
  readonly days: Map<number, CellDay>;
}

/** What a reader of the traffic should find, told by those who made it. */
export interface Truth {
  /** A line was left; `environment` is what the collector says of it. */
  tell(line: LeftLine, environment: string | null): void;
  /** A record that counts nothing was slipped in, or a thing that is no record. */
  tellStray(reason: QuarantineReason | null): void;
  /** Something that is no record was filed under that time. */
  tellFiled(timeMs: number): void;
  /** A line came again. */
  tellRepeat(): void;
  readonly totals: TruthTotals;
  readonly cells: Iterable<Cell>;
  /** Visitor → visits, by everything that counts. */
  readonly visits: ReadonlyMap<string, readonly Visit[]>;
}

export interface TruthTotals {
  /** Lines in, repeats included. */
  lines: number;
  duplicates: number;
  eventless: number;
  readonly quarantined: Map<QuarantineReason, number>;
  readonly events: Map<string, number>;
  /** Of any line, in milliseconds since 1970. */
  newestMs: number;
}

/** `fromMs` is when the traffic begins: the newest line where there is none. */
export function createTruth(fromMs: number): Truth {
  const totals: TruthTotals = {
    lines: 0,
    duplicates: 0,
    eventless: 0,
    quarantined: new Map(),
    events: new Map(),
    newestMs: fromMs,
  };
  const cells = new Map<string, Cell>();
  const visits = new Map<string, Visit[]>();
  const tellFiled = (timeMs: number): void => {
    if (timeMs > totals.newestMs) totals.newestMs = timeMs;
  };
  return {
    totals,
    cells: { [Symbol.iterator]: () => cells.values() },
    visits,
    tell(line, environment) {
      totals.lines += 1;
      tellFiled(line.timeMs);
      if (line.deeds.length === 0) totals.eventless += 1;
      else addVisit(visits, line);
      for (const deed of line.deeds) {
        totals.events.set(deed.event, (totals.events.get(deed.event) ?? 0) + 1);
        addDeed(cells, deed, line, environment);
      }
    },
    tellFiled,
    tellStray(reason) {
      totals.lines += 1;
      if (reason === null) totals.eventless += 1;
      else totals.quarantined.set(reason, (totals.quarantined.get(reason) ?? 0) + 1);
    },
    tellRepeat() {
      totals.lines += 1;
      totals.duplicates += 1;
    },
  };
}

const UNKNOWN = "(unknown)";

function addDeed(
  cells: Map<string, Cell>,
  { event, operation, detail }: Deed,
  line: LeftLine,
  environment: string | null,
): void {
  const { carried, timeMs } = line;
  const keys: Readonly<Record<TruthSegment, string | null>> = {
    instance: environment ?? carried.host ?? UNKNOWN,
    plan: carried.plan ?? UNKNOWN,
    group: carried.group ?? UNKNOWN,
    session: null,
    user: null,
    project: carried.project ?? UNKNOWN,
    detail: detail ?? "(none)",
    category: carried.category ?? UNKNOWN,
    operation,
  };
  const day = Math.floor(timeMs / DAY_MS);
  const user = carried.user ?? "";
  for (const segment of TRUTH_SEGMENTS) {
    const key = keys[segment];
    const name = `${event} ${segment} ${key ?? ""}`;
    const cell = cells.get(name) ?? { event, segment, key, days: new Map() };
    cells.set(name, cell);
    const ofDay: CellDay = cell.days.get(day) ?? { users: new Map(), visits: new Map() };
    cell.days.set(day, ofDay);
    ofDay.users.set(user, (ofDay.users.get(user) ?? 0) + 1);
    addVisit(ofDay.visits, line);
  }
}

function addVisit(visits: Map<string, Visit[]>, { carried, timeMs }: LeftLine): void {
  const visitor = visitorOf(carried);
  if (visitor === null) return;
  const known = visits.get(visitor) ?? [];
  visits.set(visitor, known);
  addMoment(known, timeMs);
}

/** Who is not logged in is told apart by where they come from. */
function visitorOf({ user, address, agent }: Carried): string | null {
  if (user !== null) return user;
  return address === null ? null : `${address} ${agent}`;
}
