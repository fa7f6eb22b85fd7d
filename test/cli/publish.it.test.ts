/**
 * Goal: what is published into Elasticsearch is what `counts` says, however often and by whom it is published: late lines
 * raise it, an older state never takes the place of a newer one, and what is gone is zero.
 * Method: the program as a user starts it, on a real Elasticsearch; sums as Kibana asks for them against `counts`; an
 * older state is a copy of the archive from before.
 */
import { randomBytes } from "node:crypto";
import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import type { CountRow } from "../../src/counts/cube.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { apiLine, entryLine } from "../counts/facts/sealed-archive.ts";
import { expectOneLine, logtally, type Outcome, run } from "./logtally.ts";

const url = inject("elasticsearchUrl") ?? "";
const DAY = Date.UTC(2020, 11, 22);
const HOUR = 3_600_000;
const AS_OF = "2020-12-24";

/** What a document has, as far as it is looked at. */
interface Published {
  readonly event: string;
  readonly key?: string;
  readonly "@timestamp": string;
  readonly count: number;
  readonly unique_users: number;
  readonly sessions?: number;
  readonly sealed: boolean;
  readonly lines: number;
  readonly catalogue: string;
  readonly pipeline: string;
  readonly segment: string;
  readonly widened: readonly string[];
}

interface Stage {
  readonly cwd: string;
  readonly prefix: string;
  /** Archives lines, or entries. */
  add(lines: readonly string[]): Promise<void>;
  seal(): Promise<void>;
  report(options?: ReportingOptions): Promise<Outcome>;
  counted(...args: readonly string[]): Promise<CountRow[]>;
  documents(): Promise<Published[]>;
  search(body: unknown): Promise<unknown>;
}

interface ReportingOptions {
  readonly archive?: string;
  readonly fields?: string;
  readonly set?: readonly string[];
}

