import type { Cluster } from "../../backends/elasticsearch/cluster.ts";
import { MINUTE_MS } from "../../core/units.ts";
import { foldsKeys } from "../../counts/days/personal-groups.ts";
import type { Publication } from "../../counts/publication/count-document.ts";
import { countsIndex } from "../../indexing/index-name.ts";
import { countsTemplate } from "../../indexing/template.ts";
import type { Answer } from "../counts/answer.ts";
import { archiveName } from "../open/archive-store.ts";
import { openClusterOf } from "../open/object-index.ts";
import { serviceBackoff } from "../open/service-backoff.ts";
import { formatThings } from "../terminal/quantity.ts";
import { tell } from "../terminal/tell.ts";
import { type PublishedRows, publishRows } from "./publish-rows.ts";
import type { ReportCluster } from "./report-cluster.ts";

/** Without any success for so long the cluster is away. */
const GIVE_UP_AFTER_MS = MINUTE_MS;

/** Publishes the rows of days, each as a document; resolves with words for what was done. Rejects with `IoError`. */
export async function publish(answer: Answer, { settings, prefix }: ReportCluster): Promise<string> {
  const cluster = await openClusterOf(settings);
  try {
    await needTemplate(cluster, prefix);
    const publication = publicationOf(answer, prefix);
    const trouble = { backoff: serviceBackoff(GIVE_UP_AFTER_MS), onTrouble: tell };
    return wordsFor(
      publication,
      await publishRows(cluster, { publication, query: answer.query, rows: answer.rows }, trouble),
    );
  } finally {
    await cluster.close();
  }
}

/** Without it the index would guess at every field, and guess wrong. */
async function needTemplate(cluster: Cluster, prefix: string): Promise<void> {
  const { putTemplate, templateState } = await import("../../backends/elasticsearch/cluster-setup.ts");
  const template = countsTemplate(prefix);
  const state = await templateState(cluster, template);
  if (state === "missing") await putTemplate(cluster, template);
  if (state !== "other") return;
  tell(`index template "${template.name}" in "${cluster.name}" is of another version (hint: logtally setup PIPELINE)`);
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

function wordsFor({ index }: Publication, { stored, emptied, outdated }: PublishedRows): string {
  const words = [`${formatThings(stored, "document")} in "${index}"`];
  if (emptied > 0) words.push(`${formatThings(emptied, "document")} set to zero`);
  if (outdated > 0) words.push(`${formatThings(outdated, "document")} left, as counts of a newer state are there`);
  return words.join(", ");
}
