import { hash } from "node:crypto";
import { isOfObject } from "../../core/fault.ts";
import { hourText } from "../../core/hour.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { readDigests, signedObjects } from "../digest/digest-chain.ts";
import { newestPlans, type SpanPlans } from "../seal/newest-plans.ts";
import type { SealedPlan } from "../sealed-plan.ts";
import { dayOfHour, firstHourOf, isInSpan } from "../span.ts";
import { MOST_JSON_BYTES } from "../stored-json.ts";
import type { TailObject } from "../tail.ts";
import { parseSealedName, planText, recordPrefix, type SealedName } from "../vault-name.ts";
import { walPrefix } from "../wal-name.ts";
import { type Difference, differenceOf } from "./difference.ts";
import { listFolders, type VaultFolder } from "./vault-folders.ts";

/** The word of an object that a manifest is there. */
export interface ManifestClaim {
  /** Of the manifest. */
  readonly name: string;
  /** 64 hex digits; null where it says only that there is one. */
  readonly sha256: string | null;
  /** Name of the object that says so. */
  readonly by: string;
}

export interface MissingManifestsOptions {
  readonly store: ObjectStore;
  readonly stream: string;
  /** As they were read before. */
  readonly plans: readonly SealedPlan[];
  readonly tail: readonly TailObject[];
  /** Beside those of the digests, read before too. */
  readonly claims: readonly ManifestClaim[];
  /** Which days, `YYYY-MM-DD` or `undated`, are asked for. */
  readonly takes: (day: string) => boolean;
}

/**
 * Manifests that must be there and are not, or are others, each with the object by whose word; and a chain of digests
 * that cannot be trusted. A manifest that is gone takes its lines with it, and nothing that is left of the vault fails to
 * add up: only those who know of it tell. Rejects with `IoError` where the store fails.
 */
export async function findMissingManifests(options: MissingManifestsOptions): Promise<Difference[]> {
  const { store, stream, takes } = options;
  const { claims: signed, differences } = await digestClaims(store, stream);
  const planned = await newestPlans(store, stream, takes);
  const seen = await lookAround(store, stream);
  const { folders } = seen;
  const claimed = await checkClaims(options, [...signed, ...options.claims], folders);
  const told = new Set(claimed.map(({ object }) => folderOfName(object ?? "")));
  const silent = <Place extends { readonly folder: string }>(places: Iterable<Place>): Place[] =>
    [...places].filter(({ folder }) => !told.has(folder));
  const others = [
    ...silent(planned).flatMap((plans) => checkPlanned(stream, plans, seen)),
    ...silent(folders.values()).flatMap((folder) => checkStray(options, folder, planned)),
  ];
  return [...differences, ...claimed, ...others];
}

/** What is there of a stream. */
interface Seen {
  readonly wal: ReadonlySet<string>;
  /** Numbers of plans that added nothing, by folder. */
  readonly records: ReadonlyMap<string, ReadonlySet<number>>;
  readonly folders: ReadonlyMap<string, VaultFolder>;
}

/** To be called after all who speak of manifests were asked: whatever was completed meanwhile is there by then. */
async function lookAround(store: ObjectStore, stream: string): Promise<Seen> {
  const wal = new Set<string>();
  // Before the plans: what is gone by now was sealed by one that is complete by now.
  for await (const { name } of store.list(walPrefix(stream))) wal.add(name);
  const records = new Map<string, Set<number>>();
  for await (const { name } of store.list(recordPrefix(stream))) {
    const plan = parseSealedName(name)?.plan;
    const folder = folderOfName(name);
    if (plan !== undefined) records.set(folder, (records.get(folder) ?? new Set()).add(plan));
  }
  return { wal, records, folders: await listFolders(store, stream) };
}

/** What digests say; a chain that cannot be trusted says nothing. */
async function digestClaims(
  store: ObjectStore,
  stream: string,
): Promise<{ readonly claims: readonly ManifestClaim[]; readonly differences: readonly Difference[] }> {
  try {
    const { digests } = await readDigests(store, stream);
    const claims = digests.flatMap((digest) =>
      [...signedObjects({ digests: [digest] }).values()].map(({ name, sha256 }) => ({ name, sha256, by: digest.name })),
    );
    return { claims: claims.filter(({ name }) => parseSealedName(name) !== null), differences: [] };
  } catch (error) {
    if (!isOfObject(error)) throw error;
    return { claims: [], differences: [differenceOf(stream, { what: error.message })] };
  }
}

