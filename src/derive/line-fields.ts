import type { Fields, SlotOf } from "../core/fields.ts";
import type { DerivedEvent } from "./derived-event.ts";
import { graphqlRequest } from "./graphql.ts";

/** One field of the line at hand, read at most once in each way. */
export interface FieldRead {
  present(): boolean;
  string(): string | null;
  integer(): string | null;
  boolean(): boolean | null;
  /** The value's JSON text, to be shown; null where it is absent. */
  text(): string | null;
}

/** The line at hand, by names of fields. Rules are bound to it once, then it moves from line to line. */
export interface LineFields {
  /** Moves on: what was read of the line before is forgotten. */
  begin(fields: Fields): void;
  /** The event that the rule at hand refines; the `refined.` fields show it. */
  refine(event: DerivedEvent | null): void;
  /** The field of that name, real or computed. */
  field(name: string): FieldRead;
}

/** Fields of the line behind the computed `graphql.` fields. */
const GRAPHQL_SOURCES = ["is_mutation", "query_string", "operation_name"] as const;

/** Names of the fields that a reader must have for a rule that asks for `name`. */
export function sourcesOf(name: string): readonly string[] {
  if (name === "graphql.kind" || name === "graphql.name" || name === "graphql.field") return GRAPHQL_SOURCES;
  return name === "params_cut" || name === "refined.operation" || name === "refined.detail" ? [] : [name];
}

export function createLineFields(slotOf: SlotOf): LineFields {
  // Counted rather than cleared: a line costs nothing for the fields that no rule reads on it.
  let lineNumber = 0;
  let fields: Fields | null = null;
  let refined: DerivedEvent | null = null;
  const known = new Map<string, FieldRead>();

  /** A reading that is done once for a line, and only when asked for. */
  const once = <Value>(read: (fields: Fields) => Value, before: Value): (() => Value) => {
    let readAt = -1;
    let value = before;
    return () => {
      if (readAt !== lineNumber && fields !== null) {
        readAt = lineNumber;
        value = read(fields);
      }
      return value;
    };
  };

  const real = (name: string): FieldRead => {
    const slot = slotOf(name);
    return {
      present: once((line) => line.has(slot), false),
      string: once((line) => line.string(slot), null),
      integer: once((line) => line.integer(slot), null),
      boolean: once((line) => line.boolean(slot), null),
      text: once((line) => line.text(slot), null),
    };
  };

  const graphql = (): ReadonlyMap<string, FieldRead> => {
    const [isMutation, document, operationName] = GRAPHQL_SOURCES.map(slotOf) as [number, number, number];
    const request = once((line) => {
      // A document that is no string is there, and cannot be read.
      const text = line.has(document) ? (line.string(document) ?? "") : null;
      return graphqlRequest(line.boolean(isMutation), text, line.string(operationName));
    }, null);
    return new Map([
      ["graphql.kind", computedText(() => request()?.kind ?? null)],
      ["graphql.name", computedText(() => request()?.name ?? null)],
      ["graphql.field", computedText(() => request()?.field ?? null)],
    ]);
  };

  const make = (name: string): FieldRead => {
    if (name === "params_cut") return computedFlag(once((line) => line.paramsCut(), false));
    if (name === "refined.operation") return computedText(() => refined?.operation ?? null);
    if (name === "refined.detail") return computedText(() => refined?.detail ?? null);
    if (sourcesOf(name) !== GRAPHQL_SOURCES) return real(name);
    for (const [sibling, read] of graphql()) known.set(sibling, read);
    return known.get(name) ?? real(name);
  };

  return {
    begin: (next) => {
      fields = next;
      lineNumber += 1;
    },
    refine: (event) => {
      refined = event;
    },
    field: (name) => {
      const read = known.get(name) ?? make(name);
      known.set(name, read);
      return read;
    },
  };
}

function computedText(read: () => string | null): FieldRead {
  const text = (): string | null => {
    const value = read();
    return value === null ? null : JSON.stringify(value);
  };
  return { present: () => read() !== null, string: read, integer: () => null, boolean: () => null, text };
}

function computedFlag(flag: () => boolean): FieldRead {
  return { present: () => true, string: () => null, integer: () => null, boolean: flag, text: () => String(flag()) };
}
