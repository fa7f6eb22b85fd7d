import type { Cluster, ClusterPlace } from "../../backends/elasticsearch/cluster.ts";
import { MINUTE_MS } from "../../core/units.ts";
import { foldsKeys } from "../../counts/days/personal-groups.ts";
import type { Publication } from "../../counts/publication/count-document.ts";
import { viewId } from "../../counts/publication/counted-view.ts";
import { countsIndex } from "../../indexing/index-name.ts";
import { countsTemplate } from "../../indexing/template/index-templates.ts";
import type { Answer } from "../counts/answer.ts";
import { archiveName } from "../open/archive/archive-store.ts";
import { serviceBackoff } from "../open/service-backoff.ts";
import { formatThings } from "../terminal/quantity.ts";
import { tell } from "../terminal/tell.ts";
import { type PublishedRows, publishRows } from "./publish-rows.ts";

/** Without any success for so long the cluster is away. */
const GIVE_UP_AFTER_MS = MINUTE_MS;

/** Where counts are published. */
export interface CountsPlace {
  readonly cluster: ClusterPlace;
  /** Beginning of the names of indices. */
  readonly prefix: string;
}

/** A cluster that takes published counts. */
export interface Publisher {
  /** Publishes the rows of days, each as a document; resolves with words for what was done. Rejects with `IoError`. */
  publish(answer: Answer): Promise<string>;
  close(): Promise<void>;
}

/** Before anything is counted: a cluster that takes nothing should not cost a count. Rejects with `IoError`. */
export async function openPublisher({ cluster: place, prefix }: CountsPlace): Promise<Publisher> {
  const { openCluster } = await import("../../backends/elasticsearch/cluster.ts");
  const { createPatientCluster } = await import("../../backends/elasticsearch/patient-cluster.ts");
  const cluster = openCluster(place);
  const patience = { backoff: serviceBackoff("index", GIVE_UP_AFTER_MS), onTrouble: tell };
  const publisher: Publisher = {
    async publish(answer) {
      const publication = publicationOf(answer, prefix);
      const daily = { publication, query: answer.query, rows: answer.rows };
      return wordsFor(publication, await publishRows(cluster, daily, patience));
    },
    close: () => cluster.close(),
  };
  try {
    await needTemplate(createPatientCluster(cluster, patience), prefix);
    return publisher;
  } catch (error) {
    await publisher.close();
    throw error;
  }
}

/** Without it the index would guess at every field, and guess wrong. */
async function needTemplate(cluster: Cluster, prefix: string): Promise<void> {
  const { partState, putPart } = await import("../../backends/elasticsearch/cluster-parts.ts");
  const template = countsTemplate(prefix);
  const { kind: state, differences } = await partState(cluster, template);
  if (state === "missing") await putPart(cluster, template);
  const what = `index template "${template.name}" in "${cluster.name}"`;
  if (state === "other") tell(`${what} is of another version (hint: logtally setup PIPELINE)`);
  if (state === "altered")
    tell(`${what} was changed by hand at ${differences.join(", ")} (hint: logtally setup PIPELINE)`);
  if (state === "unknown") {
    tell(
      `${what} may not be looked at, and a new index without it would guess at its fields (hint: give the key "monitor")`,
    );
  }
}

function publicationOf(
  { question, query, pseudonymKey, dayState, linesOfAllDays }: Answer,
  prefix: string,
): Publication {
  const { settings, catalogue, permission } = question;
  const { archive } = settings;
  return {
    index: countsIndex(prefix, catalogue.digest),
    view: {
      pipeline: settings.name,
      archive: archive.kind === "folder" ? null : archiveName(archive),
      instance: settings.instance,
      pseudonymKey,
      segment: query.by,
      level: query.level,
      isFolded: foldsKeys(query),
    },
    deployment: settings.deployment,
    widened: permission.kind === "allowed" ? [] : [permission.segment],
    catalogue: catalogue.digest,
    hasSessions: query.withSessions,
    dayState,
    linesOfAllDays,
  };
}

function wordsFor({ index, view }: Publication, { stored, emptied, outdated }: PublishedRows): string {
  const words = [`${formatThings(stored, "document")} in "${index}", view ${viewId(view)}`];
  if (emptied > 0) words.push(`${formatThings(emptied, "document")} set to zero`);
  if (outdated > 0) words.push(`${formatThings(outdated, "document")} left, as counts of a newer state are there`);
  return words.join(", ");
}
