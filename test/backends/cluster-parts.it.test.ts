/**
 * Goal: what a cluster has of our templates is known again, and what somebody changed there by hand is told by its place.
 * Method: the real templates in a real cluster, under a prefix of each test's own, changed as an administrator does who
 * keeps what stands beside.
 */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Cluster, openCluster } from "../../src/backends/elasticsearch/cluster.ts";
import { partState, partStates, putPart } from "../../src/backends/elasticsearch/cluster-parts.ts";
import type { ClusterPart } from "../../src/core/cluster-part.ts";
import { countsTemplate, indexTemplates } from "../../src/indexing/template/index-templates.ts";
import { lifecycleParts } from "../../src/indexing/template/lifecycle.ts";

const url = inject("elasticsearchUrl") ?? "";

// Without Maven and Java there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(url === "")("what a cluster has of a template", () => {
  let cluster: Cluster;
  beforeAll(() => {
    cluster = openCluster({ urls: [url], apiKey: null, certificates: null });
  });
  afterAll(() => cluster.close());

  async function putAll(): Promise<readonly ClusterPart[]> {
    const prefix = `test-${randomBytes(6).toString("hex")}`;
    const parts = [...indexTemplates(prefix), countsTemplate(prefix)];
    expect((await partStates(cluster, parts)).map(({ kind }) => kind)).toEqual(parts.map(() => "missing"));
    for (const part of parts) await putPart(cluster, part);
    return parts;
  }

  /** The same part with some members of its body changed, and what stands beside as it was. */
  const changed = (part: ClusterPart | undefined, members: Readonly<Record<string, unknown>>): ClusterPart => {
    if (part === undefined) throw new Error("no such part");
    return { ...part, body: { ...part.body, ...members } };
  };

  it("is current right after it was put, whichever template", async () => {
    const parts = await putAll();
    expect(await partStates(cluster, parts)).toEqual(parts.map(() => ({ kind: "current", differences: [] })));
  });

  it("is another one by its digest, and a newer one by its version", async () => {
    const parts = await putAll();
    const [part] = parts;
    const meta = { _meta: { description: "", logtally: "0" } };
    await putPart(cluster, changed(part, meta));
    expect(await partState(cluster, changed(part, {}))).toMatchObject({ kind: "other" });
    await putPart(cluster, changed(part, { ...meta, version: 1000 }));
    expect(await partState(cluster, changed(part, {}))).toMatchObject({ kind: "newer" });
  });

  it.each<[string, string, Readonly<Record<string, unknown>>, readonly string[]]>([
    [
      "another setting",
      ".settings",
      {
        template: {
          settings: { "index.codec": "default", "index.number_of_shards": 1, "index.number_of_replicas": 1 },
        },
      },
      ["template.settings.index.codec", "template.settings.index.refresh_interval"],
    ],
    [
      "a field more",
      ".health-fields",
      { template: { mappings: { dynamic: true } } },
      expect.arrayContaining([
        "template.mappings.dynamic",
        "template.mappings.properties.worker.properties.id.type",
      ]) as [],
    ],
    ["lower priority", ".quarantine", { priority: 499 }, ["priority"]],
    ["other patterns", ".health", { index_patterns: ["other-*"] }, ["index_patterns"]],
    [
      "components in another order",
      ".health",
      { composed_of: [] },
      ["composed_of", "ignore_missing_component_templates"],
    ],
    [
      "no alias",
      ".logs",
      { template: {} },
      expect.arrayContaining([expect.stringMatching(/^template\.aliases\./)]) as [],
    ],
  ])("is one changed by hand with %s", async (_what, name, members, differences) => {
    const parts = await putAll();
    const part = parts.find((each) => each.name.endsWith(name));
    await putPart(
      cluster,
      changed(part, { ...members, ...("composed_of" in members ? { ignore_missing_component_templates: [] } : {}) }),
    );
    expect(await partState(cluster, changed(part, {}))).toEqual({ kind: "altered", differences });
    await putPart(cluster, changed(part, {}));
    expect(await partState(cluster, changed(part, {}))).toMatchObject({ kind: "current" });
  });

  it("is none where the cluster has no such things", async () => {
    const [policy] = lifecycleParts("tally", 1);
    expect(await partState(cluster, policy)).toMatchObject({ kind: "not offered" });
    const role: ClusterPart = { kind: "role", name: "tally-worker", body: {} };
    expect(await partState(cluster, role)).toMatchObject({ kind: "not offered" });
  });
});
