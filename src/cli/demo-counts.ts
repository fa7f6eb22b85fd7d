import type { PipelineSettings } from "../config/pipeline.ts";
import type { CountRow } from "../counts/cube.ts";
import { type CountQuery, countRows } from "../counts/cube.ts";
import { differences } from "../generate/agreement.ts";
import { TRUTH_SEGMENTS } from "../generate/truth.ts";
import type { TruthReport } from "../generate/truth-report.ts";
import { PERIODS } from "./counts.ts";
import { countsTable } from "./counts-table.ts";
import { countsCaption } from "./counts-text.ts";
import { openFacts } from "./facts.ts";
import { formatCount } from "./quantity.ts";
import { loadCatalogue } from "./settings.ts";

const DAYS = 7;
/** Of many differences the first ones tell enough. */
const MOST_SHOWN = 10;

/** What the demonstration counts, and whether it is what was done. */
export interface DemoCounts {
  readonly text: string;
  readonly isRight: boolean;
}

/** Counts the archive and holds the counts against the truth. Rejects with `UsageError` or `IoError`. */
export async function demoCounts(settings: PipelineSettings, truth: TruthReport): Promise<DemoCounts> {
  const catalogue = await loadCatalogue(settings.cataloguePath);
  const { table } = await openFacts(settings, catalogue);
  try {
    const query: CountQuery = { by: "instance", events: null, periods: PERIODS, days: DAYS, asOf: truth.as_of };
    const shown = await countRows(table, query);
    const caption = countsCaption(truth.as_of, settings, catalogue);
    const text = `${caption}\n\n${countsTable(shown, query)}\n`;
    const lines = await table.lines();
    if (lines !== truth.archived) {
      const others = formatCount(lines - truth.archived);
      return {
        text: `${text}the archive holds ${others} other lines as well: not compared with the truth\n`,
        isRight: true,
      };
    }
    const rows: CountRow[] = [];
    for (const by of TRUTH_SEGMENTS) rows.push(...(await countRows(table, { ...query, days: 28, by })));
    return compared(text, truth, rows);
  } finally {
    table.close();
  }
}

function compared(text: string, truth: TruthReport, rows: readonly CountRow[]): DemoCounts {
  const wrong = differences(truth.rows, rows);
  const total = formatCount(truth.rows.length);
  if (wrong.length === 0) {
    const praise = `exact: all ${total} counts, in ${TRUTH_SEGMENTS.length} segments, are what was done on the instance`;
    return { text: `${text}${praise}\n`, isRight: true };
  }
  const list = wrong.slice(0, MOST_SHOWN).map((each) => `  ${each.what}: ${each.counted}, but true is ${each.truth}\n`);
  return {
    text: `${text}${formatCount(wrong.length)} of ${total} counts are wrong:\n${list.join("")}`,
    isRight: false,
  };
}
