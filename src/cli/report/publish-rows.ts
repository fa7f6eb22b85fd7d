import type { Cluster } from "../../backends/elasticsearch/cluster.ts";
import type { Patience } from "../../backends/elasticsearch/patient-cluster.ts";
import type { PublishedCount } from "../../backends/elasticsearch/published-counts.ts";
import type { Rejection, VersionedDocument, VersionedIndex } from "../../core/document-index.ts";
import { IoError } from "../../core/fault.ts";
import { dayName } from "../../core/hour.ts";
import { DAY_MS, MIB } from "../../core/units.ts";
import type { CountQuery, CountRow } from "../../counts/cube.ts";
import { countDocument, emptyDocument, type Publication } from "../../counts/publication/count-document.ts";
import { viewId } from "../../counts/publication/counted-view.ts";

/** Daily rows, and what was asked for them. */
export interface DailyAnswer {
  readonly publication: Publication;
  readonly query: Pick<CountQuery, "events" | "days" | "asOf">;
  readonly rows: readonly CountRow[];
}

/** What became of documents. */
export interface PublishedRows {
  /** Rows that are there now. */
  readonly stored: number;
  /** Documents whose rows are gone: they are zero now. */
  readonly emptied: number;
  /** Documents that were left, as a newer state was published. */
  readonly outdated: number;
}

/** Of a request; one document may be larger, alone. */
const MOST_BYTES = 4 * MIB;
const MOST_DOCUMENTS = 5000;

/**
 * Puts a document for each row, then zero for what the index has of these days and events beside: whoever published an
 * older state at the same time has left nothing behind. Rejects with `IoError`.
 */
export async function publishRows(cluster: Cluster, answer: DailyAnswer, patience: Patience): Promise<PublishedRows> {
  const { createVersionedIndex } = await import("../../backends/elasticsearch/versioned-index.ts");
  const { publication, rows } = answer;
  const index = createVersionedIndex(cluster, patience);
  const ids = new Set<string>();
  const documents = rows.values().map((row) => {
    const document = countDocument(publication, row);
    ids.add(document.id);
    return document;
  });
  const put = await putAll(index, documents);
  // Before the search, which says less of an index that is none of ours.
  refuseRejected(cluster, publication, put.rejections);
  const empty = await putAll(index, emptyDocuments(cluster, answer, ids, patience));
  refuseRejected(cluster, publication, empty.rejections);
  return { stored: put.stored, emptied: empty.stored, outdated: put.outdated + empty.outdated };
}

async function* emptyDocuments(
  cluster: Cluster,
  { publication, query }: DailyAnswer,
  ids: ReadonlySet<string>,
  patience: Patience,
): AsyncGenerator<VersionedDocument> {
  const { createPatientCluster } = await import("../../backends/elasticsearch/patient-cluster.ts");
  const { publishedCounts } = await import("../../backends/elasticsearch/published-counts.ts");
  const scope = {
    index: publication.index,
    view: viewId(publication.view),
    events: query.events,
    fromDay: dayName(Date.parse(query.asOf) - query.days * DAY_MS),
    toDay: query.asOf,
  };
  const there: AsyncIterable<PublishedCount> = publishedCounts(createPatientCluster(cluster, patience), scope);
  for await (const { id, ...cell } of there) if (!ids.has(id)) yield emptyDocument(publication, cell);
}

interface PutDocuments {
  readonly stored: number;
  readonly outdated: number;
  readonly rejections: readonly Rejection[];
}

async function putAll(
  index: VersionedIndex,
  documents: Iterable<VersionedDocument> | AsyncIterable<VersionedDocument>,
): Promise<PutDocuments> {
  const { signal } = new AbortController();
  let [stored, outdated] = [0, 0];
  const rejections: Rejection[] = [];
  for await (const batch of inBatches(documents)) {
    for (const outcome of await index.put(batch, signal)) {
      if (outcome === "stored") stored += 1;
      else if (outcome === "outdated") outdated += 1;
      else rejections.push(outcome);
    }
  }
  return { stored, outdated, rejections };
}

async function* inBatches(
  documents: Iterable<VersionedDocument> | AsyncIterable<VersionedDocument>,
): AsyncGenerator<readonly VersionedDocument[]> {
  let batch: VersionedDocument[] = [];
  let bytes = 0;
  for await (const document of documents) {
    const isFull = batch.length >= MOST_DOCUMENTS || bytes + document.source.length > MOST_BYTES;
    if (isFull && batch.length > 0) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(document);
    bytes += document.source.length;
  }
  if (batch.length > 0) yield batch;
}

/** A mapping that is not ours, most likely: whoever sees only the others would take them for all. */
function refuseRejected(cluster: Cluster, { index }: Publication, rejections: readonly Rejection[]): void {
  const [first] = rejections;
  if (first === undefined) return;
  const { status, type, reason } = first;
  throw new IoError(
    "denied",
    `publish into "${index}" of "${cluster.name}": ${rejections.length} documents are rejected, the first with status ` +
      `${status}, ${type}: ${reason} (hint: the index was made without our template: ` +
      "look at its mapping and templates, or delete it, and the next report makes it anew)",
  );
}
