import { type Difference, differenceOf } from "../../../archive/audit/difference.ts";
import { borderHours } from "../../../archive/border-hours.ts";
import { createSignedManifests, type SignedManifests } from "../../../archive/digest/signed-manifests.ts";
import { hoursOfName, listDays } from "../../../archive/plan-list.ts";
import { readSpanHours } from "../../../archive/seal/span-length.ts";
import {
  type ListedPlan,
  listPlans,
  listStreams,
  readSealedPlan,
  type SealedPlan,
} from "../../../archive/sealed-plan.ts";
import { firstHourOf, UNDATED_DAY } from "../../../archive/span.ts";
import { readReachedTail } from "../../../archive/tail.ts";
import { parseSealedName, recordPrefix, vaultPrefix } from "../../../archive/vault-name.ts";
import { isOfObject } from "../../../core/fault.ts";
import { dayName, hourOf, hourText, UNDATED_HOUR } from "../../../core/hour.ts";
import { inParallel } from "../../../core/in-parallel.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import { findLostPlans, findRevisionGaps } from "../../../counts/books/lost-plans.ts";
import { sealedThrough, sealingOf } from "../../../counts/books/sealing.ts";
import type { StreamBook } from "../../../counts/books/stream-book.ts";
import type { HoursAnswer, StreamMonth, Verifications } from "../../../explorer/archive-answers.ts";
import type { ExploredArchive } from "../explored-archive.ts";
import { hoursOfDifferences, type SpanLengths, spanLengths } from "./difference-hours.ts";
import { isInMonth, type Month, monthName, monthOfHour } from "./month.ts";
import { lookAtStored } from "./stored-files.ts";
import { streamDays } from "./stream-days.ts";

/** Manifests that are read at a time: stores far away answer late. */
const MOST_READS = 32;

/**
 * The hours of a month, by names and sizes, and by the manifests of that month; `asked` is null for the newest month that
 * has lines. `verifications` have told what only bytes tell.
 * What cannot be trusted is said in the answer. Rejects with `IoError`.
 */
export async function archiveHours(
  { settings, store, clock }: ExploredArchive,
  asked: Month | null,
  verifications: Verifications,
): Promise<HoursAnswer> {
  const nowMs = clock.nowMs();
  const borders = await borderHours(store, hourOf(nowMs));
  const month = asked ?? monthOfHour(borders?.last ?? hourOf(nowMs));
  const remarks: string[] = [];
  const listed = await listPlansOf(store, month);
  const books: StreamBook[] = [];
  const unread: Difference[] = [];
  for (const stream of await listStreams(store)) {
    books.push(await readBook(store, stream, { listed, month, remarks, unread }));
  }
  const lost = await problemsOf(store, books, month, unread);
  const stored = await lookAtStored(store, plansOfMonth(books, month));
  const problems = [...lost, ...stored.missing, ...stored.altered];
  const found = Object.groupBy(verifications.findings, ({ kind }) => (kind === "missing" ? "missing" : "altered"));
  const missing = [...lost, ...stored.missing, ...(found.missing ?? [])];
  const altered = [...stored.altered, ...(found.altered ?? [])];
  const manifests = createSignedManifests(store);
  const streams: StreamMonth[] = [];
  const signedDays: string[] = [];
  for (const book of books) {
    const signed = await signersOf(manifests, book.stream);
    const newest = newestHour(book, listed);
    const agreed = await agreedLengths(store, book, { month, remarks, differences: [...missing, ...altered] });
    const hoursOf = (differences: readonly Difference[]) => hoursOfDifferences(book, differences, agreed);
    signedDays.push(...daysOf(signed?.keys() ?? []));
    streams.push({
      stream: book.stream,
      days: streamDays(book, { month, signed, missing: hoursOf(missing), altered: hoursOf(altered) }),
      sealed_through: sealedThrough(sealingOf([book], nowMs, settings.seal.latenessMs), newest),
      signed_at: signed === null ? null : ([...signed.values()].at(-1)?.digest.window.to ?? null),
    });
  }
  return {
    month: month.name,
    months: borders === null ? null : { first: monthName(borders.first), last: monthName(borders.last) },
    newest_whole_day: wholeDay(signedDays, nowMs),
    streams,
    problems,
    archive: stored.totals,
    ...verifications,
    now: new Date(nowMs).toISOString(),
    remarks,
  };
}

/** By their names, the plans of the month and those of each stream's newest day. */
async function listPlansOf(store: ObjectStore, month: Month): Promise<ListedPlan[]> {
  const plans: ListedPlan[] = [];
  const withNewest = new Set<string>();
  for (const { stream, day } of (await listDays(store)).toReversed()) {
    const isDated = day !== UNDATED_DAY;
    const isOfMonth = isInMonth(month, ...hoursOfName({ day, hourOfDay: 0 }));
    if (!isOfMonth && (!isDated || withNewest.has(stream))) continue;
    const ofDay = await Array.fromAsync(listPlans(store, [recordPrefix(stream, day), vaultPrefix(stream, day)]));
    if (isDated && ofDay.length > 0) withNewest.add(stream);
    plans.push(...ofDay);
  }
  return plans;
}

