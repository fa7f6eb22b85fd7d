/**
 * Goal: a team sees why a line was counted or not, from files, from a pipe and from the archive, and nothing is written.
 * Method: the program on the bundled traffic, what it prints whole; then settings, bad lines and wrong commands.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { MIB } from "../../src/core/units.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { generated } from "./generated.ts";
import { expectOneLine, FIXTURES, filesBelow, logtally, type ProcessOptions, run } from "./logtally.ts";

const REJECTED = join(FIXTURES, "local/ssh_push_rejected/input.ndjson");

/** A line of `--json`, in so far as tests ask for it. */
interface ExplainedJson {
  readonly line: number;
  readonly log: string;
  readonly id: string;
  readonly identified_by: string;
  readonly reason?: string;
  readonly message_id?: string;
  readonly dimensions: Readonly<Record<string, string | null>> | null;
  readonly events: readonly { readonly event: string; readonly operation: string; readonly detail: string }[];
  readonly near_misses: readonly { readonly event: string }[];
}

async function explainJson(args: readonly string[], options: ProcessOptions = {}): Promise<ExplainedJson[]> {
  const { code, stdout, stderr } = await logtally(["explain", "--json", ...args], options);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringMatching(/^[\d,]+ lines?, [\d,]+ with events\n$/) as string,
  });
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as ExplainedJson);
}

