/**
 * Fields of a line as docs/reference/events.md describes them, over parsed values: slow and plain, for checking only.
 * Where the page is silent: a negative number is none, and an element of `params` without `value` is no parameter.
 */

/** A whole number is a bigint, so that none loses digits; what is negative or has a fraction stays a number. */
export type Value = null | boolean | string | bigint | number | readonly Value[] | ReferenceRecord;

export interface ReferenceRecord {
  readonly [key: string]: Value;
}

/** TypeScript does not know yet that the reviver is told the text of each number. */
const parseWithSource = JSON.parse as (
  text: string,
  reviver: (key: string, value: Value, context: { readonly source?: string }) => Value,
) => Value;

/** A line's JSON object; null where it is none. */
export function parseRecord(text: string): ReferenceRecord | null {
  const value = parseWithSource(text, (_key, parsed, { source }) =>
    typeof parsed === "number" ? (wholeNumber(source ?? "") ?? parsed) : parsed,
  );
  return isObject(value) ? value : null;
}

/** The number that a JSON number stands for, where it is whole and has no minus: `200`, `200.0`, `2e2`. Else null. */
function wholeNumber(source: string): bigint | null {
  const match = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(source);
  if (match === null) return null;
  const [, whole = "", fraction = "", exponent = "0"] = match;
  const digits = whole + fraction;
  const places = fraction.length - Number(exponent);
  if (/^0+$/.test(digits)) return 0n;
  // As events.md says: nobody writes an id with so many zeros.
  if (-places > 64) return null;
  if (places <= 0) return BigInt(digits + "0".repeat(-places));
  return /[1-9]/.test(digits.slice(-places)) ? null : BigInt(`0${digits.slice(0, -places)}`);
}

export function isObject(value: Value | undefined): value is ReferenceRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of a key of an object itself; undefined where there is none. */
function own(value: Value | undefined, key: string): Value | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** `null`, the empty string and `{}` count as absent. */
export function isPresent(value: Value | undefined): value is Value {
  if (value === undefined || value === null || value === "") return false;
  return !(isObject(value) && Object.keys(value).length === 0);
}

const FAMILIES = ["meta", "query_analysis", "exception", "extra", "grpc"];

/** A field by its name, undefined where it is absent. Dotted wins over nested, nested over underscored. */
export function field(record: ReferenceRecord, name: string): Value | undefined {
  const dotted = own(record, name);
  if (isPresent(dotted)) return dotted;
  const [family = "", ...members] = name.split(".");
  if (!FAMILIES.includes(family)) return undefined;
  const member = members.join(".");
  const nested = own(own(record, family), member);
  if (isPresent(nested)) return nested;
  const underscored = own(record, `${family}_${member}`);
  return isPresent(underscored) ? underscored : undefined;
}

/** A parameter by its key, undefined where it is absent. In a list the last of equal keys wins. */
export function param(record: ReferenceRecord, key: string): Value | undefined {
  const params = own(record, "params");
  let value = own(params, key);
  if (Array.isArray(params)) {
    for (const element of params as readonly Value[]) {
      const elementValue = own(element, "value");
      if (own(element, "key") === key && elementValue !== undefined) value = elementValue;
    }
  }
  return isPresent(value) ? value : undefined;
}

/** Whether GitLab cut the list of parameters: the sentinel is its last element. */
export function isCut(record: ReferenceRecord): boolean {
  const params = own(record, "params");
  if (!Array.isArray(params)) return false;
  const last = (params as readonly Value[]).at(-1);
  return last === "..." || (own(last, "key") === "truncated" && own(last, "value") === "...");
}

/** The text of a field, null where it is absent or no text. */
export function text(record: ReferenceRecord, name: string): string | null {
  return asText(field(record, name));
}

export function paramText(record: ReferenceRecord, key: string): string | null {
  return asText(param(record, key));
}

/** The text of a field, or the digits of a whole number, as a detail shows them. */
export function textOrDigits(record: ReferenceRecord, name: string): string | null {
  return shown(field(record, name));
}

export function paramTextOrDigits(record: ReferenceRecord, key: string): string | null {
  return shown(param(record, key));
}

function shown(value: Value | undefined): string | null {
  return asText(value) ?? asNumber(value)?.toString() ?? null;
}

export function flag(record: ReferenceRecord, name: string): boolean | null {
  const value = field(record, name);
  return typeof value === "boolean" ? value : null;
}

function asText(value: Value | undefined): string | null {
  return typeof value === "string" ? value : null;
}

/** The number that a value stands for: a whole number, or a text of digits. Else null. */
export function asNumber(value: Value | undefined): bigint | null {
  if (typeof value === "bigint") return value;
  return typeof value === "string" && /^[0-9]+$/.test(value) ? BigInt(value) : null;
}
