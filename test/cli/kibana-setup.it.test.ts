/**
 * Goal: `setup` brings the dashboards to Kibana once, brings them up to date, and overwrites nothing that somebody
 * changed there unless it is told to; `check` says whether they are there, and fails for nothing of it.
 * Method: the program as a user starts it, against a scripted Kibana that is as strict as the documentation of its API,
 * beside a real Elasticsearch. There is no Kibana in these tests.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterEach, describe, expect, inject, it } from "vitest";
import { objectId, tagId } from "../../src/indexing/kibana/saved-object.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { type KibanaScript, type ScriptedKibana, startScriptedKibana } from "../servers/scripted-kibana.ts";
import { FIXTURES, logtally, type Outcome } from "./logtally.ts";

const LOCAL = join(FIXTURES, "../pipelines/local.yaml");
const KEY = "a2liYW5hOnRlc3Q=";
const HOUR = 3_600_000;

const elasticsearch = inject("elasticsearchUrl") ?? "";
/** A real cluster is shared with other tests. */
const NAMING = { prefix: `test-${randomBytes(6).toString("hex")}`, space: "default" };
const GIT_ID = objectId(NAMING, "dashboard-git");
const GIT = `dashboard ${GIT_ID}`;
const TAG = `tag ${tagId(NAMING)}`;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Stage {
  readonly kibana: ScriptedKibana;
  run(command: readonly string[], settings?: Readonly<Record<string, unknown>>): Promise<Outcome>;
  /** The line about Kibana that `setup` prints. */
  setup(...options: readonly string[]): Promise<string>;
}

async function stage(script: KibanaScript = {}, more: Readonly<Record<string, unknown>> = {}): Promise<Stage> {
  const kibana = await startScriptedKibana({ key: KEY, ...script });
  closing.push(kibana.close);
  const archive = await tempFolder();
  const run: Stage["run"] = ([command = "", ...options], settings = {}) => {
    const ofKibana = { url: kibana.url, api_key: { env: "TEST_KEY" }, ...more, ...settings };
    const index = { kind: "elasticsearch", urls: [elasticsearch], prefix: NAMING.prefix, kibana: ofKibana };
    const set = [`index=${JSON.stringify(index)}`, "source={kind: stdin}"].flatMap((each) => ["--set", each]);
    return logtally([command, LOCAL, "--archive", archive, ...set, ...options], { env: { TEST_KEY: KEY } });
  };
  return {
    kibana,
    run,
    async setup(...options) {
      const { code, stdout, stderr } = await run(["setup", ...options]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      return kibanaLine(stdout);
    },
  };
}

function kibanaLine(text: string): string {
  const line = text.split("\n").find((each) => /kibana/i.test(each)) ?? "";
  return line.replace(/http:\/\/127\.0\.0\.1:\d+/, "URL");
}

function change(on: Stage, key: string, space = "default"): void {
  const objects = on.kibana.objects(space);
  const object = objects.get(key);
  if (object === undefined) throw new Error(`${key} is not there`);
  on.kibana.nowMs += HOUR;
  objects.set(key, { ...object, updated_at: new Date(on.kibana.nowMs).toISOString() });
}

/** As if an earlier version of logtally had imported them. */
function age(on: Stage): void {
  const objects = on.kibana.objects("default");
  const tag = objects.get(TAG);
  if (tag === undefined) throw new Error("there is no tag");
  objects.set(TAG, { ...tag, attributes: { ...tag.attributes, description: "an earlier version" } });
}

const OBJECTS = '23 objects in Kibana "URL", space "default"';

// Without Maven and Java there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(elasticsearch === "")("setup", () => {
  it("shows, makes, and then leaves alone the objects of Kibana", async () => {
    const on = await stage();
    expect(await on.setup("--dry-run")).toBe(`create   ${OBJECTS} (not done: dry run)`);
    expect(on.kibana.objects("default").size).toBe(0);
    expect(await on.setup()).toBe(`create   ${OBJECTS}`);
    expect(on.kibana.objects("default").size).toBe(23);
    const { length } = on.kibana.requests;
    expect(await on.setup()).toBe(`there    ${OBJECTS}`);
    expect(on.kibana.requests.slice(length).some((request) => request.includes("_import"))).toBe(false);
  });

  it("brings them up to date where they are of an earlier version, or one of them is gone", async () => {
    const on = await stage();
    await on.setup();
    age(on);
    expect(await on.setup("--dry-run")).toBe(`update   ${OBJECTS} (not done: dry run)`);
    expect(await on.setup()).toBe(`update   ${OBJECTS}`);
    on.kibana.objects("default").delete(GIT);
    expect(await on.setup()).toBe(`update   ${OBJECTS}`);
    expect(on.kibana.objects("default").has(GIT)).toBe(true);
  });

  it("tells what was changed in Kibana, and overwrites it only when it is told to", async () => {
    const on = await stage();
    await on.setup();
    change(on, GIT);
    const words = `${OBJECTS}; changed there since they were imported: dashboard "${GIT_ID}"`;
    expect(await on.setup()).toBe(`there    ${words}`);
    age(on);
    expect(await on.setup("--dry-run")).toBe(`update   ${words} (not done: dry run)`);
    const before = new Map(on.kibana.objects("default"));
    const refused = await on.run(["setup"]);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain(`dashboard "${GIT_ID}": they were changed there`);
    expect(refused.stderr).toContain("--overwrite-changed");
    expect(on.kibana.objects("default")).toEqual(before);
    expect(await on.setup("--overwrite-changed")).toBe(`update   ${words}`);
    expect(await on.setup()).toBe(`there    ${OBJECTS}`);
  });

  it("sees what was changed before somebody edited the tag", async () => {
    const on = await stage();
    await on.setup();
    change(on, GIT);
    change(on, TAG);
    age(on);
    const words = `changed there since they were imported: tag "${tagId(NAMING)}", dashboard "${GIT_ID}"`;
    expect(await on.setup("--dry-run")).toBe(`update   ${OBJECTS}; ${words} (not done: dry run)`);
    expect((await on.run(["setup"])).code).toBe(3);
  });

  it("brings links up to date where indices are kept for another time", async () => {
    const on = await stage();
    await on.setup();
    const { code, stdout } = await on.run(["setup", "--set", "index.keep_days=90"]);
    expect(code).toBe(0);
    expect(kibanaLine(stdout)).toBe(`update   ${OBJECTS}`);
    const view = on.kibana.objects("default").get(`index-pattern ${objectId(NAMING, "data-view-logs")}`);
    expect(view?.attributes["fieldFormatMap"]).toContain("from:now-91d");
  });

  it("does not take Kibana's own writing into a data view for a change", async () => {
    const on = await stage();
    await on.setup();
    change(on, `index-pattern ${objectId(NAMING, "data-view-logs")}`);
    expect(await on.setup()).toBe(`there    ${OBJECTS}`);
  });

  it("imports into a space, below a base path, with ids that no other space has", async () => {
    const on = await stage({ basePath: "/kb", spaces: ["default", "sre"] });
    const url = `${on.kibana.url}/kb/`;
    expect((await on.run(["setup"], { url })).code).toBe(0);
    const inSpace = await on.run(["setup"], { url, space: "sre" });
    expect(inSpace).toMatchObject({ code: 0, stderr: "" });
    expect(on.kibana.objects("sre").has(`dashboard ${objectId({ ...NAMING, space: "sre" }, "dashboard-git")}`)).toBe(
      true,
    );
    expect(on.kibana.objects("default").has(GIT)).toBe(true);
  });
});

