import { basename, dirname } from "node:path";
import type { LineSpan } from "../../archive/find.ts";
import type { Stretch } from "../../archive/replay/replay-plan.ts";
import { beginningState, type ReplayState, replayId } from "../../archive/replay/replay-state.ts";
import { documentsThere } from "../../backends/elasticsearch/documents-there.ts";
import { listMarkedIndices } from "../../backends/elasticsearch/marked-indices.ts";
import { countQuarantined } from "../../backends/elasticsearch/quarantined-lines.ts";
import type { IndexSettings, PipelineSettings } from "../../config/pipeline.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { DAY_MS } from "../../core/units.ts";
import { readLedger } from "../../counts/ledger/ledger.ts";
import { type LedgerTotal, ledgerReport } from "../../counts/ledger/ledger-report.ts";
import { readDayIndex } from "../../indexing/day-index.ts";
import { replayInto } from "../archive/replay/replay-into.ts";
import { createNote, type ReplayNote, readNote, stateFile } from "../archive/replay/replay-progress.ts";
import { archiveName } from "../open/archive/archive-store.ts";
import { readIndexLedger } from "../open/cluster/index-ledger.ts";
import { openEventReader } from "../open/counts/event-reader.ts";
import { hoursBetween } from "../options/time-span.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { abortsAfter } from "../process/grace.ts";
import { tell } from "../terminal/tell.ts";
import { toldOnce } from "../terminal/told-once.ts";
import { GRACE_MS, openPipelineIndex, type PipelineIndex } from "./pipeline-index.ts";
import { createRebuildSink, type RebuildCounts } from "./rebuild-sink.ts";
import { type RedriveCounts, redriveLines } from "./redriving.ts";

export interface Rebuilding {
  readonly settings: PipelineSettings;
  readonly index: IndexSettings;
  readonly store: ObjectStore;
  readonly stretches: readonly Stretch[];
  /** `logs` is null for all. */
  readonly span: LineSpan & { readonly logs: readonly string[] | null };
  /** True to make indices again that are gone and whose day is over. */
  readonly revives: boolean;
  /** True to go on by no earlier note. */
  readonly isAnew: boolean;
  readonly linesPerSecond: number | null;
  readonly signal: AbortSignal;
}

export interface RebuildOutcome {
  readonly counts: RebuildCounts;
  /** Of what was in quarantine before. */
  readonly quarantine: RedriveCounts;
  /** What the hours of the span have in the archive and in the index; null where only some logs were asked for. */
  readonly ledger: LedgerTotal | null;
}

/** True where each line of the span is in its index as it is made today, or in quarantine as in a run. */
export function isRight({ counts, quarantine, ledger }: RebuildOutcome): boolean {
  const wrong = counts.kept + counts.leftOut + quarantine.notFound + quarantine.refused + quarantine.strange;
  return wrong === 0 && ledger?.balances !== false;
}

/** Rejects with `UsageError` for a missing secret, with `IoError`, and with the signal's reason. */
export async function rebuildSpan(rebuilding: Rebuilding): Promise<RebuildOutcome> {
  const { settings, index, stretches, span, linesPerSecond, signal } = rebuilding;
  const ending = abortsAfter(signal, GRACE_MS);
  const opened = await openPipelineIndex(settings, ending);
  try {
    const isGone = rebuilding.revives ? () => false : await openGoneDays(opened, index);
    const note = await openNote(rebuilding);
    const counts: RebuildCounts = { rebuilt: 0, rejected: {}, kept: 0, leftOut: 0, gone: new Set() };
    const sink = createRebuildSink({
      index: opened.rebuilt(Date.parse(note.state.started_at)),
      names: opened.names,
      documents: opened.documents,
      isGone,
      areThere: (places) => documentsThere(opened.cluster, places),
      counts,
      signal: ending,
    });
    const { logs } = span;
    const query = { ...span, matches: logs === null ? () => true : logIn(new Set(logs)) };
    await replayInto(sink, note, { doing: "rebuilding", stretches, query, linesPerSecond, signal });
    const quarantine = await emptyQuarantine(rebuilding, opened, isGone, ending);
    signal.throwIfAborted();
    return { counts, quarantine, ledger: logs === null ? await readTotal(rebuilding) : null };
  } finally {
    await opened.close();
  }
}

function logIn(logs: ReadonlySet<string>) {
  return ({ meta }: { readonly meta: { readonly log: string } }): boolean => logs.has(meta.log);
}

/** Says of the index of a day whether it is gone, and its day is over: nobody wants it back by mistake. */
async function openGoneDays({ cluster }: PipelineIndex, index: IndexSettings): Promise<(name: string) => boolean> {
  const there = new Set((await listMarkedIndices(cluster, `${index.prefix}.logs-*`)).map(({ name }) => name));
  const keptSinceMs = SYSTEM_CLOCK.nowMs() - index.keepMs;
  return (name) => {
    const day = there.has(name) ? null : (readDayIndex(index.prefix, name)?.day ?? null);
    return day !== null && (day + 1) * DAY_MS <= keptSinceMs;
  };
}

/** The note of an interrupted run of the same question, or of one that begins now. */
async function openNote({ settings, index, span, revives, isAnew }: Rebuilding): Promise<ReplayNote> {
  const asked: ReplayState["asked"] = {
    rebuilt: `${index.prefix}.logs-*`,
    urls: index.urls.join(" "),
    stream: settings.name,
    archive: archiveName(settings.archive),
    since: span.sinceMs,
    until: span.untilMs,
    logs: span.logs === null ? null : [...span.logs],
    revives,
  };
  const path = stateFile(`${index.prefix}.rebuild-${replayId(asked)}`);
  const known = isAnew ? null : await readNote(path, asked);
  const goesOn = known !== null && !known.is_complete;
  if (goesOn) tell(`goes on with a rebuild that began at ${known.started_at} (hint: --anew begins again)`);
  return createNote(dirname(path), basename(path), goesOn ? known : beginningState(asked, SYSTEM_CLOCK.nowMs(), null));
}

/** Takes out of quarantine what is in its index now. */
async function emptyQuarantine(
  { settings, index, store, span, signal }: Rebuilding,
  opened: PipelineIndex,
  isGone: (name: string) => boolean,
  ending: AbortSignal,
): Promise<RedriveCounts> {
  const scope = { indices: `${index.prefix}.quarantine-*`, stream: settings.name, ...span, reason: null };
  const { strange } = await countQuarantined(opened.cluster, scope);
  const counts: RedriveCounts = { redriven: 0, rejected: {}, notFound: 0, refused: 0, strange };
  const rest = { isGone, onLines: () => undefined, onTrouble: toldOnce(tell), stop: signal, signal: ending };
  await redriveLines({ ...opened, store, scope, ...rest }, counts);
  return counts;
}

async function readTotal({ settings, index, store, span, signal }: Rebuilding): Promise<LedgerTotal> {
  const { sinceMs, untilMs } = span;
  const ledger = await readLedger({
    store,
    stream: settings.name,
    takes: hoursBetween({ since: sinceMs ?? undefined, until: untilMs ?? undefined }),
    isDeep: false,
    eventsOf: await openEventReader(settings),
    onBytes: () => undefined,
  });
  const figures = await readIndexLedger(index, store, settings.name, ledger, () => signal.throwIfAborted());
  return ledgerReport([{ ledger, index: figures }]).total;
}
