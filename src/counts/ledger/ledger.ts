import { type Difference, type DifferenceParts, differenceOf } from "../../archive/audit/difference.ts";
import { checkManifest, checkRevisions } from "../../archive/audit/manifest-check.ts";
import { checkOutput, listVault } from "../../archive/audit/segment-check.ts";
import { readSpanLines, type SpanLines } from "../../archive/audit/span-lines.ts";
import { countWalRows, type RowsByHour } from "../../archive/audit/wal-rows.ts";
import { parseHourText } from "../../archive/hour-text.ts";
import type { Manifest } from "../../archive/manifest.ts";
import { readPlansOfInputs, type SealedPlan } from "../../archive/sealed-plan.ts";
import type { Span } from "../../archive/span.ts";
import { type TailObject, tailOf } from "../../archive/tail.ts";
import { listWal } from "../../archive/wal-reader.ts";
import type { ArchivedLine } from "../../core/archived-line.ts";
import { IoError } from "../../core/fault.ts";
import { hourText } from "../../core/hour.ts";
import { hourOfId } from "../../core/identity.ts";
import { inParallel } from "../../core/in-parallel.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { lookAgain, watchRemovals } from "../second-look.ts";
import { addFigures, addsUp, type Figures, figuresOf, type HourBook } from "./figures.ts";
import { tailFigures } from "./tail-figures.ts";

/** Reads that are under way at a time: stores far away answer late. */
const MOST_READS = 16;

export interface LedgerOptions {
  readonly store: ObjectStore;
  readonly stream: string;
  /** Which filing hours are asked for. */
  readonly takes: (hour: number) => boolean;
  /** True to read every segment of the vault, and to look for every line of an input in it. */
  readonly isDeep: boolean;
  /** The names of the events that a line counts. */
  readonly eventsOf: (line: ArchivedLine) => readonly string[];
  /** Is told the bytes that are done with. */
  readonly onBytes: (bytes: number) => void;
}

/** An hour of a stream. */
export interface LedgerHour {
  readonly stream: string;
  /** In hours since 1970. */
  readonly hour: number;
  readonly figures: Readonly<Figures>;
}

export interface StreamLedger {
  readonly stream: string;
  /** In order. */
  readonly hours: readonly LedgerHour[];
  readonly differences: readonly Difference[];
  /** Of spans without any of these hours they have the inputs alone that are still there. */
  readonly plans: readonly SealedPlan[];
  /** Write-ahead objects with lines of these hours. */
  readonly tail: readonly TailObject[];
}

/** What is known of a stream when its spans are looked at. */
interface Books {
  readonly options: LedgerOptions;
  readonly unwatched: ObjectStore;
  readonly sizes: ReadonlyMap<string, number>;
  readonly tail: ReadonlyMap<string, TailObject>;
  /** Of the write-ahead objects that were there, and can be read. */
  readonly rows: ReadonlyMap<string, RowsByHour>;
  /** Those of them that were removed since. */
  readonly removed: Set<string>;
  readonly book: HourBook;
  readonly differences: Difference[];
}

/**
 * The ledger of a stream; where an object was removed while it was read, it is read anew. Rejects with `IoError` where
 * the store fails.
 */
export function readLedger(options: LedgerOptions): Promise<StreamLedger> {
  return lookAgain(options.store, (store) => readOnce({ ...options, store }, options.store));
}

/**
 * The figures of each hour of a stream, from sources that know nothing of each other: what was received from the
 * write-ahead objects as long as they are there, what is archived from the segments of the vault, what was made of it
 * from the manifests; and what of this does not fit together. From `unwatched` it reads what may be removed at any time.
 */
async function readOnce(options: LedgerOptions, unwatched: ObjectStore): Promise<StreamLedger> {
  const { store, stream, takes } = options;
  // Before the plans: of an object that is sealed and removed in between, the lines are in the vault by then.
  const listed = await Array.fromAsync(listWal(store, stream));
  const isAsked = (span: Span): boolean => hoursOfSpan(span).some(takes);
  const plans = await readPlansOfInputs(store, stream, new Set(listed.map(({ name }) => name)), isAsked);
  const objects = (await tailOf(store, listed, plans)).filter(({ hours }) => hours.some(takes));
  const differences: Difference[] = [];
  const rows = await countRows(options, unwatched, objects, differences);
  const books: Books = {
    options,
    unwatched,
    sizes: await listVault(store, stream),
    tail: new Map(objects.map((each) => [each.object.name, each])),
    rows,
    removed: new Set(),
    book: new Map(),
    differences,
  };
  for (const span of spansOf(plans, takes)) await addSpan(books, span);
  await addTail(books, plans, objects);
  const hours = [...books.book].toSorted(([a], [b]) => a - b);
  for (const [hour, figures] of hours) differences.push(...checkHour(stream, hour, figures, differences));
  return {
    stream,
    hours: hours.map(([hour, figures]) => ({ stream, hour, figures })),
    differences,
    plans,
    tail: objects,
  };
}

