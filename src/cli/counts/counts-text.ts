import { tmpdir } from "node:os";
import { createScratchFolder } from "../../backends/files/scratch-folder.ts";
import type { PipelineSettings } from "../../config/pipeline.ts";
import type { CountQuery } from "../../counts/cube.ts";
import type { Evidence } from "../../counts/evidence.ts";
import { countsCsv } from "../../counts/formats/csv.ts";
import { countsJson } from "../../counts/formats/json.ts";
import { countsParquet } from "../../counts/formats/parquet.ts";
import { countsPrometheus } from "../../counts/formats/prometheus.ts";
import { countsServicePing } from "../../counts/formats/service-ping.ts";
import { wideningText } from "../../counts/reporting-policy.ts";
import type { Catalogue } from "../../derive/event-rules.ts";
import { DUCK_DB } from "../open/counts/duck-db-options.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { loadCatalogue, loadSettings } from "../settings.ts";
import { formatThings } from "../terminal/quantity.ts";
import { tell } from "../terminal/tell.ts";
import { type Answer, withAnswer } from "./answer.ts";
import { askedCounts, type CountsOptions, type Format } from "./asked-options.ts";
import { countsTable } from "./counts-table.ts";
import { checkEvents, permissionOf } from "./question.ts";
import { shortDigest } from "./short-digest.ts";

/** What `counts` prints: a text, or what programs read as it is. Rejects with `UsageError` or `IoError`. */
export async function countsAnswer(pipeline: string | undefined, options: CountsOptions): Promise<string | Uint8Array> {
  const settings = await loadSettings(pipeline, options);
  const query = askedCounts(options);
  const permission = permissionOf(query, settings);
  const catalogue = await loadCatalogue(options.catalogue ?? settings.cataloguePath);
  checkEvents(query, catalogue);
  const { asOfDigest: sequence } = options;
  const stream = pipeline === undefined ? null : settings.name;
  const question = {
    settings,
    catalogue,
    catalogueFile: options.catalogue,
    query,
    permission,
    asOf: options.asOf ?? null,
    asOfDigest: sequence === undefined ? null : { sequence, stream },
    withEvidence: options.evidence === true,
  };
  return withAnswer(question, (answer) => answerText(options.format, answer));
}

/** The answer in a format: a text, or bytes where what programs read must stay as it is. Rejects with `IoError`. */
export async function answerText(format: Format, answer: Answer): Promise<string | Uint8Array> {
  const { question, query, rows, evidence } = answer;
  const { settings, catalogue, permission } = question;
  switch (format) {
    case "table":
      return `${tableText(answer)}${evidence === null ? "" : evidenceList(evidence)}`;
    case "csv": {
      // It has no place above its rows.
      const widening = wideningText(permission);
      if (widening !== null) tell(widening);
      return Buffer.from(countsCsv(rows));
    }
    case "json":
      return countsJson(await answer.header(), rows, evidence);
    case "parquet": {
      const scratch = createScratchFolder(tmpdir(), SYSTEM_CLOCK.nowMs);
      return countsParquet(await answer.header(), rows, { ...DUCK_DB, scratch });
    }
    case "prometheus": {
      const { by: segment, periods } = query;
      const context = { header: await answer.header(), pipeline: settings.name, segment, periods };
      return Buffer.from(countsPrometheus(context, rows));
    }
    case "service-ping":
      return countsServicePing(await answer.header(), rows, catalogue);
  }
}

function tableText({ question, query, rows, digest }: Answer): string {
  const { settings, catalogue, permission } = question;
  const widening = wideningText(permission);
  const signed = digest === null ? "" : `, as of digest ${digest.sequence} (SHA-256 ${digest.sha256})`;
  const above = `${countsCaption(query, settings, catalogue)}${signed}\n${widening === null ? "" : `${widening}\n`}`;
  return `${above}\n${countsTable(rows, query)}`;
}

/** Below a table: everything that any of its rows rests on, each once. */
function evidenceList({ sets }: Evidence): string {
  const manifests = new Map(sets.flatMap((set) => set.manifests.map(({ name, sha256 }) => [name, sha256])));
  const unsealed = new Set(sets.flatMap((set) => set.unsealed));
  const sealed = [...manifests]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, sha256]) => `${sha256}  ${name}\n`);
  const open = [...unsealed].toSorted().map((name) => `${name}\n`);
  return (
    `\nsealed, by ${formatThings(sealed.length, "manifest")} (SHA-256, name)\n${sealed.join("")}` +
    (open.length === 0 ? "" : `\nnot sealed, in ${formatThings(open.length, "object")}\n${open.join("")}`)
  );
}

/** What stands above a table of counts. */
export function countsCaption(
  { asOf, level }: CountQuery,
  { deployment }: PipelineSettings,
  { digest }: Catalogue,
): string {
  const levelWords = level === "aggregate" ? "" : `, ${level} level`;
  return `before ${asOf} (UTC), ${deployment}${levelWords}, catalogue ${shortDigest(digest)}`;
}
