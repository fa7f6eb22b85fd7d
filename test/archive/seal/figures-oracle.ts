import type { HourFigures } from "../../../src/archive/manifest.ts";
import type { SealedPlan } from "../../../src/archive/sealed-plan.ts";
import { hourText } from "../../../src/core/hour.ts";
import type { Line } from "../../../src/core/line.ts";
import { bytesOf } from "../../segment/sample-line.ts";
import { distinctLines } from "./sealing.ts";

/** What the lines come to, by hour, by the rules in words. */
export function figuresOf(lines: readonly Line[]): {
  readonly byHour: Record<string, HourFigures>;
  readonly pushes: number;
} {
  const byHour: Record<string, HourFigures> = {};
  let pushes = 0;
  for (const [hour, ofHour] of Map.groupBy(lines, (line) => line.hour)) {
    const ids = Map.groupBy(ofHour, ({ id }) => id);
    const standing = [...ids.values()].map(
      (all) => all.toSorted((a, b) => (rankOf(a) < rankOf(b) ? -1 : 1))[0] as Line,
    );
    const isPush = (line: Line): boolean =>
      line.reason === null && line.log !== "gitaly" && bytesOf(line).toString().endsWith("push");
    byHour[hourText(hour)] = {
      received: ofHour.length,
      archived: ids.size,
      duplicates: ofHour.length - ids.size,
      conflicts: distinctLines(ofHour).length - ids.size,
      counted: standing.filter(isPush).length,
      eventless: standing.filter((line) => line.reason === null && !isPush(line)).length,
      quarantined: standing.filter((line) => line.reason !== null).length,
    };
    pushes += standing.filter(isPush).length;
  }
  return { byHour, pushes };
}

/** Of an id the line stands whose bytes it is made of, else the smallest hash. */
function rankOf({ id, hash, log }: Line): string {
  return `${id.endsWith(hash.slice(0, 24)) ? 0 : 1} ${hash} ${log}`;
}

/** The sums over all plans. */
export function summed(plans: readonly SealedPlan[]): { byHour: Record<string, HourFigures>; pushes: number } {
  const byHour: Record<string, HourFigures> = {};
  let pushes = 0;
  for (const { manifest } of plans) {
    pushes += manifest.counts.events["git_push"] ?? 0;
    for (const [hour, figures] of Object.entries(manifest.by_hour)) {
      const known = byHour[hour];
      const names = Object.keys(figures) as (keyof HourFigures)[];
      const sum = names.map((name) => [name, figures[name] + (known?.[name] ?? 0)]);
      byHour[hour] = Object.fromEntries(sum) as HourFigures;
    }
  }
  return { byHour, pushes };
}
