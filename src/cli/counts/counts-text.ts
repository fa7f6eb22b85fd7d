import { differenceText } from "../../archive/audit/difference.ts";
import type { PipelineSettings } from "../../config/pipeline.ts";
import { dayName } from "../../core/hour.ts";
import { DAY_MS } from "../../core/units.ts";
import type { CountQuery } from "../../counts/cube.ts";
import { type Evidence, evidenceOf } from "../../counts/evidence.ts";
import type { CountsHeader } from "../../counts/formats/counts-header.ts";
import { countsCsv } from "../../counts/formats/csv.ts";
import { checkReporting, type GivenPermission, wideningText } from "../../counts/reporting-policy.ts";
import type { Catalogue } from "../../derive/event-rules.ts";
import { type OpenedCounts, openCounts } from "../open/archive-counts.ts";
import { checkEventName } from "../options/event-name.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { loadCatalogue, loadSettings } from "../settings.ts";
import { formatThings } from "../terminal/quantity.ts";
import { tell } from "../terminal/tell.ts";
import type { CountsOptions } from "./counts.ts";
import { countsTable } from "./counts-table.ts";
import { askedCounts } from "./format-options.ts";
import { formattedCounts } from "./formatted-counts.ts";

const SHORT_DIGEST = "sha256:0123456789ab".length;

/** What `counts` prints: a text, or what programs read as it is. Rejects with `UsageError` or `IoError`. */
export async function countsAnswer(pipeline: string | undefined, options: CountsOptions): Promise<string | Uint8Array> {
  const settings = await loadSettings(pipeline, options);
  const asked = askedCounts(options);
  const policy = { deployment: settings.deployment, opened: settings.reporting.identifiable };
  const permission = checkReporting(asked.by, asked.level, policy);
  const catalogue = await loadCatalogue(options.catalogue ?? settings.cataloguePath);
  for (const event of asked.events ?? []) checkEventName(event, catalogue);
  const { asOfDigest: sequence } = options;
  const stream = pipeline === undefined ? null : settings.name;
  const opened = await openCounts(settings, catalogue, {
    asOfDigest: sequence === undefined ? null : { sequence, stream },
    catalogueFile: options.catalogue,
    asked: { periods: asked.periods, days: asked.days, asOf: options.asOf ?? null },
  });
  try {
    return await answer(opened, { ...asked, permission }, options, settings, catalogue);
  } finally {
    opened.counts.close();
  }
}

/** What is asked, and may be. */
interface Asked extends Omit<CountQuery, "asOf"> {
  readonly permission: GivenPermission;
}

async function answer(
  { counts, books, digest, lost, pseudonymKey }: OpenedCounts,
  { permission, ...asked }: Asked,
  options: CountsOptions,
  settings: PipelineSettings,
  catalogue: Catalogue,
): Promise<string | Uint8Array> {
  const query: CountQuery = {
    ...asked,
    asOf: options.asOf ?? (await newestDay(counts)) ?? dayName(SYSTEM_CLOCK.nowMs()),
  };
  const rows = await counts.rows(query);
  const evidence = options.evidence === true ? evidenceOf(books, rows) : null;
  for (const difference of lost) tell(`lines that were sealed are not counted: ${differenceText(difference)}`);
  if (counts.conflicts > 0) {
    process.stderr.write(
      `${formatThings(counts.conflicts, "id")} came with different bytes: counted once, all are kept\n`,
    );
  }
  const widening = wideningText(permission);
  if (options.format === "csv") {
    // It has no place above its rows.
    if (widening !== null) tell(widening);
    return Buffer.from(countsCsv(rows));
  }
  if (options.format === "table") {
    const signed = digest === null ? "" : `, as of digest ${digest.sequence} (SHA-256 ${digest.sha256})`;
    const caption = `${countsCaption(query, settings, catalogue)}${signed}\n${widening === null ? "" : `${widening}\n`}`;
    return `${caption}\n${countsTable(rows, query)}${evidence === null ? "" : evidenceList(evidence)}`;
  }
  const header: CountsHeader = {
    asOf: query.asOf,
    asOfDigest: digest,
    deployment: settings.deployment,
    instance: settings.instance ?? (await counts.onlyInstance(query)),
    level: query.level,
    widened: permission.kind === "allowed" ? [] : [permission.segment],
    catalogue: catalogue.digest,
    pseudonymKey,
    sealedThrough: await counts.sealedThrough(),
  };
  return formattedCounts(options.format, { header, query, rows, evidence, catalogue, pipeline: settings.name });
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

/** The day after that of the newest line; a line from the future is no fault, but what it does has to be known. */
async function newestDay(counts: OpenedCounts["counts"]): Promise<string | null> {
  const day = await counts.defaultAsOf();
  const today = dayName(SYSTEM_CLOCK.nowMs());
  if (day !== null && Date.parse(day) > Date.parse(today) + DAY_MS) {
    process.stderr.write(
      `some lines are dated ahead of today, the last before ${day}: the periods end there (hint: --as-of ${today})\n`,
    );
  }
  return day;
}

/** What stands above a table of counts. */
export function countsCaption(
  { asOf, level }: CountQuery,
  { deployment }: PipelineSettings,
  { digest }: Catalogue,
): string {
  const levelWords = level === "aggregate" ? "" : `, ${level} level`;
  return `before ${asOf} (UTC), ${deployment}${levelWords}, catalogue ${digest.slice(0, SHORT_DIGEST)}`;
}
