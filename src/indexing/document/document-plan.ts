import { FAMILIES } from "../../decode/field-reader.ts";
import type { Conversion, FieldType, IndexField } from "../fields/index-field.ts";
import type { Fitted } from "./fitted.ts";
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
  /** Numbers of the objects around it, from the outside. */
  readonly groups: readonly number[];
  /** `"http":{"request":{"method":` */
  readonly path: Buffer;
  /** Where in the path each of these objects begins, and last the key. */
  readonly starts: readonly number[];
}

/** What a field of the document may be made of. */
export interface Option {
  readonly source: number;
  readonly as: Conversion | null;
  /** What is said instead of the value; null for the value. */
  readonly says: Fitted | null;
}

/** How documents of one log are made of its records. */
export interface LogPlan {
  /** By number of the target, in the order in which they are tried. */
  readonly options: readonly (readonly Option[])[];
  /** Numbers of the targets that a field may give, by number of the field. */
  readonly targetsOf: readonly (readonly number[])[];
}

/** Fields of records on one side, fields of documents on the other. */
export interface DocumentPlan {
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
  const groupNames = [...new Set(ordered.flatMap(({ name }) => groupsAround(name)))];
  const plans = new Map<string, LogPlan>();
  return {
    sources,
    tree: createSourceTree(sources, FAMILIES),
    targets: ordered.map(({ name, type }) => {
      const around = groupsAround(name);
      const parts = [...around.map((group) => `"${lastPart(group)}":{`), `"${lastPart(name)}":`];
      return {
        name,
        type,
        groups: around.map((group) => groupNames.indexOf(group)),
        path: Buffer.from(parts.join("")),
        starts: parts.map((_, at) => parts.slice(0, at).join("").length),
      };
    }),
    numberOf(wanted) {
      const number = ordered.findIndex(({ name }) => name === wanted);
      if (number < 0) throw new Error(`plan documents: no field "${wanted}"`);
      return number;
    },
    planOf(log) {
      const known = plans.get(log);
      if (known !== undefined) return known;
      const plan = logPlan(ordered, sources, log);
      plans.set(log, plan);
      return plan;
    },
  };
}

function logPlan(fields: readonly IndexField[], sources: readonly string[], log: string): LogPlan {
  const options = fields.map(({ from }) =>
    from
      .filter(({ logs }) => logs === undefined || logs.includes(log))
      .map(
        ({ field, as = null, says = null }): Option => ({
          source: sources.indexOf(field),
          as,
          says: says === null ? null : { text: says },
        }),
      ),
  );
  const targetsOf = sources.map((_, number) =>
    options.flatMap((ofTarget, target) => (ofTarget.some(({ source }) => source === number) ? [target] : [])),
  );
  return { options, targetsOf };
}

function order({ name }: IndexField): number {
  return LAST.includes(name) ? 2 : name.startsWith(GITLAB_PREFIX) ? 1 : 0;
}

/** `http`, `http.request` for `http.request.method`. */
function groupsAround(name: string): string[] {
  const parts = name.split(".").slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join("."));
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}
