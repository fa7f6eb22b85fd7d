import type { Conversion, FieldType } from "../fields/index-field.ts";
import type { DocumentPlan, LogPlan } from "./document-plan.ts";
import type { Fitted } from "./fitted.ts";
import { fittedKind } from "./fitted-value.ts";
import type { OwnValues } from "./own-values.ts";
import type { RecordValues } from "./record-values.ts";

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
  const make = (log: string): LineLayout => makeLayout(plan, plan.planOf(log), values, own, last);
  return {
    layoutFor(log) {
      if (log.length > LONGEST_LOG) return make(log);
      readShape(log);
      const known = kept.get(hash & HASH_BITS);
      if (known !== undefined && isSame(known.shape, shape, length)) return known.layout;
      if (kept.size >= MOST_KEPT) kept.clear();
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

function makeLayout(
  plan: DocumentPlan,
  options: LogPlan,
  values: RecordValues,
  own: OwnValues,
  last: number,
): LineLayout {
  const layout: LayoutStep[] = [];
  let follows = -1;
  for (const [target, { type }] of plan.targets.slice(0, last).entries()) {
    const steps = (options[target] ?? []).filter(({ source }) => values.member(source) !== null);
    if (steps.length === 0 && !own.given.includes(target)) continue;
    const common = { target, type, joint: plan.between(follows, target), follows };
    for (const { source, as, says } of steps) {
      layout.push({ ...common, source, as, always: says ?? fittedKind(type, as, values.kind(source)) });
    }
    if (own.given.includes(target)) layout.push({ ...common, source: -1, as: null, always: undefined });
    follows = target;
  }
  return layout;
}
