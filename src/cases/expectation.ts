import type { Fields, SlotOf } from "../core/fields.ts";
import { hourOf, hourText, UNDATED_HOUR } from "../core/hour.ts";
import type { Line } from "../core/line.ts";
import { createTally, type TallySnapshot } from "../counts/tally.ts";
import type { DerivedEvent } from "../derive/derived-event.ts";
import { createDeriver } from "../derive/deriver.ts";
import { createDimensions, type Dimensions } from "../derive/dimensions.ts";
import type { Catalogue } from "../derive/event-rules.ts";
import { writeYaml } from "../yaml/write-yaml.ts";

/** What the lines of a case become by a pipeline's settings. */
export interface Expectation {
  readonly lines: number;
  /** Events that count: those of duplicates do not. */
  readonly events: number;
  /** YAML, one line for each value: the same lines and settings give the same text. */
  readonly text: string;
}

/** Takes the lines of one case, in their order. */
export interface ExpectationWriter {
  /** Both are lent until it returns. */
  add(line: Line, fields: Fields | null): void;
  finish(): Expectation;
}

const HEAD = "# What the lines beside this file become. Written by logtally test --update.\n";
/** How the entry of a line begins in the text, and nothing else does. */
export const ENTRY_START = "- ";

/** `instance` is the pipeline's setting; the slots are those of the reader that the fields come from. */
export function createExpectation(catalogue: Catalogue, slotOf: SlotOf, instance: string | null): ExpectationWriter {
  const derive = createDeriver(catalogue, slotOf);
  const dimensionsOf = createDimensions(slotOf, { instance });
  const tally = createTally();
  const seen = new Set<string>();
  const entries: string[] = [];
  return {
    add(line, fields) {
      const events = fields === null ? [] : derive(line.log, fields);
      const dimensions = fields === null ? null : dimensionsOf(line.log, fields);
      const isDuplicate = seen.has(line.id);
      seen.add(line.id);
      tally.add(line.reason, events);
      if (isDuplicate) tally.repeat(line.reason, events);
      entries.push(writeYaml([entryOf(line, isDuplicate, dimensions, events)]));
    },
    finish() {
      const totals = tally.snapshot();
      const lines = entries.length === 0 ? "lines: []\n" : `lines:\n${entries.join("")}`;
      return {
        lines: totals.linesIn,
        events: Object.values(totals.events).reduce((sum, count) => sum + count, 0),
        text: HEAD + writeYaml({ totals: totalsOf(totals) }) + lines,
      };
    },
  };
}

/** What there is none of is left out. */
function totalsOf({ linesIn, duplicates, eventless, quarantined, events }: TallySnapshot): object {
  return {
    lines: linesIn,
    duplicates: duplicates || undefined,
    eventless: eventless || undefined,
    quarantined: someOf(quarantined),
    events: someOf(events),
  };
}

/** Absent is left out, and so is what is as usual: lane, filing hour, a visitor who is the user. */
function entryOf(
  { log, timeMs, hour, id, identifiedBy, lane, reason, message }: Line,
  isDuplicate: boolean,
  dimensions: Dimensions | null,
  events: readonly DerivedEvent[],
): object {
  const usualHour = timeMs === null ? UNDATED_HOUR : hourOf(timeMs);
  const { instance, plan, group, project, category, user, visitor } = dimensions ?? {};
  return {
    // First, as no other entry begins so: an entry that comes or goes is then a block of its own in a diff.
    id: `${id} by ${identifiedBy}`,
    log,
    time: timeMs === null ? undefined : new Date(timeMs).toISOString(),
    hour: hour === usualHour ? undefined : hourText(hour),
    duplicate: isDuplicate || undefined,
    lane: lane === "line" ? undefined : lane,
    reason: reason ?? undefined,
    message: message?.messageId,
    instance: instance ?? undefined,
    plan: plan ?? undefined,
    group: group ?? undefined,
    project: project ?? undefined,
    category: category ?? undefined,
    user: user ?? undefined,
    visitor: visitor === user ? undefined : (visitor ?? undefined),
    events: someOf(events.map(({ event, operation, detail }) => `${event} ${operation} ${detail}`)),
  };
}

function someOf<Some extends object>(all: Some): Some | undefined {
  return Object.keys(all).length === 0 ? undefined : all;
}
