/**
 * Goal: old indices end by one command, those alone that logtally has made, and the archive can bring their lines back.
 * Method: the program on a real Elasticsearch with indices of several days, and some of others among them.
 */
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { DAY_MS } from "../../src/core/units.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { documentsOf } from "../servers/search.ts";
import { logtally } from "./logtally.ts";

const url = inject("elasticsearchUrl") ?? "";

const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();
const dayOf = (time: string): string => time.slice(0, 10).replaceAll("-", ".");

async function indicesOf(prefix: string): Promise<string[]> {
  const answer = await fetch(`${url}/${prefix}.*?expand_wildcards=all&filter_path=*.settings.index.uuid`);
  return Object.keys((await answer.json()) as object).sort();
}

async function put(path: string, body: unknown = {}): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${url}/${path}`, { method: "PUT", headers, body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
}

/** A pipeline that has indexed a line of each of these times. */
async function stage(times: readonly string[]): Promise<{ pipeline: string; prefix: string }> {
  const folder = await tempFolder();
  const prefix = `expire-${randomBytes(4).toString("hex")}`;
  const pipeline = join(folder, "a.yaml");
  const index = `{kind: elasticsearch, urls: ["${url}"], prefix: ${prefix}, retention_days: 2, keep_days: 10}`;
  const archive = "{kind: folder, path: archive}";
  await writeFile(pipeline, `name: a\nsource: {kind: stdin}\narchive: ${archive}\nindex: ${index}\n`);
  expect(await logtally(["setup", pipeline])).toMatchObject({ code: 0 });
  const input = times.map((time) => `{"time":"${time}","n":1}\n`).join("");
  expect(await logtally(["run", pipeline, "--from", "-"], { input })).toMatchObject({ code: 0 });
  return { pipeline, prefix };
}

// Without Maven and Java there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(url === "")("indices of days that are over", () => {
  it("are named by a dry run, and end with what they are; those of others stay", async () => {
    const times = [0, 1, 9, 12, 40].map(daysAgo);
    const { pipeline, prefix } = await stage(times);
    const [today = "", yesterday = "", kept = "", old = "", older = ""] = times.map(
      (time) => `${prefix}.logs-unknown-${dayOf(time)}`,
    );
    const stranger = `${prefix}.logs-stranger-2020.01.01`;
    const others = [
      `${prefix}.health-${dayOf(times[0] ?? "")}`,
      `${prefix}.counts-0123456789ab`,
      `${prefix}.replay-x-2020.01.01`,
      `${prefix}.logs-old-2020.01.01-a`,
    ];
    await fetch(`${url}/_index_template/${prefix}.logs`, { method: "DELETE" });
    // That of health is there since the run.
    for (const name of [...others.slice(1), stranger]) await put(name);
    await documentsOf(url, `${prefix}.logs-unknown-*`);
    const all = await indicesOf(prefix);

    const dry = await logtally(["index", "expire", pipeline, "--dry-run", "--json"]);
    expect(JSON.parse(dry.stdout)).toEqual({
      pipeline: "a",
      dry_run: true,
      keep_days: 10,
      indices: [older, old].map((index) => ({ index, documents: 1, bytes: expect.any(Number) as number })),
      unmarked: [stranger],
    });
    expect(await indicesOf(prefix)).toEqual(all);

    const done = await logtally(["index", "expire", pipeline]);
    expect(done.code).toBe(0);
    expect(done.stdout.split("\n").filter((line) => line !== "")).toEqual(
      [older, old].map((index) => expect.stringContaining(`removed  ${index}  1 document, `) as string),
    );
    expect(done.stderr).toContain(`index "${stranger}" stays: it carries no note of logtally`);
    expect(done.stderr).toContain("removed 2 indices, 2 documents, ");
    expect(await indicesOf(prefix)).toEqual([...others, stranger, today, yesterday, kept].sort());

    const less = await logtally(["index", "expire", pipeline, "--older-than", "1d"]);
    expect(less.stdout).toContain(`removed  ${kept}  `);
    expect(less.stderr).toContain("fewer days are kept than the pipeline says, 1 of 10 (hint: the ledger");
    expect(await indicesOf(prefix)).toEqual([...others, stranger, today, yesterday].sort());
    expect((await logtally(["ledger", pipeline])).code).toBe(1);
  });

  it("whose lines an alias leads elsewhere are not those of the index behind it", async () => {
    const { pipeline, prefix } = await stage([]);
    const alias = `${prefix}.logs-shell-2020.01.01`;
    const mappings = { _meta: { logtally: { holds: "logs" } } };
    await put(`${prefix}-mine`, { aliases: { [alias]: {} }, mappings });
    const done = await logtally(["index", "expire", pipeline, "--json"]);
    expect(JSON.parse(done.stdout)).toMatchObject({ indices: [], unmarked: [] });
    expect((await fetch(`${url}/${prefix}-mine`)).status).toBe(200);
  });

  it("are none of a pipeline without an index, nor of half a day", async () => {
    const pipeline = join(await tempFolder(), "a.yaml");
    await writeFile(pipeline, "name: a\nsource: {kind: stdin}\narchive: {kind: folder, path: archive}\n");
    const without = await logtally(["index", "expire", pipeline]);
    expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining("add the section index") as string });
    for (const days of ["0d", "12h", "30"]) {
      expect(await logtally(["index", "expire", pipeline, "--older-than", days])).toMatchObject({ code: 2 });
    }
  });
});
