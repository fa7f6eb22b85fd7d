import type { CoverageReport } from "../counts/coverage/coverage-report.ts";
import type { CountsDocument } from "../counts/formats/json.ts";
import type { Level } from "../counts/reporting-policy.ts";
import type { Segment } from "../counts/segment.ts";
import type { TemplatePart } from "../derive/template.ts";

/** In place of an answer, or as the last of its JSON lines. */
export interface Problem {
  /** What, where, and what to do. */
  readonly problem: string;
}

/** `GET /api/about`: what the page has to know before it asks for anything. */
export interface About {
  /** As a user would name it. */
  readonly archive: string;
  readonly deployment: string;
  readonly streams: readonly string[];
  /** Names of the logs and events that can be asked for. */
  readonly logs: readonly string[];
  readonly events: readonly string[];
  /** Which segments may be asked at which level, and else by which rule not. */
  readonly levels: readonly LevelAnswer[];
  /** RFC 3339: the end of the newest filing hour that has lines, those ahead of the clock aside; null for an empty archive. */
  readonly newest_until: string | null;
  /** The start of the oldest likewise. */
  readonly oldest_from: string | null;
  /** By the clock of the server. */
  readonly now: string;
  readonly version: string;
}

export interface LevelAnswer {
  readonly segment: Segment;
  readonly level: Level;
  /** Null where it may be asked. */
  readonly rule: string | null;
}

/** `GET /api/counts`, with the options of `counts` as parameters. */
export interface CountsAnswer {
  readonly counts: CountsDocument;
  /** What has to be known of the archive, in whole sentences. */
  readonly remarks: readonly string[];
  /** `YYYY-MM-DD`: of the days that are asked for one by one, those of which some hours are not sealed. */
  readonly unsealed_days: readonly string[];
  /** By event, what its details are made of, where fields of lines alone tell them; none unless counted by detail. */
  readonly details: Readonly<Record<string, readonly TemplatePart[]>>;
}

/** `GET /api/coverage`, with the options of `coverage` as parameters. */
export interface CoverageAnswer {
  readonly coverage: CoverageReport;
  readonly remarks: readonly string[];
}
