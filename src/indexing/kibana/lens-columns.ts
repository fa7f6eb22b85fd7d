import { type FieldPath, isMapping } from "../../yaml/field-schema.ts";
import { LOG_FIELDS } from "../fields/log-fields.ts";
import { kqlOf, onlyEntry } from "./kql.ts";
import type { Refuse } from "./refuse.ts";

/** The columns of a panel: what its aggregations are in Lens. */
export interface LensColumns {
  /** By id, in the order in which Lens nests them. */
  readonly columns: ReadonlyMap<string, LensColumn>;
  /** Ids of those that make buckets, from the outside in. */
  readonly buckets: readonly string[];
  readonly metrics: readonly string[];
  /** The one of `buckets` that is time; null without one. */
  readonly time: string | null;
}

export type LensColumn = Readonly<Record<string, unknown>>;

/** Columns while they are made, and who is told what cannot be. */
interface Draft {
  readonly columns: Map<string, LensColumn>;
  readonly buckets: string[];
  readonly metrics: string[];
  time: string | null;
  /** The column that counts documents. */
  count: string | null;
  /** Column of a metric by its name in the request: `seconds`, and `seconds.95` of percentiles. */
  readonly byName: Map<string, string>;
  /** Each metric as it is written, and where. */
  readonly written: Map<string, WrittenMetric>;
  /** What has to wait for all columns: terms may be sorted by one that comes later. */
  readonly orders: (() => void)[];
  readonly refuse: Refuse;
}

interface WrittenMetric {
  readonly json: string;
  readonly path: FieldPath;
  /** True as soon as it stood inside all buckets. */
  isInnermost: boolean;
}

const RECORDS = "___records___";
const TIME = "@timestamp";
const MOST_TERMS = 1000;
/** What Lens calls the types of fields by which buckets are made; text where it is not among them. */
const DATA_TYPES: Readonly<Record<string, string>> = { long: "number", double: "number", boolean: "boolean", ip: "ip" };
const TYPE_OF: ReadonlyMap<string, string> = new Map(LOG_FIELDS.map(({ name, type }) => [name, type]));
/** Metrics that are a number of one field, as Lens calls them. */
const NUMBERS: Readonly<Record<string, string>> = { sum: "sum", avg: "average", min: "min", max: "max" };
const BUCKETS = ["terms", "date_histogram", "filters"];
const METRICS = [...Object.keys(NUMBERS), "value_count", "cardinality", "percentiles", "filter"];
const KINDS = `known are ${[...BUCKETS, ...METRICS].join(", ")}`;

/**
 * The columns for a request's aggregations, in the same nesting; their names are the labels. A request without a metric
 * counts documents, under `countLabel`.
 */
export function lensColumnsOf(aggs: unknown, path: FieldPath, countLabel: string, refuse: Refuse): LensColumns {
  const draft: Draft = {
    columns: new Map(),
    buckets: [],
    metrics: [],
    time: null,
    count: null,
    byName: new Map(),
    written: new Map(),
    orders: [],
    refuse,
  };
  if (aggs !== undefined) addLevel(draft, aggs, path);
  if (draft.metrics.length === 0) addMetric(draft, countLabel, countColumn(countLabel, RECORDS));
  for (const settle of draft.orders) settle();
  for (const { path: at, isInnermost } of draft.written.values()) {
    if (!isInnermost)
      refuse(at, "a metric beside buckets sorts them, and stands inside them as well", "repeat it there");
  }
  const { columns, buckets, metrics, time } = draft;
  const ordered = [...buckets, ...metrics].map((id) => [id, columns.get(id) ?? {}] as const);
  return { columns: new Map(ordered), buckets, metrics, time };
}

/** At most one aggregation that makes buckets, and metrics. */
function addLevel(draft: Draft, aggs: unknown, path: FieldPath): void {
  const entries = isMapping(aggs) ? Object.entries(aggs) : [];
  if (entries.length === 0) draft.refuse(path, "expected a mapping of aggregations by name", null);
  const kinds = entries.map(([, agg]) => kindOf(agg));
  const isInnermost = !kinds.some((kind) => BUCKETS.includes(kind));
  for (const [at, [name, agg]] of entries.entries()) {
    const kind = kinds[at] ?? "";
    const where = [...path, name];
    const { aggs: inner, [kind]: body } = isMapping(agg) ? agg : {};
    if (![...BUCKETS, ...METRICS].includes(kind)) {
      draft.refuse(where, "expected an aggregation of one kind", KINDS);
    } else if (METRICS.includes(kind)) {
      if (isNewMetric(draft, name, agg, where, isInnermost))
        addMetrics(draft, { name, kind, body, path: where }, inner);
    } else if (kinds.findIndex((other) => BUCKETS.includes(other)) !== at) {
      draft.refuse(where, "one aggregation of a level makes buckets", "nest them");
    } else {
      addBuckets(draft, { name, kind, body, path: [...where, kind] }, inner);
      if (inner !== undefined) addLevel(draft, inner, [...where, "aggs"]);
    }
  }
}

