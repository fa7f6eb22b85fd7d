/**
 * Goal: `setup` makes what an index needs, once, and `check` says what is missing there and what gives it.
 * Method: the program as a user starts it, on a real Elasticsearch; scripted answers for clusters with security, of
 * another version, and for servers that are none.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, inject, it } from "vitest";
import { countsTemplate, indexTemplates } from "../../src/indexing/template/index-templates.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { FIXTURES, logtally, type Outcome } from "./logtally.ts";

const url = inject("elasticsearchUrl") ?? "";
const LOCAL = join(FIXTURES, "../pipelines/local.yaml");

let server: Server | null = null;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
  server = null;
});

/** A command on a pipeline with that index. */
async function onIndex(command: readonly string[], index: Readonly<Record<string, unknown>>): Promise<Outcome> {
  const settings = [`index=${JSON.stringify({ kind: "elasticsearch", ...index })}`, "source={kind: stdin}"];
  const env = { TEST_KEY: "a2V5OnRlc3Q=" };
  return logtally([...command, "--archive", await tempFolder(), ...settings.flatMap((each) => ["--set", each])], {
    env,
  });
}

/** The lines of the index in the output. */
function indexLines(text: string): string[] {
  return text.split("\n").filter((line) => /index|template/.test(line));
}

// Without Maven and Java there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(url === "")("the index of a pipeline", () => {
  it("is missing, is shown by a dry run, made by setup, and left as it is by another", async () => {
    const index = { urls: [url], prefix: `test-${randomBytes(6).toString("hex")}` };
    const names = [...indexTemplates(index.prefix), countsTemplate(index.prefix)].map(
      ({ kind, name }) => `${kind} "${name}" in "${url}"`,
    );
    const expire = "by hand  logtally index expire PIPELINE # once a day: the cluster ends no indices by itself";

    const missing = await onIndex(["check"], index);
    expect(missing.code).toBe(3);
    const hint = "not there (hint: logtally setup PIPELINE)";
    // Published counts are no worker's.
    const ofWorker = names.slice(0, -1);
    expect(indexLines(missing.stderr)).toEqual(ofWorker.map((name) => `bad  index          ${name}: ${hint}`));

    const plan = await onIndex(["setup", LOCAL, "--dry-run"], index);
    expect(plan).toMatchObject({ code: 0, stderr: "" });
    expect(indexLines(plan.stdout)).toEqual([...names.map((name) => `create   ${name} (not done: dry run)`), expire]);
    expect((await onIndex(["check"], index)).code).toBe(3);

    const made = await onIndex(["setup", LOCAL], index);
    expect(made).toMatchObject({ code: 0, stderr: "" });
    expect(indexLines(made.stdout)).toEqual([...names.map((name) => `create   ${name}`), expire]);
    const counts = `${url}/_index_template/${index.prefix}.counts`;
    expect((await fetch(counts, { method: "DELETE" })).status).toBe(200);
    expect(await onIndex(["check"], index)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("current templates but that of published counts (hint for reports: ") as string,
    });
    expect((await onIndex(["setup", LOCAL], index)).code).toBe(0);
    const again = await onIndex(["setup", LOCAL], index);
    expect(indexLines(again.stdout)).toEqual([...names.map((name) => `there    ${name}`), expire]);

    const fine = await onIndex(["check"], index);
    expect(fine).toMatchObject({ code: 0, stderr: "" });
    expect(indexLines(fine.stdout)).toEqual([
      expect.stringMatching(
        /^ok {3}index {10}"http.*": cluster "logtally-test-\w+", version 9\.\S+, current templates, rights not asked/,
      ),
    ]);
  });

  it("is brought up to date by setup where its templates are of another version", async () => {
    const prefix = `test-${randomBytes(6).toString("hex")}`;
    const index = { urls: [url], prefix };
    expect(await onIndex(["setup", LOCAL], index)).toMatchObject({ code: 0 });
    const old = { index_patterns: [`${prefix}.logs-*`], priority: 500, _meta: { logtally: "an earlier digest" } };
    const answer = await fetch(`${url}/_index_template/${prefix}.logs`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(old),
    });
    expect(answer.status).toBe(200);
    const check = await onIndex(["check"], index);
    expect(check.code).toBe(3);
    expect(indexLines(check.stderr)).toEqual([
      expect.stringContaining(`"${prefix}.logs" in "${url}": of another version`),
    ]);
    const updated = indexLines((await onIndex(["setup", LOCAL], index)).stdout).filter(
      (line) => !/^there|^by/.test(line),
    );
    expect(updated).toEqual([`update   index template "${prefix}.logs" in "${url}"`]);
    expect((await onIndex(["check"], index)).code).toBe(0);
  });
});

