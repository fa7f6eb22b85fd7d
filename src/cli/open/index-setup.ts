import type { IndexSettings } from "../../config/pipeline.ts";
import { countsTemplate, indexTemplates } from "../../indexing/template.ts";
import { openClusterOf } from "./cluster.ts";
import type { ServiceSetup, SetupStep } from "./setup-step.ts";

const STATES = { current: "there", other: "other", missing: "missing", unknown: "unknown" } as const;

/** The index templates. Rejects with `UsageError` for a missing secret, with `IoError`. */
export async function openIndexSetup(settings: IndexSettings): Promise<ServiceSetup> {
  const { describeCluster, putTemplate, templateState } = await import("../../backends/elasticsearch/cluster-setup.ts");
  const cluster = await openClusterOf(settings);
  try {
    await describeCluster(cluster);
    const steps: SetupStep[] = [];
    for (const template of [...indexTemplates(settings.prefix), countsTemplate(settings.prefix)]) {
      steps.push({
        what: `index template "${template.name}" in "${cluster.name}"`,
        state: STATES[await templateState(cluster, template)],
        make: () => putTemplate(cluster, template),
      });
    }
    return { steps, byHand: [], close: () => cluster.close() };
  } catch (error) {
    await cluster.close();
    throw error;
  }
}
