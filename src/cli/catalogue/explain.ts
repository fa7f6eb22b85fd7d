import { Command } from "commander";
import type { Fields } from "../../core/fields.ts";
import type { Line } from "../../core/line.ts";
import { MIB } from "../../core/units.ts";
import type { Emit } from "../../decode/piece.ts";
import { catalogueFields } from "../../derive/catalogue-fields.ts";
import { createDimensions, DIMENSION_FIELDS } from "../../derive/dimensions.ts";
import { createExplainer } from "../../derive/explainer.ts";
import { namedInput, openInput } from "../open/input/input.ts";
import { findInputFiles } from "../open/input/input-files.ts";
import { createLineDecoder } from "../open/lines/line-decoder.ts";
import { checkEventName } from "../options/event-name.ts";
import { collect, withSetOption } from "../options/options.ts";
import { loadCatalogue, loadSettings } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { formatCount, formatThings } from "../terminal/quantity.ts";
import { explainJson } from "./explain-json.ts";
import { explainText } from "./explain-text.ts";
import { openExplainedDocuments } from "./explained-document.ts";
import type { ExplainedLine } from "./explained-line.ts";

interface ExplainOptions {
  readonly pipeline?: string;
  readonly set?: readonly string[];
  readonly catalogue?: string;
  readonly event?: readonly string[];
  readonly document?: true;
  readonly json?: true;
}

/** What is said of a payload's lines is printed in parts of this size: it is much longer than they are. */
const PART_CHARS = 16 * MIB;

/** Where the output is no terminal, and on one that is too narrow for any table. */
const DEFAULT_COLUMNS = 120;
const LEAST_COLUMNS = 60;

const EXAMPLES = `
Examples:
  logtally explain /var/log/gitlab/gitlab-rails/api_json.log | less -S
  logtally archive find --correlation-id push00000H2 | logtally explain
  logtally explain api_json.log --event git_push --json | jq .near_misses
  head -1 api_json.log | logtally explain --document
`;

export function explainCommand(): Command {
  const command = new Command("explain")
    .description(
      "Explains lines, one after another: log, identity, time and dimensions, the events with the rule that counts " +
        "them, for near misses the condition that fails, and what is masked before the index. Reads no lines of an " +
        "archive and writes nothing.",
    )
    .argument("[file...]", "files (NDJSON, .gz, .zst, globs), gs://BUCKET/PREFIX, or - for standard input (default: -)")
    .option(
      "--pipeline <file>",
      "the pipeline whose instance, identity, limits, catalogue, source.topic and index hold (default: " +
        "pipelines/local.yaml)",
    )
    .option("--catalogue <file>", "explain by this catalogue (default: the pipeline's)")
    .option("--event <name>", "explain only this event, however far the line is from it; repeatable", collect(String))
    .option("--document", "print also the document that the line becomes in the index")
    .option("--json", "print a JSON line for each line, with its document");
  return withSetOption(command).addHelpText("after", EXAMPLES).action(explain);
}

async function explain(names: readonly string[], options: ExplainOptions): Promise<void> {
  const named = names.length === 0 ? null : namedInput(names, "name it with --pipeline");
  const settings = await loadSettings(options.pipeline, options);
  const catalogue = await loadCatalogue(options.catalogue ?? settings.cataloguePath);
  for (const event of options.event ?? []) checkEventName(event, catalogue);
  const { source: read } = settings;
  const files = named === null ? null : await findInputFiles(named, read.kind === "files" ? read.endpoint : null);
  const decoder = createLineDecoder(settings, [...catalogueFields(catalogue), ...DIMENSION_FIELDS]);
  const explainEvents = createExplainer(catalogue, decoder.slotOf, options.event ?? null);
  const dimensionsOf = createDimensions(decoder.slotOf, { instance: settings.instance });
  const documentOf = await openExplainedDocuments(settings, catalogue);
  const showsDocument = options.document === true;
  const width = Math.max(process.stdout.columns ?? DEFAULT_COLUMNS, LEAST_COLUMNS);
  const format = options.json === true ? explainJson : (told: ExplainedLine) => explainText(told, width);
  let lines = 0;
  let linesWithEvents = 0;
  const explainLine = (line: Line, fields: Fields | null): string => {
    const explanation = explainEvents(line.log, fields);
    const dimensions = fields === null ? null : dimensionsOf(line.log, fields);
    lines += 1;
    if (explanation.events.length > 0) linesWithEvents += 1;
    return format({ number: lines, line, dimensions, explanation, document: documentOf(line), showsDocument });
  };
  const source = openInput(files, () => undefined);
  for await (const { payload } of source.deliveries(new AbortController().signal)) {
    await printInParts((emit) => decoder.decode(payload, emit), explainLine);
  }
  process.stderr.write(`${formatThings(lines, "line")}, ${formatCount(linesWithEvents)} with events\n`);
}

/**
 * Prints what is said of each line. Decoding does not wait for a slow reader, so after each part the payload, which
 * is the same still, is decoded again, and the lines that were explained are passed over.
 */
async function printInParts(
  decode: (emit: Emit) => void,
  explainLine: (...line: Parameters<Emit>) => string,
): Promise<void> {
  let explained = 0;
  let total: number;
  do {
    const part: string[] = [];
    let chars = 0;
    total = 0;
    decode((line, fields) => {
      total += 1;
      if (total <= explained || chars >= PART_CHARS) return;
      const text = explainLine(line, fields);
      part.push(text);
      chars += text.length;
      explained = total;
    });
    await print(part.join(""));
  } while (explained < total);
}
