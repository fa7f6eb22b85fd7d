/**
 * Goal: a team sees in CI what a change of its pipeline or catalogue does to its own cases, and accepts it or not.
 * Method: the program on the bundled cases and on copies of them, step by step as a team would; then wrong commands.
 */
import { cp, mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { expectOneLine, FIXTURES, filesBelow, logtally, type Outcome } from "./logtally.ts";
import { SCENARIOS } from "./scenarios.ts";

const NAMES = Object.keys(SCENARIOS).toSorted();
/** Counts pushes otherwise than the standard catalogue does. */
const CHANGED = `version: 1
extends: standard
events:
  git_push:
    replace: true
    log: rails.api
    when: { route: /api/:version/internal/post_receive }
`;

/** A checkout of a team: a pipeline of that name with a catalogue of its own, and two cases. */
async function teamFolder(name = "mine"): Promise<string> {
  const team = await tempFolder();
  await addPipeline(team, name, ["ssh_push", "web_commit"]);
  await writeFile(join(team, "catalogue.yaml"), "version: 1\nextends: standard\nevents: { page: { log: pages } }\n");
  return team;
}

async function addPipeline(team: string, name: string, cases: readonly string[]): Promise<void> {
  await mkdir(join(team, "pipelines"), { recursive: true });
  const source = "source: {kind: files, paths: [not-there/*.log]}";
  const settings = `name: ${name}\n${source}\narchive: {kind: folder, path: no-archive}\ncatalogue: ../catalogue.yaml\n`;
  await writeFile(join(team, "pipelines", `${name}.yaml`), settings);
  for (const each of cases) {
    const from = join(FIXTURES, "local", each, "input.ndjson");
    await cp(from, join(team, "fixtures", name, each, "input.ndjson"));
  }
}

/** Runs the command in the folder of the team, without colours. */
function inTeam(team: string, ...args: readonly string[]): Promise<Outcome> {
  return logtally(["test", ...args], { cwd: team, env: { FORCE_COLOR: "0" } });
}

describe("test", () => {
  it("finds the bundled cases as they are expected, from any folder and each time", async () => {
    const elsewhere = await tempFolder();
    const outcome = await logtally(["test"], { cwd: elsewhere });
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(outcome.stdout).toMatch(/^ok {7}local\/graphql_multiplex {2}4 lines, 3 events\n/);
    expect(outcome.stdout.trimEnd().split("\n").slice(-1)).toEqual(["7 cases: 7 ok"]);
    expect(await logtally(["test"], { cwd: join(FIXTURES, "..") })).toEqual(outcome);
    expect(await logtally(["test", "../pipelines/local.yaml"], { cwd: join(FIXTURES, "../src") })).toEqual(outcome);
    expect(await filesBelow(elsewhere)).toEqual([]);
  });

  it("takes a team from new cases through a change of the catalogue to what it accepts", async () => {
    const team = await teamFolder();
    const before = await filesBelow(team);
    const pipeline = "pipelines/mine.yaml";
    const fresh = await inTeam(team, pipeline);
    expect(fresh.code).toBe(1);
    expect(fresh.stdout).toBe(
      "new      mine/ssh_push  9 lines, 3 events\nnew      mine/web_commit  7 lines, 5 events\n2 cases: 2 new\n",
    );
    expectOneLine(fresh.stderr, "not all is as expected", "--update");
    expect(await filesBelow(team)).toEqual(before);

    const updated = await inTeam(team, pipeline, "--update");
    expect(updated).toMatchObject({ code: 0, stderr: "" });
    expect(updated.stdout).toMatch(
      /^updated {2}mine\/ssh_push .*\nupdated {2}mine\/web_commit .*\n2 cases: 2 updated\n$/,
    );
    const files = ["ssh_push", "web_commit"].map((name) => `fixtures/mine/${name}/expected.yaml`);
    expect(await filesBelow(team)).toEqual([...before, ...files].toSorted());
    expect((await stat(join(team, files[0] ?? ""))).mode & 0o600).toBe(0o600);
    expect(await inTeam(team, pipeline)).toMatchObject({ code: 0, stderr: "" });

    await writeFile(join(team, "catalogue.yaml"), CHANGED);
    const changed = await inTeam(team, pipeline, "--case", "ssh_push");
    expect(changed.code).toBe(1);
    expect(changed.stdout).toMatchInlineSnapshot(`
      "differs  mine/ssh_push  9 lines, 3 events
      --- expected
      +++ found
      @@ -1,7 +1,7 @@ totals
       # What the lines beside this file become. Written by logtally test --update.
       totals:
         lines: 9
      -  eventless: 6
      +  eventless: 7
         events:
           git_push: 1
           git_ref_update: 1
      @@ -34,8 +34,6 @@ line 4
         project: acme-group/widgets
         category: source_code_management
         user: id:101
      -  events:
      -  - git_push update ssh
       - id: 0006d179f6fe3ff550144e6f1053d25e by content
         log: rails.api
         time: 2020-12-22T09:40:01.300Z
      @@ -55,6 +53,7 @@ line 6
         category: source_code_management
         user: id:101
         events:
      +  - git_push none (none)
         - git_ref_update update (none)
       - id: 0006d179cd7fda70d411b4665ad5817f by content
         log: sidekiq
      1 case: 1 differs
      "
    `);
    const input = await readFile(join(team, "fixtures/mine/ssh_push/input.ndjson"));
    expect(await inTeam(team, pipeline, "--update", "--case", "ssh_push")).toMatchObject({ code: 0, stderr: "" });
    expect(await readFile(join(team, "fixtures/mine/ssh_push/input.ndjson"))).toEqual(input);
    expect(await inTeam(team, pipeline, "--case", "mine/ssh_push")).toMatchObject({ code: 0, stderr: "" });
    expect((await inTeam(team, pipeline)).stdout).toMatch(/^ok {7}.*\ndiffers {2}[\s\S]*\n2 cases: 1 ok, 1 differs\n$/);
    expect(await filesBelow(team)).toEqual([...before, ...files].toSorted());
  });

  it("tells programs the same", async () => {
    const catalogue = join(await tempFolder(), "c.yaml");
    await writeFile(catalogue, CHANGED);
    const { code, stdout, stderr } = await logtally(["test", "--json", "--catalogue", catalogue]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^7 cases: 3 ok, 4 differ\nlogtally: not all is as expected .*\n$/);
    const outcomes = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { case: string; result: string; diff: string[] });
    expect(outcomes.map((each) => each.case)).toEqual(NAMES);
    const changed = NAMES.filter((name) => (SCENARIOS[name]?.git_ref_update ?? 0) > 0);
    expect(outcomes.filter((each) => each.result === "differs").map((each) => each.case)).toEqual(changed);
    for (const { result, diff } of outcomes) expect(diff.length > 0).toBe(result === "differs");
    expect(outcomes[1]).toEqual({
      pipeline: "local",
      case: "http_clone_v2",
      result: "ok",
      lines: 6,
      events: 1,
      diff: [],
    });
  });

  it("shows settings that change a meaning, and passes over what is no case", async () => {
    const team = await teamFolder();
    const pipeline = "pipelines/mine.yaml";
    await inTeam(team, pipeline, "--update");
    await writeFile(join(team, "fixtures/mine/ssh_push/README.md"), "why this case is there\n");
    await writeFile(join(team, "fixtures/mine/ssh_push/.expected.yaml.left"), "x\n");
    await mkdir(join(team, "fixtures/mine/.hidden"));
    await symlink("ssh_push", join(team, "fixtures/mine/linked"));
    await writeFile(join(team, "fixtures/mine/notes.txt"), "not a case\n");
    const { code, stdout } = await inTeam(team, pipeline);
    expect(code).toBe(0);
    expect(stdout.match(/\w+\/\w+/g)).toEqual(["mine/linked", "mine/ssh_push", "mine/web_commit"]);
    const renamed = await inTeam(team, pipeline, "--set", "instance=main");
    expect(renamed).toMatchObject({ code: 1 });
    expect(renamed.stdout).toContain("\n-  instance: 127.0.0.1\n+  instance: main\n");
    const identified = await inTeam(team, pipeline, "--set", "identity={shell: gl_key_id}");
    expect(identified.stdout).toMatch(/\n-- id: \w{32} by content\n\+- id: \w{32} by field\n/);
  });

  it("takes two pipelines at once, each with its own cases", async () => {
    const team = await teamFolder("one");
    await addPipeline(team, "two", ["http_push"]);
    const both = ["pipelines/one.yaml", "pipelines/two.yaml"];
    await inTeam(team, ...both, "--update");
    await rm(join(team, "fixtures/one/ssh_push/expected.yaml"));
    const { code, stdout } = await inTeam(team, ...both);
    expect(code).toBe(1);
    expect(stdout.replaceAll(/ {2}\d.*/g, "")).toBe(
      "new      one/ssh_push\nok       one/web_commit\nok       two/http_push\n3 cases: 2 ok, 1 new\n",
    );
    expect((await inTeam(team, ...both, "--case", "http_push")).stdout).toMatch(/\n1 case: 1 ok\n$/);
  });

  it("reads several files of a case in order of their names, compressed ones too, as one input", async () => {
    const team = await teamFolder();
    const pipeline = "pipelines/mine.yaml";
    await inTeam(team, pipeline, "--update");
    const folder = join(team, "fixtures/mine/ssh_push");
    const lines = (await readFile(join(folder, "input.ndjson"), "utf8")).trimEnd().split("\n");
    await rm(join(folder, "input.ndjson"));
    await writeFile(join(folder, "2.ndjson"), lines.slice(4).join("\n"));
    await writeFile(join(folder, "1.ndjson.gz"), gzipSync(lines.slice(0, 4).join("\n")));
    expect(await inTeam(team, pipeline)).toMatchObject({ code: 0, stderr: "" });
  });

  it("finds cases beside the pipeline file, and where it is told to", async () => {
    const team = await teamFolder();
    const place = join(team, "elsewhere");
    await cp(join(team, "fixtures"), place, { recursive: true });
    await cp(join(team, "fixtures/mine/ssh_push"), join(team, "pipelines/fixtures/mine/beside"), { recursive: true });
    await rm(join(team, "fixtures"), { recursive: true });
    expect((await inTeam(team, "pipelines/mine.yaml")).stdout).toMatch(/^new {6}mine\/beside .*\n1 case: 1 new\n$/);
    const told = await inTeam(team, "pipelines/mine.yaml", "--fixtures", "elsewhere");
    expect(told.stdout).toMatch(/\n2 cases: 2 new\n$/);
    const missing = await inTeam(team, "pipelines/mine.yaml", "--fixtures", "nowhere");
    expect(missing).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(missing.stderr, "there are none", `"${team}/nowhere/mine"`);
  });

  it("colours what differs where it is asked to, and escapes what a terminal would obey", async () => {
    const team = await teamFolder();
    await inTeam(team, "pipelines/mine.yaml", "--update");
    const path = join(team, "fixtures/mine/ssh_push/expected.yaml");
    await writeFile(path, (await readFile(path, "utf8")).replace("plan: gold", 'plan: "\u009b31m"'));
    const args = ["test", "pipelines/mine.yaml"];
    const { stdout } = await logtally(args, { cwd: team, env: { FORCE_COLOR: "1" } });
    expect(stdout).toContain('\u001b[31m-  plan: "\\u009b31m"\u001b[39m\n\u001b[32m+  plan: gold\u001b[39m\n');
    expect((await inTeam(team, "pipelines/mine.yaml")).stdout).not.toContain("\u001b");
  });

  it("tells of each case that cannot be read, and goes on", async () => {
    const team = await teamFolder();
    const pipeline = "pipelines/mine.yaml";
    await inTeam(team, pipeline, "--update");
    const cases = join(team, "fixtures/mine");
    for (const name of ["empty", "nested/inner", "wrong_name"]) await mkdir(join(cases, name), { recursive: true });
    await writeFile(join(cases, "empty/README.md"), "still to do\n");
    await writeFile(join(cases, "wrong_name/expected.yml"), "x: 1\n");
    await mkdir(join(cases, "linked"));
    await symlink("not-there", join(cases, "linked/lines"));
    const expected = join(cases, "ssh_push/expected.yaml");
    await writeFile(expected, `<<<<<<< HEAD\n${await readFile(expected, "utf8")}=======\n`);
    const { code, stdout, stderr } = await inTeam(team, pipeline);
    expect(code).toBe(2);
    expect(stdout).toBe("ok       mine/web_commit  7 lines, 5 events\n6 cases: 1 ok, 5 bad\n");
    const lines = stderr.split("\n");
    expect(lines[0]).toMatch(
      /^bad {6}mine\/empty {2}read case "mine\/empty": it holds no lines \(hint: .*input\.ndjson"\)$/,
    );
    expect(lines[1]).toMatch(/^bad {6}mine\/linked {2}read ".*linked\/lines": no such file.*$/);
    expect(lines[2]).toMatch(
      /^bad {6}mine\/nested {2}read ".*inner": it is a folder \(hint: a case holds files only\)$/,
    );
    expect(lines[3]).toMatch(/^bad {6}mine\/ssh_push {2}.*expected\.yaml:\d+: read YAML: .*\(hint: .*\)$/);
    expect(stderr).toMatch(/\nbad {6}mine\/wrong_name {2}read ".*expected\.yml": YAML is no input \(hint: .*\)\n$/);
    expect(await inTeam(team, pipeline, "--case", "linked")).toMatchObject({ code: 2 });
    expect((await inTeam(team, pipeline, "--update", "--case", "ssh_push")).stdout).toMatch(/^updated /);
    expect(await inTeam(team, pipeline, "--case", "ssh_push")).toMatchObject({ code: 0 });
  });

  it("refuses what cannot be done, in one line", async () => {
    const team = await teamFolder();
    const pipeline = "pipelines/mine.yaml";
    const refused: readonly (readonly [args: readonly string[], ...parts: string[]])[] = [
      [["missing.yaml"], "missing.yaml", "no such file"],
      [[pipeline, "--case", "ssh_pish"], 'find case "ssh_pish"', 'did you mean "ssh_push"?'],
      [[pipeline, "--case", "mine/ssh_pish"], 'did you mean "mine/ssh_push"?'],
      [[pipeline, "--case", "other"], "there are ssh_push, web_commit"],
      [[pipeline, "--catalogue", "none.yaml"], 'read catalogue "none.yaml": no such file'],
      [[pipeline, "--set", "name=other"], 'pipeline "other"', `"${team}/fixtures/other"`, "pipelines/fixtures/other"],
      [[pipeline, "--archive", "x"], "unknown option '--archive'"],
    ];
    for (const [args, ...parts] of refused) {
      const { code, stdout, stderr } = await inTeam(team, ...args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expectOneLine(stderr, ...parts);
    }
  });
});
