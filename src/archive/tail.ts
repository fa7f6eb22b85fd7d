import { IoError } from "../core/fault.ts";
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
  return tailBy(await Array.fromAsync(listWal(store, stream)), plans, (object) => hoursIfThere(store, object));
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
  const sealed = sealedHours(plans);
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

/**
 * The same, with the plans of those days alone that the objects have lines of: what it costs does not grow with the
 * archive. Rejects with `IoError`.
 */
export async function readReachedTail(store: ObjectStore, stream: string): Promise<ReachedTail> {
  const objects = await Array.fromAsync(listWal(store, stream));
  const days = new Map<string, SealedDay>();
  const dayOf = async (hour: number): Promise<SealedDay> => {
    const day = dayOfHour(hour);
    const known = days.get(day) ?? (await readSealedDay(store, stream, day));
    days.set(day, known);
    return known;
  };
  const tail: TailObject[] = [];
  for (const object of objects) {
    // The first hour of its name is one of its own, and whoever has sealed that has noted the others.
    const first = (await dayOf(object.firstHour)).inputs.get(object.name) ?? [];
    const hours = notedHours(first) ?? (await hoursIfThere(store, object));
    // Sealed, signed and removed since it was listed.
    if (hours === null) continue;
    const inputs = new Set<SealedInput>();
    for (const hour of hours) for (const input of (await dayOf(hour)).inputs.get(object.name) ?? []) inputs.add(input);
    tail.push({ object, hours, unsealed: unsealedHours(hours, [...inputs]) });
  }
  return { plans: [...days.values()].flatMap(({ plans }) => plans), tail };
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

async function hoursIfThere(store: ObjectStore, object: WalObject): Promise<number[] | null> {
  try {
    return await hoursOf(store, object);
  } catch (error) {
    if (error instanceof IoError && error.code === "not_found") return null;
    throw error;
  }
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
  return [...hours].toSorted((a, b) => a - b);
}
