import type { VersionedDocument } from "../../core/document-index.ts";
import { DAY_MS } from "../../core/units.ts";
import type { CountRow } from "../cube.ts";
import type { DayState } from "../days/day-state.ts";
import type { Deployment, OpenableSegment } from "../reporting-policy.ts";
import { type CountedCell, type CountedView, cellId, viewId } from "./counted-view.ts";

/** What all documents of an answer have in common. */
export interface Publication {
  /** Name of the index. */
  readonly index: string;
  readonly view: CountedView;
  readonly deployment: Deployment;
  /** What is answered only because the owner of the deployment has opened it. */
  readonly widened: readonly OpenableSegment[];
  /** Digest of the catalogue: `sha256:…`. */
  readonly catalogue: string;
  /** False where sessions were left out. */
  readonly hasSessions: boolean;
  /** How far the archive was with a day, in days since 1970. */
  readonly dayState: (day: number) => DayState;
  /** Lines of all days before the as-of day, where rows hang on other days than their own; else null. */
  readonly linesOfAllDays: number | null;
}

type Numbers = Pick<CountRow, "count" | "unique_users" | "sessions" | "per_user">;

/** The document of a daily row. */
export function countDocument(publication: Publication, row: CountRow): VersionedDocument {
  return documentOf(publication, { event: row.event, key: row.key, day: row.from.slice(0, "YYYY-MM-DD".length) }, row);
}

/**
 * What takes the place of a document whose row is gone: nothing counts there any more. It stays, since an older state
 * could make a document anew that was deleted.
 */
export function emptyDocument(publication: Publication, cell: CountedCell): VersionedDocument {
  const sessions = publication.hasSessions ? 0 : null;
  return documentOf(publication, cell, { count: 0, unique_users: 0, sessions });
}

/**
 * Grows with every line that the row hangs on, and once more when the day is sealed; nothing makes it smaller. So of two
 * states of an archive the one that has the lines of the other and more has the higher version, whoever counts, and
 * whenever.
 */
export function versionOf({ lines, isSealed }: DayState): number {
  return 2 * lines + (isSealed ? 1 : 0);
}

function documentOf(publication: Publication, cell: CountedCell, numbers: Numbers): VersionedDocument {
  const { index, view, deployment, widened, catalogue, dayState, linesOfAllDays } = publication;
  const state = dayState(Date.parse(cell.day) / DAY_MS);
  const { pipeline, archive, instance, pseudonymKey, segment, level, isFolded } = view;
  const { count, unique_users, sessions, per_user } = numbers;
  const version = versionOf({ ...state, lines: linesOfAllDays ?? state.lines });
  const ofView = viewId(view);
  const id = cellId(ofView, cell);
  const fields = {
    "@timestamp": `${cell.day}T00:00:00.000Z`,
    id,
    view: ofView,
    pipeline,
    archive,
    instance,
    deployment,
    catalogue,
    pseudonym_key: pseudonymKey,
    level,
    widened,
    event: cell.event,
    segment,
    persons: isFolded ? "folded" : null,
    key: cell.key,
    count,
    unique_users,
    sessions,
    per_user: per_user ?? null,
    sealed: state.isSealed,
    lines: state.lines,
  };
  return { index, id, source: Buffer.from(JSON.stringify(withoutNulls(fields))), version };
}

/** A search knows no null: the field is there, or it is not. */
function withoutNulls(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
