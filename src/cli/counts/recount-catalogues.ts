import { type Difference, differenceText } from "../../archive/audit/difference.ts";
import { readBooks } from "../../counts/books/stream-book.ts";
import { recount } from "../../counts/recount/recount.ts";
import { lookAgain } from "../../counts/second-look.ts";
import type { Catalogue } from "../../derive/event-rules.ts";
import { type OpenedRecount, openRecount } from "../open/counts/recount.ts";
import { EXIT_NOT_RIGHT } from "../process/exit-code.ts";
import { givingUp } from "../process/interruptible.ts";
import { loadCatalogue, loadSettings } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { formatCount } from "../terminal/quantity.ts";
import { type Column, formatTable } from "../terminal/table.ts";
import { tell } from "../terminal/tell.ts";
import type { RecountCommandOptions } from "./recount.ts";

/** Day → event → count. */
type Counts = Map<string, ReadonlyMap<string, number>>;

/** What an event counts by either catalogue. */
interface ChangedCount {
  readonly event: string;
  /** Null for the whole past. */
  readonly day: string | null;
  readonly before: number;
  readonly after: number;
}

/** Prints what another catalogue would count; no two counts are ever added. Rejects with `UsageError` or `IoError`. */
export async function compareCatalogues(
  pipeline: string | undefined,
  options: RecountCommandOptions,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const settings = await loadSettings(pipeline, options);
  const published = await loadCatalogue(settings.cataloguePath);
  const proposed = await loadCatalogue(path);
  const opened = await openRecount(settings, published, options);
  const lost = await opened.findLost();
  // Both are of the same books, or lines that came in between would seem to be a change.
  const { before, after } = await lookAgain(opened.options.store, async (store, look) => {
    const books = look === 1 ? opened.options.books : await readBooks(store);
    const ofBooks = { ...opened, options: { ...opened.options, store, books }, signal };
    return {
      before: await countBy(ofBooks, published, "counting by the published catalogue"),
      after: await countBy(ofBooks, proposed, "counting by the other catalogue"),
    };
  });
  for (const difference of [...lost, ...before.differences, ...after.differences]) {
    tell(differenceText(difference));
    process.exitCode = EXIT_NOT_RIGHT;
  }
  const changes = changesBetween(before.counts, after.counts, options.byDay === true);
  const digests = { before: published.digest, after: proposed.digest };
  await print(options.json === true ? changesJson(digests, changes) : changesTable(digests, changes));
}

async function countBy(
  { options, readerOf, startProgress, signal }: OpenedRecount & { readonly signal: AbortSignal },
  catalogue: Catalogue,
  what: string,
): Promise<{ readonly counts: Counts; readonly differences: readonly Difference[] }> {
  const counts: Counts = new Map();
  const differences: Difference[] = [];
  const progress = startProgress(what);
  try {
    await recount({
      ...options,
      counted: null,
      reader: readerOf(catalogue),
      onBytes: givingUp(signal, progress.add),
      onDifference: (difference) => differences.push(difference),
      onDay: (day, events) => counts.set(day, events),
    });
    return { counts, differences };
  } finally {
    progress.stop();
  }
}

/** In order of events, each followed by its days. */
function changesBetween(before: Counts, after: Counts, isByDay: boolean): ChangedCount[] {
  const days = [...before.keys()];
  const names = new Set([...before.values(), ...after.values()].flatMap((events) => [...events.keys()]));
  return [...names].toSorted().flatMap((event): ChangedCount[] => {
    const ofDays = days.map((day) => ({
      event,
      day,
      before: before.get(day)?.get(event) ?? 0,
      after: after.get(day)?.get(event) ?? 0,
    }));
    const sum = (side: "before" | "after"): number => ofDays.reduce((total, each) => total + each[side], 0);
    const all = { event, day: null, before: sum("before"), after: sum("after") };
    return [all, ...(isByDay ? ofDays.filter((each) => each.before + each.after > 0) : [])];
  });
}

interface Digests {
  readonly before: string;
  readonly after: string;
}

function changesJson({ before, after }: Digests, changes: readonly ChangedCount[]): string {
  const events = changes.filter(({ day }) => day === null).map((total) => ({ ...total, day: undefined }));
  const days = changes.filter(({ day }) => day !== null);
  return `${JSON.stringify({ catalogue: { before, after }, events, ...(days.length === 0 ? {} : { days }) }, null, 2)}\n`;
}

function changesTable({ before, after }: Digests, changes: readonly ChangedCount[]): string {
  const columns: Column<ChangedCount>[] = [
    { head: "event", align: "left", cell: ({ event, day }) => (day === null ? event : `  ${day}`) },
    { head: "before", align: "right", cell: (each) => formatCount(each.before) },
    { head: "after", align: "right", cell: (each) => formatCount(each.after) },
    { head: "change", align: "right", cell: (each) => changeText(each.after - each.before) },
  ];
  const rows = changes.length === 0 ? "no events\n" : formatTable(columns, changes);
  return `before: catalogue ${before}\nafter:  catalogue ${after}\n\n${rows}`;
}

function changeText(change: number): string {
  return change > 0 ? `+${formatCount(change)}` : change === 0 ? "" : formatCount(change);
}
