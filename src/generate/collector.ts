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

/** A line as FluentD sends it on: from a machine, or from a pod. */
export function collected(chance: Chance, tag: Tag, members: Members): Members {
  const type = TYPES[tag] ?? "web";
  const subcomponent = SUBCOMPONENTS[tag];
  const place = {
    environment: ENVIRONMENT,
    type,
    tier: "sv",
    stage: chance.share(0.05) ? "cny" : "main",
    shard: "default",
  };
  if (subcomponent !== undefined && chance.share(0.25)) {
    // The tag of a pod's log is the path of its file: the component tells the log.
    return {
      component: "gitlab",
      subcomponent,
      ...members,
      ...place,
      tag: "kubernetes.containers",
      ...pod(chance, type),
    };
  }
  const hostname = `${type}-${String(1 + chance.below(24)).padStart(2, "0")}-sv-gprd`;
  return { ...members, ...place, tag, hostname, fqdn: `${hostname}.c.gitlab-production.internal` };
}

function pod({ below }: Chance, type: string): Members {
  const name = `gitlab-webservice-${type}-6c9d-${below(1000)}`;
  return {
    kubernetes: {
      container_name: "webservice",
      container_image: "registry.example.com/gitlab-webservice:13-4",
      namespace_name: "gitlab",
      pod_name: name,
      host: `gke-gprd-node-${below(40)}`,
      labels: { app: "webservice", release: "gitlab", stage: "main", tier: "sv", type },
    },
    kubernetes_region: "us-east1",
  };
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
