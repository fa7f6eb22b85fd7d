import type { SealedPlan } from "../archive/sealed-plan.ts";
import { IoError } from "../core/fault.ts";
import { inParallel } from "../core/in-parallel.ts";
import type { LocalObjects } from "../core/local-objects.ts";
import type { ObjectStore } from "../core/object-store.ts";
import type { FactReader } from "./fact-reader.ts";
import { apartObject, lookForApart, MOST_STREAMS, streamsOf } from "./facts/apart.ts";
import type { FactsBasis } from "./facts/facts-basis.ts";
import { findPlanFacts } from "./facts/plan-facts.ts";
import {
  type FoundRollup,
  findRollup,
  missingFacts,
  type Rollup,
  type RollupFileKind,
  rollupFile,
} from "./facts/rollup.ts";
import { eachSealedLine, sealedBytes } from "./facts/sealed-lines.ts";
import type { Segment } from "./segment.ts";
import type { FactTable } from "./tables/fact-table.ts";

export interface SealedFactsOptions {
  readonly store: ObjectStore;
  readonly local: LocalObjects;
  readonly reader: FactReader;
  readonly basis: FactsBasis;
  readonly table: FactTable;
  /** Told in one line what was not at hand. */
  readonly tell: (sentence: string) => void;
  /** The command that writes facts of this basis, for hints. */
  readonly rebuildCommand?: string;
  readonly startProgress: StartProgress;
}

/** Shows how far a work over so many bytes is. */
export type StartProgress = (totalBytes: number) => {
  readonly add: (bytes: number) => void;
  readonly stop: () => void;
};

/** Gets hold of what is sealed: as files, or else by deriving it again, into the table. */
export interface SealedFacts {
  /** Paths of files with the facts of these plans; those that have none are in the table then, by their names. */
  load(plans: readonly SealedPlan[]): Promise<LoadedFacts>;
  /** The roll-up of these plans of a day; null where there is none to be used. */
  findRollup(day: PlansOfDay): Promise<FoundRollup | null>;
  /** The same, with paths of its files of these kinds, of that segment; null also where one of them was damaged. */
  loadRollup(day: PlansOfDay, segment: Segment, kinds: readonly RollupFileKind[]): Promise<LoadedRollup | null>;
  /** True where it is known of the plans of a day, which are of several streams, that no id has facts in two of them. */
  areApart(day: string, plans: readonly SealedPlan[]): Promise<boolean>;
  /** Tells what is gone behind roll-ups, though no count needs it now. */
  tellMissing(rollups: readonly FoundRollup[]): Promise<void>;
}

/** What is sealed of one stream on one day. */
export interface PlansOfDay {
  readonly stream: string;
  readonly day: string;
  readonly plans: readonly SealedPlan[];
}

export interface LoadedFacts {
  readonly paths: readonly string[];
  /** In the table. */
  readonly origins: readonly string[];
}

export interface LoadedRollup extends FoundRollup {
  /** Of the kinds that were asked for. */
  readonly paths: Readonly<Partial<Record<RollupFileKind, string>>>;
}

/** Files that are looked for at a time: stores far away answer late. */
const MOST_READS = 16;

