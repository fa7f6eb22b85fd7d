import { readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { FindQuery } from "../../../archive/find.ts";
import type { Stretch } from "../../../archive/replay/replay-plan.ts";
import { beginningState, type ReplayState, replayId } from "../../../archive/replay/replay-state.ts";
import { createHourFiles } from "../../../backends/files/hour-files.ts";
import { ioError } from "../../../backends/files/io-error.ts";
import type { IndexSettings, PipelineSettings } from "../../../config/pipeline.ts";
import { UsageError } from "../../../core/fault.ts";
import { DAY_MS } from "../../../core/units.ts";
import type { Catalogue } from "../../../derive/event-rules.ts";
import type { DocumentBuilder } from "../../../indexing/document/line-document.ts";
import { archiveName } from "../../open/archive/archive-store.ts";
import { knownKey } from "../../open/keys/pseudonym-key.ts";
import { openDocuments } from "../../open/lines/documents.ts";
import { SYSTEM_CLOCK } from "../../process/clock.ts";
import { formatCount, formatThings } from "../../terminal/quantity.ts";
import { tell } from "../../terminal/tell.ts";
import { createFilesSink, createOutputSink } from "./line-sinks.ts";
import { openReplayIndex } from "./replay-index.ts";
import { type ReplayRound, replayInto } from "./replay-into.ts";
import type { ReplayCommandOptions, ReplayTarget } from "./replay-options.ts";
import { createNote, readNote, stateFile } from "./replay-progress.ts";

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
    await replayInto(createOutputSink(), null, roundOf(bringing));
    return null;
  }
  if (target.kind === "files") return intoFiles(target.folder, bringing);
  if (settings.index === null) throw new UsageError("replay to the index: the pipeline has none");
  return intoIndex(settings.index, target.name, bringing);
}

function roundOf({ stretches, query, options, signal }: Bringing): ReplayRound {
  return { doing: "replaying", stretches, query, linesPerSecond: options.rate ?? null, signal };
}

async function intoFiles(folder: string, bringing: Bringing): Promise<ReplayOutcome> {
  const asked = askedOf(bringing, { folder: "." });
  const known = await readNote(join(folder, NOTE_NAME), asked);
  if (known === null) await refuseFilled(folder);
  const note = createNote(folder, NOTE_NAME, known ?? beginningState(asked, SYSTEM_CLOCK.nowMs(), null));
  if (note.state.is_complete) {
    tell(`"${folder}" was complete before, and stays as it is (hint: another folder for what has come since)`);
  } else await replayInto(createFilesSink(createHourFiles(folder)), note, roundOf(bringing));
  const { lines, rejected } = note.state;
  return { to: folder, lines, rejected, expires_at: null };
}

async function intoIndex(settings: IndexSettings, name: string, bringing: Bringing): Promise<ReplayOutcome> {
  const { options, signal } = bringing;
  const asked = askedOf(bringing, { index: settings.urls.join(" "), name: `${settings.prefix}.replay-${name}` });
  const path = options.state === undefined ? stateFile(`${settings.prefix}.replay-${name}`) : resolve(options.state);
  const known = await readNote(path, asked);
  const index = await openReplayIndex(settings, name, replayId(asked));
  try {
    const days = options.expires * DAY_MS;
    const expiresAt = index.expiresAt ?? new Date(SYSTEM_CLOCK.nowMs() + days).toISOString();
    // What is noted and not there was removed; and once all is there, whoever asks again wants what has come since.
    const goesOn = known !== null && index.isThere && !known.is_complete;
    const note = createNote(
      dirname(path),
      basename(path),
      goesOn ? known : beginningState(asked, SYSTEM_CLOCK.nowMs(), expiresAt),
    );
    const key = await knownKey(bringing.settings);
    const documentsOf = (stream: string): DocumentBuilder =>
      openDocuments(bringing.settings, bringing.catalogue, key, stream);
    await replayInto(index.sink(expiresAt, documentsOf, signal), note, roundOf(bringing));
    const { lines, rejected } = note.state;
    return { to: index.pattern, lines, rejected, expires_at: expiresAt };
  } finally {
    await index.close();
  }
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
