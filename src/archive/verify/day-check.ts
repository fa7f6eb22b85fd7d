import { createHash } from "node:crypto";
import { IoError } from "../../core/fault.ts";
import { hourText } from "../../core/hour.ts";
import { ifThere } from "../../core/if-there.ts";
import { inParallel } from "../../core/in-parallel.ts";
import type { ObjectInfo, ObjectStore } from "../../core/object-store.ts";
import type { Difference } from "../audit/difference.ts";
import { checkManifest, checkRevisions } from "../audit/manifest-check.ts";
import { measureIfThere } from "../digest/stored-object.ts";
import { filesOf, type PlanOutput } from "../manifest.ts";
import { type SealedPlan, sealedPlanIn } from "../sealed-plan.ts";
import { firstHourOf } from "../span.ts";
import { folderOfName, parseSealedName, placeOf } from "../vault-name.ts";
import type { NamedObjects, SignedObject } from "./digest-shelf.ts";
import { type Finding, type FindingKind, findingOf, type Unproven } from "./finding.ts";
import { checkUnsigned } from "./unsigned-check.ts";

/** Reads every line of these plans, of one day of a stream, and tells what their manifests say otherwise. */
export type ReadLines = (plans: readonly SealedPlan[]) => Promise<readonly Difference[]>;

export interface DayOptions {
  readonly store: ObjectStore;
  readonly stream: string;
  readonly day: string;
  readonly named: NamedObjects;
  /** What is there. */
  readonly listed: ReadonlyMap<string, ObjectInfo>;
  /** Null: hashes only. It is told of no other bytes than those of segments. */
  readonly readLines: ReadLines | null;
  /** True where these bytes of segments were read before, by an earlier run. */
  readonly isRead: boolean;
  readonly onBytes: (bytes: number) => void;
  readonly onFinding: (finding: Finding) => void;
  readonly onUnproven: (unproven: Unproven) => void;
}

/** Objects that are read at a time; of each at most 4 MiB are held. */
const MOST_READS = 8;
const ALTERED = "its bytes are not those that were signed, by their SHA-256";

/** The work on a day. */
interface DayCheck extends DayOptions {
  /** Names of which something was told. */
  readonly told: Set<string>;
  readonly add: (kind: FindingKind, object: string, parts: Omit<Parameters<typeof findingOf>[2], "object">) => void;
}

/**
 * Holds what is there of a day against what digests name of it, and tells what is missing, extra or altered. Resolves with
 * the manifests that are as they were signed, in order. Rejects with `IoError` where the store fails.
 */
export async function checkDay(options: DayOptions): Promise<SealedPlan[]> {
  const { stream, named, listed, onFinding } = options;
  const told = new Set<string>();
  const check: DayCheck = {
    ...options,
    told,
    add(kind, object, parts) {
      told.add(object);
      onFinding(findingOf(kind, stream, { hour: hourOfPlace(object), object, ...parts }));
    },
  };
  for (const { object, before, again } of named.again) {
    onFinding(findingOf("chain", stream, { object: again, what: `it names "${object}", which "${before}" has named` }));
  }
  const present = [...named.signed.values()].filter((object) => isPresent(check, object));
  const manifests = present.filter(({ name }) => parseSealedName(name) !== null);
  const read = await inParallel(manifests, MOST_READS, (object) => readManifest(check, object));
  const plans = read.filter((plan) => plan !== null).toSorted(byPlace);
  for (const plan of plans) checkStructure(check, plan);
  const segments = present.filter(({ name }) => parseSealedName(name) === null);
  await checkSegments(check, segments, plans);
  const others = [...listed.values()].filter(({ name }) => !named.signed.has(name));
  const unsigned = await checkUnsigned({ ...options, plans, add: check.add }, others);
  tellGaps(check, [...plans, ...unsigned]);
  return plans;
}

/** True for one that is there, as long as it was. */
function isPresent({ listed, add, onBytes }: DayCheck, { name, size_bytes: expected }: SignedObject): boolean {
  const found = listed.get(name)?.sizeBytes;
  if (found === expected) return true;
  onBytes(expected);
  if (found === undefined) add("missing", name, { what: "it is missing, and was signed" });
  else {
    const what = found < expected ? "it was cut, in bytes" : "bytes were added to it, in bytes";
    add("size", name, { what, found, expected });
  }
  return false;
}

async function readManifest(check: DayCheck, object: SignedObject): Promise<SealedPlan | null> {
  const { store, add, onBytes } = check;
  const { name, size_bytes: sizeBytes, sha256: expected } = object;
  const bytes = await ifThere(store.read(name, 0, sizeBytes));
  onBytes(sizeBytes);
  if (bytes === null) {
    add("missing", name, { what: "it is missing, and was signed" });
    return null;
  }
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== expected) {
    add("altered", name, { what: alteredWords(check, found), found, expected });
    return null;
  }
  try {
    return sealedPlanIn(name, bytes);
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    add("manifest", name, { what: error.message });
    return null;
  }
}

