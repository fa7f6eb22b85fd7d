import { createHash } from "node:crypto";
import { IoError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { type Digest, parseDigest } from "../digest/digest.ts";
import { MOST_DIGEST_BYTES } from "../digest/digest-shape.ts";
import type { StoredObject } from "../manifest.ts";
import { readWhole } from "../stored-bytes.ts";
import { placeOf } from "../vault-name.ts";
import type { ChainSurvey } from "./chain-survey.ts";

/** An object that a digest names. */
export interface SignedObject extends StoredObject {
  /** The place of the digest in the survey. */
  readonly digest: number;
}

/** What digests name of a day, by name. */
export interface NamedObjects {
  readonly signed: ReadonlyMap<string, SignedObject>;
  /** Names that only digests without a good signature have, each with the name of the digest. */
  readonly doubtful: ReadonlyMap<string, string>;
  /** Objects that a digest names though one before has: the first one is believed. */
  readonly again: readonly NamedAgain[];
}

export interface NamedAgain {
  readonly object: string;
  /** Names of the two digests. */
  readonly before: string;
  readonly again: string;
}

/** The digests of a surveyed chain, of which some are held at a time. Its methods reject with `IoError`. */
export interface DigestShelf {
  namedOn(day: string): Promise<NamedObjects>;
  /** `place` is that of a digest in the survey. */
  totalsOf(place: number): Promise<Digest["totals"]>;
}

/** Objects that the digests which are held name; of each a few hundred bytes. A digest comes again on each of its days. */
const MOST_HELD_OBJECTS = 50_000;

interface HeldDigest {
  readonly totals: Digest["totals"];
  readonly days: ReadonlyMap<string, readonly StoredObject[]>;
  readonly objects: number;
}

export function createDigestShelf(store: ObjectStore, { digests, days }: ChainSurvey): DigestShelf {
  const held = new Map<number, HeldDigest>();
  let heldObjects = 0;
  const take = async (place: number): Promise<HeldDigest> => {
    const known = held.get(place);
    const digest = known ?? (await readAgain(store, digests[place]));
    held.delete(place);
    held.set(place, digest);
    if (known === undefined) heldObjects += digest.objects;
    for (const [oldest, { objects }] of held) {
      if (heldObjects <= MOST_HELD_OBJECTS || oldest === place) break;
      held.delete(oldest);
      heldObjects -= objects;
    }
    return digest;
  };
  return {
    async namedOn(day) {
      const signed = new Map<string, SignedObject>();
      const doubtful = new Map<string, string>();
      const again: NamedAgain[] = [];
      for (const place of days.get(day)?.digests ?? []) {
        const digest = digests[place];
        for (const object of (await take(place)).days.get(day) ?? []) {
          const before = signed.get(object.name);
          if (digest?.isSigned !== true) doubtful.set(object.name, digest?.name ?? "");
          else if (before === undefined) signed.set(object.name, { ...object, digest: place });
          else again.push({ object: object.name, before: digests[before.digest]?.name ?? "", again: digest.name });
        }
      }
      return { signed, doubtful, again };
    },
    totalsOf: async (place) => (await take(place)).totals,
  };
}

async function readAgain(
  store: ObjectStore,
  surveyed: ChainSurvey["digests"][number] | undefined,
): Promise<HeldDigest> {
  const name = surveyed?.name ?? "";
  const bytes = await readWhole(store, name, MOST_DIGEST_BYTES);
  if (createHash("sha256").update(bytes).digest("hex") !== surveyed?.sha256) {
    const hint = "somebody is at work in the archive; run again";
    throw new IoError("corrupt", `verify "${name}": it was changed while it was verified (hint: ${hint})`);
  }
  const { objects, totals } = parseDigest(name, bytes);
  const days = Map.groupBy(objects, (object) => placeOf(object.name)?.day ?? "");
  return { totals, days, objects: objects.length };
}
