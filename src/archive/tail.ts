import { IoError, isOfObject } from "../core/fault.ts";
import { ifThere } from "../core/if-there.ts";
import type { ObjectStore } from "../core/object-store.ts";
import { ID_WORDS } from "../segment/meta.ts";
import {
  notedHours,
  readSealedPlans,
  type SealedInput,
  type SealedPlan,
  sealedHours,
  unsealedHours,
} from "./sealed-plan.ts";
import { dayOfHour } from "./span.ts";
import { parseWalName } from "./wal-name.ts";
import { listWal, openWalObject, type WalObject } from "./wal-reader.ts";

/** A write-ahead object, and what of it is not sealed. */
export interface TailObject {
  readonly object: WalObject;
  /** Every hour that it has lines of, in order. */
  readonly hours: readonly number[];
  /** Those of them that no complete plan has it as input for. Empty: the object is sealed. */
  readonly unsealed: readonly number[];
}

/**
 * All write-ahead objects of a stream, in order of names, against its complete plans. An object that is sealed and removed
 * after the plans were read is missing from both; `tailOf` is for those whom that matters to. Rejects with `IoError`.
 */
export async function readTail(
  store: ObjectStore,
  stream: string,
  plans: readonly SealedPlan[],
): Promise<TailObject[]> {
  return tailBy(await Array.fromAsync(listWal(store, stream)), plans, (object) => ifThere(hoursOf(store, object)));
}

/** The same of objects that were listed. They are read only where they are of several hours and no plan says which. */
export async function tailOf(
  store: ObjectStore,
  objects: readonly WalObject[],
  plans: readonly SealedPlan[],
): Promise<TailObject[]> {
  return tailBy(objects, plans, (object) => hoursOf(store, object));
}

/** Without the objects of which nobody knows the hours any more. */
async function tailBy(
  objects: readonly WalObject[],
  plans: readonly SealedPlan[],
  readHours: (object: WalObject) => Promise<readonly number[] | null>,
): Promise<TailObject[]> {
  if (objects.length === 0) return [];
  // Of an archive that is cleared of what is sealed, plans name a hundred times as many.
  const sealed = sealedHours(plans, new Set(objects.map(({ name }) => name)));
  const tail: TailObject[] = [];
  for (const object of objects) {
    const inputs = sealed.get(object.name) ?? [];
    const hours = notedHours(inputs) ?? (await readHours(object));
    if (hours !== null) tail.push({ object, hours, unsealed: unsealedHours(hours, inputs) });
  }
  return tail;
}

/** A tail, and the complete plans of all days that it reaches. */
export interface ReachedTail {
  readonly plans: readonly SealedPlan[];
  readonly tail: readonly TailObject[];
}

/** Is told of an object that cannot be trusted, and what is left out because of it. */
export type OnDistrusted = (what: string, error: IoError) => void;

/**
 * The same, with the plans of those days alone that the objects have lines of: what it costs does not grow with the
 * archive. An object of which nobody can say what hours it has lines of is left out, and so are days with a plan that
 * cannot be trusted: one bad object must not hold up all others. Rejects with `IoError` where the store fails.
 */
export async function readReachedTail(
  store: ObjectStore,
  stream: string,
  onDistrusted: OnDistrusted,
): Promise<ReachedTail> {
  const objects = await Array.fromAsync(listWal(store, stream));
  const days = new Map<string, SealedDay | null>();
  const dayOf = async (hour: number): Promise<SealedDay | null> => {
    const day = dayOfHour(hour);
    const known = days.get(day);
    if (known !== undefined) return known;
    const read = await unlessDistrusted(readSealedDay(store, stream, day), (error) =>
      onDistrusted(`nothing of ${day} is sealed`, error),
    );
    days.set(day, read);
    return read;
  };
  const tail: TailObject[] = [];
  for (const object of objects) {
    // The first hour of its name is one of its own, and whoever has sealed that has noted the others.
    const first = (await dayOf(object.firstHour))?.inputs.get(object.name) ?? [];
    const hours =
      notedHours(first) ??
      (await unlessDistrusted(ifThere(hoursOf(store, object)), (error) =>
        onDistrusted("an object is left out of all that is sealed", error),
      ));
    // Also where it was sealed, signed and removed since it was listed.
    if (hours === null) continue;
    const inputs = new Set<SealedInput>();
    const trusted: number[] = [];
    for (const hour of hours) {
      const day = await dayOf(hour);
      if (day !== null) trusted.push(hour);
      for (const input of day?.inputs.get(object.name) ?? []) inputs.add(input);
    }
    tail.push({ object, hours, unsealed: unsealedHours(trusted, [...inputs]) });
  }
  return { plans: [...days.values()].flatMap((day) => day?.plans ?? []), tail };
}

async function unlessDistrusted<Result>(
  work: Promise<Result>,
  onDistrusted: (error: IoError) => void,
): Promise<Result | null> {
  try {
    return await work;
  } catch (error) {
    if (!isOfObject(error)) throw error;
    onDistrusted(error);
    return null;
  }
}

/** The complete plans of a day, and what they have sealed of each object. */
interface SealedDay {
  readonly plans: readonly SealedPlan[];
  readonly inputs: ReturnType<typeof sealedHours>;
}

async function readSealedDay(store: ObjectStore, stream: string, day: string): Promise<SealedDay> {
  const plans = await readSealedPlans(store, stream, day);
  return { plans, inputs: sealedHours(plans) };
}

/** Every hour that an object has lines of, in order. Its name tells where there is only one. Rejects with `IoError`. */
export async function hoursOf(store: ObjectStore, object: WalObject): Promise<number[]> {
  if (object.firstHour === object.lastHour) return [object.firstHour];
  const segment = await openWalObject(store, object);
  const hours = new Set<number>();
  for (const block of segment.blocks) {
    const words = await segment.readIds(block);
    for (let at = 0; at < words.length; at += ID_WORDS) hours.add((words[at] ?? 0) >>> 0);
  }
  checkHours(object.name, hours);
  return [...hours].toSorted((a, b) => a - b);
}

/** Throws `IoError` `corrupt` where the name of a write-ahead object does not say the hours of its lines. */
export function checkHours(name: string, hours: ReadonlySet<number>): void {
  const said = parseWalName(name);
  const first = hours.values().reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const last = hours.values().reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (said?.firstHour === first && said.lastHour === last) return;
  throw new IoError(
    "corrupt",
    `read "${name}": its lines are of other hours than its name says (hint: no writer made it; find out who did, and ` +
      "move it away)",
  );
}
