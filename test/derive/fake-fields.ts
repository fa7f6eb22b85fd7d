import type { Fields, SlotOf } from "../../src/core/fields.ts";
import { integerDigits } from "../../src/decode/digits.ts";

const FAMILIES = ["meta", "query_analysis", "exception", "extra", "grpc"];

/** A number as it was written, so that integers of any size stay exact. */
class Written {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Json = Readonly<Record<string, unknown>>;

/** A reader over `JSON.parse`, by the rules of "Reading a line", and slow: names are looked up on each call. */
export function fakeReader(names: readonly string[]): { slotOf: SlotOf; read: (record: string | Json) => Fields } {
  const slotOf: SlotOf = (name) => {
    const slot = names.indexOf(name);
    if (slot < 0) throw new Error(`the reader was not made for "${name}"`);
    return slot;
  };
  return {
    slotOf,
    read: (record) => {
      const object = parse(typeof record === "string" ? record : JSON.stringify(record));
      const valueOf = (slot: number): unknown => lookUp(object, names[slot] ?? "");
      return {
        has: (slot) => !isAbsent(valueOf(slot)),
        string: (slot) => stringOf(valueOf(slot)),
        integer: (slot) => integerOf(valueOf(slot)),
        boolean: (slot) => booleanOf(valueOf(slot)),
        text: (slot) => textOf(valueOf(slot)),
        paramsCut: () => isCut(object["params"]),
      };
    },
  };
}

function parse(text: string): Json {
  const reviver = (_key: string, value: unknown, context: { source?: string }) =>
    typeof value === "number" ? new Written(context.source ?? "") : value;
  return JSON.parse(text, reviver as Parameters<typeof JSON.parse>[1]) as Json;
}

function lookUp(object: Json, name: string): unknown {
  const dot = name.indexOf(".");
  const family = name.slice(0, dot);
  const member = name.slice(dot + 1);
  if (family === "params") return parameter(object["params"], member);
  if (!FAMILIES.includes(family)) return object[name];
  const nested = object[family];
  const forms = [object[name], isObject(nested) ? nested[member] : undefined, object[`${family}_${member}`]];
  return forms.find((value) => !isAbsent(value));
}

function parameter(params: unknown, key: string): unknown {
  if (Array.isArray(params)) return params.findLast((item) => isObject(item) && item["key"] === key)?.value;
  return isObject(params) ? params[key] : undefined;
}

function isCut(params: unknown): boolean {
  const last: unknown = Array.isArray(params) ? params.at(-1) : undefined;
  return last === "..." || (isObject(last) && last["key"] === "truncated" && last["value"] === "...");
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Written);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === "" || (isObject(value) && Object.keys(value).length === 0);
}

function stringOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function integerOf(value: unknown): string | null {
  if (value instanceof Written) return integerDigits(value.text);
  return typeof value === "string" && /^\d+$/.test(value) ? value.replace(/^0+(?=\d)/, "") : null;
}

function booleanOf(value: unknown): boolean | null {
  return typeof value === "boolean" ? value : null;
}

function textOf(value: unknown): string | null {
  if (isAbsent(value)) return null;
  return JSON.stringify(value, (_key, member: unknown) => (member instanceof Written ? Number(member.text) : member));
}
