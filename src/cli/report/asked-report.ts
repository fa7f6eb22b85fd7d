import { UsageError } from "../../core/fault.ts";
import { dayName } from "../../core/hour.ts";
import { askedCounts } from "../counts/format-options.ts";
import { type AskedQuery, checkEvents, permissionOf, type Question } from "../counts/question.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { loadCatalogue, loadSettings, type PipelineOptions, readInput, shownPath } from "../settings.ts";
import { type ReportCluster, reportCluster } from "./report-cluster.ts";
import { parseReport, type Report } from "./report-file.ts";
import { type ReportConfig, TODAY } from "./report-schema.ts";

/** A report that may be answered. */
export interface AskedReport {
  readonly report: Report;
  readonly question: Question;
  /** Where documents go; null for any other destination. */
  readonly cluster: ReportCluster | null;
}

/**
 * Reads a report and checks it against its pipeline: whether the events are there, and may be reported so. Reads no
 * archive. Rejects with `UsageError`.
 */
export async function askReport(file: string, options: PipelineOptions): Promise<AskedReport> {
  const report = parseReport(await readInput(file, "report"), file, process.cwd());
  const { pipelinePath, asOf, destination } = report;
  const settings = await loadSettings(pipelinePath === null ? undefined : shownPath(pipelinePath), options);
  const catalogue = await loadCatalogue(settings.cataloguePath);
  const query: AskedQuery = askedCounts(report.options);
  const permission = located(report, "level", () => permissionOf(query, settings));
  located(report, "events", () => checkEvents(query, catalogue));
  const cluster =
    destination.kind === "elasticsearch"
      ? located(report, "destination", () => reportCluster(destination, settings.index))
      : null;
  const day = asOf === TODAY ? dayName(SYSTEM_CLOCK.nowMs()) : asOf;
  const question = { settings, catalogue, query, permission, asOf: day, asOfDigest: null, withEvidence: false };
  return { report, question, cluster };
}

/** What the work throws, as a fault of that field. */
function located<T>(report: Report, field: keyof ReportConfig, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof UsageError ? report.faultAt(field, error.message) : error;
  }
}
