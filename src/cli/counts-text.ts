import type { PipelineSettings } from "../config/pipeline.ts";
import { dayName } from "../core/hour.ts";
import { countsCsv, countsJson } from "../counts/count-report.ts";
import type { CountQuery } from "../counts/cube.ts";
import type { Catalogue } from "../derive/event-rules.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { type CountsOptions, PERIODS } from "./counts.ts";
import { countsTable } from "./counts-table.ts";
import { checkEventName } from "./event-name.ts";
import { openCounts } from "./open/archive-counts.ts";
import { formatThings } from "./quantity.ts";
import { loadCatalogue, loadSettings } from "./settings.ts";

const SHORT_DIGEST = "sha256:0123456789ab".length;

/** What `counts` prints. Rejects with `UsageError` or `IoError`. */
export async function countsText(pipeline: string | undefined, options: CountsOptions): Promise<string> {
  const settings = await loadSettings(pipeline, options);
  const catalogue = await loadCatalogue(options.catalogue ?? settings.cataloguePath);
  for (const event of options.event ?? []) checkEventName(event, catalogue);
  const { counts, pseudonymKey } = await openCounts(settings, catalogue);
  try {
    const asOf = options.asOf ?? (await counts.defaultAsOf()) ?? dayName(SYSTEM_CLOCK.nowMs());
    const query: CountQuery = {
      by: options.by,
      events: options.event ?? null,
      periods: options.period ?? PERIODS,
      days: options.days,
      asOf,
    };
    const rows = await counts.rows(query);
    const { conflicts } = counts;
    if (conflicts > 0) {
      process.stderr.write(`${formatThings(conflicts, "id")} came with different bytes: counted once, all are kept\n`);
    }
    if (options.format === "csv") return countsCsv(rows);
    if (options.format === "table") {
      return `${countsCaption(asOf, settings, catalogue)}\n\n${countsTable(rows, query)}`;
    }
    const { deployment } = settings;
    const instance = settings.instance ?? (await counts.onlyInstance(query));
    const header = {
      asOf,
      deployment,
      instance,
      level: "aggregate" as const,
      catalogue: catalogue.digest,
      pseudonymKey,
      sealedThrough: await counts.sealedThrough(),
    };
    return countsJson(header, rows);
  } finally {
    counts.close();
  }
}

/** What stands above a table of counts. */
export function countsCaption(asOf: string, { deployment }: PipelineSettings, { digest }: Catalogue): string {
  return `before ${asOf} (UTC), ${deployment}, catalogue ${digest.slice(0, SHORT_DIGEST)}`;
}
