/** Something that is not as it should be, and where it is; null where a part says nothing. In the words of the JSON. */
export interface Difference {
  readonly stream: string;
  /** The hour's start in RFC 3339, or `undated`. */
  readonly hour: string | null;
  readonly object: string | null;
  /** Place of a line in the object, from 0. */
  readonly row: number | null;
  readonly id: string | null;
  readonly what: string;
  readonly expected: string | number | null;
  readonly found: string | number | null;
}

/** What a difference says beside its stream. */
export type DifferenceParts = Pick<Difference, "what"> & Partial<Omit<Difference, "stream" | "what">>;

export function differenceOf(stream: string, parts: DifferenceParts): Difference {
  const { what, hour = null, object = null, row = null, id = null, expected = null, found = null } = parts;
  return { stream, hour, object, row, id, what, expected, found };
}

/** One line, without its end: where, what, expected and found. */
export function differenceText({ stream, hour, object, row, id, what, expected, found }: Difference): string {
  const place = [
    ...(object === null ? [] : [`"${object}"`]),
    ...(row === null ? [] : [`row ${row}`]),
    ...(id === null ? [] : [`id ${id}`]),
  ].join(", ");
  const values =
    expected === null && found === null ? "" : `: ${found ?? "nothing"} instead of ${expected ?? "nothing"}`;
  return `${hour === null ? stream : `${stream} ${hour}`}${place === "" ? "" : `, ${place}`}: ${what}${values}`;
}