// Likewise.
describe.skipIf(elasticsearch === "")("a Kibana that cannot be used", () => {
  it.each<[string, KibanaScript, Readonly<Record<string, unknown>>, string]>([
    ["knows the key not", { key: "another" }, {}, "unable to authenticate"],
    ["gives the key no right", { mayWrite: false }, {}, "lacks a right; docs/how-to/kibana.md"],
    ["is too old", { version: "8.10.4" }, {}, "version 8.10.4 is too old (hint: dashboards need Kibana 8.11"],
    ["has no such space", {}, { space: "nowhere" }, "is there such a space?"],
    ["is elsewhere", { basePath: "/kb" }, {}, "is not Kibana"],
    ["is not there", {}, { url: "http://127.0.0.1:9" }, "look at index.kibana.url"],
  ])("as it %s is told by setup, and by check without failing", async (_what, script, settings, words) => {
    const on = await stage(script);
    const setup = await on.run(["setup"], settings);
    expect(setup.code).toBe(3);
    expect(setup.stderr).toContain(words);
    expect(setup.stderr).not.toContain(KEY);
    const check = await on.run(["check"], settings);
    expect(check.code).toBe(0);
    expect(check.stderr).toMatch(/^warn kibana /m);
    expect(check.stderr).toContain(words);
  });

  it("by http on another machine gets no key", async () => {
    const on = await stage();
    const { code, stderr } = await on.run(["setup"], { url: "http://kibana.example:5601" });
    expect(code).toBe(2);
    expect(stderr).toContain("index.kibana.api_key goes there");
  });

  it("takes nothing where its own check finds something wrong, and says what", async () => {
    const on = await stage({ spaces: ["default", "other"] });
    await on.setup();
    const other = on.kibana.objects("other");
    for (const [key, object] of on.kibana.objects("default")) other.set(key, object);
    age(on);
    const { code, stderr } = await on.run(["setup"]);
    expect(code).toBe(3);
    expect(stderr).toContain('import into Kibana "');
    expect(stderr).toContain("would get another id; ");
    expect(stderr).toContain("and 18 more");
  });
});

// Likewise.
describe.skipIf(elasticsearch === "")("check", () => {
  it("tells whether the dashboards are there", async () => {
    const on = await stage();
    const missing = await on.run(["check"]);
    expect(missing.code).toBe(0);
    expect(kibanaLine(missing.stderr)).toBe(
      'warn kibana         Kibana "URL", space "default", version 9.2.1: the dashboards are not there (hint: logtally setup PIPELINE)',
    );
    await on.setup();
    const there = await on.run(["check"]);
    expect(there).toMatchObject({ code: 0, stderr: "" });
    expect(kibanaLine(there.stdout)).toBe(
      'ok   kibana         Kibana "URL", space "default", version 9.2.1: 23 current objects',
    );
    age(on);
    expect((await on.run(["check"])).stderr).toContain("the dashboards are of another version");
  });

  it("of a worker that has no key for Kibana does not fail", async () => {
    const on = await stage({}, { api_key: { env: "NOT_SET_HERE" } });
    const { code, stderr } = await on.run(["check"]);
    expect(code).toBe(0);
    expect(stderr).toContain(
      'warn kibana         read API key for Kibana: environment variable "NOT_SET_HERE" is not set',
    );
  });
});
