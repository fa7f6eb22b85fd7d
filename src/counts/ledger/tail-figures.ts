import { idSetOf } from "../../archive/id-set.ts";
import { type Conflict, type PlanOutput, standsBefore, type VariantKey } from "../../archive/manifest.ts";
import { classOf, type LineClass } from "../../archive/seal/figures.ts";
import { eachKeptLine } from "../../archive/seal/kept-lines.ts";
import { eachTailLine } from "../../archive/seal/tail-lines.ts";
import type { SealedPlan } from "../../archive/sealed-plan.ts";
import { isInSpan } from "../../archive/span.ts";
import type { TailObject } from "../../archive/tail.ts";
import type { ArchivedLine } from "../../core/archived-line.ts";
import { hourOfId, leafHash } from "../../core/identity.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { addFigures, type Figures, figuresOf, type HourBook } from "./figures.ts";

export interface TailFiguresOptions {
  readonly store: ObjectStore;
  readonly plans: readonly SealedPlan[];
  readonly tail: readonly TailObject[];
  readonly eventsOf: (line: ArchivedLine) => readonly string[];
  /** Is told the bytes of lines that are done with. */
  readonly onBytes: (bytes: number) => void;
}

type Kind = LineClass["kind"];

/** A line of an id that came with other bytes too. */
interface Variant extends VariantKey {
  readonly kind: Kind;
}

/**
 * What a seal of the tail would add to each hour: archived, conflicts, and what the standing lines are; where these
 * replace sealed ones, a figure may be below zero. Rejects with `IoError`.
 */
export async function tailFigures(options: TailFiguresOptions): Promise<ReadonlyMap<number, Readonly<Figures>>> {
  const { store, plans, tail, onBytes } = options;
  const book: HourBook = new Map();
  const add = (hour: number, kind: Kind, by: 1 | -1): void => {
    figuresOf(book, hour)[kind] += by;
  };
  const conflicts = await eachTailLine(store, plans, tail, (line) => {
    const hour = hourOfId(line.meta.id);
    onBytes(line.end - line.start);
    figuresOf(book, hour).archived += 1;
    add(hour, kindOf(line, options), 1);
  });
  if (conflicts.length === 0) return book;
  // Only now it is known which ids are in conflict; few ever are.
  const variants = await variantsOf(options, conflicts);
  const replaced: string[] = [];
  for (const conflict of conflicts) {
    const hour = hourOfId(conflict.id);
    const ofTail = variants.get(conflict.id) ?? [];
    if (ofTail.length === 0) continue;
    const isNew = ofTail.length === conflict.variants;
    const archived = isNew ? 1 : 0;
    addFigures(figuresOf(book, hour), { archived: archived - ofTail.length, conflicts: ofTail.length - archived });
    for (const { kind } of ofTail) add(hour, kind, -1);
    const standing = ofTail.find(({ hash, log }) => hash === conflict.standing && log === conflict.log);
    if (standing === undefined) continue;
    add(hour, standing.kind, 1);
    if (!isNew) replaced.push(conflict.id);
  }
  // All at once: a malformed source may make each of its lines a conflict.
  for (const [id, kind] of await kindsInVault(options, replaced)) add(hourOfId(id), kind, -1);
  return book;
}

function kindOf(line: ArchivedLine, { eventsOf }: Pick<TailFiguresOptions, "eventsOf">): Kind {
  return classOf(line.meta, eventsOf(line)).kind;
}

async function variantsOf(
  options: TailFiguresOptions,
  conflicts: readonly Conflict[],
): Promise<ReadonlyMap<string, readonly Variant[]>> {
  const variants = new Map<string, Variant[]>(conflicts.map(({ id }) => [id, []]));
  await eachTailLine(options.store, options.plans, options.tail, (line, hash) => {
    variants.get(line.meta.id)?.push({ hash, log: line.meta.log, kind: kindOf(line, options) });
  });
  return variants;
}

/** What each of these ids counts as in the vault: by the line that stands there. */
async function kindsInVault(options: TailFiguresOptions, ids: readonly string[]): Promise<ReadonlyMap<string, Kind>> {
  const { store, plans } = options;
  const hours = new Set(ids.map(hourOfId));
  const outputs: PlanOutput[] = plans
    .filter(({ span }) => hours.values().some((hour) => isInSpan(span, hour)))
    .flatMap(({ manifest }) => manifest.outputs);
  const wanted = idSetOf(ids);
  const standing = new Map<string, Variant>();
  await eachKeptLine(
    store,
    outputs,
    (words, at) => wanted.has(words, at),
    (line) => {
      const { id, log } = line.meta;
      const key = { hash: leafHash(line.buffer, line.start, line.end), log };
      const known = standing.get(id);
      if (known === undefined || standsBefore(id, key, known)) {
        standing.set(id, { ...key, kind: kindOf(line, options) });
      }
    },
  );
  return new Map([...standing].map(([id, { kind }]) => [id, kind]));
}
