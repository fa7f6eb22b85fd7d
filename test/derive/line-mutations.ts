import fc from "fast-check";
import { documents } from "./graphql-documents.ts";
import { CONTEXT, MEANINGFUL, MEANINGFUL_PARAMS, ODD_VALUES, type Pool, SENTINELS } from "./meaningful-values.ts";

/** A line of any log, as `JSON.parse` gives it. */
export type LineObject = Readonly<Record<string, unknown>>;

/** Keys in their order, an equal key perhaps twice. */
type Entries = readonly (readonly [key: string, value: unknown])[];
type Mutation = (entries: Entries) => Entries;

const oddValue = fc.constantFrom<unknown>(...ODD_VALUES);

/** One of the pairs of a pool, with something odd as its value now and then. */
function pairOf(pool: Pool): fc.Arbitrary<[key: string, value: unknown]> {
  const pairs = Object.entries(pool).map(([key, values]) =>
    fc.tuple(
      fc.constant(key),
      fc.oneof({ weight: 6, arbitrary: fc.constantFrom<unknown>(...values) }, { weight: 1, arbitrary: oddValue }),
    ),
  );
  return fc.oneof(...pairs);
}

/** Puts the value where the key is; at the end where it is not. */
function put(entries: Entries, key: string, value: unknown): Entries {
  const isThere = entries.some(([one]) => one === key);
  return isThere ? entries.map(([one, old]) => [one, one === key ? value : old]) : [...entries, [key, value]];
}

function drop(entries: Entries, key: string): Entries {
  return entries.filter(([one]) => one !== key);
}

function get(entries: Entries, key: string): unknown {
  return entries.findLast(([one]) => one === key)?.[1];
}

const dropKey: fc.Arbitrary<Mutation> = fc
  .nat()
  .map((index) => (entries) => entries.filter((_entry, at) => at !== index % entries.length));

const putOdd: fc.Arbitrary<Mutation> = fc.tuple(fc.nat(), oddValue).map(
  ([index, value]) =>
    (entries) =>
      put(entries, entries[index % entries.length]?.[0] ?? "x", value),
);

function putMeaningful(pool: Pool): fc.Arbitrary<Mutation> {
  return pairOf(pool).map(
    ([key, value]) =>
      (entries) =>
        put(entries, key, value),
  );
}

/** Of equal keys the last wins, whatever the first was. */
const repeatKey: fc.Arbitrary<Mutation> = pairOf(MEANINGFUL).map(([key, value]) => (entries) => [
  ...entries,
  [key, value],
]);

const putDocument: fc.Arbitrary<Mutation> = documents.map(
  (document) => (entries) => put(entries, "query_string", document),
);

const dropName: fc.Arbitrary<Mutation> = fc
  .constantFrom("tag", "subcomponent", "is_mutation", "operation_name", "method", "status")
  .map((key) => (entries) => drop(entries, key));

/** A member of the context in one of its forms, beside the forms that are there. */
const putContext: fc.Arbitrary<Mutation> = fc
  .tuple(pairOf(CONTEXT), fc.constantFrom("dotted", "nested", "underscored"))
  .map(([[member, value], form]) => (entries) => {
    if (form === "dotted") return put(entries, `meta.${member}`, value);
    if (form === "underscored") return put(entries, `meta_${member}`, value);
    const meta = get(entries, "meta");
    return put(entries, "meta", { ...(typeof meta === "object" ? meta : {}), [member]: value });
  });

/** All of the context from dots to another form. */
const moveContext: fc.Arbitrary<Mutation> = fc.constantFrom("nested", "underscored").map((form) => (entries) => {
  const isDotted = ([key]: readonly [string, unknown]) => key.startsWith("meta.");
  const others = entries.filter((entry) => !isDotted(entry));
  const members = entries.filter(isDotted).map(([key, value]) => [key.slice("meta.".length), value] as const);
  if (form === "nested") return put(others, "meta", Object.fromEntries(members));
  return [...others, ...members.map(([member, value]) => [`meta_${member}`, value] as const)];
});

/** Parameters as a list, whatever they were. */
function paramList(entries: Entries): readonly unknown[] {
  const params = get(entries, "params");
  if (Array.isArray(params)) return params;
  return Object.entries(params ?? {}).map(([key, value]) => ({ key, value: value as unknown }));
}

