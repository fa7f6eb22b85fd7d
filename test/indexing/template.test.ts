/**
 * Goal: a cluster is told how to make each index that a pipeline writes to, that one alone, and in which version.
 * Method: the names that documents really get against the patterns of the templates, and digests of templates that
 * differ in one thing.
 */
import { createHash } from "node:crypto";
import { matchesGlob } from "node:path";
import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../src/core/units.ts";
import { createIndexNames } from "../../src/indexing/index-name.ts";
import { countsTemplate, indexTemplates, PLAIN_LAYOUT } from "../../src/indexing/template/index-templates.ts";
import { lifecycleParts } from "../../src/indexing/template/lifecycle.ts";
import type { TemplatePart } from "../../src/indexing/template/template-part.ts";
import { sampleMeta } from "./archived-line.ts";

interface IndexBody {
  readonly index_patterns: readonly string[];
  readonly priority: number;
  readonly composed_of: readonly string[];
  readonly ignore_missing_component_templates: readonly string[];
  readonly template?: { readonly aliases?: object; readonly mappings?: object };
}

const bodyOf = ({ body }: TemplatePart): IndexBody => body as unknown as IndexBody;
const templatesOf = (prefix: string, kind: TemplatePart["kind"]): readonly TemplatePart[] =>
  indexTemplates(prefix).filter((part) => part.kind === kind);

/** The template by which the cluster makes an index of that name: the one of the highest priority. */
function templateFor(name: string): TemplatePart | undefined {
  return [...templatesOf("tally", "index template"), countsTemplate("tally")]
    .filter((part) => bodyOf(part).index_patterns.some((pattern) => matchesGlob(name, pattern)))
    .toSorted((a, b) => bodyOf(b).priority - bodyOf(a).priority)[0];
}

describe("the template of an index", () => {
  const names = createIndexNames({ prefix: "tally", retentionMs: 30 * DAY_MS });
  const ofDay = sampleMeta({ timeMs: Date.parse("2020-12-22T09:30:00Z") });
  const ofNone = sampleMeta({ timeMs: null });

  it.each([
    ["of lines of a day", names.logs(ofDay), "tally.logs"],
    ["of lines of no day", names.logs(ofNone), "tally.logs-outside"],
    ["of rejected lines of a day", names.quarantine(ofDay), "tally.quarantine"],
    ["of rejected lines of no day", names.quarantine(ofNone), "tally.quarantine-outside"],
    ["of what workers tell", "tally.health-2020.12.22", "tally.health"],
    ["of counts", "tally.counts-0123456789ab", "tally.counts"],
    ["of a replay", "tally.replay-audit-2020.12.22", undefined],
    ["of another pipeline", "tally2.logs-shell-2020.12.22", undefined],
  ])("%s is its own", (_what, index, template) => {
    expect(templateFor(index)?.name).toBe(template);
  });

  it("has its age by the day in its name only where there is one: the cluster makes no other index so", () => {
    const byDay = templatesOf("tally", "index template").filter((part) =>
      bodyOf(part).composed_of.includes("tally.lifecycle-by-day"),
    );
    expect(byDay.map(({ name }) => name)).toEqual(["tally.logs", "tally.quarantine", "tally.health"]);
    for (const part of templatesOf("tally", "index template")) {
      expect(bodyOf(part).composed_of).toContain("tally.lifecycle");
    }
  });

  it("is made of components that are put before it, and of those that may be missing", () => {
    const put = new Set<string>();
    for (const part of indexTemplates("tally")) {
      if (part.kind === "component template") put.add(part.name);
      else {
        const { composed_of: all, ignore_missing_component_templates: optional } = bodyOf(part);
        expect(all.filter((name) => !put.has(name))).toEqual(optional);
        expect(all.at(-1)).toBe("tally.custom");
      }
    }
    const ofLifecycle = lifecycleParts("tally", DAY_MS).flatMap(({ kind, name }) =>
      kind === "component template" ? [name] : [],
    );
    expect(ofLifecycle).toEqual(["tally.lifecycle", "tally.lifecycle-by-day"]);
  });

  it("gives all lines one alias, and nothing else has it", () => {
    const aliased = templatesOf("tally", "index template").filter(
      (part) => bodyOf(part).template?.aliases !== undefined,
    );
    expect(aliased.map((part) => [part.name, bodyOf(part).template?.aliases])).toEqual([
      ["tally.logs", { "tally.live": {} }],
      ["tally.logs-outside", { "tally.live": {} }],
    ]);
  });
});

describe("the templates", () => {
  it("have a digest of all that matters: another mapping, pattern, setting or priority has another one", () => {
    for (const { body } of indexTemplates("tally")) {
      const { _meta: meta, version, ...rest } = body;
      const digest = (content: unknown): string =>
        createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 16);
      expect([meta.logtally, version]).toEqual([digest(rest), 2]);
      expect(digest({ ...rest, template: { settings: {} } })).not.toBe(meta.logtally);
    }
  });

  it("have the same digest each time, and each one of its own, by prefix and layout", () => {
    const digests = (prefix: string, shards = 1): string[] =>
      indexTemplates(prefix, { ...PLAIN_LAYOUT, shards })
        .filter(({ name }) => name.endsWith(".settings") || name.endsWith(".logs"))
        .map(({ body }) => body._meta.logtally);
    expect(digests("tally")).toEqual(digests("tally"));
    const [settings, logs] = digests("tally");
    expect(new Set([settings, logs, digests("other")[1], digests("tally", 2)[0]]).size).toBe(4);
  });

  it("take no field from a document into the mapping", () => {
    for (const part of indexTemplates("tally")) {
      const mappings = (part.body as { readonly template?: { readonly mappings?: object } }).template?.mappings;
      if (mappings !== undefined) expect(mappings).toMatchObject({ dynamic: false });
    }
    expect(bodyOf(countsTemplate("tally")).template?.mappings).toMatchObject({
      dynamic: false,
      properties: { count: { type: "long" }, key: { type: "keyword" }, sealed: { type: "boolean" } },
    });
  });
});

describe("the lifecycle of an index", () => {
  it("ends it a day after the days that are kept, since its age counts from the beginning of its day", () => {
    const [policy] = lifecycleParts("tally", 30 * DAY_MS);
    expect(policy).toMatchObject({ name: "tally", body: { policy: { phases: { delete: { min_age: "31d" } } } } });
  });
});
