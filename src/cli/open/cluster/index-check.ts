import type { Cluster } from "../../../backends/elasticsearch/cluster.ts";
import type { PartState } from "../../../backends/elasticsearch/cluster-parts.ts";
import type { IndexSettings } from "../../../config/pipeline.ts";
import type { ClusterPart } from "../../../core/cluster-part.ts";
import { type IoCode, IoError } from "../../../core/fault.ts";
import { workerRole } from "../../../indexing/duty-roles.ts";
import { countsTemplate, indexTemplates } from "../../../indexing/template/index-templates.ts";
import { lifecycleParts } from "../../../indexing/template/lifecycle.ts";
import { openClusterOf } from "./cluster.ts";
import { nameClashes } from "./name-clashes.ts";
import { partName, partWords } from "./part-words.ts";

const PAGE = "docs/how-to/elasticsearch.md";

interface Problem {
  readonly code: IoCode;
  readonly text: string;
}

/**
 * What a worker would find, in words; changes nothing. Rejects with `UsageError` for a missing secret, with `IoError`,
 * one line for each problem.
 */
export async function checkIndex(settings: IndexSettings): Promise<string> {
  const { describeCluster } = await import("../../../backends/elasticsearch/cluster-setup.ts");
  const { partState, partStates } = await import("../../../backends/elasticsearch/cluster-parts.ts");
  const { missingRights } = await import("../../../backends/elasticsearch/cluster-rights.ts");
  const cluster = await openClusterOf(settings);
  try {
    const described = await describeCluster(cluster);
    const { clashes, isWhole } = await nameClashes(cluster, settings.prefix);
    const parts = [...indexTemplates(settings.prefix, settings), ...(await offeredLifecycle(cluster, settings))];
    const states = await partStates(cluster, parts);
    const rights = await missingRights(cluster, workerRole(settings.prefix).indices);
    const problems = [
      ...clashes.map((text): Problem => ({ code: "denied", text })),
      ...partProblems(parts, states, cluster.name),
      ...rightProblems(rights, cluster.name),
    ];
    if (problems[0] !== undefined) {
      throw new IoError(
        problems[0].code,
        problems.map(({ text }) => text),
      );
    }
    const ofCounts = countsWords(await partState(cluster, countsTemplate(settings.prefix)));
    const isUnknown = states.some(({ kind }) => kind === "unknown");
    const seen = isUnknown ? "templates that the API key may not look at" : "current templates";
    const unseen = isWhole ? "" : ", taken names that the API key may not look for";
    const allowed = rights === null ? "rights not asked, as it has no security" : "documents can be created";
    return `"${cluster.name}": ${described}, ${seen}${ofCounts}${unseen}, ${allowed}`;
  } finally {
    await cluster.close();
  }
}

/** What ends indices, where the cluster has lifecycles and the key may look. */
async function offeredLifecycle(cluster: Cluster, { prefix, keepMs }: IndexSettings): Promise<readonly ClusterPart[]> {
  const { partState } = await import("../../../backends/elasticsearch/cluster-parts.ts");
  const parts = lifecycleParts(prefix, keepMs);
  const { kind } = await partState(cluster, parts[0]);
  return kind === "not offered" || kind === "unknown" ? [] : parts;
}

/** No worker needs it, so it is no problem; whoever publishes counts should know all the same. */
function countsWords(state: PartState): string {
  if (state.kind === "missing") return " but that of published counts (hint for reports: logtally setup PIPELINE)";
  const words = partWords(state);
  return words === null ? "" : `, that of published counts ${words} (hint: logtally setup PIPELINE)`;
}

function partProblems(parts: readonly ClusterPart[], states: readonly PartState[], cluster: string): Problem[] {
  return parts.flatMap((part, at) => {
    const state = states[at];
    const words = state === undefined ? null : partWords(state);
    const text = `${partName(part, cluster)}: ${words} (hint: logtally setup PIPELINE)`;
    return words === null ? [] : [{ code: "not_found", text }];
  });
}

function rightProblems(rights: readonly string[] | null, cluster: string): Problem[] {
  return (rights ?? []).map((right) => ({
    code: "denied",
    text: `the API key for "${cluster}" lacks ${right} (hint: make one with the worker's role, ${PAGE})`,
  }));
}
