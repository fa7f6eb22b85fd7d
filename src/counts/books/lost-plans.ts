import type { Difference } from "../../archive/audit/difference.ts";
import { checkRevisions } from "../../archive/audit/manifest-check.ts";
import { findMissingManifests, type ManifestClaim } from "../../archive/audit/missing-manifests.ts";
import { readPlansOfSpan, type SealedPlan } from "../../archive/sealed-plan.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { FACTS_PREFIX, parseReceiptName } from "../facts/facts-name.ts";
import type { StreamBook } from "./stream-book.ts";

/**
 * What is missing of the plans of an archive, by the word of digests, facts and plans; also of streams of which nothing
 * else is left. `books` were read before. Rejects with `IoError` where the store fails.
 */
export async function findLostPlans(
  store: ObjectStore,
  books: readonly StreamBook[],
  takes: (day: string) => boolean,
): Promise<Difference[]> {
  const claims = await receiptClaims(store);
  const known = new Map(books.map((book) => [book.stream, book]));
  const differences: Difference[] = [];
  for (const stream of [...new Set([...known.keys(), ...claims.keys()])].toSorted()) {
    const { plans, tail } = known.get(stream) ?? { plans: [], tail: [] };
    const options = { store, stream, plans, tail, claims: claims.get(stream) ?? [], takes };
    differences.push(...(await findMissingManifests(options)));
  }
  return differences;
}

/** A receipt is written after its manifest. */
async function receiptClaims(store: ObjectStore): Promise<ReadonlyMap<string, readonly ManifestClaim[]>> {
  const claims = new Map<string, ManifestClaim[]>();
  for await (const { name } of store.list(FACTS_PREFIX)) {
    const said = parseReceiptName(name);
    if (said === null) continue;
    const ofStream = claims.get(said.stream) ?? [];
    claims.set(said.stream, ofStream);
    ofStream.push({ name: said.manifest, sha256: null, by: name });
  }
  return claims;
}

/** Revisions that are missing before others of their spans; of spans where some seem to be, the plans are read again. */
export async function findRevisionGaps(store: ObjectStore, books: readonly StreamBook[]): Promise<Difference[]> {
  const suspicious = books.flatMap(({ plans }) =>
    [...Map.groupBy(plans, ({ span }) => span.firstHour).values()].filter(
      (ofSpan) => checkRevisions(ofSpan).length > 0,
    ),
  );
  const differences: Difference[] = [];
  for (const [first] of suspicious) if (first !== undefined) differences.push(...(await gapsOf(store, first)));
  return differences;
}

async function gapsOf(store: ObjectStore, { span }: SealedPlan): Promise<Difference[]> {
  return checkRevisions(await readPlansOfSpan(store, span));
}