/** `unread`: manifests that cannot be trusted; of their spans nobody knows what they should have. */
async function problemsOf(
  store: ObjectStore,
  books: readonly StreamBook[],
  month: Month,
  unread: readonly Difference[],
): Promise<Difference[]> {
  const takes = (day: string): boolean => day === UNDATED_DAY || day.startsWith(month.name);
  const broken = new Set(unread.map(({ stream, hour }) => `${stream} ${hour}`));
  const whole = books.map((book) => ({
    ...book,
    plans: book.plans.filter(({ span }) => !broken.has(`${book.stream} ${hourText(span.firstHour)}`)),
  }));
  const gaps = await findRevisionGaps(store, whole);
  const lost = await findLostPlans(store, books, takes);
  const told = new Set(lost.map(({ object }) => object));
  return [...gaps, ...unread.filter(({ object }) => !told.has(object)), ...lost];
}

interface BookOptions {
  readonly listed: readonly ListedPlan[];
  readonly month: Month;
  readonly remarks: string[];
  readonly unread: Difference[];
}

/**
 * The plans of the month, with all that tell how far the stream is sealed; and what of it is not. Those that cannot be
 * trusted are noted instead.
 */
async function readBook(
  store: ObjectStore,
  stream: string,
  { listed, month, remarks, unread }: BookOptions,
): Promise<StreamBook> {
  const { tail, plans: reached } = await readReachedTail(store, stream, (what, error) =>
    remarks.push(`${what}: ${error.message}`),
  );
  const known = new Map(reached.map((plan) => [plan.name, plan]));
  const ofStream = listed.filter((plan) => plan.stream === stream);
  const newest = ofStream.toSorted((a, b) => hoursOfName(b)[0] - hoursOfName(a)[0])[0];
  const wanted = ofStream.filter(
    (plan) => !known.has(plan.name) && (plan === newest || isInMonth(month, ...hoursOfName(plan))),
  );
  const read = await inParallel(wanted, MOST_READS, (plan) => readUnlessDistrusted(store, plan, unread));
  const plans = [...reached, ...read.filter((plan) => plan !== null)].toSorted(
    (a, b) => a.span.firstHour - b.span.firstHour || a.manifest.plan - b.manifest.plan,
  );
  return { stream, plans, tail: tail.filter(({ unsealed }) => unsealed.length > 0) };
}

async function readUnlessDistrusted(
  store: ObjectStore,
  { name, sizeBytes, stream, ...place }: ListedPlan,
  unread: Difference[],
): Promise<SealedPlan | null> {
  try {
    return await readSealedPlan(store, name, sizeBytes);
  } catch (error) {
    if (!isOfObject(error)) throw error;
    unread.push(differenceOf(stream, { hour: hourText(firstHourOf(place)), object: name, what: error.message }));
    return null;
  }
}

/** The newest that the stream has something sealed of. */
function newestHour({ plans, stream }: StreamBook, listed: readonly ListedPlan[]): number | null {
  const firsts = listed.filter((plan) => plan.stream === stream).map((plan) => hoursOfName(plan)[0]);
  const lasts = plans.map(lastHourOf);
  const newest = [...firsts, ...lasts].reduce((a, b) => Math.max(a, b), UNDATED_HOUR);
  return newest === UNDATED_HOUR ? null : newest;
}

function lastHourOf({ span }: SealedPlan): number {
  return span.firstHour + span.hours - 1;
}

/** By manifest; null where the chain is not to be trusted, which is told elsewhere. */
async function signersOf(
  manifests: SignedManifests,
  stream: string,
): Promise<Awaited<ReturnType<SignedManifests["ofStream"]>> | null> {
  try {
    return await manifests.ofStream(stream);
  } catch (error) {
    if (!isOfObject(error)) throw error;
    return null;
  }
}

/** Of what these manifests seal. */
function daysOf(manifests: Iterable<string>): string[] {
  return [...manifests].flatMap((name) => parseSealedName(name)?.day ?? []).filter((day) => day !== UNDATED_DAY);
}

/** The newest that is over. */
function wholeDay(days: readonly string[], nowMs: number): string | null {
  const today = dayName(nowMs);
  return days.reduce<string | null>((newest, day) => (day < today && day > (newest ?? "") ? day : newest), null);
}

function plansOfMonth(books: readonly StreamBook[], month: Month): SealedPlan[] {
  return books.flatMap(({ plans }) => plans.filter((plan) => isInMonth(month, plan.span.firstHour, lastHourOf(plan))));
}

interface LengthOptions {
  readonly month: Month;
  readonly remarks: string[];
  readonly differences: readonly Difference[];
}

/** How long spans are, of days of which something is wrong and no plan is left to tell. */
async function agreedLengths(
  store: ObjectStore,
  { stream, plans }: StreamBook,
  { month, remarks, differences }: LengthOptions,
): Promise<SpanLengths> {
  const known = spanLengths(plans);
  const days = differences
    .filter((each) => each.stream === stream && each.hour?.startsWith(month.name) === true)
    .map(({ hour }) => hour?.slice(0, 10) ?? "");
  const agreed = new Map<string, number>();
  for (const day of new Set(days.filter((each) => !known.has(each)))) {
    try {
      const hours = await readSpanHours(store, stream, day);
      if (hours !== null) agreed.set(day, hours);
    } catch (error) {
      if (!isOfObject(error)) throw error;
      remarks.push(`how many hours of ${day} were sealed together is not known: ${error.message}`);
    }
  }
  return agreed;
}
