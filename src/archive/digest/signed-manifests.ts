import { ifThere } from "../../core/if-there.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { hoursOfName, type IsWanted } from "../plan-list.ts";
import { findSealedPlan, listStreams } from "../sealed-plan.ts";
import { parseSealedName } from "../vault-name.ts";
import { readDigests, type SignedDigest } from "./digest-chain.ts";
import { distrust } from "./distrust.ts";

/** The digests of an archive, by the manifests that they name. */
export interface SignedManifests {
  /** By the name of a manifest the digest of its stream that names it. Rejects with `IoError` for a chain of no trust. */
  ofStream(stream: string): Promise<ReadonlyMap<string, SignedDigest>>;
  /**
   * Rejects with `IoError` `corrupt`, naming it, where a manifest is signed that may have lines of hours that matter, and
   * it is not there. `seen`: the names of those that were there.
   */
  refuseMissing(isWanted: IsWanted, seen: ReadonlySet<string>): Promise<void>;
}

/** Reads the chain of each stream once. */
export function createSignedManifests(store: ObjectStore): SignedManifests {
  const streams = new Map<string, ReadonlyMap<string, SignedDigest>>();
  const ofStream = async (stream: string): Promise<ReadonlyMap<string, SignedDigest>> => {
    const signers = streams.get(stream) ?? (await readSigners(store, stream));
    streams.set(stream, signers);
    return signers;
  };
  return {
    ofStream,
    async refuseMissing(isWanted, seen) {
      for (const stream of await listStreams(store)) {
        for (const [name, { name: digest }] of await ofStream(stream)) {
          const said = parseSealedName(name);
          if (seen.has(name) || said === null || !isWanted(...hoursOfName(said))) continue;
          // One of other hours of the day, or one that was sealed meanwhile.
          if ((await ifThere(findSealedPlan(store, name))) !== null) continue;
          throw distrust(name, `it is missing, and with it lines of its hours: "${digest}" names it`);
        }
      }
    },
  };
}

async function readSigners(store: ObjectStore, stream: string): Promise<ReadonlyMap<string, SignedDigest>> {
  const { digests } = await readDigests(store, stream);
  return new Map(
    digests.flatMap((signed) =>
      signed.digest.objects
        .filter(({ name }) => parseSealedName(name) !== null)
        .map(({ name }) => [name, signed] as const),
    ),
  );
}
