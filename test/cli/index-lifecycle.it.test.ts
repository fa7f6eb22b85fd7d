/**
 * Goal: where a cluster has lifecycles and security, `setup` has it end indices by itself and makes the roles; where it may
 * not, somebody else is told what to do; and again it changes only what is not as it should be.
 * Method: the program against a scripted cluster of the whole distribution, which keeps what is put.
 */
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { dutyRoles } from "../../src/indexing/duty-roles.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { type PlatformScript, type ScriptedPlatform, startScriptedPlatform } from "../servers/scripted-platform.ts";
import { FIXTURES, logtally, type Outcome } from "./logtally.ts";

let platform: ScriptedPlatform | null = null;
afterEach(async () => {
  await platform?.close();
  platform = null;
});

async function start(script: PlatformScript): Promise<ScriptedPlatform> {
  platform = await startScriptedPlatform(script);
  return platform;
}

async function run(command: readonly string[], url: string, more = {}): Promise<Outcome> {
  const index = { kind: "elasticsearch", urls: [url], api_key: { env: "TEST_KEY" }, ...more };
  const settings = [`index=${JSON.stringify(index)}`, "source={kind: stdin}"];
  const env = { TEST_KEY: "a2V5OnRlc3Q=" };
  return logtally([...command, "--archive", await tempFolder(), ...settings.flatMap((each) => ["--set", each])], {
    env,
  });
}

const LOCAL = join(FIXTURES, "../pipelines/local.yaml");
const setup = (url: string, more = {}): Promise<Outcome> => run(["setup", LOCAL], url, more);
const linesOf = ({ stdout }: Outcome, word: string): string[] =>
  stdout.split("\n").filter((line) => line.startsWith(word));
const names = (kind: string): string[] => dutyRoles("logtally").map(({ name }) => `${kind}${name}`);

describe("a cluster with lifecycles and security", () => {
  it("gets the policy before what names it, and a role for each duty, once", async () => {
    const { url, kept, takePuts } = await start({ lifecycles: "allowed", security: "allowed" });
    expect(await setup(url)).toMatchObject({ code: 0, stderr: "" });
    expect(takePuts().slice(0, 3)).toEqual([
      "/_ilm/policy/logtally",
      "/_component_template/logtally.lifecycle",
      "/_component_template/logtally.lifecycle-by-day",
    ]);
    expect([...kept.keys()].filter((path) => path.startsWith("/_security"))).toEqual(names("/_security/role/"));
    expect(kept.get("/_component_template/logtally.lifecycle")).toMatchObject({
      template: { settings: { "index.lifecycle.name": "logtally" } },
    });
    const again = await setup(url);
    expect(takePuts()).toEqual([]);
    expect([linesOf(again, "create"), linesOf(again, "update"), linesOf(again, "by hand")]).toEqual([[], [], []]);
  });

  it("gets the policy anew where other days are kept, or somebody has changed it", async () => {
    const { url, kept, takePuts } = await start({ lifecycles: "allowed", security: "not there" });
    await setup(url);
    takePuts();
    const longer = await setup(url, { keep_days: 90 });
    expect(linesOf(longer, "update")).toEqual([`update   lifecycle policy "logtally" in "${url}"`]);
    expect(takePuts()).toEqual(["/_ilm/policy/logtally"]);
    const policy = {
      phases: { delete: { min_age: "91d", actions: { delete: { delete_searchable_snapshot: true } } } },
    };
    expect(kept.get("/_ilm/policy/logtally")).toMatchObject({ policy });
    kept.set("/_ilm/policy/logtally", { policy: { phases: { hot: { actions: {} } } } });
    const check = await run(["check"], url, { keep_days: 90 });
    expect(check).toMatchObject({ code: 3, stderr: expect.stringContaining('lifecycle policy "logtally"') as string });
    await setup(url, { keep_days: 90 });
    expect(takePuts()).toEqual(["/_ilm/policy/logtally"]);
  });

  it("has what its key may not do told as requests, for somebody who may", async () => {
    const { url, kept, takePuts } = await start({ lifecycles: "denied", security: "denied" });
    const outcome = await setup(url);
    expect(outcome.code).toBe(0);
    const byHand = linesOf(outcome, "by hand").map((line) => line.slice("by hand  ".length));
    const [policy = "", ...roles] = byHand;
    expect(policy).toMatch(/^PUT \/_ilm\/policy\/logtally \{"policy":\{.*"min_age":"31d"/);
    expect(roles.map((line) => line.split(" ")[1])).toEqual(names("/_security/role/"));
    expect(JSON.parse(roles[0]?.split(" ").slice(2).join(" ") ?? "")).toEqual({
      description: "For logtally run, logtally check",
      cluster: ["monitor"],
      indices: [
        {
          names: ["logtally.logs-*", "logtally.quarantine-*", "logtally.health-*"],
          privileges: ["create_doc", "auto_configure"],
        },
      ],
    });
    expect(takePuts()).not.toContain("/_ilm/policy/logtally");
    expect([...kept.keys()].filter((path) => path.startsWith("/_security"))).toEqual([]);
  });
});

it("a cluster without lifecycles gets no setting of theirs, and is told what ends its indices", async () => {
  const { url, takePuts } = await start({ lifecycles: "not there", security: "not there" });
  const outcome = await setup(url);
  expect(linesOf(outcome, "by hand")).toEqual([
    "by hand  logtally index expire PIPELINE # once a day: the cluster ends no indices by itself",
  ]);
  const puts = takePuts();
  expect(puts.length).toBeGreaterThan(0);
  expect(puts.filter((path) => /lifecycle|ilm|security/.test(path))).toEqual([]);
  expect(await run(["check"], url)).toMatchObject({ code: 0 });
});

it("what a newer version has put stays", async () => {
  const { url, kept, takePuts } = await start({ lifecycles: "not there", security: "not there" });
  await setup(url);
  takePuts();
  const path = "/_index_template/logtally.logs";
  kept.set(path, { index_patterns: ["logtally.logs-*"], version: 1000, _meta: { logtally: "of tomorrow" } });
  const outcome = await setup(url);
  expect(linesOf(outcome, "there").filter((line) => line.includes("newer"))).toEqual([
    `there    index template "logtally.logs" in "${url}", of a newer version`,
  ]);
  expect(takePuts()).toEqual([]);
});
