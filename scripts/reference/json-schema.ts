import * as z from "zod";
import { reportSchema } from "../../src/cli/report/report-schema.ts";
import { pipelineSchema } from "../../src/config/pipeline-schema.ts";
import { catalogueSchema } from "../../src/derive/rule-schema.ts";

/** A JSON Schema or a part of one, as far as the reference reads it. */
export interface JsonSchema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | false;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/** What a pipeline file may hold, before defaults are filled in. */
export function pipelineJsonSchema(): JsonSchema {
  return jsonSchemaOf(pipelineSchema, "pipeline.schema.json");
}

/** What a catalogue may hold. */
export function catalogueJsonSchema(): JsonSchema {
  return jsonSchemaOf(catalogueSchema, "catalogue.schema.json");
}

/** What a report file may hold, before defaults are filled in. */
export function reportJsonSchema(): JsonSchema {
  return jsonSchemaOf(reportSchema, "report.schema.json");
}

function jsonSchemaOf(schema: z.ZodType, id: string): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    target: "draft-2020-12",
    io: "input",
    // For messages of the program only.
    override: ({ jsonSchema }) => delete jsonSchema["secret"],
  });
  return { $schema, $id: id, ...rest } as JsonSchema;
}
