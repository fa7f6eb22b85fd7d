export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * The one text that RFC 8785 gives a value: no spaces, keys in the order of their UTF-16 units. What is undefined is
 * left out. Throws a `RangeError` for what has no such text: a number that is not finite, a lone surrogate.
 */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value as Readonly<Record<string, Json | undefined>>)
      .filter((member): member is [string, Json] => member[1] !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${canonicalJson(key)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError(`write ${value} as JSON: not finite`);
  if (typeof value === "string" && !value.isWellFormed()) throw new RangeError("write text as JSON: a lone surrogate");
  return JSON.stringify(value);
}
