import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import type { FindQuery } from "../../../archive/find.ts";
import { createPacedSink } from "../../../archive/replay/paced-sink.ts";
import { bytesToRead, replayStretch } from "../../../archive/replay/replay.ts";
import type { Stretch } from "../../../archive/replay/replay-plan.ts";
import { isHourDone, type ReplayState } from "../../../archive/replay/replay-state.ts";
import { createHourFiles } from "../../../backends/files/hour-files.ts";
import { ioError } from "../../../backends/files/io-error.ts";
import type { IndexSettings, PipelineSettings } from "../../../config/pipeline.ts";
import type { ArchivedLine } from "../../../core/archived-line.ts";
import { UsageError } from "../../../core/fault.ts";
import { DAY_MS } from "../../../core/units.ts";
import type { Catalogue } from "../../../derive/event-rules.ts";
import type { DocumentBuilder } from "../../../indexing/document/line-document.ts";
import { archiveName } from "../../open/archive-store.ts";
import { openDocuments } from "../../open/documents.ts";
import { knownKey } from "../../open/pseudonym-key.ts";
import { SYSTEM_CLOCK } from "../../process/clock.ts";
import { createProgress } from "../../terminal/progress.ts";
import { formatCount, formatThings } from "../../terminal/quantity.ts";
import { tell } from "../../terminal/tell.ts";
import { type CountingSink, createFilesSink, createOutputSink } from "./line-sinks.ts";
import { openReplayIndex, replayId } from "./replay-index.ts";
import type { ReplayCommandOptions, ReplayTarget } from "./replay-options.ts";
import { createNote, type ReplayNote, readNote } from "./replay-progress.ts";

const NOTE_NAME = "replay.json";
/** Those that say how, and not which lines. */
const OTHER_OPTIONS: ReadonlySet<string> = new Set<keyof ReplayCommandOptions>([
  "to",
  "name",
  "expires",
  "removeExpired",
  "state",
  "rate",
  "price",
  "dryRun",
  "yes",
  "json",
  "archive",
  "set",
]);

/** What is to be brought back, and where. */
export interface Bringing {
  readonly settings: PipelineSettings;
  readonly options: ReplayCommandOptions;
  readonly target: ReplayTarget;
  readonly stretches: readonly Stretch[];
  readonly query: FindQuery;
  /** Of the events that may be asked for. */
  readonly catalogue: Catalogue;
  readonly signal: AbortSignal;
}

/** What `archive replay --json` prints. */
export interface ReplayOutcome {
  /** A folder, or the pattern of the indices. */
  readonly to: string;
  /** In all, also by earlier runs of the same replay. */
  readonly lines: number;
  /** Of these, in the quarantine of the indices. */
  readonly rejected: number;
  /** When the indices may be removed, RFC 3339; null for files. */
  readonly expires_at: string | null;
}

/** Null for standard output. Rejects with `UsageError`, with `IoError`, and with the signal's reason. */
export async function bringBack(bringing: Bringing): Promise<ReplayOutcome | null> {
  const { target, settings } = bringing;
  if (target.kind === "output") {
    await replayInto(createOutputSink(), null, bringing);
    return null;
  }
  if (target.kind === "files") return intoFiles(target.folder, bringing);
  if (settings.index === null) throw new UsageError("replay to the index: the pipeline has none");
  return intoIndex(settings.index, target.name, bringing);
}

async function intoFiles(folder: string, bringing: Bringing): Promise<ReplayOutcome> {
  const asked = askedOf(bringing, { folder: "." });
  const known = await readNote(join(folder, NOTE_NAME), asked);
  if (known === null) await refuseFilled(folder);
  const note = createNote(folder, NOTE_NAME, known ?? newState(asked, null));
  if (note.state.is_complete) {
    tell(`"${folder}" was complete before, and stays as it is (hint: another folder for what has come since)`);
  } else await replayInto(createFilesSink(createHourFiles(folder)), note, bringing);
  const { lines, rejected } = note.state;
  return { to: folder, lines, rejected, expires_at: null };
}