/** The one kind that an aggregation has; empty where it has none or several. */
function kindOf(agg: unknown): string {
  const { aggs: _inner, ...rest } = isMapping(agg) ? agg : {};
  return onlyEntry(rest)?.[0] ?? "";
}

/** False where it is there already: a metric that sorts buckets stands beside what is inside them, and there again. */
function isNewMetric(draft: Draft, name: string, agg: unknown, path: FieldPath, isInnermost: boolean): boolean {
  const json = JSON.stringify(agg);
  const known = draft.written.get(name);
  if (known === undefined) {
    draft.written.set(name, { json, path, isInnermost });
    return true;
  }
  if (known.json !== json) draft.refuse(path, `another metric is called "${name}"`, "a name has one meaning");
  known.isInnermost ||= isInnermost;
  return false;
}

function addMetrics(draft: Draft, { name, kind, body, path }: Aggregation, inner: unknown): void {
  const inside = { name, kind, body, path: [...path, kind] };
  if (kind === "filter") {
    addFiltered(draft, inside, inner);
    return;
  }
  if (inner !== undefined) draft.refuse([...path, "aggs"], "a metric has nothing inside", null);
  addNumbers(draft, inside, {});
}

/** One aggregation of a request. */
interface Aggregation {
  readonly name: string;
  readonly kind: string;
  readonly body: unknown;
  readonly path: FieldPath;
}

function addBuckets(draft: Draft, { name, kind, body, path }: Aggregation, inner: unknown): void {
  const id = `bucket-${draft.buckets.length + 1}`;
  draft.buckets.push(id);
  const common = { label: name, customLabel: true, isBucketed: true };
  if (kind === "filters") {
    draft.columns.set(id, { ...common, ...filtersColumn(body, path, draft.refuse) });
    return;
  }
  const field = fieldOf(body, path, draft.refuse);
  if (kind === "date_histogram") {
    if (field !== TIME) draft.refuse(path, `time is "${TIME}"`, null);
    draft.time = id;
    draft.columns.set(id, { ...common, ...timeColumn(body, path, draft.refuse) });
    return;
  }
  draft.orders.push(() => draft.columns.set(id, { ...common, ...termsColumn(draft, { field, body, path }, inner) }));
}

function timeColumn(body: unknown, path: FieldPath, refuse: Refuse): LensColumn {
  const { field: _field, calendar_interval: calendar, fixed_interval: fixed, ...rest } = isMapping(body) ? body : {};
  const interval = calendar ?? fixed;
  if (typeof interval !== "string" || (calendar !== undefined && fixed !== undefined)) {
    refuse(path, 'expected either "fixed_interval" or "calendar_interval"', null);
  }
  refuseOthers(rest, path, refuse);
  // A span in which so short an interval would make too many bars gets a longer one, by Kibana itself.
  const params = { interval, includeEmptyRows: true, dropPartials: false };
  return { dataType: "date", operationType: "date_histogram", scale: "interval", sourceField: TIME, params };
}

function filtersColumn(body: unknown, path: FieldPath, refuse: Refuse): LensColumn {
  const { filters, ...rest } = isMapping(body) ? body : {};
  refuseOthers(rest, path, refuse);
  if (!isMapping(filters)) refuse(path, "expected filters by name", null);
  const listed = Object.entries(isMapping(filters) ? filters : {}).map(([label, query]) => ({
    label,
    input: { query: kqlOf(query, [...path, "filters", label], refuse), language: "kuery" },
  }));
  return { dataType: "string", operationType: "filters", scale: "ordinal", params: { filters: listed } };
}

