/**
 * Goal: a replayed index has the documents that `run` makes, by the same ids, and no other, and so the ids of the archive;
 * replaying again, or after a kill at any moment, changes nothing; its time is told, and nothing else ever goes.
 * Method: the program as a user starts it, on a real Elasticsearch, with lines of every kind, of several days and in two
 * streams; the index of the same lines by `run` is the yardstick, and what `archive find` says.
 */
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, inject, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { countOf, documentsOf, type Hit } from "../servers/search.ts";
import { generated } from "./generated.ts";
import { expectOneLine, logtally, type Outcome, startLogtally } from "./logtally.ts";

const url = inject("elasticsearchUrl") ?? "";
const LOCAL = join(import.meta.dirname, "../../pipelines/local.yaml");

interface Stage {
  readonly prefix: string;
  readonly state: string;
  readonly args: readonly string[];
  /** What `run` has put into the index, and into its quarantine. */
  readonly indexed: readonly Hit[];
  readonly rejected: readonly Hit[];
}

function entry(insertId: string, day: string, text: string): string {
  const timestamp = `2020-12-${day}T09:00:00Z`;
  return JSON.stringify({ logName: "projects/p/logs/rails.api", timestamp, insertId, jsonPayload: { text } });
}

function message(messageId: string, payload: string, attributes: Readonly<Record<string, string>>): string {
  const data = Buffer.from(payload).toString("base64");
  return JSON.stringify({ message: { messageId, publishTime: "2020-12-22T08:00:00Z", attributes, data } });
}

/**
 * What traffic has none of: lines that came with two contents, that hold newlines or are kept as they were packed, or that
 * no index takes.
 */
const SPECIAL = [
  entry("twice", "22", "one"),
  entry("twice", "22", "another"),
  entry("twice", "23", "of another day"),
  message("1", '{"a":\n1}', {}),
  message("2", "not compressed", { compression_algorithm: "zlib" }),
  '{"time":"2020-12-24T10:00:00Z","a\\u0000":1}',
  "no record",
];
const REJECTED = 1;

/** An archive of two streams whose lines are in an index. */
async function stage(): Promise<Stage> {
  const folder = await tempFolder();
  const prefix = `test-${randomBytes(6).toString("hex")}`;
  const index = `index={kind: elasticsearch, urls: ["${url}"], prefix: ${prefix}}`;
  const args = ["--archive", join(folder, "archive"), "--set", index];
  const { path } = await generated("--lines", "3000", "--seconds", "100000", "--poison", "0.02", "--republish", "0.02");
  const special = join(folder, "special.ndjson");
  await writeFile(special, `${SPECIAL.join("\n")}\n`);
  expect(await logtally(["setup", LOCAL, ...args])).toMatchObject({ code: 0 });
  expect(await logtally(["run", "--from", path, "--from", special, ...args])).toMatchObject({ code: 0 });
  expect(await logtally(["run", "--from", special, "--set", "name=other", ...args])).toMatchObject({ code: 0 });
  const indexed = await documentsOf(url, `${prefix}.logs-*`);
  expect(new Set(indexed.map(({ source }) => source.archive.lane))).toEqual(
    new Set(["line", "quarantine", "wrapped", "blob"]),
  );
  const rejected = await documentsOf(url, `${prefix}.quarantine-*`);
  expect(rejected).toHaveLength(REJECTED);
  return { prefix, state: join(folder, "replay.json"), args, indexed, rejected };
}

/** Of each line that `archive find` finds; more than once where it came with several contents. */
async function idsFound(...args: readonly string[]): Promise<string[]> {
  const { stdout } = await logtally(["archive", "find", "--meta", ...args]);
  const metas = stdout.trimEnd().split("\n");
  return metas.map((line) => (JSON.parse(line) as { readonly id: string }).id);
}

function replayed({ args, state }: Stage, ...more: readonly string[]): Promise<Outcome> {
  const to = ["archive", "replay", "--to", "index", "--name", "audit", "--state", state];
  return logtally([...to, ...args, ...more]);
}

/** Without the names of indices, which differ. */
function contentOf(hits: readonly Hit[]): readonly (readonly [string, Hit["source"]])[] {
  return hits.map(({ id, source }) => [id, source] as const);
}

/** Fails where a replay of all has not just what the index has. */
async function expectAll({ prefix, indexed, rejected }: Stage): Promise<void> {
  const hits = await documentsOf(url, `${prefix}.replay-audit-*`);
  const isRejected = ({ index }: Hit): boolean => index.endsWith("-quarantine");
  expect(contentOf(hits.filter((hit) => !isRejected(hit)))).toEqual(contentOf(indexed));
  expect(hits.filter(isRejected).map(({ id }) => id)).toEqual(rejected.map(({ id }) => id));
}

