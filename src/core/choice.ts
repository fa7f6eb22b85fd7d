/** `a`, `a or b`, `a, b or c` */
export function choice(items: readonly string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} or ${last}`;
}

/** `"a", "b" or "c"`; what is no text stands without quotes, as in YAML. */
export function quoteList(values: readonly unknown[]): string {
  return choice(values.map((value) => JSON.stringify(value)));
}