async function checkClaims(
  { store, stream, plans, takes }: MissingManifestsOptions,
  claims: readonly ManifestClaim[],
  folders: ReadonlyMap<string, VaultFolder>,
): Promise<Difference[]> {
  const known = new Map(plans.map((plan) => [plan.name, plan.sha256]));
  const found: Difference[] = [];
  for (const [name, ofName] of Map.groupBy(claims, (claim) => claim.name)) {
    const said = parseSealedName(name);
    if (said === null || !takes(said.day)) continue;
    const place = { hour: hourOfPlace(said), object: name };
    const by = ofName.map((claim) => `"${claim.by}"`).join(" and ");
    if (folders.get(folderOfName(name))?.manifests.has(said.plan) !== true) {
      found.push(differenceOf(stream, { ...place, what: `the manifest is missing, by the word of ${by}` }));
      continue;
    }
    const signed = ofName.find((claim) => claim.sha256 !== null);
    if (signed === undefined) continue;
    // Its bytes alone matter: what is signed and cannot be read as a manifest any more is told as well.
    const sha256 = known.get(name) ?? hash("sha256", await store.read(name, 0, MOST_JSON_BYTES + 1), "hex");
    if (sha256 === signed.sha256) continue;
    const what = `the manifest is not the one that was signed by "${signed.by}", by its SHA-256`;
    found.push(differenceOf(stream, { ...place, what, found: sha256, expected: signed.sha256 }));
  }
  return found;
}

/** A plan of revision r was made when r - 1 manifests were there; its inputs stay until it is complete. */
function checkPlanned(stream: string, { folder, newest, numbers, ...place }: SpanPlans, seen: Seen): Difference[] {
  const { number, revision, inputs, name } = newest;
  const hour = hourOfPlace(place);
  const add = (object: string, why: string): Difference =>
    differenceOf(stream, { hour, object, what: `${why}, by the word of "${name}"` });
  const manifests = [...(seen.folders.get(folder)?.manifests ?? [])];
  const records = seen.records.get(folder) ?? new Set();
  const isComplete = (plan: number): boolean => manifests.includes(plan) || records.has(plan);
  const missing = revision - 1 - manifests.filter((plan) => plan < number).length;
  if (missing > 0) {
    const incomplete = numbers.filter((plan) => plan < number && !isComplete(plan));
    if (incomplete.length !== missing)
      return [add(`vault/v1/${folder}`, `manifests before plan ${number} are missing`)];
    return incomplete.map((plan) => add(manifestOf(folder, plan), "the manifest is missing"));
  }
  const isLast = ![...manifests, ...records].some((plan) => plan >= number);
  const gone = inputs.find((input) => !seen.wal.has(input));
  if (!isLast || gone === undefined) return [];
  return [add(manifestOf(folder, number), `the manifest is missing, and so is its input "${gone}"`)];
}

/**
 * Segments without any manifest were written by a sealer that has not come to its end, as long as its plan is there or
 * the lines wait to be sealed.
 */
function checkStray(
  { stream, plans, tail, takes }: MissingManifestsOptions,
  { folder, day, hourOfDay, manifests, segments }: VaultFolder,
  planned: readonly SpanPlans[],
): Difference[] {
  const [object] = segments;
  if (object === undefined || manifests.size > 0 || !takes(day)) return [];
  if (planned.some((each) => each.folder === folder)) return [];
  const first = firstHourOf({ day, hourOfDay });
  const isSealedElsewhere = plans.some(({ span }) => span.day === day && isInSpan(span, first));
  const isWaiting = tail.some(({ unsealed }) => unsealed.some((hour) => dayOfHour(hour) === day));
  if (isSealedElsewhere || isWaiting) return [];
  const what = `no manifest names it and what lies beside it, and nobody is sealing its lines`;
  return [differenceOf(stream, { hour: hourText(first), object, what })];
}

/** Of a manifest, a segment or a record. */
function folderOfName(name: string): string {
  return name.replace(/^(vault\/v1|ctl\/seal)\//, "").replace(/[^/]*$/, "");
}

function manifestOf(folder: string, plan: number): string {
  return `vault/v1/${folder}${planText(plan)}.manifest.json`;
}

type Place = Pick<SealedName, "day" | "hourOfDay">;

function hourOfPlace(place: Place): string {
  return hourText(firstHourOf(place));
}
