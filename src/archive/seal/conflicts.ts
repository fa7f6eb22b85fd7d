import type { ArchivedLine } from "../../core/archived-line.ts";
import { leafHash } from "../../core/identity.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { idSetOf } from "../id-set.ts";
import { type Conflict, type PlanOutput, standsBefore, type VariantKey } from "../manifest.ts";
import { classOf, type LineClass } from "./figures.ts";
import { eachInputLine, type LineInput, openInput } from "./input-lines.ts";
import { eachKeptLine } from "./kept-lines.ts";

/** Ids whose lines differ, and how many lines of this run were found to do so. */
export type Conflicting = Map<string, number>;

/** One line of several with the same id. */
interface Variant extends LineClass, VariantKey {}

/** How a conflict ends, whatever the order of arrival. */
export interface SettledConflict extends Conflict {
  /** What counted before this was known. */
  readonly counted: Variant;
  readonly stands: Variant;
}

/** What was found of an id: how many lines the vault has, and some of all its lines. */
interface Found {
  kept: number;
  /** Of the inputs, the one that came first. */
  first: Variant | null;
  /** What stands by the vault alone, and by all. */
  earlier: Variant | null;
  stands: Variant | null;
}

/**
 * Reads all lines of the ids again, those of the vault too: conflicts are rare, and their lines were not kept in memory.
 * Rejects with `IoError`.
 */
export async function settleConflicts(
  store: ObjectStore,
  inputs: readonly LineInput[],
  earlier: readonly PlanOutput[],
  conflicting: Conflicting,
  eventsOf: (line: ArchivedLine) => readonly string[],
): Promise<SettledConflict[]> {
  if (conflicting.size === 0) return [];
  const found = new Map<string, Found>();
  const stateOf = (id: string): Found => {
    const known = found.get(id) ?? { kept: 0, first: null, earlier: null, stands: null };
    found.set(id, known);
    return known;
  };
  const variantOf = (line: ArchivedLine): Variant => {
    const { meta, buffer, start, end } = line;
    return { hash: leafHash(buffer, start, end), log: meta.log, ...classOf(meta, eventsOf(line)) };
  };
  const ids = idSetOf(conflicting.keys());
  await eachKeptLine(
    store,
    earlier,
    (words, at) => ids.has(words, at),
    (line) => {
      const { id } = line.meta;
      const state = stateOf(id);
      const variant = variantOf(line);
      state.kept += 1;
      state.earlier = standingOf(id, state.earlier, variant);
      state.stands = standingOf(id, state.stands, variant);
    },
  );
  for (const input of inputs) {
    await eachInputLine(await openInput(store, input), (line) => {
      const { id } = line.meta;
      if (!conflicting.has(id)) return;
      const state = stateOf(id);
      const variant = variantOf(line);
      state.first ??= variant;
      state.stands = standingOf(id, state.stands, variant);
    });
  }
  return [...found.entries()].flatMap(([id, { kept, first, earlier: before, stands }]): SettledConflict[] => {
    const counted = before ?? first;
    if (counted === null || stands === null) return [];
    // The first line of an id is no conflict yet.
    const variants = (conflicting.get(id) ?? 0) + (before === null ? 1 : kept);
    return [{ id, variants, standing: stands.hash, log: stands.log, counted, stands }];
  });
}

function standingOf(id: string, known: Variant | null, other: Variant): Variant {
  return known === null || standsBefore(id, other, known) ? other : known;
}
