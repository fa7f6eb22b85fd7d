import type { Cluster } from "../../../backends/elasticsearch/cluster.ts";
import { readDayIndex } from "../../../indexing/day-index.ts";
import { dayPatterns } from "../../../indexing/index-name.ts";
import { liveAlias } from "../../../indexing/template/index-templates.ts";

/** What stands under names that are ours. */
export interface NameClashes {
  /** In words, with what to do. */
  readonly clashes: readonly string[];
  /** False where there may be more: the credentials do not allow to look. */
  readonly isWhole: boolean;
}

/**
 * What stands in the cluster under names that are ours: something else under that of the alias, so that no
 * index can be made, or an alias under that of an index, whose lines would go elsewhere. Rejects with `IoError`.
 */
export async function nameClashes(cluster: Cluster, prefix: string, signal?: AbortSignal): Promise<NameClashes> {
  const { takenNames } = await import("../../../backends/elasticsearch/taken-names.ts");
  const alias = liveAlias(prefix);
  const underAlias = await takenNames(cluster, alias, signal);
  const underDays = await takenNames(cluster, dayPatterns(prefix).join(","), signal);
  const clashes = [
    ...(underAlias ?? []).flatMap(({ kind, name }) =>
      kind === "alias"
        ? []
        : [
            `alias "${alias}" in "${cluster.name}": there is ${kind === "index" ? "an index" : "a data stream"} "${name}", so ` +
              "that no index of lines can be made (hint: copy what it holds and delete it, or take another index.prefix)",
          ],
    ),
    ...(underDays ?? []).flatMap(({ kind, name, indices }) =>
      kind === "index" || readDayIndex(prefix, name) === null
        ? []
        : [
            `index "${name}" in "${cluster.name}": there is ${kind === "alias" ? "an alias" : "a data stream"} of that name` +
              `${indices.length === 0 ? "" : `, of ${indices.map((each) => `"${each}"`).join(", ")}`}, where its lines ` +
              "would go (hint: remove it, then logtally index rebuild brings back what went there)",
          ],
    ),
  ];
  return { clashes, isWhole: underAlias !== null && underDays !== null };
}