const listMutation: fc.Arbitrary<(list: readonly unknown[]) => unknown> = fc.oneof(
  pairOf(MEANINGFUL_PARAMS).map(([key, value]) => (list: readonly unknown[]) => [...list, { key, value }]),
  pairOf(MEANINGFUL_PARAMS).map(([key, value]) => (list: readonly unknown[]) => [{ key, value }, ...list]),
  fc
    .constantFrom<unknown>("x", null, { key: "changes" }, { value: "x" }, { key: 5, value: "x" }, ["key", "action"])
    .map((element) => (list: readonly unknown[]) => [...list, element]),
  fc.tuple(fc.nat(), fc.constantFrom<unknown>(...SENTINELS)).map(([kept, sentinel]) => (list: readonly unknown[]) => [
    ...list.slice(0, kept % (list.length + 1)),
    sentinel,
  ]),
  fc.constantFrom<unknown>(...SENTINELS).map((sentinel) => (list: readonly unknown[]) => [...list, sentinel]),
  fc.constantFrom<unknown>(...SENTINELS).map((sentinel) => (list: readonly unknown[]) => [sentinel, ...list]),
  fc.nat().map((index) => (list: readonly unknown[]) => list.filter((_element, at) => at !== index % list.length)),
  fc.constant((list: readonly unknown[]) => objectOf(list)),
);

function objectOf(list: readonly unknown[]): unknown {
  const elements = list.filter((element) => typeof element === "object" && element !== null && "key" in element);
  return Object.fromEntries(elements.map((element) => [String(element.key), "value" in element ? element.value : 1]));
}

const putParams: fc.Arbitrary<Mutation> = listMutation.map(
  (mutate) => (entries) => put(entries, "params", mutate(paramList(entries))),
);

/** What may happen to a line; mostly to what stands in it. */
function mutationOf(line: LineObject): fc.Arbitrary<Mutation> {
  const itsOwn = Object.fromEntries(Object.entries(MEANINGFUL).filter(([key]) => Object.hasOwn(line, key)));
  return fc.oneof(
    { weight: 2, arbitrary: dropKey },
    { weight: 2, arbitrary: putOdd },
    { weight: 6, arbitrary: putMeaningful(Object.keys(itsOwn).length > 0 ? itsOwn : MEANINGFUL) },
    { weight: 2, arbitrary: putMeaningful(MEANINGFUL) },
    { weight: 1, arbitrary: repeatKey },
    { weight: Object.hasOwn(line, "query_string") ? 8 : 1, arbitrary: putDocument },
    { weight: 1, arbitrary: dropName },
    { weight: 2, arbitrary: putContext },
    { weight: 1, arbitrary: moveContext },
    { weight: Object.hasOwn(line, "params") ? 4 : 1, arbitrary: putParams },
  );
}

/** Lines near a line, as text: one to five things about it are changed. */
export function mutatedLine(line: LineObject): fc.Arbitrary<string> {
  return fc.array(mutationOf(line), { minLength: 1, maxLength: 5 }).map((mutations) => {
    const entries = mutations.reduce<Entries>((before, mutate) => mutate(before), Object.entries(line));
    return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`;
  });
}

const tags = fc.constantFrom<unknown>("rails.api", "api_json", "sidekiq", "stdout", "", null, 5);
const logNames = fc.constantFrom("rails.graphql", "rails%2Eproduction", "gke%2Fx", "stdout");

/** What may stand around a line on its way: nothing, or an entry of Cloud Logging. */
export const envelope: fc.Arbitrary<(line: string) => string> = fc.oneof(
  { weight: 2, arbitrary: fc.constant((line: string) => line) },
  {
    weight: 1,
    arbitrary: fc.tuple(tags, logNames, fc.boolean()).map(([tag, logName, isText]) => (line: string) => {
      const payload = isText ? `"textPayload":${JSON.stringify(line)}` : `"jsonPayload":${line}`;
      const entry = { logName: `projects/p/logs/${logName}`, labels: { tag }, timestamp: "2020-12-22T09:00:00Z" };
      return `${JSON.stringify(entry).slice(0, -1)},${payload}}`;
    }),
  },
);
