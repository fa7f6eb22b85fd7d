import { tmpdir } from "node:os";
import { join } from "node:path";
import { inScratchFolder } from "../../../backends/files/scratch-folder.ts";
import type { PipelineSettings } from "../../../config/pipeline.ts";
import { UsageError } from "../../../core/fault.ts";
import { SECOND_MS } from "../../../core/units.ts";
import { columnsFor, type SqlColumn } from "../../../counts/sql/fact-columns.ts";
import { openSqlSession } from "../../../counts/sql/sql-session.ts";
import { openCounts } from "../../open/counts/archive-counts.ts";
import { DUCK_DB } from "../../open/counts/duck-db-options.ts";
import { EXIT_INTERRUPTED } from "../../process/exit-code.ts";
import { stopOnSignals } from "../../process/stop-signal.ts";
import { loadCatalogue, loadSettings } from "../../settings.ts";
import { tell } from "../../terminal/tell.ts";
import type { SqlOptions } from "./archive-sql.ts";
import { printSqlAnswer } from "./sql-text.ts";

/** Prints the answer. Rejects with `UsageError`, with `IoError`. */
export async function askSql(select: string, pipeline: string | undefined, options: SqlOptions): Promise<void> {
  const settings = await loadSettings(pipeline, options);
  const stop = new AbortController();
  const over = AbortSignal.timeout(options.timeout * SECOND_MS);
  const signal = AbortSignal.any([stop.signal, over]);
  const releaseSignals = stopOnSignals(stop, "the question is given up");
  try {
    await inScratchFolder(tmpdir(), async (folder) => {
      const path = join(folder, "facts.parquet");
      const hidden = await writeFacts(settings, options, path, signal);
      await answer(select, path, hidden, options.format, signal);
    });
  } catch (error) {
    // What a stop has cut short fails in many ways.
    if (stop.signal.aborted) {
      tell("interrupted; what is printed is not all");
      process.exitCode = EXIT_INTERRUPTED;
    } else if (over.aborted) {
      const hint = "ask for less, or for longer: --timeout";
      throw new UsageError(`ask SQL: no whole answer after ${options.timeout} s (hint: ${hint})`, { cause: error });
    } else throw error;
  } finally {
    releaseSignals();
  }
}

/** Gives the columns that are left out. */
async function writeFacts(
  settings: PipelineSettings,
  options: SqlOptions,
  path: string,
  signal: AbortSignal,
): Promise<SqlColumn[]> {
  const { deployment, reporting } = settings;
  const { shown, hidden } = columnsFor({ deployment, opened: reporting.identifiable });
  const catalogue = await loadCatalogue(options.catalogue ?? settings.cataloguePath);
  const { counts } = await openCounts(settings, catalogue, {
    asOfDigest: null,
    asked: null,
    catalogueFile: options.catalogue,
    signal,
  });
  try {
    const selection = {
      columns: shown,
      sinceMs: options.since ?? null,
      untilMs: options.until ?? null,
      foldsPersonal: reporting.foldPersonal,
    };
    await counts.writeFacts(selection, path, signal);
    return hidden;
  } finally {
    counts.close();
  }
}

async function answer(
  select: string,
  path: string,
  hidden: readonly SqlColumn[],
  format: SqlOptions["format"],
  signal: AbortSignal,
): Promise<void> {
  const session = await openSqlSession(DUCK_DB, path);
  try {
    await printSqlAnswer(await session.ask(select, signal), format);
  } catch (error) {
    throw explained(error, hidden);
  } finally {
    session.close();
  }
}

/** Where a column is asked for that the deployment does not open, that is the reason. */
function explained(error: unknown, hidden: readonly SqlColumn[]): unknown {
  if (!(error instanceof UsageError)) return error;
  const words = new Set(error.message.toLowerCase().split(/\W+/));
  const asked = hidden.find(({ name }) => words.has(name));
  if (asked === undefined) return error;
  return new UsageError(
    `ask SQL: the column ${asked.name} is not there, since the deployment does not let rows by ${asked.segment} be ` +
      `reported (hint: its owner can, by --set 'reporting.identifiable=[${asked.segment}]' or in the pipeline's file)`,
  );
}