export function createSealedFacts(options: SealedFactsOptions): SealedFacts {
  const { store, local, basis, tell, rebuildCommand = "logtally facts rebuild" } = options;
  const loaded = new Map<string, LoadedFacts>();
  const rollups = new Map<string, Promise<FoundRollup | null>>();
  const seen = new Set<string>();

  async function load(plans: readonly SealedPlan[]): Promise<LoadedFacts> {
    const wanted = plans.filter(({ name }) => !loaded.has(name));
    const found = await inParallel(wanted, MOST_READS, (plan) => findPlanFacts(store, local, basis, plan));
    const missing: MissingFacts[] = [];
    for (const [index, plan] of wanted.entries()) {
      const facts = found[index];
      if (facts === undefined) continue;
      if ("missing" in facts) missing.push({ plan, why: facts.missing, isOfOthers: facts.isOfOthers });
      else loaded.set(plan.name, { paths: facts.paths, origins: [] });
    }
    const [first] = missing;
    if (first !== undefined) {
      tell(
        `facts of ${missing.length} of ${wanted.length} sealed plan${wanted.length === 1 ? "" : "s"} are derived again, ` +
          `for this answer only: ${first.why} (hint: ${hintFor(first, basis, rebuildCommand)})`,
      );
      const left = missing.map(({ plan }) => plan);
      await derive(options, left);
      for (const { name } of left) loaded.set(name, { paths: [], origins: [name] });
    }
    const all = plans.map(({ name }) => loaded.get(name));
    return { paths: all.flatMap((each) => each?.paths ?? []), origins: all.flatMap((each) => each?.origins ?? []) };
  }

  const tellUnused = (sentence: string): void => tell(`${sentence} (hint: "${rebuildCommand}" writes it again)`);

  function findRollupOnce({ stream, day, plans }: PlansOfDay): Promise<FoundRollup | null> {
    const key = `${stream} ${day}`;
    const finding = rollups.get(key) ?? findRollup(store, basis, stream, day, plans, tellUnused);
    rollups.set(key, finding);
    return finding;
  }

  async function loadRollup(
    plansOfDay: PlansOfDay,
    segment: Segment,
    kinds: readonly RollupFileKind[],
  ): Promise<LoadedRollup | null> {
    const found = await findRollupOnce(plansOfDay);
    if (found === null) return null;
    try {
      return { ...found, paths: await rollupPaths(local, found.rollup, segment, kinds) };
    } catch (error) {
      if (!(error instanceof IoError) || (error.code !== "corrupt" && error.code !== "not_found")) throw error;
      tellUnused(`${plansOfDay.day} is counted without its roll-up: ${error.message}`);
      return null;
    }
  }

  async function tellMissing(found: readonly FoundRollup[]): Promise<void> {
    const unseen = found.filter(({ name }) => !seen.has(name));
    for (const { name } of unseen) seen.add(name);
    const names = (await inParallel(unseen, MOST_READS, (each) => missingFacts(store, each))).flat();
    if (names.length === 0) return;
    tell(
      `${names.length === 1 ? "1 file of facts is" : `${names.length} files of facts are`} missing or cut, and counted from ` +
        `roll-ups: ${names.length === 1 ? "" : "the first is "}"${names[0]}" (hint: "${rebuildCommand}" writes ` +
        `${names.length === 1 ? "it" : "them"})`,
    );
  }

  return { load, findRollup: findRollupOnce, loadRollup, areApart: lookingOnce(options, tellUnused), tellMissing };
}

/** Whether streams are apart, of each day once. */
function lookingOnce(
  { store, basis }: SealedFactsOptions,
  tellUnused: (sentence: string) => void,
): SealedFacts["areApart"] {
  const known = new Map<string, Promise<boolean>>();

  async function look(day: string, plans: readonly SealedPlan[]): Promise<boolean> {
    if (streamsOf(plans) > MOST_STREAMS) return false;
    const object = apartObject(basis, day, plans, true);
    const state = await lookForApart(store, object);
    if (state === "altered") tellUnused(`${day} is counted without roll-ups: "${object.name}" was altered`);
    return state === "there";
  }

  return (day, plans) => {
    const looking = known.get(day) ?? look(day, plans);
    known.set(day, looking);
    return looking;
  };
}

/** Rejects with `IoError`, `corrupt` or `not_found` where a file is not what the roll-up says. */
async function rollupPaths(
  local: LocalObjects,
  rollup: Rollup,
  segment: Segment,
  kinds: readonly RollupFileKind[],
): Promise<LoadedRollup["paths"]> {
  const paths: Partial<Record<RollupFileKind, string>> = {};
  for (const kind of kinds) {
    const { name, size_bytes: sizeBytes, sha256 } = rollupFile(rollup, kind, segment);
    paths[kind] = await local.fileOf({ name, sizeBytes, sha256 });
  }
  return paths;
}

interface MissingFacts {
  readonly plan: SealedPlan;
  readonly why: string;
  /** They are there, by another pseudonym key or instance. */
  readonly isOfOthers: boolean;
}

/** There is one place for the facts of a catalogue: those of another key go when they are written anew. */
function hintFor({ isOfOthers }: MissingFacts, { pseudonymKey, instance }: FactsBasis, command: string): string {
  if (!isOfOthers) return `"${command}" writes them`;
  const asked = `pseudonym key ${pseudonymKey} and instance ${instance === null ? "none" : `"${instance}"`}`;
  return `this pipeline has ${asked}; where that is right, "${command}" replaces the others by its own`;
}

async function derive(
  { store, reader, table, startProgress }: SealedFactsOptions,
  plans: readonly SealedPlan[],
): Promise<void> {
  const progress = startProgress(sealedBytes(plans));
  try {
    for (const plan of plans) {
      const source = { stream: plan.span.stream, origin: plan.name };
      await eachSealedLine(store, plan, {
        line(line, hash) {
          for (const fact of reader.factsOf(line, hash)) table.append(fact, source);
        },
        endSegment: () => {},
        bytes: progress.add,
      });
    }
  } finally {
    progress.stop();
  }
}
