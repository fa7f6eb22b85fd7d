import type { Cluster } from "../../../backends/elasticsearch/cluster.ts";
import type { PartState } from "../../../backends/elasticsearch/cluster-parts.ts";
import type { IndexSettings } from "../../../config/pipeline.ts";
import type { ClusterPart } from "../../../core/cluster-part.ts";
import { IoError } from "../../../core/fault.ts";
import { dutyRoles, rolePart } from "../../../indexing/duty-roles.ts";
import { countsTemplate, indexTemplates } from "../../../indexing/template/index-templates.ts";
import { lifecycleParts } from "../../../indexing/template/lifecycle.ts";
import { SYSTEM_CLOCK } from "../../process/clock.ts";
import type { ServiceSetup, SetupStep } from "../setup-step.ts";
import { openClusterOf } from "./cluster.ts";
import { nameClashes } from "./name-clashes.ts";
import { partName, partWords } from "./part-words.ts";
import { standingSteps } from "./standing-indices.ts";

/** What is needed of one kind. */
type Needs = Pick<ServiceSetup, "steps" | "byHand">;

const STATES: Readonly<Record<PartState["kind"], SetupStep["state"]>> = {
  current: "there",
  // An older program leaves what a newer one has put.
  newer: "there",
  other: "other",
  altered: "other",
  missing: "missing",
  unknown: "unknown",
  "not offered": "unknown",
};

/**
 * The templates, how indices end, the roles, and what the indices that are there lack. Rejects with
 * `UsageError` for a missing secret, with `IoError`, a line for each name that is taken.
 */
export async function openIndexSetup(settings: IndexSettings): Promise<ServiceSetup> {
  const { describeCluster } = await import("../../../backends/elasticsearch/cluster-setup.ts");
  const cluster = await openClusterOf(settings);
  try {
    await describeCluster(cluster);
    const { clashes } = await nameClashes(cluster, settings.prefix);
    if (clashes.length > 0) throw new IoError("denied", clashes);
    const needs = [
      await lifecycleNeeds(cluster, settings),
      { steps: await stepsOf(cluster, templatesOf(settings)), byHand: [] },
      { steps: await standingSteps(cluster, settings.prefix, SYSTEM_CLOCK.nowMs()), byHand: [] },
      await roleNeeds(cluster, settings.prefix),
    ];
    const steps = needs.flatMap((each) => each.steps);
    return { steps, byHand: needs.flatMap(({ byHand }) => byHand), close: () => cluster.close() };
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

function templatesOf(settings: IndexSettings): readonly ClusterPart[] {
  return [...indexTemplates(settings.prefix, settings), countsTemplate(settings.prefix)];
}

/** Without lifecycles, a setting of theirs would keep every index from being made. */
async function lifecycleNeeds(cluster: Cluster, { prefix, keepMs }: IndexSettings): Promise<Needs> {
  const { partState } = await import("../../../backends/elasticsearch/cluster-parts.ts");
  const [policy, ...components] = lifecycleParts(prefix, keepMs);
  const { kind } = await partState(cluster, policy);
  if (kind === "not offered") {
    const why = "the cluster ends no indices by itself";
    return { steps: [], byHand: [`logtally index expire PIPELINE # once a day: ${why}`] };
  }
  if (kind !== "unknown") return { steps: await stepsOf(cluster, [policy, ...components]), byHand: [] };
  return { steps: await stepsOf(cluster, components), byHand: [await requestText(policy)] };
}

/** None in a cluster without security; where the key may not make any, they are for somebody who may. */
async function roleNeeds(cluster: Cluster, prefix: string): Promise<Needs> {
  const { clusterRights } = await import("../../../backends/elasticsearch/cluster-rights.ts");
  const rights = await clusterRights(cluster, ["manage_security"]);
  const roles = dutyRoles(prefix).map(rolePart);
  if (rights === null) return { steps: [], byHand: [] };
  if (rights.includes("manage_security")) return { steps: await stepsOf(cluster, roles), byHand: [] };
  return { steps: [], byHand: await Promise.all(roles.map(requestText)) };
}

async function stepsOf(cluster: Cluster, parts: readonly ClusterPart[]): Promise<SetupStep[]> {
  const { partStates, putPart } = await import("../../../backends/elasticsearch/cluster-parts.ts");
  const states = await partStates(cluster, parts);
  return parts.flatMap((part, at) => {
    const state = states[at];
    if (state === undefined) return [];
    const words = state.kind === "altered" ? `, ${partWords(state)}` : "";
    const newer = state.kind === "newer" ? ", of a newer version" : "";
    const what = `${partName(part, cluster.name)}${words}${newer}`;
    return [{ what, state: STATES[state.kind], make: () => putPart(cluster, part) }];
  });
}

/** As it is typed into Kibana's console. */
async function requestText(part: ClusterPart): Promise<string> {
  const { putRequest } = await import("../../../backends/elasticsearch/cluster-parts.ts");
  const { method, path, body } = putRequest(part);
  return `${method} ${path} ${JSON.stringify(body)}`;
}
