/**
 * Goal: nobody asks Elasticsearch for more than the role of the duty on the page has, and no role has more than is asked.
 * Method: each duty as a user runs it, on a real Elasticsearch, and on scripted answers for what that lacks; every request
 * on the way is noted, and the privilege that it needs is held against the tables of the pages.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { FIXTURES, logtally } from "../cli/logtally.ts";
import { openRecordingProxy, type RecordingProxy } from "../servers/recording-proxy.ts";
import { type ScriptedPlatform, startScriptedPlatform } from "../servers/scripted-platform.ts";
import { clusterNeeds, type Needed } from "./needed.ts";
import { clusterGrants, differences, type Grant } from "./role-table.ts";

const url = inject("elasticsearchUrl") ?? "";
const DOCS = join(FIXTURES, "../docs");
const LOCAL = join(FIXTURES, "../pipelines/local.yaml");
const prefix = `rights-${randomBytes(4).toString("hex")}`;
const ALL_MS = 240_000;
const DUTIES = ["setup", "worker", "operator", "counts", "replay"] as const;
/** Lines are erased by a query of the operator: docs/decisions/erasure.md. */
const BY_HAND = [`delete on ${prefix}.logs-*`];
type Duty = (typeof DUTIES)[number] | "reader";

const REJECTED = '{"time":"2020-12-24T10:00:00Z","a\\u0000":1}\n';

const needed = new Map<Duty, Needed[]>();
const made = new Set<string>();
let folder: string;
let cluster: RecordingProxy;
let scripted: ScriptedPlatform;
let platform: RecordingProxy;

async function on(args: readonly string[], place = cluster.url, codes: readonly number[] = [0]): Promise<void> {
  const index = `index={kind: elasticsearch, urls: ["${place}"], prefix: ${prefix}, retention_days: 2, keep_days: 10}`;
  const env = { XDG_STATE_HOME: folder };
  const outcome = await logtally([...args, "--archive", "archive", "--set", index], { cwd: folder, env });
  if (!codes.includes(outcome.code ?? 0)) throw new Error(`${args.join(" ")}: ${JSON.stringify(outcome)}`);
}

async function as(duty: Duty, work: () => Promise<unknown>): Promise<void> {
  const all = needed.get(duty) ?? [];
  needed.set(duty, all);
  await work();
  all.push(...[...cluster.take(), ...platform.take()].flatMap((request) => clusterNeeds(request, made)));
}

/** As an administrator, past all that is noted. */
async function administer(method: string, path: string, body?: unknown): Promise<void> {
  const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`${url}/${path}`, { method, ...(body === undefined ? {} : json) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  if (method === "DELETE") made.delete(path);
}

/** Has some logs rejected, until it is gone. */
const WRONG = `_index_template/${prefix}-wrong`;
const WRONG_TEMPLATE = {
  index_patterns: [`${prefix}.logs-rails.*`],
  priority: 600,
  template: { mappings: { dynamic: false, properties: { archive: { properties: { log: { type: "long" } } } } } },
};

async function everything(): Promise<void> {
  const traffic = join(folder, "traffic.ndjson");
  const generate = ["generate", "--lines", "300", "--output", traffic];
  expect(await logtally(generate)).toMatchObject({ code: 0 });
  await writeFile(join(folder, "rejected.ndjson"), REJECTED);
  const report = `version: 1\nname: daily\nas_of: "2020-12-24"\ndays: 5\nby: plan\ndestination: { kind: elasticsearch }\n`;
  await writeFile(join(folder, "daily.yaml"), report);

  // It lacks the fields and the alias of today.
  const today = new Date().toISOString().slice(0, 10).replaceAll("-", ".");
  const ofArchive = { archive: { properties: { stream: { type: "keyword" } } } };
  await administer("PUT", `${prefix}.logs-rails.api-${today}`, { mappings: { dynamic: false, properties: ofArchive } });
  await as("setup", async () => {
    await on(["setup", LOCAL]);
    await on(["setup", LOCAL], platform.url);
  });
  await administer("DELETE", `${prefix}.logs-rails.api-${today}`);
  await administer("PUT", WRONG, WRONG_TEMPLATE);
  await as("worker", async () => {
    await on(["run", "--from", traffic, "rejected.ndjson"]);
  });
  await administer("DELETE", WRONG);
  const wrong = (await (await fetch(`${url}/${prefix}.logs-rails.*`)).json()) as object;
  for (const name of Object.keys(wrong)) await administer("DELETE", name);
  await as("worker", () => on(["check", LOCAL]));

  await as("reader", () => on(["ledger"], cluster.url, [0, 1]));
  await as("operator", () => on(["index", "redrive", LOCAL], cluster.url, [0, 1]));
  // What is rejected again needs a new one.
  await administer("DELETE", `${prefix}.quarantine-2020.12.24`);
  const span = ["--since", "2020-12-22", "--until", "2020-12-25"];
  await as("operator", () => on(["index", "rebuild", LOCAL, ...span, "--revive"], cluster.url, [0, 1]));
  await as("counts", () => on(["report", "daily.yaml"]));
  const replay = ["archive", "replay", "--to", "index", "--name", "audit", "--expires", "1"];
  await as("replay", async () => {
    await on([...replay, "--state", join(folder, "one.json")], cluster.url, [0, 1]);
    await on([...replay, "--state", join(folder, "one.json"), "--anew"], cluster.url, [0, 1, 2]);
  });
  // Of days that are over.
  await administer("PUT", `${prefix}.health-2020.12.22`);
  const note = { mappings: { _meta: { logtally: { replay: "old", expires_at: "2020-12-31T00:00:00.000Z" } } } };
  await administer("PUT", `${prefix}.replay-old-2020.12.22`, note);
  await as("operator", async () => {
    await on(["archive", "replay", LOCAL, "--to", "index", "--remove-expired"]);
    await on(["index", "expire", LOCAL]);
  });
}

/** Of both pages: roles, and what else is asked for. */
async function grants(duty: string): Promise<Grant[]> {
  const pages = [join(DOCS, "how-to/elasticsearch.md"), join(DOCS, "security.md")];
  const texts = await Promise.all(pages.map((page) => readFile(page, "utf8")));
  return texts.flatMap((text) => clusterGrants(text, prefix)).filter((grant) => grant.duty === duty);
}

// Without Maven and Java there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(url === "")("a duty in Elasticsearch", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "logtally-rights-"));
    cluster = await openRecordingProxy(url);
    scripted = await startScriptedPlatform({ lifecycles: "allowed", security: "allowed" });
    platform = await openRecordingProxy(scripted.url);
    await everything();
  }, ALL_MS);
  afterAll(async () => {
    await Promise.all([cluster.close(), platform.close(), scripted.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  it.each(DUTIES)("asks for what its role has, and for all of that: %s", async (duty) => {
    const granted = await grants(duty);
    expect(granted.length).toBeGreaterThan(0);
    const { beyond, unused } = differences(granted, needed.get(duty) ?? []);
    expect({ beyond, unused: unused.filter((each) => !BY_HAND.includes(each)) }).toEqual({ beyond: [], unused: [] });
  });

  it("asks for what readers have, who may do more by hand", async () => {
    expect(differences(await grants("reader"), needed.get("reader") ?? []).beyond).toEqual([]);
    expect(needed.get("reader")?.length).toBeGreaterThan(0);
  });
});
