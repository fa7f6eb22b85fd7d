import { Command } from "commander";
import { eachSealedPlan } from "../../archive/plan-list.ts";
import { createSealedInputs } from "../../archive/sealed-inputs.ts";
import type { SealedPlan } from "../../archive/sealed-plan.ts";
import { listWal, openWalObject } from "../../archive/wal-reader.ts";
import { hourText } from "../../core/hour.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { openArchiveStore } from "../open/archive-store.ts";
import { withPipelineOptions } from "../options/options.ts";
import { loadSettings, type PipelineOptions } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { formatBytes, formatCount, formatRatio, formatThings } from "../terminal/quantity.ts";
import { formatTable } from "../terminal/table.ts";

/** A segment as `archive ls` shows it. */
export interface ListedSegment {
  readonly name: string;
  readonly kind: "wal" | "vault";
  /** Earliest and latest filing hour, in the vault of the span: the hour's start in RFC 3339, or `undated`. */
  readonly first_hour: string;
  readonly last_hour: string;
  readonly lines: number;
  readonly raw_bytes: number;
  /** In the vault with the meta. */
  readonly stored_bytes: number;
  /** How much of a write-ahead object the vault has. */
  readonly sealed?: "none" | "part" | "all";
  /** Of the span, in the vault. */
  readonly revision?: number;
}

export function lsCommand(): Command {
  const command = new Command("ls")
    .summary("segments: their hours, lines and sizes")
    .description(
      "Lists the segments of an archive, those of the vault and those of the write-ahead log: their hours, lines and sizes.",
    )
    .argument("[pipeline]", "the pipeline whose archive it is (default: pipelines/local.yaml)")
    .option("--json", "print a JSON line for each segment");
  return withPipelineOptions(command).action(
    async (pipeline: string | undefined, options: PipelineOptions & { readonly json?: true }) => {
      const { archive } = await loadSettings(pipeline, options);
      const store = await openArchiveStore(archive);
      await store.check("read");
      const segments = await listSegments(store);
      const text = options.json ? segments.map((each) => `${JSON.stringify(each)}\n`).join("") : asTable(segments);
      await print(text);
    },
  );
}

/**
 * The vault in order of streams, spans and plans, by what its manifests say; then the write-ahead objects in order of
 * names, each opened by its block table. Rejects with `IoError`, naming what cannot be trusted.
 */
export async function listSegments(store: ObjectStore): Promise<ListedSegment[]> {
  const segments: ListedSegment[] = [];
  const wal = await Array.fromAsync(listWal(store, null));
  const sealedInputs = createSealedInputs(wal);
  for await (const plan of eachSealedPlan(store, () => true)) {
    sealedInputs.add(plan);
    segments.push(...sealedSegments(plan));
  }
  for (const object of wal) {
    const { table } = await openWalObject(store, object);
    const unsealed = sealedInputs.unsealedHours(object);
    segments.push({
      name: object.name,
      kind: "wal",
      first_hour: hourText(object.firstHour),
      last_hour: hourText(object.lastHour),
      lines: table.rows,
      raw_bytes: table.rawBytes,
      stored_bytes: object.sizeBytes,
      sealed: unsealed === null ? "none" : unsealed.length === 0 ? "all" : "part",
    });
  }
  return segments;
}

function sealedSegments({ span, manifest }: SealedPlan): ListedSegment[] {
  return manifest.outputs.map(({ lines, meta, rows, raw_bytes }) => ({
    name: lines.name,
    kind: "vault",
    first_hour: hourText(span.firstHour),
    last_hour: hourText(span.firstHour + span.hours - 1),
    lines: rows,
    raw_bytes,
    stored_bytes: lines.size_bytes + meta.size_bytes,
    revision: manifest.revision,
  }));
}

const KINDS = [
  ["vault", "of the vault"],
  ["wal", "of the write-ahead log"],
] as const;
const SEALED = { none: "no", part: "in part", all: "yes" };

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
      { head: "sealed", align: "left", cell: sealedText },
      { head: "segment", align: "left", cell: (row) => row.name },
    ],
    [...segments, ...totalsOf(segments)],
  );
}

function sealedText({ sealed, revision }: ListedSegment): string {
  if (revision !== undefined) return `revision ${revision}`;
  return sealed === undefined ? "" : SEALED[sealed];
}

/** All segments of each kind that there is as one, without hours. Lines that are sealed may be in both. */
export function totalsOf(segments: readonly ListedSegment[]): ListedSegment[] {
  return KINDS.flatMap(([kind, place]) => {
    const ofKind = segments.filter((each) => each.kind === kind);
    return ofKind.length === 0 ? [] : [totalOf(kind, place, ofKind)];
  });
}

function totalOf(kind: ListedSegment["kind"], place: string, segments: readonly ListedSegment[]): ListedSegment {
  const sum = (value: (segment: ListedSegment) => number): number =>
    segments.reduce((total, segment) => total + value(segment), 0);
  return {
    name: `${formatThings(segments.length, "segment")} ${place}`,
    kind,
    first_hour: "",
    last_hour: "",
    lines: sum((each) => each.lines),
    raw_bytes: sum((each) => each.raw_bytes),
    stored_bytes: sum((each) => each.stored_bytes),
  };
}
