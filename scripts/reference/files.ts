import type { Command } from "commander";
import type { Catalogue } from "../../src/derive/event-rules.ts";
import { FAULTS_BY_PLACE } from "../../test/mutants/faults.ts";
import { commandList, commandName, commandUsage, leafCommands } from "./commands.ts";
import { configurationFields } from "./configuration-fields.ts";
import { documentFields, fieldsOfLogs } from "./document-fields.ts";
import { exitCodes, quarantineReasons, storeFailures } from "./fault-codes.ts";
import { catalogueJsonSchema, type JsonSchema, pipelineJsonSchema, reportJsonSchema } from "./json-schema.ts";
import { logNames } from "./log-names.ts";
import { metricList, noticeList } from "./metrics.ts";
import { plantedFaults } from "./planted-faults.ts";
import { reportingRules } from "./reporting-rules.ts";
import { ruleLanguage } from "./rule-language.ts";
import { fillSections } from "./section.ts";
import { missingMetrics, servicePingMetrics } from "./service-ping.ts";
import { measuredFigures, readBackTable, sizeTable } from "./sizes.ts";
import { eventList, operationTable, ruleTable } from "./standard-rules.ts";

/** What the reference is made of and no module declares. */
export interface ReferenceSources {
  readonly program: Command;
  readonly standard: Catalogue;
  /** A page as it is, by its name in the folder of the reference. */
  readonly pageOf: (file: string) => string;
}

/** Every file of the reference that is generated, or has generated sections: its name, and its text. */
export function referenceFiles({ program, standard, pageOf }: ReferenceSources): ReadonlyMap<string, string> {
  const pages: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "cli.md": cliSections(program),
    "configuration.md": { fields: configurationFields(pipelineJsonSchema()) },
    "reports.md": { "report fields": configurationFields(reportJsonSchema()) },
    "events.md": {
      "quarantine reasons": quarantineReasons(),
      logs: logNames(),
      events: eventList(standard),
      rules: ruleTable(standard),
      operations: operationTable(standard),
      "rule language": ruleLanguage(catalogueJsonSchema()),
      "reporting rules": reportingRules(),
    },
    "document-fields.md": { "document fields": documentFields(), "fields of logs": fieldsOfLogs() },
    "metrics.md": { metrics: metricList(), notices: noticeList() },
    "service-ping.md": { metrics: servicePingMetrics(), "not served": missingMetrics() },
    // No contracts, so they lie beside the reference and not in it.
    "../explanation/scale.md": {
      sizes: sizeTable(),
      "measured figures": measuredFigures(),
      "reading back": readBackTable(),
    },
    "../reliability.md": { "planted faults": plantedFaults(FAULTS_BY_PLACE) },
  };
  return new Map([
    ["pipeline.schema.json", schemaText(pipelineJsonSchema())],
    ["catalogue.schema.json", schemaText(catalogueJsonSchema())],
    ["report.schema.json", schemaText(reportJsonSchema())],
    ...Object.entries(pages).map(([file, sections]) => {
      return [file, fillSections(pageOf(file), file, new Map(Object.entries(sections)))] as const;
    }),
  ]);
}

function cliSections(program: Command): Readonly<Record<string, string>> {
  const commands = leafCommands(program).map((command) => {
    return [`command ${commandName(command)}`, commandUsage(command)] as const;
  });
  return {
    commands: commandList(program),
    "exit codes": exitCodes(),
    failures: storeFailures(),
    ...Object.fromEntries(commands),
  };
}

function schemaText(schema: JsonSchema): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
