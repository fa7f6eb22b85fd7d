import type { QuarantineReason } from "../core/fault.ts";
import type { DerivedEvent } from "../derive/derived-event.ts";

/** What a run has brought in. Lines in = archived + duplicates; archived lines are what the other figures count. */
export interface TallySnapshot {
  readonly linesIn: number;
  readonly archived: number;
  readonly duplicates: number;
  readonly quarantined: Readonly<Partial<Record<QuarantineReason, number>>>;
  /** Lines that derived nothing and are not in quarantine. */
  readonly eventless: number;
  /** Event → count, in order of names. */
  readonly events: Readonly<Record<string, number>>;
}

/** Counts the lines of one run as they pass, and takes back those that turn out to be repeats. */
export interface Tally {
  add(reason: QuarantineReason | null, events: readonly DerivedEvent[]): void;
  /** The line was added, and is a repeat of one that counted already. */
  repeat(reason: QuarantineReason | null, events: readonly DerivedEvent[]): void;
  snapshot(): TallySnapshot;
}

export function createTally(): Tally {
  let linesIn = 0;
  let duplicates = 0;
  let eventless = 0;
  const quarantined = new Map<QuarantineReason, number>();
  const events = new Map<string, number>();
  const change = (reason: QuarantineReason | null, derived: readonly DerivedEvent[], by: 1 | -1): void => {
    if (reason !== null) quarantined.set(reason, (quarantined.get(reason) ?? 0) + by);
    else if (derived.length === 0) eventless += by;
    for (const { event } of derived) events.set(event, (events.get(event) ?? 0) + by);
  };
  return {
    add(reason, derived) {
      linesIn += 1;
      change(reason, derived, 1);
    },
    repeat(reason, derived) {
      duplicates += 1;
      change(reason, derived, -1);
    },
    snapshot: () => ({
      linesIn,
      archived: linesIn - duplicates,
      duplicates,
      quarantined: sortedCounts(quarantined),
      eventless,
      events: sortedCounts(events),
    }),
  };
}

function sortedCounts<Name extends string>(counts: ReadonlyMap<Name, number>): Record<Name, number> {
  const positive = [...counts].filter(([, count]) => count > 0).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(positive) as Record<Name, number>;
}
