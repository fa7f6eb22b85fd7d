/**
 * Goal: what the Elasticsearch of the tests cannot run, lifecycle policies, roles and questions for rights, is asked as
 * Elasticsearch has it: the way, the query and the body, and words that it knows.
 * Method: our requests against those that its own client makes of the same typed calls; privileges looked up in the
 * client's types.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Client, type estypes } from "@elastic/elasticsearch";
import { describe, expect, it } from "vitest";
import { type Cluster, openCluster } from "../../src/backends/elasticsearch/cluster.ts";
import { partState, putPart } from "../../src/backends/elasticsearch/cluster-parts.ts";
import { clusterRights, missingRights } from "../../src/backends/elasticsearch/cluster-rights.ts";
import type { ClusterPart, JsonBody } from "../../src/core/cluster-part.ts";
import { DAY_MS } from "../../src/core/units.ts";
import { dutyRoles, roleBody, rolePart, workerRole } from "../../src/indexing/duty-roles.ts";
import { indexTemplates } from "../../src/indexing/template/index-templates.ts";
import { lifecycleParts, lifecyclePolicy } from "../../src/indexing/template/lifecycle.ts";
import { startCapturingServer } from "../servers/capturing-server.ts";

/** The client's types know no lists that only read. */
type Written<T> = T extends readonly (infer Each)[]
  ? Written<Each>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Written<T[Key]> }
    : T;
const written = <T>(value: T): Written<T> => value as Written<T>;

const KEEP_MS = 30 * DAY_MS;
const PREFIX = "logtally";

/** Whatever the client asks, we ask the same. */
async function expectSame(
  call: (client: Client) => Promise<unknown>,
  ours: (cluster: Cluster) => Promise<unknown>,
): Promise<void> {
  const server = await startCapturingServer();
  const client = new Client({ node: server.url });
  const cluster = openCluster({ urls: [server.url], apiKey: null, certificates: null });
  try {
    await call(client);
    await ours(cluster);
  } finally {
    await Promise.all([client.close(), cluster.close(), server.close()]);
  }
  const [theirRequest, ourRequest] = server.requests;
  expect(theirRequest).toBeDefined();
  // We say beside how the answer is to look.
  const { flat_settings: _, ...query } = ourRequest?.query ?? {};
  expect({ ...ourRequest, query }).toEqual(theirRequest);
}

describe("a lifecycle policy", () => {
  const [policy] = lifecycleParts(PREFIX, KEEP_MS);
  const typed = lifecyclePolicy(KEEP_MS) satisfies estypes.IlmPolicy;

  it("is put as the client puts it", async () => {
    await expectSame(
      (client) => client.ilm.putLifecycle({ name: PREFIX, policy: typed }),
      (cluster) => putPart(cluster, policy),
    );
  });

  it("is looked at as the client looks at it", async () => {
    await expectSame(
      (client) => client.ilm.getLifecycle({ name: PREFIX }),
      (cluster) => partState(cluster, policy),
    );
  });

  it("is named by settings that the client knows", () => {
    const settings = { name: PREFIX, parse_origination_date: true } satisfies estypes.IndicesIndexSettingsLifecycle;
    const put = lifecycleParts(PREFIX, KEEP_MS).flatMap(({ body }) =>
      Object.entries((body as { readonly template?: { readonly settings: object } }).template?.settings ?? {}),
    );
    expect(Object.fromEntries(put)).toEqual(
      Object.fromEntries(Object.entries(settings).map(([name, value]) => [`index.lifecycle.${name}`, value])),
    );
  });
});

describe("a role", () => {
  it.each(dutyRoles(PREFIX))("is put and looked at as the client does it: $name", async (role) => {
    const typed = { name: role.name, ...written(roleBody(role)) } satisfies estypes.SecurityPutRoleRequest;
    await expectSame(
      (client) => client.security.putRole(typed),
      (cluster) => putPart(cluster, rolePart(role)),
    );
    await expectSame(
      (client) => client.security.getRole({ name: role.name }),
      (cluster) => partState(cluster, rolePart(role)),
    );
  });

  it("has privileges that Elasticsearch knows", () => {
    const onIndices = privilegesIn("SecurityIndexPrivilege");
    const onCluster = privilegesIn("SecurityClusterPrivilege");
    expect(onIndices).toContain("create_doc");
    for (const { cluster, indices } of dutyRoles(PREFIX)) {
      expect(indices.flatMap(({ privileges }) => privileges).filter((each) => !onIndices.includes(each))).toEqual([]);
      expect([...cluster, "manage_security"].filter((each) => !onCluster.includes(each))).toEqual([]);
    }
  });

  it("of a worker reads, changes and deletes nothing", () => {
    expect(workerRole(PREFIX).indices.map(({ privileges }) => privileges)).toEqual([["create_doc", "auto_configure"]]);
    const deleting = dutyRoles(PREFIX).filter(({ indices }) =>
      indices.some(({ privileges }) => privileges.includes("delete_index")),
    );
    expect(deleting.map(({ name }) => name)).toEqual([`${PREFIX}-operator`]);
    expect(deleting[0]?.indices.flatMap(({ names }) => names)).not.toContain(`${PREFIX}.counts-*`);
  });
});

describe("rights", () => {
  it("are asked for as the client asks", async () => {
    const { indices } = workerRole(PREFIX);
    await expectSame(
      (client) => client.security.hasPrivileges({ index: written(indices) }),
      (cluster) => missingRights(cluster, indices),
    );
    await expectSame(
      (client) => client.security.hasPrivileges({ cluster: ["manage_security"] }),
      (cluster) => clusterRights(cluster, ["manage_security"]),
    );
  });
});

describe("a template", () => {
  it.each(indexTemplates(PREFIX))("is put as the client puts it: $name", async (part) => {
    await expectSame(
      (client) => putByClient(client, part),
      (cluster) => putPart(cluster, part),
    );
  });
});

function putByClient(client: Client, { kind, name, body }: ClusterPart): Promise<unknown> {
  if (kind === "component template") {
    return client.cluster.putComponentTemplate({ name, ...(body as JsonBody & { template: object }) });
  }
  return client.indices.putIndexTemplate({ name, ...body });
}

/** The words of a type of the client. */
function privilegesIn(type: string): readonly string[] {
  const client = createRequire(import.meta.url).resolve("@elastic/elasticsearch");
  const path = join(dirname(client), "lib/api/types.d.ts");
  const line = readFileSync(path, "utf8")
    .split("\n")
    .find((each) => each.startsWith(`export type ${type} = `));
  return [...(line ?? "").matchAll(/'(\w+)'/g)].map(([, word]) => word ?? "");
}