function termsColumn(
  draft: Draft,
  { field, body, path }: { readonly field: string; readonly body: unknown; readonly path: FieldPath },
  inner: unknown,
): LensColumn {
  const { field: _field, size, order, ...rest } = isMapping(body) ? body : {};
  refuseOthers(rest, path, draft.refuse);
  if (typeof size !== "number" || !Number.isInteger(size) || size < 1 || size > MOST_TERMS) {
    draft.refuse(path, `expected a "size" from 1 to ${MOST_TERMS}`, null);
  }
  const [by, direction] = order === undefined ? ["_count", "desc"] : (onlyEntry(order) ?? []);
  // Elasticsearch sorts by what stands right inside.
  const isInside = isMapping(inner) && Object.hasOwn(inner, by?.replace(/\.\d+$/, "") ?? "");
  const column = by === "_count" ? draft.count : isInside ? (draft.byName.get(by ?? "") ?? null) : null;
  if (direction !== "asc" && direction !== "desc") draft.refuse(path, 'expected an "order" of one name', "asc or desc");
  if (by !== "_key" && column === null) {
    const hint = 'by _key, a metric right inside, or _count beside a "value_count" of "@timestamp"';
    draft.refuse([...path, "order"], `it cannot be sorted by "${by}", which is no metric inside`, hint);
  }
  const params = {
    size,
    orderBy: by === "_key" ? { type: "alphabetical", fallback: false } : { type: "column", columnId: column },
    orderDirection: direction,
    otherBucket: false,
    missingBucket: false,
    parentFormat: { id: "terms" },
    include: [],
    exclude: [],
    includeIsRegex: false,
    excludeIsRegex: false,
  };
  const dataType = DATA_TYPES[TYPE_OF.get(field) ?? ""] ?? "string";
  return { dataType, operationType: "terms", scale: "ordinal", sourceField: field, params };
}

/** Documents that match, or a metric of them. */
function addFiltered(draft: Draft, { name, body, path }: Aggregation, inner: unknown): void {
  const filter = { query: kqlOf(body, path, draft.refuse), language: "kuery" };
  if (inner === undefined) {
    addMetric(draft, name, { ...countColumn(name, RECORDS), filter });
    return;
  }
  const metrics = [...path.slice(0, -1), "aggs"];
  const [innerName, agg] = onlyEntry(inner) ?? [];
  const [kind, innerBody] = onlyEntry(agg) ?? [];
  if (innerName === undefined || kind === undefined || kind === "filter" || !METRICS.includes(kind)) {
    draft.refuse(metrics, "expected one metric of what the filter lets through", KINDS);
    return;
  }
  addNumbers(draft, { name, kind, body: innerBody, path: [...metrics, innerName, kind] }, { filter });
}

/** A column; percentiles have one for each. */
function addNumbers(draft: Draft, { name, kind, body, path }: Aggregation, filter: LensColumn): void {
  const field = fieldOf(body, path, draft.refuse);
  const { field: _field, percents, ...rest } = isMapping(body) ? body : {};
  refuseOthers(rest, path, draft.refuse);
  if (kind === "percentiles") {
    if (!isPercents(percents)) draft.refuse(path, 'expected "percents", whole numbers from 1 to 99', null);
    for (const percentile of isPercents(percents) ? percents : []) {
      const label = `p${percentile} ${name}`;
      const column = { ...numberColumn("percentile", label, field), params: { percentile, emptyAsNull: true } };
      addMetric(draft, `${name}.${percentile}`, { ...column, ...filter });
    }
    return;
  }
  if (percents !== undefined) draft.refuse([...path, "percents"], "only percentiles have some", null);
  if (kind === "value_count") {
    addMetric(draft, name, { ...countColumn(name, field === TIME ? RECORDS : field), ...filter });
    return;
  }
  const operation = kind === "cardinality" ? "unique_count" : (NUMBERS[kind] ?? kind);
  addMetric(draft, name, { ...numberColumn(operation, name, field), params: { emptyAsNull: true }, ...filter });
}

function addMetric(draft: Draft, name: string, column: LensColumn): void {
  const id = `metric-${draft.metrics.length + 1}`;
  draft.metrics.push(id);
  draft.columns.set(id, column);
  draft.byName.set(name, id);
  if (column["sourceField"] === RECORDS && column["filter"] === undefined) draft.count ??= id;
}

function countColumn(label: string, field: string): LensColumn {
  return { ...numberColumn("count", label, field), params: { emptyAsNull: true } };
}

function numberColumn(operationType: string, label: string, sourceField: string): LensColumn {
  const common = { label, customLabel: true, isBucketed: false };
  return { ...common, dataType: "number", operationType, scale: "ratio", sourceField };
}

function fieldOf(body: unknown, path: FieldPath, refuse: Refuse): string {
  const field = isMapping(body) ? body["field"] : undefined;
  if (typeof field === "string") return field;
  refuse(path, 'expected "field:" and the name of a field', null);
  return "";
}

function isPercents(value: unknown): value is readonly number[] {
  const isPercent = (each: unknown): boolean => Number.isInteger(each) && Number(each) >= 1 && Number(each) <= 99;
  return Array.isArray(value) && value.length > 0 && value.every(isPercent);
}

function refuseOthers(rest: Readonly<Record<string, unknown>>, path: FieldPath, refuse: Refuse): void {
  for (const key of Object.keys(rest)) refuse([...path, key], `"${key}" has no place in a column of Kibana's`, null);
}
