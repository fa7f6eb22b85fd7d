/**
 * Goal: a span of the index that was lost, or has documents of an earlier form, is as `run` makes it today, by the same ids,
 * and nothing outside the span changes; what is accepted now leaves the quarantine; and no index that is over comes back
 * unasked.
 * Method: the program as a user starts it, on a real Elasticsearch; what `run` has made of the same lines is the yardstick.
 */
import { randomBytes } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, inject, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { countOf, documentsOf, type Hit } from "../servers/search.ts";
import { generated } from "./generated.ts";
import { expectOneLine, logtally, type Outcome, startLogtally } from "./logtally.ts";

const url = inject("elasticsearchUrl") ?? "";
const LOCAL = join(import.meta.dirname, "../../pipelines/local.yaml");
const DAY = ["--since", "2020-12-22", "--until", "2020-12-23"];

/** Came with two contents, and what no index takes. */
const SPECIAL = [
  ...["one", "another"].map((text) =>
    JSON.stringify({
      logName: "projects/p/logs/rails.api",
      timestamp: "2020-12-22T09:00:00Z",
      insertId: "twice",
      jsonPayload: { text },
    }),
  ),
  '{"time":"2020-12-22T10:00:00Z","a\\u0000":1}',
  "no record",
];

/** A line of another pipeline in the same archive and indices. */
const OTHER = '{"time":"2020-12-22T11:00:00Z","of":"another pipeline"}\n';

interface Stage {
  readonly prefix: string;
  readonly args: readonly string[];
  readonly input: string;
  readonly env: Readonly<Record<string, string>>;
  /** What `run` has made. */
  readonly right: readonly Hit[];
}

