import { randomBytes } from "node:crypto";
import type { LineSpan } from "../../../archive/find.ts";
import { countUnsealed, objectsOfSpan, proofsOf, spanOfHold } from "../../../archive/hold/held-objects.ts";
import { addHoldRecord, type Hold, type HoldRecord, holdId, listHolds } from "../../../archive/hold/hold-record.ts";
import { UsageError } from "../../../core/fault.ts";
import { inParallel } from "../../../core/in-parallel.ts";
import type { ObjectHolds } from "../../../core/object-holds.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import { openArchiveStore, vaultPlace } from "../../open/archive/archive-store.ts";
import { openBucketHolds } from "../../open/archive/bucket.ts";
import type { TimeSpan } from "../../options/time-span.ts";
import { SYSTEM_CLOCK } from "../../process/clock.ts";
import { EXIT_NOT_RIGHT } from "../../process/exit-code.ts";
import { loadSettings, type PipelineOptions } from "../../settings.ts";
import { print } from "../../terminal/print.ts";
import { createProgress } from "../../terminal/progress.ts";
import { formatCount, formatThings } from "../../terminal/quantity.ts";
import { tell } from "../../terminal/tell.ts";
import { holdsText, type ListedHold } from "./holds-text.ts";

/** Requests that are under way at a time. */
const MOST_REQUESTS = 16;
const ID_BYTES = 4;

interface HoldOptions extends PipelineOptions {
  readonly json?: true;
}

interface OpenedHolds {
  readonly store: ObjectStore;
  readonly holds: ObjectHolds;
}

interface Changed {
  readonly objects: number;
  /** How many objects should be there and are not, and one of them. */
  readonly missing: number;
  readonly missingName: string;
}

/** Holds a span. Rejects with `UsageError`, with `IoError`. */
export async function setHold(
  pipeline: string | undefined,
  options: HoldOptions & TimeSpan & { readonly reason: string },
): Promise<void> {
  const opened = await openHolds(pipeline, options);
  const nowMs = SYSTEM_CLOCK.nowMs();
  const record = {
    hold: holdId(nowMs, randomBytes(ID_BYTES).toString("hex")),
    action: "set" as const,
    at: new Date(nowMs).toISOString(),
    reason: options.reason,
    since: timeText(options.since),
    until: timeText(options.until),
  };
  // First: whoever finds an object held can learn why, and a command that was killed can be gone on with.
  await addHoldRecord(opened.store, record);
  await holdAll(opened, record.hold, spanOfHold(record), options);
}

/** Holds again what a hold covers. Rejects with `UsageError`, with `IoError`. */
export async function renewHold(hold: string, pipeline: string | undefined, options: HoldOptions): Promise<void> {
  const opened = await openHolds(pipeline, options);
  const { set } = await activeHold(opened.store, hold);
  await holdAll(opened, hold, spanOfHold(set), options);
}

/** Ends a hold. Rejects with `UsageError`, with `IoError`. */
export async function releaseHold(
  hold: string,
  pipeline: string | undefined,
  options: HoldOptions & { readonly reason: string },
): Promise<void> {
  const opened = await openHolds(pipeline, options);
  const { store } = opened;
  const { set } = await activeHold(store, hold);
  const others = await otherHolds(store, hold);
  const released = await changeHolds(opened, false, spanOfHold(set), others.map(spanOfHold));
  // Somebody may have held the same in between.
  const known = new Set(others.map((record) => record.hold));
  for (const record of await otherHolds(store, hold)) {
    if (!known.has(record.hold)) await changeHolds(opened, true, spanOfHold(record), []);
  }
  const at = new Date(SYSTEM_CLOCK.nowMs()).toISOString();
  // Last: until then the same command goes on.
  await addHoldRecord(store, { ...set, action: "release", at, reason: options.reason });
  await print(
    options.json === true
      ? `${JSON.stringify({ hold, released: released.objects })}\n`
      : `${hold}: ${formatThings(released.objects, "object")} released\n`,
  );
  tellMissing(released);
}

/** Prints all holds. Rejects with `IoError`. */
export async function listHeld(
  pipeline: string | undefined,
  options: HoldOptions & { readonly check?: true },
): Promise<void> {
  const { store, holds } = await openHolds(pipeline, options);
  const listed: ListedHold[] = [];
  for (const { set, release } of await listHolds(store)) {
    const isChecked = options.check === true && release === null;
    const counts = isChecked ? await countHeld(store, holds, spanOfHold(set)) : null;
    const { hold, at, since, until, reason } = set;
    const released = { released_at: release?.at ?? null, release_reason: release?.reason ?? null };
    listed.push({ hold, at, since, until, reason, ...released, ...counts });
  }
  const text = options.json === true ? listed.map((each) => `${JSON.stringify(each)}\n`).join("") : holdsText(listed);
  await print(text);
  if (listed.some(({ objects = 0, held = 0 }) => held < objects)) {
    tell("not everything is held (hint: logtally archive hold renew HOLD)");
    process.exitCode = EXIT_NOT_RIGHT;
  }
}

