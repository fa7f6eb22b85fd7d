import type { PipelineSettings } from "../../config/pipeline.ts";
import type { CountQuery } from "../../counts/cube.ts";
import type { Evidence } from "../../counts/evidence.ts";
import { countsCsv } from "../../counts/formats/csv.ts";
import { wideningText } from "../../counts/reporting-policy.ts";
import type { Catalogue } from "../../derive/event-rules.ts";
import { formatThings } from "../terminal/quantity.ts";
import { tell } from "../terminal/tell.ts";
import type { Answer } from "./answer.ts";
import type { Format } from "./asked-options.ts";
import { countsTable } from "./counts-table.ts";
import { formattedCounts } from "./formatted-counts.ts";
import { shortDigest } from "./short-digest.ts";

/** The answer in a format: a text, or what programs read as it is. Rejects with `IoError`. */
export async function answerText(format: Format, answer: Answer): Promise<string | Uint8Array> {
  const { question, query, rows, evidence, digest } = answer;
  const { settings, catalogue, permission } = question;
  const widening = wideningText(permission);
  if (format === "csv") {
    // It has no place above its rows.
    if (widening !== null) tell(widening);
    return Buffer.from(countsCsv(rows));
  }
  if (format === "table") {
    const signed = digest === null ? "" : `, as of digest ${digest.sequence} (SHA-256 ${digest.sha256})`;
    const caption = `${countsCaption(query, settings, catalogue)}${signed}\n${widening === null ? "" : `${widening}\n`}`;
    return `${caption}\n${countsTable(rows, query)}${evidence === null ? "" : evidenceList(evidence)}`;
  }
  const header = await answer.header();
  return formattedCounts(format, { header, query, rows, evidence, catalogue, pipeline: settings.name });
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
