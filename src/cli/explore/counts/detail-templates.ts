import type { Alternative, Catalogue } from "../../../derive/event-rules.ts";
import { sourcesOf } from "../../../derive/line-fields.ts";
import { type TemplatePart, templateFields } from "../../../derive/template.ts";

type Template = readonly TemplatePart[];

/**
 * What the details of an event are made of, by its name: the events of which every detail is made of the same fields, as
 * they stand in lines. Of the others a line does not tell its detail by its fields alone.
 */
export function detailTemplates({ events }: Catalogue): Record<string, Template> {
  const known = new Map<string, Template>();
  for (const { event, alternatives } of events) {
    const templates = alternatives.map((alternative) => templateOf(alternative, known));
    const [first] = templates;
    if (first === undefined || first === null) continue;
    if (templates.every((each) => JSON.stringify(each) === JSON.stringify(first))) known.set(event, first);
  }
  return Object.fromEntries(known);
}

function templateOf({ detail, refines }: Alternative, known: ReadonlyMap<string, Template>): Template | null {
  const fields = templateFields(detail);
  const [refined] = refines;
  if (detail.length === 1 && fields[0] === "refined.detail" && refines.length === 1 && refined !== undefined) {
    return known.get(refined) ?? null;
  }
  return fields.length > 0 && fields.every(isInLines) ? detail : null;
}

function isInLines(field: string): boolean {
  return sourcesOf(field)[0] === field;
}
