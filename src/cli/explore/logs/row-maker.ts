import type { ArchivedLine } from "../../../core/archived-line.ts";
import { shortened } from "../../../core/shortened.ts";
import type { LineFacts, SearchRow } from "../../../explorer/logs-answers.ts";
import { openDocuments } from "../../open/lines/documents.ts";
import type { ExploredArchive } from "../explored-archive.ts";

const NS_PER_MS = 1_000_000;
/** Of a text in a row; the line itself has all of it. */
const MOST_CHARS = 1000;

/** Of a document that is made for the index, what is taken from it. */
interface TimedDocument {
  readonly event?: { readonly duration?: number };
}

/** Makes rows of lines whose facts are known. */
export type MakeRow = (line: ArchivedLine, facts: LineFacts) => SearchRow;

export function createRowMaker({ catalogue, settings }: Pick<ExploredArchive, "catalogue" | "settings">): MakeRow {
  // Only the duration is taken from documents: what the pipeline masks in its own is of no matter.
  const { name, instance } = settings;
  const documents = openDocuments({ name, instance, index: null }, catalogue, null);
  const durationOf = (line: ArchivedLine): number | null => {
    const document = JSON.parse(documents.documentOf(line).source.toString("utf8")) as TimedDocument;
    const durationNs = document.event?.duration;
    return durationNs === undefined ? null : durationNs / NS_PER_MS;
  };
  return (line, facts) => {
    const { start, end, meta } = line;
    return {
      id: meta.id,
      log: meta.log,
      time: meta.timeMs === null ? null : new Date(meta.timeMs).toISOString(),
      ...cut(facts),
      duration_ms: durationOf(line),
      size_bytes: end - start,
      reason: meta.reason,
    };
  };
}

/** A thousand rows of texts of a mebibyte each are more than a browser can hold. */
function cut(facts: LineFacts): LineFacts {
  const short = (text: string | null): string | null => (text === null ? null : shortened(text, MOST_CHARS));
  const { what, outcome, controller, method, path, user, group, project, correlation_id: request } = facts;
  return {
    ...facts,
    outcome: short(outcome),
    what: short(what),
    controller: short(controller),
    method: short(method),
    path: short(path),
    user: short(user),
    group: short(group),
    project: short(project),
    correlation_id: short(request),
  };
}