async function holdAll(opened: OpenedHolds, hold: string, span: LineSpan, options: HoldOptions): Promise<void> {
  const changed = await changeHolds(opened, true, span, []);
  const { objects: held, missing } = changed;
  const unsealed = await countUnsealed(opened.store, span);
  await print(
    options.json === true
      ? `${JSON.stringify({ hold, held, unsealed })}\n`
      : `${hold}: ${formatThings(held, "object")} held\n`,
  );
  tellMissing(changed);
  if (missing > 0) process.exitCode = EXIT_NOT_RIGHT;
  if (held === 0 && unsealed === 0) tell("nothing of that span is archived (hint: logtally archive ls)");
  if (unsealed === 0) return;
  const objects = formatThings(unsealed, "write-ahead object");
  tell(
    `${objects} of the span not sealed yet, and not held (hint: when they are, logtally archive hold renew ${hold})`,
  );
}

/** What was removed in spite of everything keeps nothing else from being held, or released. */
function tellMissing({ missing, missingName }: Changed): void {
  if (missing === 0) return;
  const others = missing === 1 ? "is" : `and ${formatCount(missing - 1)} more of that span are`;
  tell(`"${missingName}" ${others} not there (hint: logtally archive verify)`);
}

/** Sets or takes away the holds of a span, but for what others cover too. */
async function changeHolds(
  { store, holds }: OpenedHolds,
  isHeld: boolean,
  span: LineSpan,
  others: readonly LineSpan[],
): Promise<Changed> {
  const progress = createProgress(isHeld ? "holding" : "releasing", null, formatCount);
  const streams = new Set<string>();
  let objects = 0;
  let missing = 0;
  let missingName = "";
  const change = async (names: readonly string[]): Promise<void> => {
    await inParallel(names, MOST_REQUESTS, async (name) => {
      if (await holds.set(name, isHeld)) objects += 1;
      else {
        missing += 1;
        missingName = name;
      }
      progress.add(1);
    });
  };
  try {
    for await (const { stream, names } of objectsOfSpan(store, span, others)) {
      streams.add(stream);
      await change(names);
    }
    // Every hold needs them.
    if (others.length === 0 && streams.size > 0) await change(await proofsOf(store, streams));
  } finally {
    progress.stop();
  }
  return { objects, missing, missingName };
}

async function countHeld(
  store: ObjectStore,
  holds: ObjectHolds,
  span: LineSpan,
): Promise<{ readonly objects: number; readonly held: number }> {
  const streams = new Set<string>();
  const counts = { objects: 0, held: 0 };
  const count = async (names: readonly string[], folder: string): Promise<void> => {
    const wanted = new Set(names);
    counts.objects += wanted.size;
    for await (const { name, isHeld } of holds.list(folder)) if (isHeld && wanted.has(name)) counts.held += 1;
  };
  for await (const { stream, names } of objectsOfSpan(store, span)) {
    streams.add(stream);
    await count(names, folderOf(names[0] ?? ""));
  }
  const proofs = streams.size === 0 ? [] : await proofsOf(store, streams);
  for (const [folder, names] of Map.groupBy(proofs, folderOf)) await count(names, folder);
  return counts;
}

function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf("/") + 1);
}

/** The notes of all holds that are there beside this one. */
async function otherHolds(store: ObjectStore, hold: string): Promise<HoldRecord[]> {
  const all = await listHolds(store);
  return all.flatMap(({ set, release }) => (release === null && set.hold !== hold ? [set] : []));
}

async function activeHold(store: ObjectStore, hold: string): Promise<Hold> {
  const found = (await listHolds(store)).find((each) => each.set.hold === hold);
  if (found === undefined) throw new UsageError(`hold "${hold}": there is none (hint: logtally archive hold list)`);
  if (found.release === null) return found;
  throw new UsageError(
    `hold "${hold}": released at ${found.release.at} (hint: logtally archive hold set makes another)`,
  );
}

async function openHolds(pipeline: string | undefined, options: HoldOptions): Promise<OpenedHolds> {
  const { archive } = await loadSettings(pipeline, options);
  if (archive.kind === "folder") {
    throw new UsageError(
      `hold lines in "${archive.path}": a folder has no holds, whoever may write there can remove everything (hint: copy ` +
        "it to where nobody can, or keep the archive in a bucket)",
    );
  }
  const store = await openArchiveStore(archive);
  await store.check("read");
  return { store, holds: await openBucketHolds(vaultPlace(archive)) };
}

function timeText(timeMs: number | undefined): string | null {
  return timeMs === undefined ? null : new Date(timeMs).toISOString();
}
