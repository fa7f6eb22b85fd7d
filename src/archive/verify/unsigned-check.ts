import { isOfObject } from "../../core/fault.ts";
import type { ObjectInfo } from "../../core/object-store.ts";
import { measureIfThere } from "../digest/stored-object.ts";
import { pinnedSegments } from "../digest/unsigned.ts";
import { filesOf } from "../manifest.ts";
import { readSealedPlan, type SealedPlan } from "../sealed-plan.ts";
import { folderOfName, manifestNameOf, parseSealedName, parseSegmentName } from "../vault-name.ts";
import type { DayOptions } from "./day-check.ts";
import type { FindingKind } from "./finding.ts";

interface UnsignedOptions extends Pick<DayOptions, "store" | "stream" | "named" | "onUnproven"> {
  /** Of the day, those that are signed. */
  readonly plans: readonly SealedPlan[];
  readonly add: (kind: FindingKind, object: string, parts: { readonly what: string }) => void;
}

const EXTRA = "it is extra: no digest names it";

/**
 * Tells of objects of a day that no signed digest names what they are: a seal that is under way, or ended and not signed
 * yet; or extra. Resolves with the manifests among them that hold what they say. Rejects with `IoError`.
 */
export async function checkUnsigned(options: UnsignedOptions, objects: readonly ObjectInfo[]): Promise<SealedPlan[]> {
  const { stream, named, onUnproven, add } = options;
  const doubtfulOf = ({ name }: ObjectInfo): string | undefined => named.doubtful.get(name);
  for (const object of objects) {
    const digest = doubtfulOf(object);
    if (digest === undefined) continue;
    onUnproven({ stream, object: object.name, why: `only "${digest}" names it, which has no good signature` });
  }
  const others = objects.filter((object) => doubtfulOf(object) === undefined);
  const plans: SealedPlan[] = [];
  for (const { name, sizeBytes } of others.filter(({ name: each }) => parseSealedName(each) !== null)) {
    const plan = await readUnsigned(options, name, sizeBytes);
    if (plan !== null) plans.push(plan);
  }
  const known = new Set(
    plans.flatMap(({ manifest }) => [...filesOf(manifest.outputs).map(({ name }) => name), ...manifest.abandoned]),
  );
  for (const { name } of others) {
    if (known.has(name)) onUnproven({ stream, object: name, why: "sealed, and no digest names it yet" });
    else if (parseSealedName(name) === null && parseSegmentName(name) === null) add("extra", name, { what: EXTRA });
  }
  const segments = others.filter(({ name }) => !known.has(name) && parseSegmentName(name) !== null);
  await tellSegments(options, segments, plans);
  return plans;
}

/** Null for a manifest that is none, or that says of a segment what is not so; which is told. */
async function readUnsigned(
  { store, stream, onUnproven, add }: UnsignedOptions,
  name: string,
  sizeBytes: number,
): Promise<SealedPlan | null> {
  const extra = (why: string): null => {
    add("extra", name, { what: `${EXTRA}, and ${why}` });
    return null;
  };
  let plan: SealedPlan;
  try {
    plan = await readSealedPlan(store, name, sizeBytes);
  } catch (error) {
    if (!isOfObject(error)) throw error;
    return extra(`it is no manifest: ${error.message}`);
  }
  for (const said of filesOf(plan.manifest.outputs)) {
    // Not by the list, which may be older than the manifest.
    const found = await measureIfThere(store, said.name, () => undefined);
    if (found === null) return extra(`"${said.name}", which it names, is missing`);
    if (found.sha256 !== said.sha256) return extra(`"${said.name}", which it names, has other bytes`);
  }
  onUnproven({ stream, object: name, why: "sealed, and no digest names it yet" });
  return plan;
}

/**
 * Segments that no manifest names. A sealer pins its attempt below `ctl/plan` before it writes any; but a copy has what lies
 * there as it was before the vault was copied.
 */
async function tellSegments(
  { store, stream, named, plans, onUnproven, add }: UnsignedOptions,
  segments: readonly ObjectInfo[],
  unsigned: readonly SealedPlan[],
): Promise<void> {
  if (segments.length === 0) return;
  const pinned = new Set(
    await pinnedSegments(
      store,
      segments.map(({ name }) => name),
    ),
  );
  const attempts = new Map([...plans, ...unsigned].map(({ name, manifest }) => [name, manifest.attempt]));
  const manifests = [...named.signed.keys(), ...named.doubtful.keys(), ...unsigned.map(({ name }) => name)];
  const lastPlans = new Map<string, number>();
  for (const name of manifests) {
    const plan = parseSealedName(name)?.plan ?? 0;
    const folder = folderOfName(name);
    lastPlans.set(folder, Math.max(plan, lastPlans.get(folder) ?? 0));
  }
  for (const { name } of segments) {
    const segment = parseSegmentName(name);
    if (segment === null) continue;
    const isOpen = segment.plan > (lastPlans.get(folderOfName(name)) ?? 0);
    // What the attempt that became the manifest has written stands in it.
    const isOfManifest = attempts.get(manifestNameOf(segment)) === segment.attempt;
    if (isOpen) {
      const why = pinned.has(name) ? "" : ", by its name alone: no plan below ctl/plan tells of it";
      onUnproven({ stream, object: name, why: `of a seal that is under way${why}` });
    } else if (pinned.has(name) && !isOfManifest) {
      onUnproven({ stream, object: name, why: "left behind by a seal, and no digest names it yet" });
    } else add("extra", name, { what: `${EXTRA}, and no attempt to seal has written it` });
  }
}