describe("explain", () => {
  it("tells people of each line why it counts and what it lacks, and writes nothing", async () => {
    const cwd = await tempFolder();
    const outcome = await logtally(["explain", REJECTED], { cwd });
    expect(outcome).toMatchObject({ code: 0, stderr: "4 lines, 1 with events\n" });
    expect(outcome.stdout).toMatchInlineSnapshot(`
      "line 1  rails.api  2020-12-22T09:50:00.900Z  id 0006d1797d081a80272bd7a3371cb878 by content
        instance 127.0.0.1 · plan gold · group acme-group · project acme-group/widgets · user id:101 · category source_code_management
        near miss  git_push        rule 1 of 3: params.changes is "_any", wanted present and not "_any"
        no match   runner_request  rule 1 of 3: route is "/api/:version/internal/allowed", wanted "/api/:version/jobs/request"
        no match   rest_request
                     rule: route is "/api/:version/internal/allowed", wanted present and not beginning with "/api/:version/internal/"
      line 2  shell  2020-12-22T09:50:01.000Z  id 0006d179487dcf9618fb8f0f02eb9c64 by content
        group acme-group · project acme-group/widgets · user id:101
        near miss  git_fetch  rule 2 of 2: command is "git-receive-pack", wanted beginning with "git-upload-pack"
      line 3  rails.api  2020-12-22T09:50:01.200Z  id 0006d17959061285aa37df8f04d96197 by content
        instance 127.0.0.1 · plan gold · group acme-group · project acme-group/widgets · user id:101 · category source_code_management
        counts     git_push_rejected  none  ssh  rule 1 of 3: route is "/api/:version/internal/allowed"; method is "POST";
                     status is 401 (401, 403, 404 or 503); params.action is "git-receive-pack";
                     params.changes is "00000000000000000000000000000…06f5e4d3c2 refs/heads/main\\n" (present and not "_any")
        near miss  git_push           rule 1 of 3: status is 401, wanted 200
      line 4  gitaly  2020-12-22T09:50:01.900Z  id 0006d17940b13271d2d2a50224ce23e4 by content
        no dimensions
        no rule is for the log gitaly
      "
    `);
    expect(await filesBelow(cwd)).toEqual([]);
  });

  it("tells programs the same", async () => {
    const [, , line] = await explainJson([REJECTED]);
    expect(line).toMatchInlineSnapshot(`
      {
        "dimensions": {
          "category": "source_code_management",
          "group": "acme-group",
          "instance": "127.0.0.1",
          "plan": "gold",
          "project": "acme-group/widgets",
          "user": "id:101",
          "visitor": "id:101",
        },
        "document": {
          "@timestamp": "2020-12-22T09:50:01.200Z",
          "archive": {
            "id": "0006d17959061285aa37df8f04d96197",
            "lane": "line",
            "log": "rails.api",
            "stream": "local",
          },
          "counted": {
            "category": "source_code_management",
            "detail": [
              "ssh",
            ],
            "group": "acme-group",
            "instance": "127.0.0.1",
            "operation": [
              "none",
            ],
            "plan": "gold",
            "project": "acme-group/widgets",
          },
          "event": {
            "action": [
              "git_push_rejected",
            ],
            "dataset": "gitlab.rails.api",
            "duration": 50000000,
            "module": "gitlab",
            "outcome": "failure",
          },
          "gitlab": {
            "db_duration_s": 0.01,
            "duration_s": 0.05,
            "meta": {
              "caller_id": "/api/:version/internal/allowed",
              "client_id": "user/101",
              "feature_category": "source_code_management",
              "project": "acme-group/widgets",
              "remote_ip": "203.0.113.10",
              "root_namespace": "acme-group",
              "subscription_plan": "gold",
              "user": "alice",
              "user_id": "101",
            },
            "params": {
              "action": "git-receive-pack",
              "changes": "0000000000000000000000000000000000000000 8f3a2d1c0b9e8f7a6d5c4b3a29181706f5e4d3c2 refs/heads/main
      ",
              "gl_repository": "project-278964",
              "protocol": "ssh",
              "user_id": "101",
            },
            "route": "/api/:version/internal/allowed",
            "tag": "rails.api",
            "view_duration_s": 0.04,
          },
          "http": {
            "request": {
              "method": "POST",
            },
            "response": {
              "status_code": 401,
            },
          },
          "log": {
            "level": "info",
          },
          "service": {
            "name": "gitlab-rails",
          },
          "source": {
            "address": "203.0.113.10",
            "ip": "203.0.113.10",
          },
          "trace": {
            "id": "push00000R1",
          },
          "url": {
            "domain": "127.0.0.1",
            "path": "/api/v4/internal/allowed",
          },
          "user": {
            "id": "101",
            "name": "alice",
          },
          "user_agent": {
            "original": "gitaly/13.8.0",
          },
        },
        "events": [
          {
            "conditions": [
              {
                "field": "route",
                "value": "/api/:version/internal/allowed",
                "wanted": ""/api/:version/internal/allowed"",
              },
              {
                "field": "method",
                "value": "POST",
                "wanted": ""POST"",
              },
              {
                "field": "status",
                "value": 401,
                "wanted": "401, 403, 404 or 503",
              },
              {
                "field": "params.action",
                "value": "git-receive-pack",
                "wanted": ""git-receive-pack"",
              },
              {
                "field": "params.changes",
                "value": "0000000000000000000000000000000000000000 8f3a2d1c0b9e8f7a6d5c4b3a29181706f5e4d3c2 refs/heads/main
      ",
                "wanted": "present and not "_any"",
              },
            ],
            "detail": "ssh",
            "event": "git_push_rejected",
            "operation": "none",
            "rule": 1,
          },
        ],
        "has_rules": true,
        "hour": "2020-12-22T09:00:00Z",
        "id": "0006d17959061285aa37df8f04d96197",
        "identified_by": "content",
        "index": null,
        "lane": "line",
        "line": 3,
        "log": "rails.api",
        "near_misses": [
          {
            "event": "git_push",
            "failed": [
              {
                "field": "status",
                "value": 401,
                "wanted": "200",
              },
            ],
            "near": true,
            "rule": 1,
          },
        ],
        "redactions": [],
        "time": "2020-12-22T09:50:01.200Z",
      }
    `);
  });

  it("reads what is piped in, as the archive gives it back", async () => {
    const archive = await tempFolder();
    await run(archive, [join(FIXTURES, "local/*/input.ndjson")]);
    const { stdout: input } = await logtally(["archive", "find", "--archive", archive, "--event", "git_push"]);
    const lines = await explainJson([], { input });
    expect(lines.map((each) => each.line)).toEqual([1, 2, 3]);
    expect(lines.map(({ events }) => events.map((each) => each.event))).toEqual(lines.map(() => ["git_push"]));
    const { stdout: meta } = await logtally(["archive", "find", "--archive", archive, "--event", "git_push", "--meta"]);
    const ids = meta
      .trimEnd()
      .split("\n")
      .map((each) => (JSON.parse(each) as { id: string }).id);
    expect(lines.map(({ id }) => id)).toEqual(ids);
    expect(await explainJson(["-"], { input })).toEqual(lines);
  });

  it("counts as run does, whatever the envelope", async () => {
    const { path } = await generated("--lines", "3000", "--republish", "0.05", "--poison", "0.02");
    const files = [join(FIXTURES, "samples/*"), path];
    const summary = await run(await tempFolder(), files);
    const lines = await explainJson(files);
    expect(lines).toHaveLength(summary.lines_in);
    expect(lines.some(({ line, log }) => line > 1000 && log === "rails.api")).toBe(true);
    const once = [...new Map(lines.map((each) => [each.id, each])).values()];
    expect(once).toHaveLength(summary.archived);
    const counts: Record<string, number> = {};
    for (const { event } of once.flatMap((each) => each.events)) counts[event] = (counts[event] ?? 0) + 1;
    expect(counts).toEqual(summary.events);
    const reasons: Record<string, number> = {};
    for (const { reason } of once) if (reason !== undefined) reasons[reason] = (reasons[reason] ?? 0) + 1;
    expect(reasons).toEqual(summary.quarantined);
    expect(lines.some((each) => each.message_id === "1500000000003")).toBe(true);
  });

  it("goes by the settings and the catalogue that are named", async () => {
    const folder = await tempFolder();
    const pipeline = join(folder, "p.yaml");
    const catalogue = join(folder, "c.yaml");
    await writeFile(
      pipeline,
      "name: a\ninstance: main\nsource: {kind: stdin}\narchive: {kind: folder, path: x}\nidentity: {shell: gl_key_id}\n",
    );
    await writeFile(catalogue, "version: 1\nevents: { pushed: { log: shell, when: { command: git-receive-pack } } }\n");
    const args = [REJECTED, "--pipeline", pipeline, "--catalogue", catalogue];
    const lines = await explainJson(args);
    expect(lines[1]).toMatchObject({
      identified_by: "field",
      dimensions: { instance: "main" },
      events: [{ event: "pushed" }],
    });
    expect(lines[0]).toMatchObject({ identified_by: "content", has_rules: false, events: [], near_misses: [] });
    const [, other] = await explainJson([...args, "--set", "instance=other", "--set", "limits.max_line_bytes=10 B"]);
    expect(other).toMatchObject({ reason: "too_large", dimensions: null });
  });

  it("tells of the events that are asked for alone", async () => {
    const lines = await explainJson([REJECTED, "--event", "git_push", "--event", "job_done"]);
    expect(lines.map(({ near_misses: misses }) => misses.map(({ event }) => event))).toEqual([
      ["git_push"],
      [],
      ["git_push"],
      [],
    ]);
    expect(lines.flatMap(({ events }) => events)).toEqual([]);
  });

  it("tells of broken lines why they are in quarantine", async () => {
    const input = `text\n\n{"a":1}\n[1]\n{"time":\n${await readFile(REJECTED, "utf8")}`;
    const { code, stdout, stderr } = await logtally(["explain"], { input });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "8 lines, 1 with events\n" });
    expect(
      stdout
        .split("\n")
        .slice(0, 8)
        .map((line) => line.replace(/id \w+/, "id …")),
    ).toMatchInlineSnapshot(`
      [
        "line 1  unknown  no time  id … by place  lane quarantine",
        "  quarantined, so without events: not_json, text, or broken or cut JSON",
        "line 2  unknown  no time  id … by place  lane quarantine",
        "  quarantined, so without events: no_time, a JSON object without any time",
        "line 3  unknown  no time  id … by place  lane quarantine",
        "  quarantined, so without events: not_object, JSON, but no object",
        "line 4  unknown  no time  id … by place  lane quarantine",
        "  quarantined, so without events: not_json, text, or broken or cut JSON",
      ]
    `);
    expect(await logtally(["explain"])).toMatchObject({ code: 0, stdout: "", stderr: "0 lines, 0 with events\n" });
  });

  it("tells of each line of a message once, however much there is to tell", async () => {
    const count = 200_000;
    const data = deflateSync("1\n".repeat(count)).toString("base64");
    const attributes = { compression_algorithm: "zlib" };
    const input = JSON.stringify({ message: { data, messageId: "1", attributes } });
    const { stdout } = await logtally(["explain"], { input });
    const numbers = stdout.match(/^line \d+/gm) ?? [];
    expect(stdout.length).toBeGreaterThan(16 * MIB);
    expect(numbers.findIndex((number, index) => number !== `line ${index + 1}`)).toBe(-1);
    expect(numbers).toHaveLength(count);
  });

  it("refuses what cannot be done, in one line", async () => {
    const refused: readonly (readonly [args: readonly string[], ...parts: string[]])[] = [
      [["missing.log"], 'read "missing.log": no such file'],
      [[REJECTED, "--event", "git_psh"], '"git_psh"', 'did you mean "git_push"?'],
      [[join(FIXTURES, "../pipelines/local.yaml")], "a pipeline is no input", "--pipeline"],
      [[REJECTED, "--pipeline", "missing.yaml"], "missing.yaml", "no such file"],
      [[REJECTED, "--catalogue", "missing.yaml"], 'read catalogue "missing.yaml": no such file'],
      [[REJECTED, "--archive", "x"], "unknown option '--archive'"],
    ];
    for (const [args, ...parts] of refused) {
      const { code, stdout, stderr } = await logtally(["explain", ...args]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expectOneLine(stderr, ...parts);
    }
  });
});
