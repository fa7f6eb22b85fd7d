import type { Chance } from "./chance.ts";
import type { Members, Tag } from "./left-line.ts";

/** What the collectors of this instance put into every line. */
export const ENVIRONMENT = "gprd";

/** The kind of machine that writes a log. */
const TYPES: Readonly<Partial<Record<Tag, string>>> = {
  "rails.api": "api",
  sidekiq: "sidekiq",
  shell: "git",
  workhorse: "git",
  gitaly: "gitaly",
  registry: "registry",
  pages: "web-pages",
};

/** Logs of what runs in pods as well, by the names that they have there. */
const SUBCOMPONENTS: Readonly<Partial<Record<Tag, string>>> = {
  "rails.production": "production_json",
  "rails.api": "api_json",
  "rails.graphql": "graphql_json",
  sidekiq: "sidekiq",
  shell: "gitlab-shell",
};

const MACHINES = 24;

/** A line as FluentD sends it on: from a machine, or from a pod. All lines of a request that one log has come from one. */
export function collected(tag: Tag, members: Members): Members {
  const type = TYPES[tag] ?? "web";
  const subcomponent = SUBCOMPONENTS[tag];
  const mixed = hashOf(String(members["correlation_id"]));
  const number = 1 + (mixed % MACHINES);
  const stage = number === MACHINES ? "cny" : "main";
  const place = { environment: ENVIRONMENT, type, tier: "sv", stage, shard: "default" };
  if (subcomponent !== undefined && mixed % 4 === 0) {
    // The tag of a pod's log is the path of its file: the component tells the log.
    const pod = podOf(type, number, stage);
    return { component: "gitlab", subcomponent, ...members, ...place, tag: "kubernetes.containers", ...pod };
  }
  const hostname = `${type}-${String(number).padStart(2, "0")}-sv-gprd`;
  return { ...members, ...place, tag, hostname, fqdn: `${hostname}.c.gitlab-production.internal` };
}

function podOf(type: string, number: number, stage: string): Members {
  return {
    kubernetes: {
      container_name: "webservice",
      container_image: "registry.example.com/gitlab-webservice:13-6",
      namespace_name: "gitlab",
      pod_name: `gitlab-webservice-${type}-6c9d8f7b5-${number.toString(36).padStart(5, "x")}`,
      host: `gke-gprd-node-${number}`,
      labels: { app: "webservice", release: "gitlab", stage, tier: "sv", type },
    },
    kubernetes_region: "us-east1",
  };
}

function hashOf(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** The same line where the context is nested, as newer services write it, or underscored, as a warehouse needs it. */
export function respelled(chance: Chance, members: Members): Members {
  const spelling = chance.below(100);
  if (spelling > 4 || members["meta.caller_id"] === undefined) return members;
  const entries = Object.entries(members);
  const isContext = ([name]: readonly [string, unknown]): boolean => name.startsWith("meta.");
  const others = entries.filter((entry) => !isContext(entry));
  const context = entries.filter(isContext).map(([name, value]) => [name.slice("meta.".length), value] as const);
  if (spelling > 0) return { ...Object.fromEntries(others), meta: Object.fromEntries(context) };
  return Object.fromEntries([...others, ...context.map(([name, value]) => [`meta_${name}`, value])]);
}
