import type { ObjectStore } from "../../core/object-store.ts";
import { GIB, MIB } from "../../core/units.ts";
import type { ReadPrice } from "../storage-price.ts";
import { parseWalName } from "../wal-name.ts";
import { objectsToRead } from "./replay.ts";
import type { ReplayObject, Stretch } from "./replay-plan.ts";

/** What a replay reads, at the most: which blocks of an object can match is known only when it is opened. */
export interface Estimate {
  readonly lines: number;
  readonly raw_bytes: number;
  readonly objects: number;
  /** Of these objects, each as often as it is read. */
  readonly stored_bytes: number;
  readonly requests: number;
  /** By storage class, in order of names; empty where the store has none. */
  readonly classes: readonly ClassEstimate[];
  /** US dollars for retrieval and requests; null where nobody is charged, or the price of a class is not known. */
  readonly charge_usd: number | null;
}

export interface ClassEstimate {
  readonly class: string;
  readonly stored_bytes: number;
  readonly requests: number;
  /** Null where the price of the class is not known. */
  readonly charge_usd: number | null;
}

/** Of the lines and of the meta: a table at the end, and a frame for each mebibyte of lines. */
const FILES_OF_SEGMENT = 2;

interface Reading {
  readonly storedBytes: number;
  readonly requests: number;
}

/**
 * Adds up what is to be read; `prices` are by storage class. Lists the folders of the objects to learn their classes.
 * Rejects with `IoError`.
 */
export async function estimateReplay(
  store: ObjectStore,
  stretches: readonly Stretch[],
  prices: Readonly<Record<string, ReadPrice>>,
): Promise<Estimate> {
  const all = objectsToRead(stretches);
  const once = [...new Set(all)];
  const byClass = await readingsByClass(store, all);
  const classes = [...byClass]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, reading]): ClassEstimate => {
      const price = prices[name];
      return {
        class: name,
        stored_bytes: reading.storedBytes,
        requests: reading.requests,
        charge_usd: price === undefined ? null : chargeOf(reading, price),
      };
    });
  const charges = classes.map(({ charge_usd: charge }) => charge);
  return {
    lines: sum(once.map(({ rows }) => rows)),
    raw_bytes: sum(once.map(({ rawBytes }) => rawBytes)),
    objects: once.length,
    stored_bytes: sum(all.map(({ object }) => object.sizeBytes)),
    requests: sum(all.map(requestsFor)),
    classes,
    charge_usd: charges.length === 0 || charges.includes(null) ? null : sum(charges.map((charge) => charge ?? 0)),
  };
}

function requestsFor({ rawBytes }: ReplayObject): number {
  return FILES_OF_SEGMENT * (1 + Math.max(1, Math.ceil(rawBytes / MIB)));
}

function chargeOf({ storedBytes, requests }: Reading, { perGib, perTenThousandReads }: ReadPrice): number {
  return (storedBytes / GIB) * perGib + (requests / 10_000) * perTenThousandReads;
}

/** The names of one folder are held at a time. */
async function readingsByClass(store: ObjectStore, all: readonly ReplayObject[]): Promise<Map<string, Reading>> {
  const classes = new Map<string, Reading>();
  for (const [folder, objects] of Map.groupBy(all, ({ object }) => folderOf(object.name))) {
    const classOf = new Map<string, string>();
    for await (const { name, storageClass } of store.list(folder)) {
      if (storageClass !== undefined) classOf.set(name, storageClass);
    }
    for (const each of objects) {
      const name = classOf.get(each.object.name);
      if (name === undefined) continue;
      const { storedBytes, requests } = classes.get(name) ?? { storedBytes: 0, requests: 0 };
      classes.set(name, {
        storedBytes: storedBytes + each.object.sizeBytes,
        requests: requests + requestsFor(each),
      });
    }
  }
  return classes;
}

/** `vault/v1/<stream>/<day>/`, `wal/<stream>/<day>/` */
function folderOf(name: string): string {
  const parts = parseWalName(name) === null ? 4 : 3;
  return `${name.split("/").slice(0, parts).join("/")}/`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
