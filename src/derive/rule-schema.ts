import { z } from "zod";
import { KNOWN_LOGS } from "../decode/log-name.ts";
import { type Condition, type Conditions, OPERATIONS, type OperationCase, type Tests } from "./rule-language.ts";

// An `error` text says what is expected, where the type does not. What stands in a `meta` beside title and description
// says to editors, in words of JSON Schema, what a refinement or the catalogue's reader checks.
const TEXT = { error: "a text of 1 to 1000 characters" };
const INTEGER = { error: "a whole number without a sign" };
const RANGE = { error: "two whole numbers, the second not below the first" };
const CASE = { error: "a mapping of one operation to its conditions" };

function oneOrMore<Item extends z.ZodType>(item: Item, what: string) {
  return z.union([item, z.array(item).min(1)], { error: `${what}, or a list of at least one` });
}

const text = z.string(TEXT).min(1, TEXT).max(1000, TEXT);
const texts = oneOrMore(text, "a text");
// Fields give integers without a sign; more digits than a double holds cannot stand in YAML.
const integer = z.int(INTEGER).nonnegative(INTEGER);
const scalar = z.union([text, integer, z.boolean()], { error: "a text, a whole number, true or false" });

const tests: z.ZodType<Tests> = z.lazy(() =>
  z
    .strictObject({
      present: z.boolean().optional().meta({ description: "The field is there and not null, empty or {}." }),
      string: z.literal(true).optional().meta({ description: "The field is a JSON string that is not empty." }),
      not: condition.optional().meta({ description: "The condition does not hold; an absent field passes." }),
      prefix: texts.optional().meta({ description: "A string that begins with the text, or with one of the list." }),
      suffix: texts.optional().meta({ description: "A string that ends in the text, or in one of the list." }),
      last_segment: texts.optional().meta({
        description: 'A string whose part behind the last "::" is the text, or one of the list.',
      }),
      between: z
        .tuple([integer, integer], RANGE)
        .refine(([least, most]) => least <= most, RANGE)
        .optional()
        .meta({ description: "An integer from the first number to the second, both included." }),
    })
    .refine((given) => Object.keys(given).length > 0, "a mapping of at least one test")
    .meta({ minProperties: 1, title: "Tests", description: "Tests on one field; all that are there must hold." }),
);

const condition: z.ZodType<Condition> = z
  .lazy(() =>
    z.union([scalar, z.array(scalar).min(1), tests], {
      error: "a text, a whole number, true, false, a list of at least one of these, or tests",
    }),
  )
  .meta({ id: "condition", title: "Condition", description: "A value, a list of which one must match, or tests." });

const fieldName = z
  .string()
  .max(100, "the name of a field")
  .regex(/^[A-Za-z_@][\w@-]*(?:\.[\w@-]+)*$/, "the name of a field");
const conditions: z.ZodType<Conditions> = z.record(fieldName, condition).meta({
  id: "conditions",
  title: "Conditions",
  description: "Conditions by name of field; all must hold.",
});
const eventName = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, "a name of small letters, digits and underscores");
const eventNames = oneOrMore(eventName, "the name of an event");

const operation = z.enum(OPERATIONS);
const operationCase = z
  .strictObject(Object.fromEntries(OPERATIONS.map((word) => [word, conditions.optional()])), CASE)
  .refine((given) => Object.keys(given).length === 1, CASE)
  .meta({ minProperties: 1, maxProperties: 1 })
  .transform((given): OperationCase => {
    const [word, when = {}] = Object.entries(given)[0] ?? [];
    return { operation: operation.parse(word), when };
  });

const logName = text.meta({ enum: [...KNOWN_LOGS] });

const rule = {
  log: oneOrMore(logName, "the name of a log").optional().meta({ description: "The log or logs whose lines count." }),
  when: conditions.optional().meta({ description: "Conditions on the fields of the line." }),
  refines: eventNames.optional().meta({ description: "Count beside one of these events, on the lines that count it." }),
  operation: z
    .union([operation, z.array(operationCase).min(1)], {
      error: "an operation, or a list of at least one with its conditions",
    })
    .optional()
    .meta({ description: "A word, or an ordered list of words with conditions: the first that holds, else none." }),
  detail: text
    .optional()
    .meta({ description: 'Which of its kind the event was: a template such as "{method} {route}".' }),
};

/** A line as it lies in a log, or its fields. */
const exampleLine = z.union([z.string().min(1), z.record(z.string(), z.unknown())], {
  error: "a line as text, or a mapping of its fields",
});

const example = z
  .strictObject({
    counts: exampleLine.optional().meta({ description: "A line that the event counts." }),
    ignores: exampleLine.optional().meta({ description: "A line that the event does not count." }),
    operation: operation.optional().meta({ description: "The operation that the line counts with." }),
    detail: text.optional().meta({ description: "The detail that the line counts with." }),
  })
  .refine(({ counts, ignores }) => (counts === undefined) !== (ignores === undefined), {
    error: 'a mapping with "counts" or "ignores"',
  })
  .refine(({ ignores, operation: wanted, detail }) => ignores === undefined || (wanted ?? detail) === undefined, {
    error: 'no "operation" and "detail" beside "ignores"',
  })
  .meta({
    oneOf: [
      { required: ["counts"] },
      { required: ["ignores"], not: { anyOf: [{ required: ["operation"] }, { required: ["detail"] }] } },
    ],
  });

export type Example = z.output<typeof example>;

/** A rule, and what its alternatives have in common. */
export const eventSchema = z.strictObject({
  description: text.optional().meta({ description: "What the event is, in words; for documentation." }),
  replace: z
    .literal(true, { error: "true" })
    .optional()
    .meta({ description: "Beside extends: stand in the place of the standard event of this name." }),
  ...rule,
  unless: eventNames.optional().meta({ description: "Do not count a line that counts one of these events." }),
  any: z.array(z.strictObject(rule)).min(1).optional().meta({ description: "Alternatives: the first that holds." }),
  tests: z
    .array(example)
    .min(1)
    .optional()
    .meta({ description: "Lines that the event counts or ignores; checked whenever the catalogue is read." }),
});

export type EventBody = z.output<typeof eventSchema>;
export type RuleBody = Pick<EventBody, keyof typeof rule>;

/** Fields of an event that say nothing about what counts: they do not change the digest. */
export const UNCOUNTED_FIELDS: readonly string[] = ["description", "replace", "tests"] satisfies (keyof EventBody)[];

export const catalogueSchema = z
  .strictObject({
    version: z.literal(1).meta({ description: "Version of the language: 1." }),
    extends: z
      .literal("standard")
      .optional()
      .meta({ description: "Count the events of the standard catalogue as well; without it these events alone." }),
    events: z
      .record(eventName, eventSchema)
      .refine((events) => Object.keys(events).length > 0, "a mapping of at least one event")
      .meta({ minProperties: 1, description: "Rules by the name of the event that they count." }),
  })
  .meta({ title: "Catalogue", description: "Which line of which log counts as which event." });

export type CatalogueBody = z.output<typeof catalogueSchema>;