/** Also says whose bytes they are, where they are those of another object of the day. */
function alteredWords({ named }: DayCheck, found: string): string {
  const owner = named.signed.values().find(({ sha256 }) => sha256 === found);
  return owner === undefined ? ALTERED : `it holds the bytes of "${owner.name}", by their SHA-256`;
}

/** What a manifest says of itself, and of objects that digests name too. */
function checkStructure({ named, add }: DayCheck, plan: SealedPlan): void {
  for (const { what, hour, found, expected } of checkManifest(plan)) {
    add("figures", plan.name, { what, hour, found, expected });
  }
  for (const said of filesOf(plan.manifest.outputs)) {
    const signed = named.signed.get(said.name);
    if (signed?.size_bytes === said.size_bytes && signed.sha256 === said.sha256) continue;
    const what = `it names "${said.name}", by its SHA-256, ${signed === undefined ? "and no digest does" : "otherwise than the digests"}`;
    add("manifest", plan.name, { what, found: said.sha256, expected: signed?.sha256 ?? null });
  }
}

async function checkSegments(check: DayCheck, segments: readonly SignedObject[], plans: readonly SealedPlan[]) {
  const { readLines, isRead, onBytes } = check;
  if (isRead) {
    for (const { size_bytes: sizeBytes } of segments) onBytes(sizeBytes);
    return;
  }
  const byLines = new Set<string>();
  if (readLines !== null) {
    for (const { name } of plans.flatMap(({ manifest }) => filesOf(manifest.outputs))) byLines.add(name);
    await checkLines(check, plans, readLines);
  }
  const others = segments.filter(({ name }) => !byLines.has(name));
  await inParallel(others, MOST_READS, (object) => checkHash(check, object, ALTERED, onBytes));
}

/** True where its bytes are those that were signed. */
async function checkHash(
  check: DayCheck,
  { name, sha256: expected }: SignedObject,
  why: string,
  onBytes: (bytes: number) => void,
): Promise<boolean> {
  const found = await measureIfThere(check.store, name, onBytes);
  if (found?.sha256 === expected) return true;
  if (found === null) check.add("missing", name, { what: "it is missing, and was signed" });
  else {
    const what = why === ALTERED ? alteredWords(check, found.sha256) : why;
    check.add("altered", name, { what, found: found.sha256, expected });
  }
  return false;
}

/** What is wrong with the bytes of a segment is told of the file whose bytes they are. */
async function checkLines(check: DayCheck, plans: readonly SealedPlan[], readLines: ReadLines): Promise<void> {
  const outputs = new Map(
    plans.flatMap(({ manifest }) => manifest.outputs.map((output) => [output.lines.name, output])),
  );
  for (const difference of await readLines(plans)) {
    const { stream: _stream, object, ...parts } = difference;
    const output = outputs.get(object ?? "");
    if (output === undefined) check.add("figures", object ?? "", parts);
    else if (!isTold(check, output) && (await areAsSigned(check, output, parts.what))) {
      check.add("lines", output.lines.name, parts);
    }
  }
}

function isTold({ told }: DayCheck, { lines, meta }: PlanOutput): boolean {
  return told.has(lines.name) || told.has(meta.name);
}

async function areAsSigned(check: DayCheck, output: PlanOutput, what: string): Promise<boolean> {
  let areGood = true;
  for (const { name } of [output.lines, output.meta]) {
    const signed = check.named.signed.get(name);
    // A manifest that names it otherwise was told.
    if (signed === undefined) continue;
    const isGood = await checkHash(check, signed, `${ALTERED} (${what})`, () => undefined);
    areGood = areGood && isGood;
  }
  return areGood;
}

/** Revisions that are missing, but of spans of which a manifest was told already. */
function tellGaps({ told, named, add }: DayCheck, plans: readonly SealedPlan[]): void {
  // What only a digest names that cannot be trusted is not among the plans, and its digest was told.
  const passedOver = [...told, ...named.doubtful.keys()];
  const toldFolders = new Set(passedOver.filter((name) => parseSealedName(name) !== null).map(folderOfName));
  for (const { object, what, hour, found, expected } of checkRevisions(plans.toSorted(byPlace))) {
    if (object !== null && !toldFolders.has(folderOfName(object))) {
      add("manifest", object, { what, hour, found, expected });
    }
  }
}

function hourOfPlace(name: string): string | null {
  const place = placeOf(name);
  if (place === null) return null;
  const hour = firstHourOf(place);
  return Number.isNaN(hour) ? null : hourText(hour);
}

function byPlace(a: SealedPlan, b: SealedPlan): number {
  return a.span.firstHour - b.span.firstHour || a.manifest.plan - b.manifest.plan;
}
