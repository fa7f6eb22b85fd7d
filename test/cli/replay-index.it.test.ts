/**
 * Goal: a replayed index has the documents that `run` makes, by the same ids, and no other; replaying again, or after a
 * kill at any moment, changes nothing; its time is told, and nothing else ever goes.
 * Method: the program as a user starts it, on a real Elasticsearch; the index of the same lines by `run` is the yardstick.
 */
import { randomBytes } from "node:crypto";
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
  /** What `run` has put into the index. */
  readonly indexed: readonly Hit[];
}

/** An archive whose lines are in an index. */
async function stage(...traffic: readonly string[]): Promise<Stage> {
  const folder = await tempFolder();
  const prefix = `test-${randomBytes(6).toString("hex")}`;
  const index = `index={kind: elasticsearch, urls: ["${url}"], prefix: ${prefix}}`;
  const args = ["--archive", join(folder, "archive"), "--set", index];
  const { path } = await generated("--lines", "3000", "--poison", "0.02", ...traffic);
  expect(await logtally(["setup", LOCAL, ...args])).toMatchObject({ code: 0 });
  expect(await logtally(["run", "--from", path, ...args])).toMatchObject({ code: 0 });
  const indexed = await documentsOf(url, `${prefix}.logs-*`);
  return { prefix, state: join(folder, "replay.json"), args, indexed };
}

function replayed({ args, state }: Stage, ...more: readonly string[]): Promise<Outcome> {
  const to = ["archive", "replay", "--to", "index", "--name", "audit", "--state", state];
  return logtally([...to, ...args, ...more]);
}

/** Without the names of indices, which differ. */
function contentOf(hits: readonly Hit[]): readonly (readonly [string, Hit["source"]])[] {
  return hits.map(({ id, source }) => [id, source] as const);
}

// Without Maven and Java there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(url === "")("a replayed index", () => {
  it("has the documents of run by the same ids, also when it is sealed and replayed again", async () => {
    const on = await stage();
    const pattern = `${on.prefix}.replay-audit-*`;
    const outcome = await replayed(on, "--json", "--expires", "3");
    expect(outcome).toMatchObject({ code: 0 });
    const told = JSON.parse(outcome.stdout) as { readonly lines: number; readonly expires_at: string };
    expect(told).toMatchObject({ to: pattern, lines: on.indexed.length, rejected: 0 });
    expect(Date.parse(told.expires_at) - Date.now()).toBeGreaterThan(2 * 86_400_000);
    const documents = contentOf(await documentsOf(url, pattern));
    expect(documents).toEqual(contentOf(on.indexed));

    expect(await logtally(["seal", ...on.args])).toMatchObject({ code: 0 });
    expect(await replayed(on)).toMatchObject({ code: 0 });
    expect(contentOf(await documentsOf(url, pattern))).toEqual(documents);
  });

  it("of a query has what find finds, and no other question goes by its name", async () => {
    const on = await stage();
    const found = await logtally(["archive", "find", "--event", "git_push", "--meta", ...on.args]);
    const ids = found.stdout
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { readonly id: string }).id);
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
    expect(await replayed(on)).toMatchObject({ code: 0 });
    expect(contentOf(await documentsOf(url, `${on.prefix}.replay-audit-*`))).toEqual(contentOf(on.indexed));
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
    expect(await remove("--dry-run")).toMatchObject({ code: 0, stdout: `expired  ${over}\n` });
    expect(await remove()).toMatchObject({ code: 0, stdout: `removed  ${over}\n` });
    expect((await fetch(`${url}/${over}`)).status).toBe(404);
    expect((await fetch(`${url}/${strange}`)).status).toBe(200);
    expect(await countOf(url, `${on.prefix}.replay-audit-*`)).toBe(on.indexed.length);
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
