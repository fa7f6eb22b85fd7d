import { tmpdir } from "node:os";
import { createScratchFolder } from "../../backends/files/scratch-folder.ts";
import type { CountQuery, CountRow } from "../../counts/cube.ts";
import type { Evidence } from "../../counts/evidence.ts";
import type { CountsHeader } from "../../counts/formats/counts-header.ts";
import { countsJson } from "../../counts/formats/json.ts";
import { countsParquet } from "../../counts/formats/parquet.ts";
import { countsPrometheus } from "../../counts/formats/prometheus.ts";
import { countsServicePing } from "../../counts/formats/service-ping.ts";
import type { Catalogue } from "../../derive/event-rules.ts";
import { DUCK_DB } from "../open/duck-db-options.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import type { Format } from "./asked-options.ts";

/** An answer, and what it is of. */
export interface AnsweredCounts {
  readonly header: CountsHeader;
  readonly query: CountQuery;
  readonly rows: readonly CountRow[];
  readonly evidence: Evidence | null;
  readonly catalogue: Catalogue;
  /** Its name. */
  readonly pipeline: string;
}

/**
 * For programs, with its header. Bytes where what they read must stay as it is, and could be taken for a command of a terminal. Rejects
 * with `IoError`.
 */
export async function formattedCounts(
  format: Exclude<Format, "table" | "csv">,
  { header, query, rows, evidence, catalogue, pipeline }: AnsweredCounts,
): Promise<string | Uint8Array> {
  switch (format) {
    case "json":
      return countsJson(header, rows, evidence);
    case "parquet":
      return countsParquet(header, rows, { ...DUCK_DB, scratch: createScratchFolder(tmpdir(), SYSTEM_CLOCK.nowMs) });
    case "prometheus": {
      const { by: segment, periods } = query;
      return Buffer.from(countsPrometheus({ header, pipeline, segment, periods }, rows));
    }
    case "service-ping":
      return countsServicePing(header, rows, catalogue);
  }
}
