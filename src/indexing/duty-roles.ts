import type { ClusterPart } from "../core/cluster-part.ts";
import { liveAlias } from "./template/index-templates.ts";

/** Privileges on indices, by names in which `*` stands for anything. */
export interface IndexPrivileges {
  readonly names: readonly string[];
  readonly privileges: readonly string[];
}

/** What somebody may do with the indices of a pipeline. */
export interface DutyRole {
  readonly name: string;
  /** For what, in words. */
  readonly duty: string;
  /** Privileges on the cluster. */
  readonly cluster: readonly string[];
  readonly indices: readonly IndexPrivileges[];
}

/** Creates documents, and indices by their templates: can read, change and delete none. */
export function workerRole(prefix: string): DutyRole {
  return {
    name: `${prefix}-worker`,
    duty: "logtally run, logtally check",
    cluster: ["monitor"],
    indices: [{ names: workerPatterns(prefix), privileges: ["create_doc", "auto_configure"] }],
  };
}

function workerPatterns(prefix: string): readonly string[] {
  return [`${prefix}.logs-*`, `${prefix}.quarantine-*`, `${prefix}.health-*`];
}

/** A role for each duty, with what it needs and nothing else. */
export function dutyRoles(prefix: string): readonly DutyRole[] {
  const counts = `${prefix}.counts-*`;
  const replay = `${prefix}.replay-*`;
  return [
    workerRole(prefix),
    {
      name: `${prefix}-reader`,
      duty: "Kibana and searches",
      cluster: [],
      indices: [
        {
          names: [...workerPatterns(prefix), liveAlias(prefix), counts],
          privileges: ["read", "view_index_metadata"],
        },
      ],
    },
    {
      name: `${prefix}-operator`,
      duty: "the quarantine, erasure; logtally index expire, redrive and rebuild",
      cluster: ["monitor"],
      indices: [
        {
          names: [`${prefix}.logs-*`, `${prefix}.quarantine-*`],
          privileges: ["read", "view_index_metadata", "monitor", "index", "auto_configure", "delete", "delete_index"],
        },
        { names: [`${prefix}.health-*`], privileges: ["view_index_metadata", "monitor", "delete_index"] },
        { names: [replay], privileges: ["view_index_metadata", "delete_index"] },
      ],
    },
    {
      name: `${prefix}-counts`,
      duty: "logtally report that publishes",
      cluster: ["monitor"],
      indices: [{ names: [counts], privileges: ["index", "read", "maintenance", "auto_configure"] }],
    },
    {
      name: `${prefix}-replay`,
      duty: "logtally archive replay into an index",
      cluster: ["monitor"],
      indices: [{ names: [replay], privileges: ["create_index", "create_doc", "view_index_metadata"] }],
    },
  ];
}

export function rolePart(role: DutyRole): ClusterPart {
  return { kind: "role", name: role.name, body: roleBody(role) };
}

/** The role as the cluster keeps it. */
export function roleBody({ duty, cluster, indices }: DutyRole) {
  return { description: `For ${duty}`, cluster, indices };
}
