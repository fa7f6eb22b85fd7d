import type { Conversion, FieldType } from "../fields/index-field.ts";
import type { DocumentPlan, LogPlan, Option, Target } from "./document-plan.ts";
import type { Fitted } from "./fitted.ts";
import { fittedKind } from "./fitted-value.ts";
import type { OwnValues } from "./own-values.ts";
import type { RecordValues } from "./record-values.ts";
import type { ValueKind } from "./value-kind.ts";

/** One way to give a field of the document its value. */
export interface LayoutStep {
  /** Number of the field of the document. */
  readonly target: number;
  readonly type: FieldType;
  /** Number of the field of the record; -1 for what logtally itself says. */
  readonly source: number;
  readonly as: Conversion | null;
  /** What stands before the value where the step's field follows that of the steps before. */
  readonly joint: Buffer;
  readonly follows: number;
  /** What becomes of the value, whatever it is; undefined where it has to be looked at, null where it does not fit. */
  readonly always: Fitted | null | undefined;
}

/** Steps for lines that are alike: by field in the order of the document, and of a field the best first. */
export type LineLayout = readonly LayoutStep[];

/** Finds the layout for what stands in the record's values and the line's own. */
export interface LineLayouts {
  /** `log` is the canonical name of the log. */
  layoutFor(log: string): LineLayout;
}

/** Lines alike have the same log, fields in the same order with values of the same kinds, and the same said of them. */
interface Kept {
  readonly shape: Int32Array;
  readonly layout: LineLayout;
}

/** Logs have some dozens each; whoever sends lines that are never alike must not fill the memory. */
const MOST_KEPT = 4096;
const LONGEST_LOG = 256;
const KINDS = 8;
/** Hashes stay small integers. */
const HASH_BITS = 0x3fffffff;

/**
 * Lines are alike by the thousand, and what of them goes where is found out once. `last` is the number of the first field
 * that is not written by steps.
 */
export function createLineLayouts(plan: DocumentPlan, values: RecordValues, own: OwnValues, last: number): LineLayouts {
  const kept = new Map<number, Kept>();
  const shape = new Int32Array(1 + LONGEST_LOG + plan.sources.length + plan.targets.length);
  let length = 0;
  let hash = 0;
  const add = (part: number): void => {
    shape[length] = part;
    length += 1;
    hash = Math.imul(hash ^ part, 0x9e3779b1);
    hash ^= hash >>> 15;
  };
  const readShape = (log: string): void => {
    length = 0;
    hash = 0;
    add(log.length);
    for (let at = 0; at < log.length; at += 1) add(log.charCodeAt(at));
    const { found, foundCount } = values;
    for (let at = 0; at < foundCount; at += 1) {
      const source = found[at] ?? 0;
      add(source * KINDS + values.kind(source));
    }
    for (const target of own.given) add(-1 - target);
  };
  const steps = createKeptSteps(plan);
  const make = (log: string): LineLayout => makeLayout(plan.planOf(log), { values, own, steps, last });
  return {
    layoutFor(log) {
      if (log.length > LONGEST_LOG) return make(log);
      readShape(log);
      const known = kept.get(hash & HASH_BITS);
      if (known !== undefined && isSame(known.shape, shape, length)) return known.layout;
      if (kept.size >= MOST_KEPT) {
        kept.clear();
        steps.clear();
      }
      const layout = make(log);
      kept.set(hash & HASH_BITS, { shape: shape.slice(0, length), layout });
      return layout;
    },
  };
}

function isSame(known: Int32Array, shape: Int32Array, length: number): boolean {
  if (known.length !== length) return false;
  for (let at = 0; at < length; at += 1) if (known[at] !== shape[at]) return false;
  return true;
}

/** What a layout is made of. */
interface LayoutParts {
  readonly values: RecordValues;
  readonly own: OwnValues;
  readonly steps: KeptSteps;
  /** Number of the first field that is not written by steps. */
  readonly last: number;
}

function makeLayout(options: LogPlan, { values, own, steps: kept, last }: LayoutParts): LineLayout {
  const layout: LayoutStep[] = [];
  let follows = -1;
  for (let target = 0; target < last; target += 1) {
    const found = (options[target] ?? []).filter(({ source }) => values.member(source) !== null);
    const isGiven = own.given.includes(target);
    if (found.length === 0 && !isGiven) continue;
    for (const option of found) layout.push(kept.step(target, follows, option, values.kind(option.source)));
    if (isGiven) layout.push(kept.ownStep(target, follows));
    follows = target;
  }
  return layout;
}

/** The steps of all layouts, of which many share each: they would be most of what documents keep in memory. */
interface KeptSteps {
  step(target: number, follows: number, option: Option, kind: ValueKind): LayoutStep;
  /** Of what logtally itself says. */
  ownStep(target: number, follows: number): LayoutStep;
  clear(): void;
}

function createKeptSteps(plan: DocumentPlan): KeptSteps {
  const ofOptions = new Map<Option, Map<number, LayoutStep>>();
  const ownSteps = new Map<number, LayoutStep>();
  const keep = (steps: Map<number, LayoutStep>, key: number, make: () => LayoutStep): LayoutStep => {
    const known = steps.get(key);
    if (known !== undefined) return known;
    const made = make();
    steps.set(key, made);
    return made;
  };
  const placed = (target: number, follows: number) => {
    const { type } = plan.targets[target] as Target;
    return { target, type, joint: plan.between(follows, target), follows };
  };
  return {
    step(target, follows, option, kind) {
      const steps = ofOptions.get(option) ?? new Map<number, LayoutStep>();
      ofOptions.set(option, steps);
      return keep(steps, (follows + 1) * KINDS + kind, () => {
        const { source, as, says } = option;
        const common = placed(target, follows);
        return { ...common, source, as, always: says ?? fittedKind(common.type, as, kind) };
      });
    },
    ownStep: (target, follows) =>
      keep(ownSteps, (follows + 1) * plan.targets.length + target, () => {
        return { ...placed(target, follows), source: -1, as: null, always: undefined };
      }),
    clear() {
      ofOptions.clear();
      ownSteps.clear();
    },
  };
}
