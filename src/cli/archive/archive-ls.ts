import { Command } from "commander";
import { parseHourText } from "../../archive/hour-text.ts";
import { eachSealedPlan, type IsWanted } from "../../archive/plan-list.ts";
import { createSealedInputs } from "../../archive/sealed-inputs.ts";
import type { SealedPlan } from "../../archive/sealed-plan.ts";
import { listWal, openWalObject } from "../../archive/wal-reader.ts";
import { hourText } from "../../core/hour.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { openArchiveStore } from "../open/archive/archive-store.ts";
import { instantBefore } from "../options/instant.ts";
import { withPipelineOptions } from "../options/options.ts";
import { checkSpan, hoursOverlap, type TimeSpan } from "../options/time-span.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
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
  /** How many segments it stands for, where it is not one. */
  readonly segments?: number;
}

interface LsOptions extends PipelineOptions, TimeSpan {
  readonly days?: true;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  logtally archive ls --archive my-archive
  logtally archive ls --since 2020-12-01 --until 2020-12-08 --days
`;

export function lsCommand(): Command {
  const instant = instantBefore(SYSTEM_CLOCK.nowMs());
  const command = new Command("ls")
    .description(
      "Lists the segments of an archive, those of the vault and those of the write-ahead log: their hours, lines and sizes.",
    )
    .argument("[pipeline]", "the pipeline whose archive it is (default: pipelines/local.yaml)")
    .option("--since <time>", "only what may hold lines filed at this time or later: RFC 3339, a day, or 7d", instant)
    .option("--until <time>", "only what may hold lines filed before this time, written likewise", instant)
    .option("--days", "one line for all segments of a day: in the vault that of the lines, else that of writing")
    .option("--json", "print a JSON line for each segment, or each day");
  return withPipelineOptions(command).addHelpText("after", EXAMPLES).action(ls);
}

async function ls(pipeline: string | undefined, options: LsOptions): Promise<void> {
  checkSpan(options, "list segments");
  const { archive } = await loadSettings(pipeline, options);
  const store = await openArchiveStore(archive);
  await store.check("read");
  const segments = await listSegments(store, hoursOverlap(options));
  const listed = options.days === true ? byDay(segments) : segments;
  const text = options.json ? listed.map((each) => `${JSON.stringify(each)}\n`).join("") : asTable(listed, segments);
  await print(text);
}

/**
 * The vault in order of streams, spans and plans, by what its manifests say; then the write-ahead objects in order of
 * names, each opened by its block table. Rejects with `IoError`, naming what cannot be trusted.
 */
export async function listSegments(store: ObjectStore, isWanted: IsWanted = () => true): Promise<ListedSegment[]> {
  const segments: ListedSegment[] = [];
  const wal = (await Array.fromAsync(listWal(store, null))).filter(({ firstHour, lastHour }) =>
    isWanted(firstHour, lastHour),
  );
  const sealedInputs = createSealedInputs(wal);
  for await (const plan of eachSealedPlan(store, isWanted)) {
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

function asTable(listed: readonly ListedSegment[], segments: readonly ListedSegment[]): string {
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
      { head: "segment", align: "left", cell: nameText },
    ],
    [...listed, ...totalsOf(segments)],
  );
}

function nameText({ name, segments }: ListedSegment): string {
  return segments === undefined ? name : `${name} ${formatThings(segments, "segment")}`;
}

function sealedText({ sealed, revision }: ListedSegment): string {
  if (revision !== undefined) return `revision ${revision}`;
  return sealed === undefined ? "" : SEALED[sealed];
}

/** Their folder in the vault, or in the write-ahead log, that has a day in its name. */
const DAY_FOLDER = /^(?:vault\/v1\/[^/]+|wal\/[^/]+)\/[^/]+\//;

/** All segments of each day as one. */
export function byDay(segments: readonly ListedSegment[]): ListedSegment[] {
  const days = Map.groupBy(segments, ({ name }) => DAY_FOLDER.exec(name)?.[0] ?? name);
  return [...days].map(([folder, ofDay]) => {
    const hours = ofDay.flatMap(({ first_hour, last_hour }) => [first_hour, last_hour]).toSorted(byHour);
    return {
      ...totalOf(ofDay[0]?.kind ?? "vault", folder, ofDay),
      name: folder,
      first_hour: hours[0] ?? "",
      last_hour: hours.at(-1) ?? "",
      segments: ofDay.length,
    };
  });
}

/** `undated` is earlier than all. */
function byHour(a: string, b: string): number {
  return parseHourText(a) - parseHourText(b);
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
