/**
 * Goal: what a cluster does not take for its own state is no fault of a line: it waits in the archive, what goes to other
 * indices is there at once, and all is there when somebody has mended it.
 * Method: the program on a real Elasticsearch, of which an administrator has spoilt one thing each time.
 */
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { documentsOf } from "../servers/search.ts";
import { generated } from "./generated.ts";
import { logtally } from "./logtally.ts";

const url = inject("elasticsearchUrl") ?? "";
const DAY = "2020.12.22";

/** A request to the cluster, which must succeed. */
async function ask(method: "DELETE" | "POST" | "PUT", path: string, body?: unknown): Promise<void> {
  const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`${url}/${path}`, { method, ...(body === undefined ? {} : json) });
  expect({ path, status: answer.status, why: answer.ok ? "" : await answer.text() }).toMatchObject({ status: 200 });
}

/** The index that is spoilt, by its prefix. */
const spoilt = (prefix: string): string => `${prefix}.logs-sidekiq-${DAY}`;

const setting = (settings: unknown) => (prefix: string) => ask("PUT", `${spoilt(prefix)}/_settings`, settings);

interface Trouble {
  readonly what: string;
  /** True where it is there before the first line. */
  readonly isFirst?: true;
  readonly begin: (prefix: string) => Promise<void>;
  readonly end: (prefix: string) => Promise<void>;
  /** In what the run says. */
  readonly told: string;
  /** Part of the names of the indices that it keeps from lines, in the place of the one that is spoilt. */
  readonly keeps?: string;
}

const TROUBLES: readonly Trouble[] = [
  {
    what: "an index that is read-only",
    begin: setting({ "index.blocks.write": true }),
    end: setting({ "index.blocks.write": null }),
    told: "index write (api)",
  },
  {
    what: "an index of a node whose disk is full",
    begin: setting({ "index.blocks.read_only_allow_delete": true }),
    end: setting({ "index.blocks.read_only_allow_delete": null }),
    told: "flood-stage watermark",
  },
  {
    what: "a closed index",
    begin: (prefix) => ask("POST", `${spoilt(prefix)}/_close`),
    end: (prefix) => ask("POST", `${spoilt(prefix)}/_open`),
    told: "index_closed_exception",
  },
  {
    what: "an index of more shards than the cluster may have",
    isFirst: true,
    begin: (prefix) =>
      ask("PUT", `_index_template/${prefix}-many`, {
        index_patterns: [`${spoilt(prefix)}*`],
        priority: 600,
        composed_of: [`${prefix}.settings`, `${prefix}.fields`],
        template: { settings: { "index.number_of_shards": 1000, "index.number_of_replicas": 9 } },
      }),
    end: (prefix) => ask("DELETE", `_index_template/${prefix}-many`),
    told: "maximum normal shards open",
  },
  {
    what: "an index whose pipeline is gone",
    begin: setting({ "index.default_pipeline": "gone" }),
    end: setting({ "index.default_pipeline": null }),
    told: "pipeline with id [gone] does not exist",
  },
  {
    what: "an alias of two indices under the name of an index",
    isFirst: true,
    begin: async (prefix) => {
      for (const end of ["a", "b"]) await ask("PUT", `${prefix}-${end}`, { aliases: { [spoilt(prefix)]: {} } });
    },
    end: async (prefix) => {
      for (const end of ["a", "b"]) await ask("DELETE", `${prefix}-${end}`);
    },
    told: "no write index is defined for alias",
  },
  {
    what: "an index under the name of the alias",
    isFirst: true,
    begin: (prefix) => ask("PUT", `${prefix}.live`),
    end: (prefix) => ask("DELETE", `${prefix}.live`),
    told: "invalid_alias_name_exception",
    keeps: ".logs-",
  },
];

// Without Maven and Java there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(url === "")("what a cluster does not take for its own state", () => {
  async function pipelineAt(prefix: string): Promise<string> {
    const pipeline = join(await tempFolder(), "a.yaml");
    const index = `{kind: elasticsearch, urls: ["${url}"], prefix: ${prefix}, spill_after_ms: 1000}`;
    const archive = "{kind: folder, path: archive}";
    await writeFile(pipeline, `name: a\nsource: {kind: stdin}\narchive: ${archive}\nindex: ${index}\n`);
    expect(await logtally(["setup", pipeline])).toMatchObject({ code: 0 });
    return pipeline;
  }

  const idsOf = async (prefix: string, isOne: (index: string) => boolean): Promise<string[]> => {
    const all = await documentsOf(url, `${prefix}.logs-*,${prefix}.quarantine-*`);
    return all.filter(({ index }) => isOne(index)).map(({ id }) => id);
  };

  it.each(TROUBLES)("as $what holds up no others, and all of it is there when that is mended", async (trouble) => {
    const { isFirst, begin, end, told, keeps } = trouble;
    const prefix = `blocked-${randomBytes(4).toString("hex")}`;
    const pipeline = await pipelineAt(prefix);
    const first = await generated("--lines", "200");
    const second = await generated("--lines", "200", "--seed", "2");
    if (isFirst !== true) expect(await logtally(["run", pipeline, "--from", first.path])).toMatchObject({ code: 0 });
    const isKept = (index: string): boolean => (keeps === undefined ? index === spoilt(prefix) : index.includes(keeps));
    const before = isFirst === true ? 0 : (await idsOf(prefix, isKept)).length;

    await begin(prefix);
    const blocked = await logtally(["run", pipeline, "--json", "--from", second.path]);
    expect(blocked.code).toBe(3);
    expect(blocked.stderr).toContain(told);
    expect(JSON.parse(blocked.stdout)).toMatchObject({ archived: second.truth.archived, index_complete: false });
    const others = await idsOf(prefix, (index) => !isKept(index));

    await end(prefix);
    const mended = await logtally(["run", pipeline, "--json", "--from", second.path]);
    expect(mended).toMatchObject({ code: 0 });
    expect(JSON.parse(mended.stdout)).toMatchObject({ index_rejected: 0, index_complete: true });
    expect((await idsOf(prefix, isKept)).length).toBeGreaterThan(before);
    expect(await idsOf(prefix, (index) => !isKept(index))).toEqual(others);
    const archived = second.truth.archived + (isFirst === true ? 0 : first.truth.archived);
    expect(new Set(await idsOf(prefix, (index) => index.includes(".logs-"))).size).toBe(archived);
    expect(await idsOf(prefix, (index) => index.includes(".quarantine-"))).toEqual([]);
  });
});
