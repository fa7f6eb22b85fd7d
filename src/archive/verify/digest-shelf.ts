import { createHash } from "node:crypto";
import { IoError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { type Digest, parseDigest } from "../digest/digest.ts";
import type { StoredObject } from "../manifest.ts";
import { readWhole } from "../stored-bytes.ts";
import { type ChainSurvey, placeOf } from "./chain-survey.ts";

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
}

/** The digests of a surveyed chain, of which a few are held at a time. Its methods reject with `IoError`. */
export interface DigestShelf {
  namedOn(day: string): Promise<NamedObjects>;
  /** `place` is that of a digest in the survey. */
  totalsOf(place: number): Promise<Digest["totals"]>;
}

/** Those of one day are most often the newest ones; a large one, with which signing began, comes again on every day. */
const MOST_HELD = 32;

interface HeldDigest {
  readonly totals: Digest["totals"];
  readonly days: ReadonlyMap<string, readonly StoredObject[]>;
}

export function createDigestShelf(store: ObjectStore, { digests, days }: ChainSurvey): DigestShelf {
  const held = new Map<number, HeldDigest>();
  const take = async (place: number): Promise<HeldDigest> => {
    const known = held.get(place);
    const digest = known ?? (await readAgain(store, digests[place]));
    held.delete(place);
    held.set(place, digest);
    const [oldest] = held.keys();
    if (held.size > MOST_HELD && oldest !== undefined) held.delete(oldest);
    return digest;
  };
  return {
    async namedOn(day) {
      const signed = new Map<string, SignedObject>();
      const doubtful = new Map<string, string>();
      for (const place of days.get(day)?.digests ?? []) {
        const digest = digests[place];
        for (const object of (await take(place)).days.get(day) ?? []) {
          if (digest?.isSigned === true) signed.set(object.name, { ...object, digest: place });
          else doubtful.set(object.name, digest?.name ?? "");
        }
      }
      return { signed, doubtful };
    },
    totalsOf: async (place) => (await take(place)).totals,
  };
}

async function readAgain(
  store: ObjectStore,
  surveyed: ChainSurvey["digests"][number] | undefined,
): Promise<HeldDigest> {
  const name = surveyed?.name ?? "";
  const bytes = await readWhole(store, name);
  if (createHash("sha256").update(bytes).digest("hex") !== surveyed?.sha256) {
    const hint = "somebody is at work in the archive; run again";
    throw new IoError("corrupt", `verify "${name}": it was changed while it was verified (hint: ${hint})`);
  }
  const { objects, totals } = parseDigest(name, bytes);
  return { totals, days: Map.groupBy(objects, (object) => placeOf(object.name)?.day ?? "") };
}