async function ask(method: string, path: string, body?: unknown): Promise<void> {
  const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`${url}/${path}`, { method, ...(body === undefined ? {} : json) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}

async function stage(lines = 1000): Promise<Stage> {
  const folder = await tempFolder();
  const prefix = `test-${randomBytes(6).toString("hex")}`;
  const index = `index={kind: elasticsearch, urls: ["${url}"], prefix: ${prefix}}`;
  const args = ["--archive", join(folder, "archive"), "--set", index];
  const { path } = await generated("--lines", String(lines), "--seconds", "100000", "--poison", "0.02");
  const special = join(folder, "special.ndjson");
  await writeFile(special, `${SPECIAL.join("\n")}\n`);
  expect(await logtally(["setup", LOCAL, ...args])).toMatchObject({ code: 0 });
  expect(await logtally(["run", "--from", path, special, ...args])).toMatchObject({ code: 0 });
  const other = ["run", "--from", "-", "--set", "name=other", ...args];
  expect(await logtally(other, { input: OTHER })).toMatchObject({ code: 0 });
  const right = await all(prefix);
  expect(right.filter(({ index: name }) => name.includes("quarantine"))).toHaveLength(1);
  return { prefix, args, input: path, env: { XDG_STATE_HOME: join(folder, "state") }, right };
}

/** All documents of lines, and of quarantine. */
async function all(prefix: string): Promise<Hit[]> {
  const logs = await documentsOf(url, `${prefix}.logs-*`);
  const hits = [...logs, ...(await documentsOf(url, `${prefix}.quarantine-*`))];
  // Variants of an id may lie in several indices.
  return hits.toSorted((a, b) => (`${a.id} ${a.index}` < `${b.id} ${b.index}` ? -1 : 1));
}

function rebuilt({ args, env }: Stage, ...more: readonly string[]): Promise<Outcome> {
  return logtally(["index", "rebuild", LOCAL, ...args, ...more], { env });
}

async function indicesOf(pattern: string): Promise<string[]> {
  return Object.keys((await (await fetch(`${url}/${pattern}`)).json()) as object);
}

async function removeIndices(pattern: string): Promise<void> {
  for (const name of await indicesOf(pattern)) await ask("DELETE", name);
}

// Without Maven and Java there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(url === "")("an index that is rebuilt", () => {
  it("has what was lost of a day again, when somebody says so, and its other days as they were", async () => {
    const on = await stage();
    await removeIndices(`${on.prefix}.*-2020.12.22`);
    const left = await all(on.prefix);
    const dry = await rebuilt(on, ...DAY, "--dry-run", "--json");
    expect(JSON.parse(dry.stdout)).toMatchObject({ pipeline: "local", dry_run: true, charge_usd: null });

    const unasked = await rebuilt(on, ...DAY, "--json");
    expect(unasked).toMatchObject({ code: 1 });
    const answer = JSON.parse(unasked.stdout) as { readonly left_out: number; readonly left_out_indices: string[] };
    expect(answer.left_out).toBeGreaterThan(100);
    expect(answer.left_out_indices).toContain(`${on.prefix}.logs-rails.api-2020.12.22`);
    expect(await all(on.prefix)).toEqual(left);

    const asked = await rebuilt(on, ...DAY, "--revive", "--json");
    expect(asked).toMatchObject({ code: 0 });
    expect(JSON.parse(asked.stdout)).toMatchObject({
      left_out: 0,
      kept: 0,
      rejected: { document_parsing_exception: 1 },
      agrees: true,
    });
    // The other pipeline's lines of the day are its own to bring back.
    const ours = on.right.filter(({ index, source }) => isOurs(source) || !index.endsWith("2020.12.22"));
    expect(await all(on.prefix)).toEqual(ours);
    expect(await rebuilt({ ...on, args: [...on.args, "--set", "name=other"] }, "--all", "--revive")).toMatchObject({
      code: 0,
    });
    expect(await all(on.prefix)).toEqual(on.right);
  });

  it("has documents of an earlier form in that of today, and others only where they were asked for", async () => {
    const on = await stage();
    const old = (id: string) => ({ "@timestamp": "2020-12-22T00:00:00Z", archive: { stream: "local", id }, old: true });
    const changed = on.right.filter(
      ({ source, index }) => isOurs(source) && index.includes("logs-rails.api-2020.12.22"),
    );
    expect(changed.length).toBeGreaterThan(10);
    for (const { index, id } of changed.slice(0, 10)) await ask("PUT", `${index}/_doc/${id}`, old(id));
    const before = await all(on.prefix);
    expect(before).not.toEqual(on.right);
    const other = await rebuilt(on, ...DAY, "--log", "gitaly");
    expect(other).toMatchObject({ code: 0, stderr: expect.stringContaining("lines") as string });
    expect(other.stdout).toContain("index and archive were not compared");
    expect(await all(on.prefix)).toEqual(before);
    const outcome = await rebuilt(on, ...DAY, "--log", "rails.api");
    expect(outcome).toMatchObject({ code: 0 });
    expect(await all(on.prefix)).toEqual(on.right);
    // Workers still find that what they bring is there.
    const again = await logtally(["run", "--from", on.input, "--json", ...on.args]);
    const { indexed, index_repeats: repeats } = JSON.parse(again.stdout) as Record<string, number>;
    expect(repeats).toBe(indexed);
    expect(await all(on.prefix)).toEqual(on.right);
  });

  it("takes out of quarantine what is accepted now", async () => {
    const on = await stage(500);
    const [hit] = on.right.filter(({ source }) => isOurs(source));
    const place = { object: "wal/local/2020-12-22/gone/00000001.2020-12-22T09-2020-12-22T09.ndjson.zst", row: 3 };
    const day = `${on.prefix}.quarantine-2020.12.22`;
    await ask("PUT", `${day}/_doc/${hit?.id}?refresh=true`, { archive: hit?.source.archive, place });
    const outcome = await rebuilt(on, "--all", "--json");
    expect(outcome).toMatchObject({ code: 0 });
    expect(JSON.parse(outcome.stdout)).toMatchObject({ left_quarantine: 1, agrees: true });
    expect(await all(on.prefix)).toEqual(on.right);
  });

  it("is whole after a kill, beside a run, and of what is sealed and removed", async () => {
    const on = await stage(4000);
    await removeIndices(`${on.prefix}.*`);
    const command = ["index", "rebuild", LOCAL, ...on.args, "--all", "--revive"];
    const { child, ended } = startLogtally([...command, "--rate", "1000"], { env: on.env });
    while ((await countOf(url, `${on.prefix}.logs-*`)) === 0) await sleep(20);
    child.kill("SIGKILL");
    await ended;
    expect(await countOf(url, `${on.prefix}.logs-*`)).toBeLessThan(on.right.length);
    const [state] = await readdir(join(on.env["XDG_STATE_HOME"] ?? "", "logtally"));
    expect(state).toMatch(/\.rebuild-[0-9a-f]{16}\.json$/);
    expect(await logtally(["seal", LOCAL, ...on.args])).toMatchObject({ code: 0 });
    const [outcome, run] = await Promise.all([
      rebuilt(on, "--all", "--revive"),
      logtally(["run", "--from", on.input, ...on.args]),
    ]);
    expect([outcome, run]).toMatchObject([
      { stderr: expect.stringContaining("--anew begins again") as string },
      { code: 0 },
    ]);
    expect(await rebuilt(on, "--all", "--revive", "--anew")).toMatchObject({ code: 0 });
    const ours = on.right.filter(({ source }) => isOurs(source));
    // What is in quarantine lies in the vault by now.
    const withoutPlace = (hits: readonly Hit[]) =>
      hits.map((hit) => ({ ...hit, source: { ...hit.source, place: null } }));
    expect(withoutPlace(await all(on.prefix))).toEqual(withoutPlace(ours));
  });

  it("says what is wrong with its question or its archive", async () => {
    const on = await stage(500);
    const unsaid = await rebuilt(on);
    expect(unsaid.code).toBe(2);
    expectOneLine(unsaid.stderr, "of which lines is not said");
    expect((await rebuilt(on, "--all", "--since", "7d")).code).toBe(2);
    expect((await rebuilt(on, "--all", "--log", "no-such-log")).code).toBe(2);
    expect((await rebuilt(on, "--all", "--archive", join(await tempFolder(), "none"))).code).toBe(2);
    const none = await logtally(["index", "rebuild", LOCAL, "--all"], { env: on.env });
    expect(none.code).toBe(2);
    expectOneLine(none.stderr, 'rebuild the index: pipeline "local" has no index');
  });
});

function isOurs(source: Hit["source"]): boolean {
  return (source.archive as { readonly stream?: string }).stream === "local";
}
