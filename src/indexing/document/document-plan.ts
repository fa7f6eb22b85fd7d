import { FAMILIES } from "../../decode/field-reader.ts";
import type { Conversion, FieldType, IndexField } from "../fields/index-field.ts";
import type { Fitted } from "./fitted.ts";
import { createJoints, type Joints } from "./joints.ts";
import { createSourceTree, type SourceTree } from "./source-tree.ts";

/** What fits nowhere is known when all other fields are written, so these come last. */
export const MISFITS = "gitlab.misfits";
export const OTHER = "gitlab.other";
const LAST = [MISFITS, OTHER];
const GITLAB_PREFIX = "gitlab.";

/** A field of the document. */
export interface Target {
  readonly name: string;
  readonly type: FieldType;
}

/** What a field of the document may be made of. */
export interface Option {
  readonly source: number;
  readonly as: Conversion | null;
  /** What is said instead of the value; null for the value. */
  readonly says: Fitted | null;
}

/** How documents of one log are made of its records: by number of the target, in the order in which they are tried. */
export type LogPlan = readonly (readonly Option[])[];

/** Fields of records on one side, fields of documents on the other. */
export interface DocumentPlan extends Joints {
  /** Names of the fields of records, by number. */
  readonly sources: readonly string[];
  readonly tree: SourceTree;
  /** By number, in the order in which they are written: those of an object together. */
  readonly targets: readonly Target[];
  /** The number of the target of that name. Throws for a name that no field has. */
  numberOf(name: string): number;
  planOf(log: string): LogPlan;
}

export function createDocumentPlan(fields: readonly IndexField[]): DocumentPlan {
  const ordered = fields.toSorted((a, b) => order(a) - order(b) || (a.name < b.name ? -1 : 1));
  const sources = [...new Set(fields.flatMap(({ from }) => from.map(({ field }) => field)))];
  const sourceNumbers = new Map(sources.map((source, number) => [source, number]));
  const plans = new Map<string, LogPlan>();
  return {
    ...createJoints(ordered.map(({ name }) => name)),
    sources,
    tree: createSourceTree(sources, FAMILIES),
    targets: ordered.map(({ name, type }) => ({ name, type })),
    numberOf(wanted) {
      const number = ordered.findIndex(({ name }) => name === wanted);
      if (number < 0) throw new Error(`plan documents: no field "${wanted}"`);
      return number;
    },
    planOf(log) {
      const known = plans.get(log);
      if (known !== undefined) return known;
      const plan = logPlan(ordered, sourceNumbers, log);
      plans.set(log, plan);
      return plan;
    },
  };
}

function logPlan(fields: readonly IndexField[], sourceNumbers: ReadonlyMap<string, number>, log: string): LogPlan {
  return fields.map(({ from }) =>
    from
      .filter(({ logs }) => logs === undefined || logs.includes(log))
      .map(({ field, as = null, says }): Option => {
        const source = sourceNumbers.get(field) ?? -1;
        return { source, as, says: says === undefined ? null : { text: says } };
      }),
  );
}

function order({ name }: IndexField): number {
  return LAST.includes(name) ? 2 : name.startsWith(GITLAB_PREFIX) ? 1 : 0;
}
