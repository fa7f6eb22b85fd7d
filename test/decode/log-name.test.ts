/** Goal: a line's log is the first known name among its sources, else its shape. Method: tables over all names. */
import { describe, expect, it } from "vitest";
import { KNOWN_LOGS, knownLog, logOfLogName, logOfTopic } from "../../src/decode/log-name.ts";
import { decodeFile, decodeMessage } from "./decoded-line.ts";

const ALIASES = [
  ["production_json", "rails.production"],
  ["api_json", "rails.api"],
  ["graphql_json", "rails.graphql"],
  ["audit_json", "rails.audit"],
  ["auth_json", "rails.auth"],
  ["application_json", "rails.application"],
  ["exceptions_json", "rails.exceptions"],
  ["integrations_json", "rails.integrations"],
  ["features_json", "rails.features"],
  ["git_json", "rails.git"],
  ["gitlab-shell", "shell"],
  ["gitlab_shell", "shell"],
  ["gitlab-workhorse", "workhorse"],
  ["gitlab-pages", "pages"],
] as const;

const names = [...ALIASES, ...KNOWN_LOGS.map((log) => [log, log] as const)];

describe("a known name", () => {
  it.each(names)("%s is %s, among whole segments at any place", (name, log) => {
    for (const around of [name, `gitlab.${name}`, `${name}.var.log`, `a.b.${name}.c.d`, `.${name}.`]) {
      expect(knownLog(around)).toBe(log);
    }
    for (const around of [`x${name}`, `${name}x`, `${name}_x`, `x-${name}`, name.toUpperCase(), ` ${name}`]) {
      expect(knownLog(around)).toBe(null);
    }
  });

  it.each(["", ".", "rails", "rails.", "railsapi", "rails.unknown", "api", "rails..api", "unstructured.production"])(
    "is not %j",
    (name) => expect(knownLog(name)).toBe(null),
  );

  it.each(["constructor", "__proto__", "toString.x", "rails.constructor"])("is not what objects inherit: %s", (name) =>
    expect(knownLog(name)).toBe(null),
  );

  it("is looked for at once in the longest of tags", () => {
    const long = "a.".repeat(1_000_000);
    expect(knownLog(long)).toBe(null);
    expect(knownLog(`${long}sidekiq`)).toBe("sidekiq");
  });

  it("stays right behind ten thousand others", () => {
    for (let i = 0; i < 10_001; i += 1) knownLog(`tag-${i}`);
    expect([knownLog("tag-7"), knownLog("rails.api"), knownLog("rails.api")]).toEqual([null, "rails.api", "rails.api"]);
  });

  it("of a topic is behind the last slash", () => {
    expect(logOfTopic("projects/gitlab/topics/rails.api")).toBe("rails.api");
    expect(logOfTopic("rails.api")).toBe("rails.api");
    expect(logOfTopic("projects/rails.api/topics/other")).toBe(null);
    expect(logOfTopic("")).toBe(null);
  });

  it("of a logName is behind /logs/, decoded", () => {
    expect(logOfLogName("projects/p/logs/rails.api")).toBe("rails.api");
    expect(logOfLogName("projects/p/logs/rails%2Eapi")).toBe("rails.api");
    expect(logOfLogName("projects/p/logs/gitlab%2Dshell")).toBe("shell");
    expect(logOfLogName("projects/rails.api/logs/other")).toBe(null);
    expect(logOfLogName("projects/p/logs/gitlab.rails.api")).toBe("rails.api");
    expect(logOfLogName("projects/p/logs/%zz.sidekiq")).toBe("sidekiq");
  });
});

describe("the log of a line", () => {
  const time = "2020-09-14T00:00:00.000Z";
  // In the order in which they count: each step takes the first of them away.
  const shaped = { time, controller: "C", action: "a", params: [] };
  const named = { subcomponent: "sidekiq", tag: "gitlab.gitaly", ...shaped };
  const entry = { logName: "projects/p/logs/registry", insertId: "i", labels: { tag: "shell" }, timestamp: time };
  const info = { attributes: { log: "workhorse" }, topic: "projects/p/topics/pages" };

  it("is the first known name among its sources", () => {
    const read = (payload: object, outer: object, message: typeof info | { attributes: {}; topic: string }) =>
      decodeMessage(JSON.stringify({ ...outer, jsonPayload: payload }), message)[0]?.log;
    const { subcomponent: _subcomponent, ...tagged } = named;
    const { labels: _labels, ...unlabelled } = entry;
    const found = [
      read(named, entry, info),
      read({ ...named, subcomponent: "other" }, entry, info),
      read(tagged, entry, info),
      read({ ...tagged, tag: "rails.other" }, entry, info),
      read(shaped, entry, info),
      read(shaped, { ...entry, labels: { tag: "x" } }, info),
      read(shaped, unlabelled, info),
      read(shaped, unlabelled, { ...info, attributes: { log: "x" } }),
      read(shaped, unlabelled, { ...info, attributes: {} }),
      read(shaped, unlabelled, { attributes: {}, topic: "x" }),
      read(shaped, { ...unlabelled, logName: "projects/p/logs/x" }, { attributes: {}, topic: "" }),
      read({ time }, { ...unlabelled, logName: "projects/p/logs/x" }, { attributes: {}, topic: "" }),
    ];
    expect(found).toEqual(
      [
        ["sidekiq", "gitaly", "gitaly", "shell", "shell", "workhorse", "workhorse", "pages", "pages", "registry"],
        ["rails.production", "unknown"],
      ].flat(),
    );
  });

  it("is told by the message of a line that is no record, too", () => {
    for (const data of ["text", Buffer.from([0xff]), "[]"]) expect(decodeMessage(data, info)[0]?.log).toBe("workhorse");
    const compressed = { ...info, attributes: { log: "api_json", compression_algorithm: "zlib" } };
    expect(decodeMessage("no zlib", compressed)[0]).toMatchObject({ log: "rails.api", lane: "blob" });
  });

  it.each([
    ['{"controller":"C","action":"a","params":[]}', "rails.production"],
    ['{"controller":"C","action":"a","params":[{"key":"a","value":1}],"route":"/r"}', "rails.production"],
    ['{"controller":"C","action":"a","params":null}', "unknown"],
    ['{"controller":"C","action":"","params":[]}', "unknown"],
    ['{"route":"/r","params":[]}', "rails.api"],
    ['{"route":"/r","params":{"a":1}}', "rails.api"],
    ['{"route":"/r","params":{}}', "unknown"],
    ['{"route":"/r"}', "unknown"],
    ['{"query_string":"{ a }"}', "rails.graphql"],
    ['{"query_string":""}', "unknown"],
    ['{"job_status":"done","class":"W"}', "sidekiq"],
    ['{"job_status":"done"}', "unknown"],
    ['{"command":"git-upload-pack","gl_project_path":"a/b"}', "shell"],
    ['{"command":"git-upload-pack"}', "unknown"],
    ['{"query_string":"{ a }","job_status":"done","class":"W"}', "rails.graphql"],
    ['{"tag":"unheard.of","route":"/r","params":[]}', "rails.api"],
    ['{"tag":7,"subcomponent":["sidekiq"]}', "unknown"],
  ])("%s is %s by its shape", (text, log) => {
    expect(decodeFile(text.replace("{", `{"time":"${time}",`))[0]).toMatchObject({ log, lane: "line" });
  });
});
