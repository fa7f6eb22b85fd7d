/**
 * Goal: a cluster is known to be up to date by the digest of its template alone.
 * Method: the digests of templates that differ in one thing.
 */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { countsTemplate, indexTemplates } from "../../src/indexing/template.ts";

describe("the template of published counts", () => {
  const { name, body } = countsTemplate("tally");

  it("is for their indices and for none of lines", () => {
    expect([name, body.index_patterns]).toEqual(["tally.counts", ["tally.counts-*"]]);
  });

  it("adds up numbers, by keys as they are, and takes no field from a document", () => {
    expect(body.template.mappings).toMatchObject({
      dynamic: false,
      properties: {
        "@timestamp": { type: "date" },
        count: { type: "long" },
        key: { type: "keyword" },
        sealed: { type: "boolean" },
      },
    });
  });
});

describe("the templates", () => {
  it("are for the indices of lines and of the quarantine, and no others of the cluster", () => {
    expect(indexTemplates("tally").map(({ name, body }) => [name, body.index_patterns])).toEqual([
      ["tally.logs", ["tally.logs-*"]],
      ["tally.quarantine", ["tally.quarantine-*"]],
    ]);
  });

  it("have a digest of all that matters: another mapping, pattern or priority has another one", () => {
    for (const { body } of indexTemplates("tally")) {
      const { _meta: meta, ...rest } = body;
      const digest = (content: unknown): string =>
        createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 16);
      expect(meta.logtally).toBe(digest(rest));
      expect(digest({ ...rest, template: { mappings: { ...rest.template.mappings, dynamic: true } } })).not.toBe(
        meta.logtally,
      );
    }
  });

  it("have the same digest each time, and each one of its own", () => {
    const digests = (prefix: string): string[] => indexTemplates(prefix).map(({ body }) => body._meta.logtally);
    expect(digests("tally")).toEqual(digests("tally"));
    expect(new Set([...digests("tally"), ...digests("other")]).size).toBe(4);
  });

  it("take no field from a document into the mapping", () => {
    for (const { body } of indexTemplates("tally")) expect(body.template.mappings).toMatchObject({ dynamic: false });
    const [logs] = indexTemplates("tally");
    expect(logs?.body.template.mappings).toMatchObject({
      properties: { gitlab: { properties: { other: { type: "flattened" } } } },
    });
  });
});