/** The plans of each span that has an hour which is asked for. */
function spansOf(plans: readonly SealedPlan[], takes: (hour: number) => boolean): SealedPlan[][] {
  const spans = Map.groupBy(plans, ({ span }) => span.firstHour);
  return [...spans.values()].filter(([first]) => first !== undefined && hoursOfSpan(first.span).some(takes));
}

function hoursOfSpan({ firstHour, hours }: Span): number[] {
  return Array.from({ length: hours }, (_, index) => firstHour + index);
}

/** Lines of each object by hour. What cannot be read is told, and left out. */
async function countRows(
  { store, stream, onBytes }: LedgerOptions,
  unwatched: ObjectStore,
  objects: readonly TailObject[],
  differences: Difference[],
): Promise<ReadonlyMap<string, RowsByHour>> {
  const rows = new Map<string, RowsByHour>();
  await inParallel(objects, MOST_READS, async ({ object, unsealed }) => {
    try {
      rows.set(object.name, await countWalRows(unsealed.length === 0 ? unwatched : store, object));
      onBytes(object.sizeBytes);
    } catch (error) {
      if (!(error instanceof IoError)) throw error;
      // Sealed and removed since it was listed.
      if (error.code === "not_found" && unsealed.length === 0) return;
      if (error.code !== "corrupt") throw error;
      differences.push(differenceOf(stream, { object: object.name, what: error.message }));
    }
  });
  return rows;
}

/** Adds what is sealed of a span. */
async function addSpan(books: Books, plans: readonly SealedPlan[]): Promise<void> {
  const { options, differences, book } = books;
  const [first] = plans;
  if (first === undefined) return;
  const before = differences.length;
  differences.push(...checkRevisions(plans), ...plans.flatMap(checkManifest));
  let rows = 0;
  for (const plan of plans) {
    rows += await addPlan(books, plan);
  }
  const isSound = differences.length === before;
  const lines = isSound && !options.isDeep ? null : await linesOf(books, first.span, plans);
  if (lines !== null) explainLines(books, first.span, lines);
  for (const hour of hoursOfSpan(first.span).filter(options.takes)) {
    const said = sumOf(plans, hour);
    const received = plans.reduce((sum, plan) => sum + receivedOf(books, plan, hour), 0);
    // Of one hour the block tables tell enough; conflicts are lines too.
    const byTable = first.span.hours === 1 ? rows - said.conflicts : said.archived;
    const archived = lines === null ? byTable : (lines.ids.get(hour) ?? 0);
    if (said.received === 0 && received === 0 && archived === 0) continue;
    addFigures(figuresOf(book, hour), { ...said, received, archived });
    const tellMore = (what: string, found: number, expected: number): void => {
      if (found !== expected)
        differences.push(differenceOf(options.stream, { hour: hourText(hour), what, found, expected }));
    };
    tellMore("lines in the write-ahead objects are not what the manifests received", received, said.received);
    tellMore("ids in the segments are not what the manifests archived", archived, said.archived);
  }
}

/** Checks the segments of a plan, and the sizes of its inputs; gives the rows of its segments. */
async function addPlan({ options, sizes, tail, differences }: Books, plan: SealedPlan): Promise<number> {
  const { store, isDeep, stream, onBytes } = options;
  const { manifest } = plan;
  const checked = await inParallel(manifest.outputs, MOST_READS, (output) =>
    checkOutput(store, plan, output, sizes, isDeep),
  );
  for (const { name, size_bytes: expected } of manifest.inputs) {
    const found = tail.get(name)?.object.sizeBytes ?? expected;
    const what = "the write-ahead object has another size than when it was sealed, in bytes";
    if (found !== expected)
      differences.push(differenceOf(stream, { hour: manifest.first_hour, object: name, what, found, expected }));
  }
  differences.push(...checked.flatMap((each) => each.differences));
  if (isDeep) for (const { lines, meta } of manifest.outputs) onBytes(lines.size_bytes + meta.size_bytes);
  return checked.reduce((sum, { rows }) => sum + (rows ?? 0), 0);
}

