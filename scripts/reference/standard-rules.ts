import { choice } from "../../src/core/choice.ts";
import { wantedWords } from "../../src/derive/condition-words.ts";
import type { Alternative, Catalogue, EventRules } from "../../src/derive/event-rules.ts";
import type { Conditions } from "../../src/derive/rule-language.ts";
import { code, markdownTable, plain } from "./markdown.ts";

/** What each event is, and the digest of the catalogue. */
export function eventList({ events, digest }: Catalogue): string {
  const rows = events.map(({ event, description }) => [code(event), plain(description ?? "")]);
  return `${markdownTable(["event", "what it is"], rows)}\n\nDigest: ${code(digest)}`;
}

/** Each rule of each event, in words. What all rules of an event ask for stands in a row before them. */
export function ruleTable({ events }: Catalogue): string {
  const rows = events.flatMap((rules) => {
    const { event, alternatives } = rules;
    const shared = sharedConditions(alternatives);
    const sharedRows = shared === null ? [] : [["all", "", conditionTexts(shared).join(", "), "", ""]];
    const own = alternatives.map((rule, index) => [
      alternatives.length === 1 ? "" : String(index + 1),
      rule.logs.map(code).join(", "),
      whenText(rules, rule, shared),
      operationText(rule),
      detailText(rule),
    ]);
    return [...sharedRows, ...own].map((cells, index) => [index === 0 ? code(event) : "", ...cells]);
  });
  return markdownTable(["event", "rule", "log", "counts a line when", "operation", "detail"], rows);
}

/** Null where there is one rule, or they have nothing in common. */
function sharedConditions(alternatives: readonly Alternative[]): Conditions | null {
  const shared = alternatives[0]?.when[0] ?? null;
  return alternatives.length > 1 && alternatives.every(({ when }) => when[0] === shared) ? shared : null;
}

/** The operations of the rules that have a list of them. */
export function operationTable({ events }: Catalogue): string {
  const rows = events.flatMap(({ event, alternatives }) =>
    alternatives.filter(isList).flatMap(({ operation }) =>
      operation.map((each, index) => {
        const conditions = conditionTexts(each.when);
        return [index === 0 ? code(event) : "", code(each.operation), conditions.join(", ") || "else"];
      }),
    ),
  );
  return markdownTable(["event", "operation", "where"], rows);
}

function whenText({ unless }: EventRules, { refines, when }: Alternative, shared: Conditions | null): string {
  const others = [
    ...(refines.length === 0 ? [] : [`it counts ${choice(refines.map(code))}`]),
    ...(unless.length === 0 ? [] : [`it does not count ${choice(unless.map(code))}`]),
  ];
  const own = when.filter((conditions) => conditions !== shared);
  return [...others, ...own.flatMap(conditionTexts)].join(", ");
}

function conditionTexts(conditions: Conditions): string[] {
  return Object.entries(conditions).map(([field, condition]) => {
    const wanted = wantedWords(condition);
    const verb = /^(?:beginning|ending|with|from) /.test(wanted) ? "" : "is ";
    return code(`${field} ${verb}${wanted}`);
  });
}

function isList({ operation }: Alternative): boolean {
  return operation.some(({ when }) => Object.keys(when).length > 0);
}

function operationText(rule: Alternative): string {
  return isList(rule) ? "[by a list](#operations)" : code(rule.operation[0]?.operation ?? "none");
}

function detailText({ detail }: Alternative): string {
  const template = detail.map((part) => ("field" in part ? `{${part.field}}` : part.text)).join("");
  return code(template === "" ? "(none)" : template);
}