// Without Maven and Java there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(url === "")("a replayed index", () => {
  it("has the documents of run by the same ids, also when it is sealed and replayed again", async () => {
    const on = await stage();
    const pattern = `${on.prefix}.replay-audit-*`;
    const outcome = await replayed(on, "--json", "--expires", "3");
    expect(outcome).toMatchObject({ code: 0 });
    const told = JSON.parse(outcome.stdout) as { readonly lines: number; readonly expires_at: string };
    const ids = await idsFound(...on.args);
    expect(told).toMatchObject({ to: pattern, lines: ids.length, rejected: REJECTED });
    expect(Date.parse(told.expires_at) - Date.now()).toBeGreaterThan(2 * 86_400_000);
    await expectAll(on);
    const documents = await documentsOf(url, pattern);
    expect(documents.map(({ id }) => id)).toEqual([...new Set(ids)].toSorted());
    expect(ids.length).toBeGreaterThan(documents.length);
    expect(new Set(documents.map(({ index }) => index.slice(-10))).size).toBeGreaterThan(3);

    expect(await logtally(["seal", ...on.args])).toMatchObject({ code: 0 });
    expect(await logtally(["seal", "--set", "name=other", ...on.args])).toMatchObject({ code: 0 });
    expect(await replayed(on)).toMatchObject({ code: 0 });
    await expectAll(on);
  });

  it("of a query has what find finds, and no other question goes by its name", async () => {
    const on = await stage();
    const ids = await idsFound("--event", "git_push", ...on.args);
    expect(ids.length).toBeGreaterThan(3);
    expect(await replayed(on, "--event", "git_push")).toMatchObject({ code: 0 });
    const documents = await documentsOf(url, `${on.prefix}.replay-audit-*`);
    expect(documents.map(({ id }) => id)).toEqual(ids.toSorted());

    const other = await replayed(on, "--event", "git_fetch");
    expect(other.code).toBe(2);
    expect(other.stderr).toContain("it is of another question");
    const elsewhere = await replayed({ ...on, state: `${on.state}.other` }, "--event", "git_fetch");
    expect(elsewhere.code).toBe(3);
    expect(elsewhere.stderr).toContain("by another replay");
    expect(await countOf(url, `${on.prefix}.replay-audit-*`)).toBe(ids.length);
  });

  it("is whole after kills, and what was done is not done again", async () => {
    const on = await stage();
    const pattern = `${on.prefix}.replay-audit-*`;
    for (let there = 0, kills = 0; kills < 2; kills += 1) {
      const to = ["archive", "replay", "--to", "index", "--name", "audit", "--state", on.state, "--rate", "500"];
      const { child, ended } = startLogtally([...to, ...on.args]);
      // The first is killed with its first documents, the second when it has written more than that one.
      while ((await countOf(url, pattern)) <= there) await sleep(50);
      child.kill("SIGKILL");
      await ended;
      there = await countOf(url, pattern);
    }
    expect(await countOf(url, pattern)).toBeLessThan(on.indexed.length);
    expect(await logtally(["seal", ...on.args])).toMatchObject({ code: 0 });
    expect(await replayed(on)).toMatchObject({ code: 0 });
    await expectAll(on);
  });

  it("is begun under no name that somebody else has", async () => {
    const on = await stage();
    // Of a day that a replay would only come to when it has written others.
    const taken = `${on.prefix}.replay-audit-2020.12.24`;
    expect((await fetch(`${url}/${taken}`, { method: "PUT" })).ok).toBe(true);
    const refused = await replayed(on);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain(`make index "${taken}"`);
    expect(await countOf(url, `${on.prefix}.replay-audit-*`)).toBe(0);
  });

  it("goes when its days are over, and nothing else does", async () => {
    const on = await stage();
    expect(await replayed(on)).toMatchObject({ code: 0 });
    const remove = (...more: readonly string[]) =>
      logtally(["archive", "replay", "--to", "index", "--remove-expired", ...on.args, ...more]);
    expect(await remove()).toMatchObject({ code: 0, stdout: "" });

    const over = `${on.prefix}.replay-over-2020.12.22`;
    const strange = `${on.prefix}.replay-strange-2020.12.22`;
    const mark = { replay: "0123456789abcdef", expires_at: "2020-12-30T00:00:00.000Z" };
    for (const [name, logtallyMark] of [
      [over, mark],
      [strange, { expires_at: mark.expires_at }],
    ] as const) {
      const mappings = { dynamic: false, _meta: { logtally: logtallyMark } };
      const body = JSON.stringify({ mappings });
      const put = { method: "PUT", headers: { "content-type": "application/json" }, body };
      expect((await fetch(`${url}/${name}`, put)).ok).toBe(true);
    }
    expect(await remove("--name", "over")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("of all replays"),
    });
    expect(await remove("--dry-run")).toMatchObject({ code: 0, stdout: `expired  ${over}\n` });
    expect(await remove()).toMatchObject({ code: 0, stdout: `removed  ${over}\n` });
    expect((await fetch(`${url}/${over}`)).status).toBe(404);
    expect((await fetch(`${url}/${strange}`)).status).toBe(200);
    expect(await countOf(url, `${on.prefix}.replay-audit-*`)).toBe(on.indexed.length + on.rejected.length);
  });
});

describe("a replay that cannot be", () => {
  it.each([
    [["--to", "index"], "it has no name"],
    [["--to", "index", "--name", "audit"], "the pipeline has none"],
    [["--to", "-", "--json"], "leave out --json"],
    [["--to", "-", "--name", "audit"], "--name is for --to index"],
    [["--to", "lines", "--remove-expired"], "only indices expire"],
    [["--to", "lines", "--since", "2020-12-23", "--until", "2020-12-22"], "--until is not later than --since"],
  ])("is refused in one line: %j", async (args, message) => {
    const { code, stdout, stderr } = await logtally(["archive", "replay", "--archive", await tempFolder(), ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expectOneLine(stderr, message);
  });
});