// As above.
describe.skipIf(url === "")("what somebody else has done in the cluster", () => {
  const request = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const answer = await fetch(`${url}/${path}`, { method, ...(body === undefined ? {} : json) });
    expect(answer.status).toBe(200);
    return answer.json();
  };
  const newIndex = () => ({ urls: [url], prefix: `test-${randomBytes(6).toString("hex")}` });
  const today = (): string => new Date().toISOString().slice(0, 10).replaceAll("-", ".");

  it("to a template by hand is told by check and run, and put right by setup, which leaves what is for it", async () => {
    const index = newIndex();
    const name = `${index.prefix}.settings`;
    expect(await onIndex(["setup", LOCAL], index)).toMatchObject({ code: 0 });
    const custom = { template: { settings: { "index.codec": "default" } } };
    await request("PUT", `_component_template/${index.prefix}.custom`, custom);
    expect(await onIndex(["check"], index)).toMatchObject({ code: 0 });
    const held = (await request("GET", `_component_template/${name}`)) as {
      component_templates: { component_template: { template: { settings: { index: object } } } }[];
    };
    const { template, ...beside } = held.component_templates[0]?.component_template ?? { template: null };
    const settings = { index: { ...template?.settings.index, codec: "default", max_result_window: 7 } };
    const { created_date_millis: _, modified_date_millis: __, ...kept } = beside as Readonly<Record<string, unknown>>;
    await request("PUT", `_component_template/${name}`, { ...kept, template: { settings } });

    const words =
      `component template "${name}" in "${url}": changed by hand at "template.settings.index.codec", ` +
      '"template.settings.index.max_result_window" (hint: logtally setup PIPELINE)';
    const check = await onIndex(["check"], index);
    expect(check).toMatchObject({ code: 3, stderr: `bad  index          ${words}\n` });
    const run = await onIndex(["run", LOCAL], index);
    expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining(words) as string });
    const dry = await onIndex(["setup", LOCAL, "--dry-run"], index);
    expect(dry.stdout).toContain(`update   component template "${name}" in "${url}", changed by hand at `);
    expect(await onIndex(["setup", LOCAL], index)).toMatchObject({ code: 0 });
    expect(await onIndex(["check"], index)).toMatchObject({ code: 0 });
    await request("PUT", `${index.prefix}.logs-shell-${today()}`);
    const made = (await request("GET", `${index.prefix}.live/_settings`)) as Record<string, unknown>;
    expect(Object.values(made)).toMatchObject([{ settings: { index: { codec: "default", number_of_shards: "1" } } }]);
  });

  it("as an index under the name of the alias is told by check, setup and its dry run, and nothing is put", async () => {
    const index = newIndex();
    await request("PUT", `${index.prefix}.live`);
    const words = `alias "${index.prefix}.live" in "${url}": there is an index "${index.prefix}.live", so that no index of lines`;
    for (const command of [["check"], ["setup", LOCAL], ["setup", LOCAL, "--dry-run"]]) {
      const outcome = await onIndex(command, index);
      expect(outcome).toMatchObject({ code: 3, stderr: expect.stringContaining(words) as string });
    }
    expect((await fetch(`${url}/_index_template/${index.prefix}.logs`)).status).toBe(404);
    await request("DELETE", `${index.prefix}.live`);
    expect(await onIndex(["setup", LOCAL], index)).toMatchObject({ code: 0 });
  });

  it("as an alias under the name of an index is told by check and run, by the index behind it", async () => {
    const index = newIndex();
    expect(await onIndex(["setup", LOCAL], index)).toMatchObject({ code: 0 });
    const day = `${index.prefix}.logs-shell-${today()}`;
    await request("PUT", `${index.prefix}-mine`, { aliases: { [day]: {}, [`${index.prefix}.logs-all`]: {} } });
    const words = `index "${day}" in "${url}": there is an alias of that name, of "${index.prefix}-mine", where its lines would go`;
    const hint = "(hint: remove it, then logtally index rebuild brings back what went there)";
    const check = await onIndex(["check"], index);
    expect(indexLines(check.stderr)).toEqual([expect.stringContaining(`${words} ${hint}`)]);
    expect(check.code).toBe(3);
    expect((await onIndex(["run", LOCAL], index)).stderr).toContain(words);
  });

  it("or an earlier version, to the indices of today gets new fields, and to all of ours the alias; those of others stay", async () => {
    const index = newIndex();
    const early = { dynamic: false, properties: { archive: { properties: { stream: { type: "keyword" } } } } };
    const conflict = { properties: { ...early.properties, "@timestamp": { type: "keyword" } } };
    const named = (log: string, day: string): string => `${index.prefix}.logs-${log}-${day}`;
    await request("PUT", named("shell", today()), { mappings: early });
    await request("PUT", named("pages", today()), { mappings: conflict });
    await request("PUT", named("gitaly", "2020.01.01"), { mappings: early });
    await request("PUT", named("workhorse", today()), { mappings: { dynamic: false } });
    const step = `fields of 2 indices of the newest days in "${url}"`;
    expect((await onIndex(["setup", LOCAL, "--dry-run"], index)).stdout).toContain(`update   ${step} (not done`);
    const made = await onIndex(["setup", LOCAL], index);
    expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining(`update   ${step}\n`) as string });
    expect(made.stderr).toContain(`index "${named("pages", today())}" takes no new fields: `);
    const notes = (await request("GET", `${index.prefix}.*?filter_path=*.mappings._meta`)) as object;
    expect(Object.keys(notes)).toEqual([named("shell", today())]);
    expect(made.stdout).toContain(`create   alias "${index.prefix}.live" of 3 indices of lines in "${url}"\n`);
    const live = Object.keys((await request("GET", `${index.prefix}.live`)) as object).toSorted();
    expect(live).toEqual([named("gitaly", "2020.01.01"), named("pages", today()), named("shell", today())]);
    const again = await onIndex(["setup", LOCAL], index);
    expect(again.stdout).toContain(`there    alias "${index.prefix}.live" of 3 indices of lines in "${url}"\n`);
    const found = await request("GET", `${named("shell", today())}/_mapping/field/archive.published_at`);
    expect(JSON.stringify(found)).toContain('"type":"date"');
  });
});