/** The lines of a span, against the inputs that are still there. */
async function linesOf({ unwatched, tail, rows, removed }: Books, span: Span, plans: readonly SealedPlan[]) {
  const names = [...new Set(plans.flatMap(({ manifest }) => manifest.inputs.map(({ name }) => name)))];
  const outputs = plans.flatMap(({ manifest }) => manifest.outputs);
  for (;;) {
    const there = names.filter((name) => rows.has(name) && !removed.has(name));
    const inputs = there.flatMap((name) => tail.get(name)?.object ?? []);
    const watched = watchRemovals(unwatched);
    const goneInputs = names.length - inputs.length;
    const lines = await readSpanLines({ store: watched.store, span, outputs, inputs, goneInputs });
    if (watched.removed.size === 0) return lines;
    for (const name of watched.removed) removed.add(name);
  }
}

/** Names what is missing or too much, line by line. */
function explainLines({ options: { stream }, differences }: Books, span: Span, lines: SpanLines): void {
  const add = (parts: DifferenceParts): void => {
    differences.push(differenceOf(stream, { hour: hourText(span.firstHour), ...parts }));
  };
  const told = new Set(differences.map(({ object }) => object));
  for (const { object, why } of lines.unreadable) if (!told.has(object)) add({ object, what: why });
  for (const [noted, what] of [
    [lines.missing, "was received, and no segment holds it"],
    [lines.extra, "is in a segment, and in no input of its plans"],
  ] as const) {
    for (const line of noted.lines) add({ ...line, hour: hourText(hourOfId(line.id)), what });
    const more = noted.total - noted.lines.length;
    if (more > 0) add({ what: `and ${more} more lines: each ${what}` });
  }
}

/** What the manifests say of an hour. */
function sumOf(plans: readonly SealedPlan[], hour: number): Figures {
  const book: HourBook = new Map();
  const sum = figuresOf(book, hour);
  for (const { manifest } of plans) addFigures(sum, figuresIn(manifest, hour));
  return sum;
}

function figuresIn({ by_hour: byHour }: Pick<Manifest, "by_hour">, hour: number): Partial<Figures> {
  return Object.entries(byHour).find(([text]) => parseHourText(text) === hour)?.[1] ?? {};
}

/** By the inputs where all are there, else by the manifest. */
function receivedOf({ rows }: Books, { manifest }: SealedPlan, hour: number): number {
  const counted = manifest.inputs.map(({ name }) => rows.get(name));
  if (!counted.every((each) => each !== undefined)) return figuresIn(manifest, hour).received ?? 0;
  return counted.reduce((sum, each) => sum + (each.get(hour) ?? 0), 0);
}

/** Adds what is not sealed. */
async function addTail(
  { options, rows, book, differences }: Books,
  plans: readonly SealedPlan[],
  objects: readonly TailObject[],
): Promise<void> {
  const { store, stream, takes, eventsOf, onBytes } = options;
  const tail = objects
    .map((each) => ({ ...each, unsealed: each.unsealed.filter(takes) }))
    .filter(({ object, unsealed }) => unsealed.length > 0 && rows.has(object.name));
  for (const { object, unsealed } of tail) {
    for (const hour of unsealed) {
      const lines = rows.get(object.name)?.get(hour) ?? 0;
      // Copies, unless the judgement finds that they are none.
      addFigures(figuresOf(book, hour), { received: lines, unsealed: lines, duplicates: lines });
    }
  }
  const broken = new Set(differences.map(({ object }) => object));
  const sound = plans.map((plan) => withoutOutputs(plan, broken));
  try {
    const added = await tailFigures({ store, plans: sound, tail, eventsOf, onBytes });
    for (const [hour, figures] of added) {
      addFigures(figuresOf(book, hour), { ...figures, duplicates: -figures.archived });
    }
  } catch (error) {
    if (!(error instanceof IoError) || error.code !== "corrupt") throw error;
    differences.push(differenceOf(stream, { what: `what is not sealed cannot be judged: ${error.message}` }));
  }
}

/** The plan without the segments that were found to be missing or damaged. */
function withoutOutputs(plan: SealedPlan, broken: ReadonlySet<string | null>): SealedPlan {
  const outputs = plan.manifest.outputs.filter(({ lines, meta }) => !broken.has(lines.name) && !broken.has(meta.name));
  return { ...plan, manifest: { ...plan.manifest, outputs } };
}

/** That the sums of the hour add up (I3), unless a difference of it was told already. */
function checkHour(stream: string, hour: number, figures: Figures, told: readonly Difference[]): Difference[] {
  const text = hourText(hour);
  if (addsUp(figures) || told.some((each) => each.hour === text)) return [];
  const { received, archived, duplicates, counted, eventless, quarantined } = figures;
  return [
    { what: "received is not archived + duplicates", found: received, expected: archived + duplicates },
    {
      what: "archived is not counted + eventless + quarantined",
      found: archived,
      expected: counted + eventless + quarantined,
    },
  ].flatMap((parts) => (parts.found === parts.expected ? [] : [differenceOf(stream, { hour: text, ...parts })]));
}
