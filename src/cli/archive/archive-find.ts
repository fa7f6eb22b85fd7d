import { Command } from "commander";
import { findLines } from "../../archive/find.ts";
import type { ArchivedLine } from "../../core/archived-line.ts";
import { catalogueFields } from "../../derive/catalogue-fields.ts";
import { createDeriver } from "../../derive/deriver.ts";
import { createArchiveDecoder } from "../open/archive-decoder.ts";
import { openArchiveStore } from "../open/archive-store.ts";
import { checkEventName } from "../options/event-name.ts";
import { instantBefore } from "../options/instant.ts";
import { checkLogName } from "../options/log-name.ts";
import { withPipelineOptions } from "../options/options.ts";
import { checkSpan, type TimeSpan } from "../options/time-span.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { loadCatalogue, loadSettings, type PipelineOptions } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { formatBytes, formatThings } from "../terminal/quantity.ts";

/** Which lines are meant. */
export interface FilterOptions extends TimeSpan {
  readonly log?: string;
  readonly event?: string;
  readonly correlationId?: string;
  readonly text?: string;
}

interface FindOptions extends PipelineOptions, FilterOptions {
  readonly meta?: true;
}

const EXAMPLES = `
Examples:
  logtally archive find --event git_push --since 2020-12-22 --until 2020-12-23
  logtally archive find --correlation-id 01HWX0Q0000000000000000009 --meta
  logtally archive find --log sidekiq --text PostReceive --since 7d | wc -l
`;

export function findCommand(): Command {
  const command = new Command("find")
    .summary("the raw lines that match, byte for byte")
    .description("Prints the raw lines that match all that is asked, exactly as received, each ended by LF.")
    .argument("[pipeline]", "the pipeline whose archive it is (default: pipelines/local.yaml)");
  withFilterOptions(command).option("--meta", "print JSON lines instead: identity, place, and what the transport said");
  return withPipelineOptions(command).addHelpText("after", EXAMPLES).action(find);
}

/** Adds the options by which lines are chosen. */
export function withFilterOptions(command: Command): Command {
  const instant = instantBefore(SYSTEM_CLOCK.nowMs());
  return command
    .option(
      "--since <time>",
      "lines of this time and later: RFC 3339 (without offset UTC), a day, or so long ago (90s, 30m, 2h, 7d)",
      instant,
    )
    .option("--until <time>", "lines before this time, written likewise; a line without time is in no span", instant)
    .option("--log <name>", "lines of this log, by its name or another of its names, or unknown")
    .option("--event <name>", "lines that count this event")
    .option("--correlation-id <id>", "lines whose correlation_id is this")
    .option("--text <text>", "lines whose archived bytes hold this text; case counts");
}

async function find(pipeline: string | undefined, options: FindOptions): Promise<void> {
  checkSpan(options, "find lines");
  const { archive, cataloguePath } = await loadSettings(pipeline, options);
  const store = await openArchiveStore(archive);
  const matches = await createFilter(cataloguePath, options);
  await store.check("read");
  const output: Buffer[] = [];
  let found = 0;
  const cost = await findLines(
    store,
    { sinceMs: options.since ?? null, untilMs: options.until ?? null, matches },
    (line) => {
      found += 1;
      output.push(options.meta === true ? metaLine(line) : Buffer.from(line.buffer.subarray(line.start, line.end + 1)));
    },
    () => print(Buffer.concat(output.splice(0))),
  );
  const searched = `${formatBytes(cost.storedBytes)} in ${formatThings(cost.objects, "object")}`;
  process.stderr.write(`${formatThings(found, "line")} found, ${searched} searched\n`);
}

/** What the options ask beside the span; cheap questions first. Rejects with `UsageError`. */
export async function createFilter(
  cataloguePath: string | null,
  { log, event, correlationId, text }: FilterOptions,
): Promise<(line: ArchivedLine) => boolean> {
  const catalogue = await loadCatalogue(cataloguePath);
  if (event !== undefined) checkEventName(event, catalogue);
  const decoder = createArchiveDecoder(["correlation_id", ...catalogueFields(catalogue)]);
  const derive = createDeriver(catalogue, decoder.slotOf);
  const correlationSlot = decoder.slotOf("correlation_id");
  const wantedLog = log === undefined ? null : checkLogName(log);
  const wantedText = text === undefined ? null : Buffer.from(text, "utf8");
  return ({ buffer, start, end, meta }) => {
    if (wantedLog !== null && meta.log !== wantedLog) return false;
    if (wantedText !== null && !buffer.subarray(start, end).includes(wantedText)) return false;
    if (correlationId === undefined && event === undefined) return true;
    const record = decoder.reopen(buffer, start, end, meta.lane, meta.message);
    const fields = record?.fields ?? null;
    if (record === null || fields === null) return false;
    if (correlationId !== undefined && fields.string(correlationSlot) !== correlationId) return false;
    return event === undefined || derive(record.log, fields).some((derived) => derived.event === event);
  };
}

/** The line's meta and its place, as one line of JSON; what does not apply is left out. */
function metaLine({ object, row, meta }: ArchivedLine): Buffer {
  const { id, lane, log, timeMs, reason, message } = meta;
  const json = {
    id,
    lane,
    log,
    time: timeText(timeMs),
    reason: reason ?? undefined,
    topic: message?.topic || undefined,
    message_id: message?.messageId,
    published_at: timeText(message?.publishedAtMs ?? null),
    attributes: Object.keys(message?.attributes ?? {}).length === 0 ? undefined : message?.attributes,
    object,
    row,
  };
  return Buffer.from(`${JSON.stringify(json)}\n`);
}

function timeText(timeMs: number | null): string | undefined {
  return timeMs === null ? undefined : new Date(timeMs).toISOString();
}