/** What a scripted cluster answers: a status and JSON by path; 404 for any other. */
type Answers = Readonly<Record<string, readonly [status: number, body: unknown]>>;

const PRODUCT = { "x-elastic-product": "Elasticsearch" };

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function answering(answers: Answers, headers: Readonly<Record<string, string>> = PRODUCT): Promise<string> {
  return serve((request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    const [status, body] = answers[path] ?? [404, {}];
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  });
}

const NODES: Answers = { "/_nodes/_local": [200, { cluster_name: "prod", nodes: { a: { version: "9.2.0" } } }] };
const DENIED = [403, { error: { type: "security_exception", reason: "unauthorized" } }] as const;
const PATHS = { "index template": "/_index_template/", "component template": "/_component_template/" } as const;
const UNSEEN: Answers = Object.fromEntries(
  [...indexTemplates("logtally"), countsTemplate("logtally")].map(({ kind, name }) => [
    `${PATHS[kind]}${name}`,
    DENIED,
  ]),
);
const RIGHTS = "/_security/user/_has_privileges";
const GIVEN = { create_doc: true, auto_configure: true };
const NAMES: Answers = Object.fromEntries(
  ["logtally.live", "logtally.logs-*,logtally.quarantine-*,logtally.health-*"].map((name) => [
    `/_resolve/index/${name}`,
    DENIED,
  ]),
);
const POLICY: Answers = { "/_ilm/policy/logtally": DENIED };

describe("the check of a cluster with security", () => {
  const key = { api_key: { env: "TEST_KEY" } };

  it("passes with the rights of a worker, who may look neither at templates nor for names, and says so", async () => {
    const index = { "logtally.logs-*": GIVEN, "logtally.quarantine-*": GIVEN, "logtally.health-*": GIVEN };
    const place = await answering({ ...NODES, ...UNSEEN, ...NAMES, ...POLICY, [RIGHTS]: [200, { index }] });
    const { code, stdout } = await onIndex(["check"], { urls: [place], ...key });
    expect(code).toBe(0);
    expect(stdout).toContain(
      `"${place}": cluster "prod", version 9.2.0, templates that the API key may not look at, ` +
        "taken names that the API key may not look for, documents can be created",
    );
  });

  it("names each right that is missing", async () => {
    const index = { "logtally.logs-*": { ...GIVEN, auto_configure: false }, "logtally.health-*": GIVEN };
    const place = await answering({ ...NODES, ...UNSEEN, ...POLICY, [RIGHTS]: [200, { index }] });
    const { code, stderr } = await onIndex(["check"], { urls: [place], ...key });
    expect(code).toBe(3);
    const hint = "(hint: make one with the worker's role, docs/how-to/elasticsearch.md)";
    expect(stderr.trimEnd().split("\n")).toEqual(
      [
        'auto_configure on "logtally.logs-*"',
        'create_doc on "logtally.quarantine-*"',
        'auto_configure on "logtally.quarantine-*"',
      ].map((right) => `bad  index          the API key for "${place}" lacks ${right} ${hint}`),
    );
  });

  it("says that it does not know the key", async () => {
    const place = await answering({
      "/_nodes/_local": [401, { error: { type: "security_exception", reason: "no key" } }],
    });
    const { code, stderr } = await onIndex(["check"], { urls: [place], ...key });
    expect(code).toBe(3);
    expect(stderr).toBe(
      `bad  index          reach "${place}": no key (hint: give an API key that the cluster knows: index.api_key)\n`,
    );
  });
});

describe("a cluster that cannot be used", () => {
  const hint = "(hint: index.urls must name Elasticsearch 9)\n";

  it.each(["check", "setup"])("since it is none is told by %s", async (command) => {
    const place = await answering({ "/_nodes/_local": [200, { name: "search" }] }, {});
    const { code, stderr } = await onIndex(command === "setup" ? ["setup", LOCAL] : ["check"], { urls: [place] });
    expect(code).toBe(3);
    expect(stderr).toContain(`reach "${place}": what answers there is not Elasticsearch ${hint}`);
  });

  it("since it is an older one is told as that", async () => {
    const error = { type: "media_type_header_exception", reason: "Invalid media-type value on headers [Accept]" };
    const place = await answering({ "/_nodes/_local": [400, { error }] });
    const { code, stderr } = await onIndex(["check"], { urls: [place] });
    expect(code).toBe(3);
    expect(stderr).toContain(hint);
  });
});
