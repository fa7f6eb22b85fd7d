/**
 * Goal: whatever setup, check and expire ask of a cluster is a call that Elasticsearch specifies, by the right way, with
 * parameters that it has and a body where it takes one.
 * Method: each request as it leaves the program, against the REST specification that Elasticsearch publishes with its
 * version.
 */
import { describe, expect, it } from "vitest";
import { type Cluster, openCluster } from "../../src/backends/elasticsearch/cluster.ts";
import { partState, putPart } from "../../src/backends/elasticsearch/cluster-parts.ts";
import { clusterRights, missingRights } from "../../src/backends/elasticsearch/cluster-rights.ts";
import { addAlias, addFields, listDayIndices } from "../../src/backends/elasticsearch/day-indices.ts";
import { removeIndex } from "../../src/backends/elasticsearch/marked-indices.ts";
import { takenNames } from "../../src/backends/elasticsearch/taken-names.ts";
import { DAY_MS } from "../../src/core/units.ts";
import { dutyRoles, rolePart, workerRole } from "../../src/indexing/duty-roles.ts";
import { indexTemplates } from "../../src/indexing/template/index-templates.ts";
import { lifecycleParts } from "../../src/indexing/template/lifecycle.ts";
import { type CapturedRequest, startCapturingServer } from "../servers/capturing-server.ts";
import { restApiSpec, type SpecifiedCall } from "../servers/rest-api-spec.ts";

const spec = (await restApiSpec()) ?? [];
const PARTS = [...lifecycleParts("tally", DAY_MS), ...indexTemplates("tally"), ...dutyRoles("tally").map(rolePart)];

async function requestsOf(ask: (cluster: Cluster) => Promise<unknown>): Promise<readonly CapturedRequest[]> {
  const server = await startCapturingServer();
  const cluster = openCluster({ urls: [server.url], apiKey: null, certificates: null });
  try {
    await ask(cluster);
    return server.requests;
  } finally {
    await Promise.all([cluster.close(), server.close()]);
  }
}

/** The call with that path, the most exact one: `/_ilm/policy/{policy}` and not `/{index}/{type}/{id}`. */
function callOf({ method, path }: CapturedRequest): SpecifiedCall | undefined {
  const fits = (template: string): boolean => {
    const parts = template.split("/");
    const asked = path.split("/");
    return (
      parts.length === asked.length &&
      parts.every((part, at) => (part.startsWith("{") ? !asked[at]?.startsWith("_") : part === asked[at]))
    );
  };
  const holes = (template: string): number => template.split("{").length;
  return spec
    .flatMap((call) => call.paths.filter(({ path: each }) => fits(each)).map((place) => ({ call, place })))
    .filter(({ place }) => place.methods.includes(method))
    .toSorted((a, b) => holes(a.place.path) - holes(b.place.path))[0]?.call;
}

// Without Maven and Java there is no specification; on CI a test that is skipped is a failure.
describe.skipIf(spec.length === 0)("a request", () => {
  it.each<[string, string, (cluster: Cluster) => Promise<unknown>]>([
    [
      "for rights on indices",
      "security.has_privileges",
      (cluster) => missingRights(cluster, workerRole("tally").indices),
    ],
    ["for rights on the cluster", "security.has_privileges", (cluster) => clusterRights(cluster, ["manage_security"])],
    ["for a name", "indices.resolve_index", (cluster) => takenNames(cluster, "tally.live")],
    [
      "for indices",
      "indices.get indices.stats",
      (cluster) => listDayIndices(cluster, ["tally.logs-*", "tally.health-*"]),
    ],
    ["for more fields", "indices.put_mapping", (cluster) => addFields(cluster, "tally.logs-a-2020.01.01", {})],
    [
      "for an alias",
      "indices.update_aliases",
      (cluster) => addAlias(cluster, ["tally.logs-a-2020.01.01"], "tally.live"),
    ],
    ["for the end of an index", "indices.delete", (cluster) => removeIndex(cluster, "tally.logs-a-2020.01.01")],
    ["for templates, policies and roles", "", (cluster) => Promise.all(PARTS.map((part) => partState(cluster, part)))],
    ["that puts them", "", (cluster) => Promise.all(PARTS.map((part) => putPart(cluster, part)))],
  ])("%s is one that Elasticsearch specifies", async (_what, names, ask) => {
    const requests = await requestsOf(ask);
    expect(requests.length).toBeGreaterThan(0);
    const calls = requests.map((request) => {
      const call = callOf(request);
      expect(call, `${request.method} ${request.path}`).toBeDefined();
      const unknown = Object.keys(request.query).filter((name) => call?.params.has(name) !== true);
      expect({ path: request.path, unknown }).toEqual({ path: request.path, unknown: [] });
      if (request.body !== null) expect(call?.body, `${call?.name} takes no body`).not.toBeNull();
      if (call?.body?.required === true) expect(request.body).not.toBeNull();
      return call?.name ?? "";
    });
    if (names !== "") expect(calls).toEqual(names.split(" "));
    else expect(new Set(calls).size).toBe(4);
  });
});
