import type { CountRow } from "../../../counts/cube.ts";
import type { TemplatePart } from "../../../derive/template.ts";
import type { CountsAnswer } from "../../answers.ts";

/** A search for the lines that a number counts. */
export interface CountedLines {
  /** Parameters of the view of logs. */
  readonly conditions: Readonly<Record<string, string | readonly string[]>>;
  /** Null where it finds them alone; else why it finds all lines of the event. */
  readonly because: string | null;
}

const FIELDS = { plan: "meta.subscription_plan", category: "meta.feature_category" } as const;

/** Why no condition can tell lines by the key. */
const REASONS: Readonly<Partial<Record<CountRow["segment"], string>>> = {
  instance: "no search can ask for the lines of one instance",
  user: "lines do not have the pseudonyms that persons are counted by",
  session: "lines do not have the sessions that they are counted in",
  operation: "whether a line creates, reads, updates or deletes is told by rules, not by a field",
  detail: "this is made by rules, not of fields alone",
};

/** The lines of a row; `keys` is how many keys its event has over the same span, as `keysOf` says. */
export function countedLines(row: CountRow, keys: number, details: CountsAnswer["details"]): CountedLines {
  const { event, from, to, segment, key } = row;
  const all = { since: from, until: to, event };
  if (keys === 1) return { conditions: all, because: null };
  if (key === null || key === "" || key.startsWith("(")) {
    return { conditions: all, because: "what stands in brackets is no value of a field" };
  }
  if (segment === "group" || segment === "project") return { conditions: { ...all, [segment]: key }, because: null };
  const fields = fieldsOf(segment, key, details[event] ?? []);
  if (fields === null || fields.some(({ value }) => isLikeJson(value))) {
    return { conditions: all, because: REASONS[segment] ?? "another value of the field would be found as well" };
  }
  return { conditions: { ...all, field: fields.map(({ field, value }) => `${field}=${value}`) }, because: null };
}

/** How many keys each event has over each span. */
export function keysOf(rows: readonly CountRow[]): (row: CountRow) => number {
  const nameOf = ({ event, from, to }: CountRow): string => `${event} ${from} ${to}`;
  const keys = Map.groupBy(rows, nameOf);
  return (row) => keys.get(nameOf(row))?.length ?? 0;
}

interface FieldValue {
  readonly field: string;
  readonly value: string;
}

function fieldsOf(segment: CountRow["segment"], key: string, template: readonly TemplatePart[]): FieldValue[] | null {
  if (segment === "plan" || segment === "category") return [{ field: FIELDS[segment], value: key }];
  return segment === "detail" ? valuesIn(key, template) : null;
}

/** What each field of a template is in a text that it has made; null where more than one reading is possible. */
function valuesIn(text: string, template: readonly TemplatePart[]): FieldValue[] | null {
  const found: FieldValue[] = [];
  let rest = text;
  for (const [at, part] of template.entries()) {
    if ("text" in part) {
      if (!rest.startsWith(part.text)) return null;
      rest = rest.slice(part.text.length);
      continue;
    }
    const next = template[at + 1];
    if (next !== undefined && !("text" in next)) return null;
    const end = next === undefined ? rest.length : rest.indexOf(next.text);
    if (end < 0 || (next !== undefined && rest.includes(next.text, end + 1))) return null;
    found.push({ field: part.field, value: rest.slice(0, end) });
    rest = rest.slice(end);
  }
  return rest === "" && found.length > 0 ? found : null;
}

/** A condition on a field is met by a text, and by the JSON that stands in the line. */
function isLikeJson(value: string): boolean {
  return /^(?:["[{].*|-?\d.*|true|false|null)$/s.test(value);
}
