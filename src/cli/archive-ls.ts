import { Command } from "commander";
import { listWal, openWalObject } from "../archive/wal-reader.ts";
import { hourText } from "../core/hour.ts";
import type { ObjectStore } from "../core/object-store.ts";
import { openArchiveStore } from "./open/archive-store.ts";
import { withPipelineOptions } from "./options.ts";
import { formatBytes, formatCount, formatRatio, formatThings } from "./quantity.ts";
import { loadSettings, type PipelineOptions } from "./settings.ts";
import { formatTable } from "./table.ts";

/** A segment as `archive ls` shows it. */
export interface ListedSegment {
  readonly name: string;
  /** Earliest and latest filing hour: the hour's start in RFC 3339, or `undated`. */
  readonly first_hour: string;
  readonly last_hour: string;
  readonly lines: number;
  readonly raw_bytes: number;
  readonly stored_bytes: number;
}

export function lsCommand(): Command {
  const command = new Command("ls")
    .summary("segments: their hours, lines and sizes")
    .description("Lists the segments of an archive: their hours, lines and sizes.")
    .argument("[pipeline]", "the pipeline whose archive it is (default: pipelines/local.yaml)")
    .option("--json", "print a JSON line for each segment");
  return withPipelineOptions(command).action(
    async (pipeline: string | undefined, options: PipelineOptions & { readonly json?: true }) => {
      const { archive } = await loadSettings(pipeline, options);
      const store = await openArchiveStore(archive);
      await store.check("read");
      const segments = await listSegments(store);
      const text = options.json ? segments.map((each) => `${JSON.stringify(each)}\n`).join("") : asTable(segments);
      process.stdout.write(text);
    },
  );
}

/** Opens every segment by its block table. Rejects with `IoError`, naming the one that cannot be trusted. */
export async function listSegments(store: ObjectStore): Promise<ListedSegment[]> {
  const segments: ListedSegment[] = [];
  for await (const object of listWal(store, null)) {
    const { table } = await openWalObject(store, object);
    segments.push({
      name: object.name,
      first_hour: hourText(object.firstHour),
      last_hour: hourText(object.lastHour),
      lines: table.rows,
      raw_bytes: table.rawBytes,
      stored_bytes: object.sizeBytes,
    });
  }
  return segments;
}

function asTable(segments: readonly ListedSegment[]): string {
  if (segments.length === 0) return "no segments\n";
  return formatTable(
    [
      { head: "first hour", align: "left", cell: (row) => row.first_hour },
      { head: "last hour", align: "left", cell: (row) => row.last_hour },
      { head: "lines", align: "right", cell: (row) => formatCount(row.lines) },
      { head: "raw", align: "right", cell: (row) => formatBytes(row.raw_bytes) },
      { head: "stored", align: "right", cell: (row) => formatBytes(row.stored_bytes) },
      { head: "ratio", align: "right", cell: (row) => formatRatio(row.raw_bytes, row.stored_bytes) },
      { head: "segment", align: "left", cell: (row) => row.name },
    ],
    [...segments, totalOf(segments)],
  );
}

/** All segments as one, without hours. */
export function totalOf(segments: readonly ListedSegment[]): ListedSegment {
  const sum = (value: (segment: ListedSegment) => number): number =>
    segments.reduce((total, segment) => total + value(segment), 0);
  return {
    name: `in all, ${formatThings(segments.length, "segment")}`,
    first_hour: "",
    last_hour: "",
    lines: sum((each) => each.lines),
    raw_bytes: sum((each) => each.raw_bytes),
    stored_bytes: sum((each) => each.stored_bytes),
  };
}