async function intoIndex(settings: IndexSettings, name: string, bringing: Bringing): Promise<ReplayOutcome> {
  const { options, signal } = bringing;
  const asked = askedOf(bringing, { index: settings.urls.join(" "), name: `${settings.prefix}.replay-${name}` });
  const path = options.state === undefined ? defaultState(settings.prefix, name) : resolve(options.state);
  const known = await readNote(path, asked);
  const index = await openReplayIndex(settings, name, replayId(asked));
  try {
    const days = options.expires * DAY_MS;
    const expiresAt = index.expiresAt ?? new Date(SYSTEM_CLOCK.nowMs() + days).toISOString();
    // What is noted and not there was removed; and once all is there, whoever asks again wants what has come since.
    const goesOn = known !== null && index.isThere && !known.is_complete;
    const note = createNote(dirname(path), basename(path), goesOn ? known : newState(asked, expiresAt));
    const key = await knownKey(bringing.settings);
    const documentsOf = (stream: string): DocumentBuilder =>
      openDocuments(bringing.settings, bringing.catalogue, key, stream);
    await replayInto(index.sink(expiresAt, documentsOf, signal), note, bringing);
    const { lines, rejected } = note.state;
    return { to: index.pattern, lines, rejected, expires_at: expiresAt };
  } finally {
    await index.close();
  }
}

/** All stretches, with a progress bar; each that is done is noted. */
async function replayInto(sink: CountingSink, note: ReplayNote | null, bringing: Bringing): Promise<void> {
  const { stretches, query, options, signal } = bringing;
  const paced = options.rate === undefined ? sink : createPacedSink(sink, options.rate, SYSTEM_CLOCK, signal);
  const noting = {
    take: (lines: readonly ArchivedLine[]) => paced.take(lines),
    async endStretch(stretch: Stretch): Promise<void> {
      await sink.endStretch(stretch);
      const { lines, rejected } = sink.takeCounts();
      await note?.addHours([stretch.fromHour, stretch.toHour], lines, rejected);
    },
  };
  await note?.begin();
  const progress = createProgress("replaying", bytesToRead(stretches));
  try {
    for (const stretch of stretches) {
      const isDone = (hour: number): boolean => note !== null && isHourDone(note.state, hour);
      await replayStretch(stretch, { query, sink: noting, isDone, onBytes: progress.add, signal });
    }
  } finally {
    progress.stop();
  }
  await note?.complete();
}

/** Everything that says which lines, whence and whither; by other options the same lines come in another way. */
function askedOf(
  { settings, options, catalogue }: Bringing,
  to: Readonly<Record<string, string>>,
): ReplayState["asked"] {
  const filter = Object.entries(options).filter(([name]) => !OTHER_OPTIONS.has(name));
  const asked = Object.fromEntries(filter) as ReplayState["asked"];
  // Which lines count an event is what this catalogue says, and another one of that name perhaps does not.
  const events = options.event === undefined ? {} : { catalogue: catalogue.digest };
  return { ...asked, ...to, ...events, archive: archiveName(settings.archive) };
}

function newState(asked: ReplayState["asked"], expiresAt: string | null): ReplayState {
  const startedAt = new Date(SYSTEM_CLOCK.nowMs()).toISOString();
  return {
    format: 1,
    replay: replayId(asked),
    asked,
    started_at: startedAt,
    expires_at: expiresAt,
    done: [],
    lines: 0,
    rejected: 0,
    is_complete: false,
  };
}

function defaultState(prefix: string, name: string): string {
  const configured = process.env["XDG_STATE_HOME"];
  const folder = configured === undefined || configured === "" ? join(homedir(), ".local/state") : configured;
  return join(folder, "logtally", `${prefix}.replay-${name}.json`);
}

/** Rejects with `UsageError` where the files of others lie. */
async function refuseFilled(folder: string): Promise<void> {
  try {
    if ((await readdir(folder)).length === 0) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw ioError(`write to "${folder}"`, error);
  }
  throw new UsageError(`replay to "${folder}": it is not empty, and no replay began there (hint: name another folder)`);
}

/** For people. */
export function outcomeText({ to, lines, rejected, expires_at: expiresAt }: ReplayOutcome): string {
  const quarantine = rejected === 0 ? "" : `, ${formatCount(rejected)} of them in its quarantine`;
  const until = expiresAt === null ? "" : `, until ${expiresAt.slice(0, 19)}Z`;
  return `${formatThings(lines, "line")} replayed to ${to}${quarantine}${until}\n`;
}
