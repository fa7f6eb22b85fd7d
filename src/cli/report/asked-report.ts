import type { IndexSettings } from "../../config/pipeline.ts";
import { UsageError } from "../../core/fault.ts";
import { dayName } from "../../core/hour.ts";
import { askedCounts } from "../counts/asked-options.ts";
import { type AskedQuery, checkEvents, permissionOf, type Question } from "../counts/question.ts";
import { readInput } from "../input-text.ts";
import { clusterPlaceOf } from "../open/cluster/cluster.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { loadCatalogue, loadSettings, type PipelineOptions, shownPath } from "../settings.ts";
import type { CountsPlace } from "./publish.ts";
import { reportCluster } from "./report-cluster.ts";
import { type ClusterDestination, parseReport, type Report } from "./report-file.ts";
import { type ReportConfig, TODAY } from "./report-schema.ts";

/** A report that may be answered. */
export interface AskedReport {
  readonly report: Report;
  readonly question: Question;
  /** Where documents go; null for any other destination. */
  readonly place: CountsPlace | null;
}

/**
 * Reads a report and checks it against its pipeline: whether the events are there, may be reported so, and whether there
 * is a key to publish them with. Reads no archive. Rejects with `UsageError`.
 */
export async function askReport(file: string, options: PipelineOptions): Promise<AskedReport> {
  const report = parseReport(await readInput(file, "report"), file, process.cwd());
  const { pipelinePath, asOf, destination } = report;
  const settings = await loadSettings(pipelinePath === null ? undefined : shownPath(pipelinePath), options);
  const catalogue = await loadCatalogue(settings.cataloguePath);
  const query: AskedQuery = askedCounts(report.options);
  const permission = await located(report, "level", () => permissionOf(query, settings));
  await located(report, "events", () => checkEvents(query, catalogue));
  const place =
    destination.kind === "elasticsearch"
      ? await located(report, "destination", () => countsPlace(destination, settings.index))
      : null;
  const day = asOf === TODAY ? dayName(SYSTEM_CLOCK.nowMs()) : asOf;
  const question = { settings, catalogue, query, permission, asOf: day, asOfDigest: null, withEvidence: false };
  return { report, question, place };
}

async function countsPlace(destination: ClusterDestination, index: IndexSettings | null): Promise<CountsPlace> {
  const { settings, fields, prefix } = reportCluster(destination, index);
  return { cluster: await clusterPlaceOf(settings, fields), prefix };
}

/** What the work throws, as a fault of that field. */
async function located<T>(report: Report, field: keyof ReportConfig, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof UsageError ? report.faultAt(field, error.message) : error;
  }
}
