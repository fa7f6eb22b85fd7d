import type { JsonSchema } from "./json-schema.ts";
import { code, markdownTable, plain } from "./markdown.ts";

/** The words of the language of catalogues: a table for each place where words may stand. */
export function ruleLanguage(schema: JsonSchema): string {
  const event = schema.properties?.["events"]?.additionalProperties;
  const inEvent = (event && event.properties) || {};
  const inAny = inEvent["any"]?.items?.properties ?? {};
  const inTests = inEvent["tests"]?.items?.properties ?? {};
  const ofCondition = schema.$defs?.["condition"]?.anyOf?.find(({ properties }) => properties !== undefined);
  const own = Object.entries(inEvent).filter(([name]) => inAny[name] === undefined);
  return [
    wordTable("of a catalogue", schema.properties ?? {}),
    wordTable("of an event", Object.fromEntries(own)),
    wordTable("of an event, and of each rule under `any`", inAny),
    wordTable("test of a condition", ofCondition?.properties ?? {}),
    wordTable("of a line under `tests`", inTests),
  ].join("\n\n");
}

function wordTable(place: string, words: Readonly<Record<string, JsonSchema>>): string {
  const rows = Object.entries(words).map(([name, { description = "" }]) => [code(name), plain(description)]);
  return markdownTable([place, "meaning"], rows);
}
