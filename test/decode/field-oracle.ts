import type { Fields } from "../../src/core/fields.ts";

/** What a record's fields must be, by the rules of the design, from the tree that `JSON.parse` makes. Slow and plain. */

/** A number as it stood in the text: a float would lose digits. */
class NumberText {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** TypeScript does not know yet that the reviver is told the text of each scalar. */
const parseWithSource = JSON.parse as (
  text: string,
  reviver: (key: string, value: unknown, context: { readonly source?: string }) => Tree,
) => Tree;

type Tree = null | boolean | string | NumberText | readonly Tree[] | { readonly [key: string]: Tree };

const FAMILIES = ["meta", "query_analysis", "exception", "extra", "grpc"];

export type Expected =
  | { readonly reason: "not_json" | "not_object" | "too_deep" }
  | { readonly reason: null; readonly record: { readonly [key: string]: Tree } };

export function expectRecord(text: string, maxDepth: number): Expected {
  let tree: Tree;
  try {
    tree = parseWithSource(text, (_key, value, { source }) =>
      typeof value === "number" ? new NumberText(source ?? "") : (value as Tree),
    );
  } catch {
    return { reason: "not_json" };
  }
  if (!isObject(tree)) return { reason: "not_object" };
  return nesting(text) > maxDepth ? { reason: "too_deep" } : { reason: null, record: tree };
}

/** The deepest nesting in the text, that of values which an equal key replaces included. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of text.replace(/"(?:[^"\\]|\\.)*"/gs, "").matchAll(/[{}[\]]/g)) {
    depth += bracket === "{" || bracket === "[" ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** Everything that a view says about one field, and what it must say. */
export function expectField(record: { readonly [key: string]: Tree }, name: string): ReturnType<typeof readField> {
  const tree = find(record, name);
  return {
    has: tree !== undefined,
    string: typeof tree === "string" ? tree : null,
    integer: tree === undefined ? null : integerOf(tree),
    boolean: typeof tree === "boolean" ? tree : null,
  };
}

export function readField(fields: Fields, slot: number) {
  return {
    has: fields.has(slot),
    string: fields.string(slot),
    integer: fields.integer(slot),
    boolean: fields.boolean(slot),
  };
}

export function expectParamsCut(record: { readonly [key: string]: Tree }): boolean {
  const params = own(record, "params");
  if (!Array.isArray(params)) return false;
  const last = (params as readonly Tree[]).at(-1);
  if (last === "...") return true;
  return isObject(last) && own(last, "key") === "truncated" && own(last, "value") === "...";
}

/** The first form of a name whose value is not absent. */
function find(record: { readonly [key: string]: Tree }, name: string): Tree | undefined {
  const [first = "", ...rest] = name.split(".");
  const member = rest.join(".");
  const forms: (Tree | undefined)[] = [];
  if (rest.length === 0) forms.push(own(record, name));
  else if (first === "params") forms.push(param(own(record, "params"), member));
  else if (FAMILIES.includes(first)) {
    forms.push(own(record, name), own(own(record, first), member), own(record, `${first}_${member}`));
  } else forms.push(own(record, name));
  return forms.find((tree) => tree !== undefined && !isAbsent(tree));
}

/** The value of a parameter; an element counts that has a string `key` and a `value`. */
function param(params: Tree | undefined, key: string): Tree | undefined {
  if (!Array.isArray(params)) return own(params, key);
  const values = (params as readonly Tree[])
    .filter((element) => own(element, "key") === key && own(element, "value") !== undefined)
    .map((element) => own(element, "value"));
  return values.at(-1);
}

function integerOf(tree: Tree): string | null {
  if (typeof tree === "string") return /^[0-9]+$/.test(tree) ? BigInt(tree).toString() : null;
  if (!(tree instanceof NumberText) || tree.source.startsWith("-")) return null;
  const [mantissa = "", exponent = "0"] = tree.source.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const digits = BigInt(whole + fraction);
  const power = Number(exponent) - fraction.length;
  if (digits === 0n) return "0";
  // No integer of a log has so many digits; both limits are far from what the generator makes on purpose.
  if (power > 64 || power < -500) return null;
  if (power >= 0) return (digits * 10n ** BigInt(power)).toString();
  const divisor = 10n ** BigInt(-power);
  return digits % divisor === 0n ? (digits / divisor).toString() : null;
}

function isAbsent(tree: Tree): boolean {
  return tree === null || tree === "" || (isObject(tree) && Object.keys(tree).length === 0);
}

function isObject(tree: Tree | undefined): tree is { readonly [key: string]: Tree } {
  return typeof tree === "object" && tree !== null && !Array.isArray(tree) && !(tree instanceof NumberText);
}

function own(tree: Tree | undefined, key: string): Tree | undefined {
  return isObject(tree) && Object.hasOwn(tree, key) ? tree[key] : undefined;
}
