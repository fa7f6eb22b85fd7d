import type { ClusterPart, JsonBody } from "../../core/cluster-part.ts";
import { DAY_MS } from "../../core/units.ts";
import { templatePart } from "./template-part.ts";

/**
 * The policy by which the cluster itself ends indices, and the components that name it; for clusters that have lifecycles.
 * An index of a day is as old as its day, whenever it was made; one of no day counts from when it was made.
 */
export function lifecycleParts(
  prefix: string,
  keepMs: number,
): readonly [policy: ClusterPart, ...components: ClusterPart[]] {
  return [
    { kind: "lifecycle policy", name: prefix, body: { policy: lifecyclePolicy(keepMs) } },
    lifecycleComponent(`${prefix}.lifecycle`, "How indices end", { "index.lifecycle.name": prefix }),
    // Refuses to make an index whose name does not end in a day.
    lifecycleComponent(`${prefix}.lifecycle-by-day`, "By the day in their names", {
      "index.lifecycle.parse_origination_date": true,
    }),
  ];
}

/** Hot until it goes. */
export function lifecyclePolicy(keepMs: number) {
  // The age counts from the beginning of the day.
  const minAge = `${Math.ceil(keepMs / DAY_MS) + 1}d`;
  return {
    _meta: { description: "Ends the indices of logtally" },
    phases: {
      hot: { min_age: "0ms", actions: {} },
      // As the cluster gives it back.
      delete: { min_age: minAge, actions: { delete: { delete_searchable_snapshot: true } } },
    },
  };
}

function lifecycleComponent(name: string, description: string, settings: JsonBody): ClusterPart {
  return templatePart("component template", name, `${description}, by logtally`, { template: { settings } });
}