async function stage(): Promise<Stage> {
  const cwd = await tempFolder();
  const prefix = `test-${randomBytes(6).toString("hex")}`;
  const set = ["--set", `index={kind: elasticsearch, urls: ["${url}"], prefix: ${prefix}}`];
  const archive = join(cwd, "archive");
  let files = 0;

  async function search(body: unknown): Promise<unknown> {
    const answer = await fetch(`${url}/${prefix}.counts-*/_search`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
    return answer.json();
  }

  return {
    cwd,
    prefix,
    search,
    async add(lines) {
      files += 1;
      const path = join(cwd, `${files}.ndjson`);
      await writeFile(path, `${lines.join("\n")}\n`);
      await run(archive, [path]);
    },
    async seal() {
      expect(await logtally(["seal", "--archive", archive])).toMatchObject({ code: 0 });
    },
    async report({ archive: other = "archive", fields = "by: plan", set: more = [] } = {}) {
      const text = `version: 1\nname: daily\nas_of: "${AS_OF}"\ndays: 5\n${fields}\ndestination: { kind: elasticsearch }\n`;
      await writeFile(join(cwd, "daily.yaml"), text);
      return logtally(["report", "daily.yaml", "--archive", other, ...set, ...more], { cwd });
    },
    async counted(...args) {
      const asked = ["counts", "--archive", archive, "--period", "daily", "--days", "5", "--as-of", AS_OF, "--json"];
      const outcome = await logtally([...asked, ...args]);
      expect(outcome.code).toBe(0);
      return (JSON.parse(outcome.stdout) as { rows: CountRow[] }).rows;
    },
    async documents() {
      const answer = (await search({ size: 1000, sort: ["event", "@timestamp", "key"] })) as {
        readonly hits: { readonly hits: readonly { readonly _source: Published }[] };
      };
      return answer.hits.hits.map(({ _source }) => _source);
    },
  };
}

/** Both as `event key day: count users sessions sealed`, in an order of their own. */
function wordsOf(rows: readonly (Published | CountRow)[]): string[] {
  const words = rows.map((row) => {
    const day = "from" in row ? row.from : row["@timestamp"];
    const { event, key, count, unique_users: users, sessions, sealed } = row;
    return `${event} ${key ?? "all"} ${day.slice(0, 10)}: ${count} ${users} ${sessions} ${sealed}`;
  });
  return words.toSorted();
}

const plan = (name: string): Record<string, unknown> => ({ "meta.subscription_plan": name });

function traffic(): string[] {
  return Array.from({ length: 60 }, (_, n) =>
    apiLine(DAY + n * HOUR * 0.7, { ...plan(n % 3 === 0 ? "gold" : "free"), user_id: n % 5, n }),
  );
}

async function expectPublished(on: Stage, ...args: readonly string[]): Promise<void> {
  const documents = await on.documents();
  expect(wordsOf(documents.filter(({ count }) => count > 0))).toEqual(
    wordsOf(await on.counted("--by", "plan", ...args)),
  );
}

// Without Maven and Java there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(url === "")("daily counts in a real cluster", () => {
  it("are those of counts, and the same when they are published again", async () => {
    const on = await stage();
    await on.add(traffic());
    const first = await on.report();
    expect(first).toMatchObject({ code: 0, stdout: "" });
    const documents = await on.documents();
    expect(documents.length).toBeGreaterThan(5);
    expectOneLine(first.stderr, `report "daily.yaml": ${documents.length} documents in "${on.prefix}.counts-`);
    await expectPublished(on);
    const again = await on.report();
    expect(again).toMatchObject({ code: 0, stderr: first.stderr });
    expect(await on.documents()).toEqual(documents);
    const [document] = documents;
    expect(document).toMatchObject({ pipeline: "local", segment: "plan", sealed: false, widened: [] });
    expect(first.stderr).toContain(document?.catalogue.slice("sha256:".length, "sha256:".length + 12));
  });

  it("add up in Kibana's way to what counts says of each plan and day", async () => {
    const on = await stage();
    await on.add(traffic());
    const { stderr } = await on.report();
    // The same under another instance, as whoever sets one later has both.
    expect((await on.report({ set: ["--set", "instance=gprd"] })).code).toBe(0);
    const view = /, view (\w+)/.exec(stderr)?.[1];
    const { aggregations } = (await on.search({
      size: 0,
      query: { bool: { filter: [{ term: { event: "rest_request" } }, { term: { view } }] } },
      aggs: {
        day: {
          date_histogram: { field: "@timestamp", calendar_interval: "day", min_doc_count: 1 },
          aggs: { plan: { terms: { field: "key" }, aggs: { events: { sum: { field: "count" } } } } },
        },
      },
    })) as KibanaAnswer;
    const summed = aggregations.day.buckets.flatMap((day) =>
      day.plan.buckets.map(({ key, events }) => `${day.key_as_string.slice(0, 10)} ${key} ${events.value}`),
    );
    const rows = await on.counted("--by", "plan", "--event", "rest_request");
    expect(summed.toSorted()).toEqual(
      rows.map(({ from, key, count }) => `${from.slice(0, 10)} ${key} ${count}`).toSorted(),
    );
  });

  it("are raised by late lines, and said to be sealed by a seal; an older state that comes late changes nothing", async () => {
    const on = await stage();
    await on.add(traffic());
    await cp(join(on.cwd, "archive"), join(on.cwd, "before"), { recursive: true });
    expect((await on.report()).code).toBe(0);

    await on.add([
      apiLine(DAY + HOUR, { ...plan("gold"), late: 1 }),
      apiLine(DAY + HOUR, { ...plan("silver"), late: 2 }),
    ]);
    expect((await on.report()).code).toBe(0);
    await expectPublished(on);
    const raised = await on.documents();

    const late = await on.report({ archive: "before" });
    expect(late.code).toBe(0);
    expectOneLine(late.stderr, "left, as counts of a newer state are there");
    expect(await on.documents()).toEqual(raised);

    await cp(join(on.cwd, "archive"), join(on.cwd, "open"), { recursive: true });
    await on.seal();
    expect((await on.report()).code).toBe(0);
    await expectPublished(on);
    const sealed = await on.documents();
    expect(sealed.every((document) => document.sealed)).toBe(true);
    expect((await on.report({ archive: "open" })).code).toBe(0);
    expect(await on.documents()).toEqual(sealed);
  });

  it("whose row is gone are zero, and no older state brings them back", async () => {
    const on = await stage();
    await on.add([...traffic(), entryLine(DAY, "1", plan("rare")), entryLine(DAY + 40 * HOUR, "2", plan("rarer"))]);
    await cp(join(on.cwd, "archive"), join(on.cwd, "before"), { recursive: true });
    expect((await on.report()).code).toBe(0);
    const rare = async (): Promise<number[]> =>
      (await on.documents()).filter(({ key }) => key === "rare").map(({ count }) => count);
    expect((await rare()).length).toBeGreaterThan(0);
    expect(await rare()).not.toContain(0);

    // Other lines with its id: the one with the smallest hash counts, and it is none with that plan any more.
    const variants = Array.from({ length: 40 }, (_, n) => entryLine(DAY, "1", { ...plan("free"), route: null, n }));
    await on.add(variants);
    expect((await on.counted("--by", "plan")).filter(({ key }) => key === "rare")).toEqual([]);
    const emptied = await on.report();
    expect(emptied.code).toBe(0);
    expect(emptied.stderr).toMatch(/\d documents? set to zero/);
    expect(new Set(await rare())).toEqual(new Set([0]));
    await expectPublished(on);
    expect((await on.documents()).filter(({ key }) => key === "rarer").every(({ count }) => count > 0)).toBe(true);

    expect((await on.report({ archive: "before" })).code).toBe(0);
    expect(new Set(await rare())).toEqual(new Set([0]));
    expect((await on.report()).stderr).not.toContain("set to zero");
  });

  it.each([
    ["by group, with the groups of persons folded", "by: group", "reporting.fold_personal=true"],
    ["by session, each with the start of the whole", "by: session\nlevel: identifiable", "deployment=saas"],
  ])("%s, hang on other days too: no older state of those takes their place", async (_, fields, set) => {
    const on = await stage();
    const inGroup = (user: string, timeMs: number): string =>
      apiLine(timeMs, { "meta.user": user, user_id: user, "meta.root_namespace": "alice" });
    await on.add([inGroup("bob", DAY + 10), inGroup("bob", DAY + HOUR)]);
    await cp(join(on.cwd, "archive"), join(on.cwd, "before"), { recursive: true });
    // Says whose group it is, and that bob came before midnight; neither is on the day of the rows.
    await on.add([inGroup("alice", DAY + 26 * HOUR), inGroup("bob", DAY - 10)]);
    const asked = { fields, set: ["--set", set] };
    expect((await on.report(asked)).code).toBe(0);
    const published = await on.documents();
    const older = await on.report({ ...asked, archive: "before" });
    expect(older.code).toBe(0);
    expect(older.stderr).toContain("left, as counts of a newer state are there");
    const kept = (all: readonly Published[]): string[] => wordsOf(all.filter(({ count }) => count > 0));
    expect(kept(await on.documents())).toEqual(expect.arrayContaining(kept(published)));
    expect((await on.report(asked)).code).toBe(0);
    expect(kept(await on.documents())).toEqual(kept(published));
  });

  it("of some events leave those of others alone", async () => {
    const on = await stage();
    await on.add(traffic());
    expect((await on.report()).code).toBe(0);
    const before = await on.documents();
    const some = await on.report({ fields: "by: plan\nevents: [rest_request]" });
    expect(some.stderr).not.toContain("zero");
    expect(await on.documents()).toEqual(before);
  });

  it("by another pipeline, level or catalogue lie beside, and none touches the others'", async () => {
    const on = await stage();
    await on.add(traffic());
    expect((await on.report()).code).toBe(0);
    const own = await on.documents();
    await writeFile(
      join(on.cwd, "team.yaml"),
      "version: 1\nevents:\n  rest_request: { description: x, log: rails.api, when: { status: 200 } }\n",
    );
    const others: readonly ReportingOptions[] = [
      { set: ["--set", "name=other"] },
      { fields: "by: plan\nlevel: identifiable" },
      { set: ["--set", "catalogue=team.yaml"] },
      { set: ["--set", "instance=gprd"] },
    ];
    let expected = own.length;
    for (const options of others) {
      const outcome = await on.report(options);
      expect(outcome.code).toBe(0);
      expect(outcome.stderr).not.toMatch(/zero|left/);
      expected += Number(/: (\d+) documents/.exec(outcome.stderr)?.[1]);
      expect(await on.documents()).toHaveLength(expected);
    }
    const all = await on.documents();
    expect(all).toEqual(expect.arrayContaining(own));
    expect(new Set(all.map(({ catalogue }) => catalogue)).size).toBe(2);
  });

  it.each([
    ["counts that are dates", { count: { type: "date" } }],
    ["ids that are texts", { id: { type: "text" } }],
  ])("into an index of others are refused, with what is wrong with it: %s", async (_what, properties) => {
    const on = await stage();
    await on.add(traffic());
    expect((await on.report()).code).toBe(0);
    const index = `${on.prefix}.counts-${/counts-(\w+)/.exec((await on.report()).stderr)?.[1]}`;
    expect((await ask("DELETE", index)).status).toBe(200);
    expect((await ask("DELETE", `_index_template/${on.prefix}.counts`)).status).toBe(200);
    expect((await ask("PUT", index, { mappings: { properties } })).status).toBe(200);
    const { code, stderr } = await on.report();
    expect(code).toBe(3);
    expectOneLine(stderr, `"${index}" of "${url}": `, "look at its mapping", "or delete it");
    expect(stderr).toMatch(/Fielddata is disabled on \[id\]|No mapping found for \[id\]|failed to parse/);
  });

  it("into a data stream of others are refused, as it takes nothing that is overwritten", async () => {
    const on = await stage();
    await on.add(traffic());
    const body = { index_patterns: [`${on.prefix}.counts-*`], data_stream: {}, priority: 900 };
    expect((await ask("PUT", `_index_template/${on.prefix}-others`, body)).status).toBe(200);
    const { code, stderr } = await on.report();
    expect(code).toBe(3);
    expectOneLine(stderr, "documents are rejected", "op_type of create", "look at its mapping and templates");
    await ask("DELETE", `_data_stream/${on.prefix}.counts-*`);
    await ask("DELETE", `_index_template/${on.prefix}-others`);
  });

  it("beside another template for the same indices are refused, as is its setup, with that as the reason", async () => {
    const on = await stage();
    await on.add(traffic());
    const body = { index_patterns: [`${on.prefix}.counts-*`], priority: 500 };
    expect((await ask("PUT", `_index_template/${on.prefix}-others`, body)).status).toBe(200);
    const { code, stderr } = await on.report();
    expect(code).toBe(3);
    expectOneLine(stderr, `${on.prefix}-others`, "(hint: another template of the cluster is in the way");
  });

  it("by user are published where the owner has opened it, and say so", async () => {
    const on = await stage();
    await on.add(traffic());
    const fields = "by: user\nlevel: identifiable";
    expect(await on.report({ fields })).toMatchObject({ code: 2 });
    const answer = await fetch(`${url}/_cat/indices/${on.prefix}.*`);
    expect(await answer.text()).toBe("");
    expect(await on.report({ fields, set: ["--set", "reporting.identifiable=[user]"] })).toMatchObject({ code: 0 });
    expect(new Set((await on.documents()).map(({ widened }) => widened.join()))).toEqual(new Set(["user"]));
  });
});

function ask(method: string, path: string, body?: unknown): Promise<Response> {
  const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return fetch(`${url}/${path}`, { method, ...(body === undefined ? {} : json) });
}

interface KibanaAnswer {
  readonly aggregations: {
    readonly day: {
      readonly buckets: readonly {
        readonly key_as_string: string;
        readonly plan: {
          readonly buckets: readonly { readonly key: string; readonly events: { readonly value: number } }[];
        };
      }[];
    };
  };
}
