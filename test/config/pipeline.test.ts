/**
 * Goal: a good pipeline gives exact settings; a bad one gives every mistake with its line, in words that end it.
 * Method: whole files against whole settings and whole messages, and any text at all as a property.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PipelineSettings, parsePipeline } from "../../src/config/pipeline.ts";
import { UsageError } from "../../src/core/fault.ts";

const MINIMAL = `
name: demo
source: { kind: stdin }
archive: { kind: folder, path: out }
`;

const ALL_FIELDS =
  '"name", "deployment", "reporting", "instance", "source", "archive", "index", "batch", "seal", "limits", "identity", "catalogue", "pseudonym_key", "signing_key", "sign"';

function parse(text: string, file = "pipelines/a.yaml"): PipelineSettings {
  return parsePipeline(text, file, [], "/srv/app");
}

/** The lines of the refusal. */
function refusal(text: string): string[] {
  try {
    parse(text, "a.yaml");
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message.split("\n");
  }
  return [];
}

describe("an input that is none", () => {
  it.each(["s3://a", "GS://a-bucket/x", "http://x/y", "~/x", "~"])("is refused: %s", (path) => {
    expect(refusal(MINIMAL.replace("kind: stdin", `kind: files, paths: ["${path}"]`))).toEqual([
      expect.stringContaining("expected a path, a glob or gs://BUCKET/PREFIX, no other URL and no ~, found"),
    ]);
  });

  it.each(["gs://", "gs://A", "gs://a", "gs://a-b//x", "gs://a-b/x//y", "gs://a-b/../x", "gs://a-b/./x", "gs://a-b/*"])(
    "is refused: %s",
    (path) => {
      expect(refusal(MINIMAL.replace("kind: stdin", `kind: files, paths: ["${path}"]`))).toEqual([
        expect.stringContaining("expected gs://BUCKET/PREFIX, with the name of a bucket, no *"),
      ]);
    },
  );
});

describe("a good pipeline", () => {
  it("has defaults for all but name, source and archive", () => {
    expect(parse(MINIMAL)).toEqual({
      name: "demo",
      deployment: "saas",
      reporting: { identifiable: [], foldPersonal: false },
      instance: null,
      source: { kind: "stdin", topic: null },
      archive: { kind: "folder", path: "/srv/app/pipelines/out" },
      index: null,
      batch: { maxBytes: 64 * 1024 ** 2, maxLines: 500_000, maxAgeMs: 5000 },
      seal: { latenessMs: 3_600_000, hours: null, isByWorker: true, everyMs: 300_000 },
      limits: { maxDepth: 128, maxLineBytes: 4 * 1024 ** 2, maxInflatedBytes: 32 * 1024 ** 2 },
      identity: {},
      cataloguePath: null,
      pseudonymKey: { reference: null, acceptsChange: false },
      signing: { key: null, intervalMs: 3_600_000 },
    });
  });

  it("may keep its archive in a bucket", () => {
    const inBucket = (fields: string): unknown =>
      parse(MINIMAL.replace("kind: folder, path: out", `kind: gcs, bucket: ${fields}`)).archive;
    expect(inBucket("my.logs-1")).toEqual({
      kind: "gcs",
      bucket: "my.logs-1",
      prefix: "",
      endpoint: null,
      keeping: { vaultBucket: null, storageClass: "COLDLINE", retentionMs: null, isLocked: false },
    });
    expect(inBucket("logs, prefix: a/.b/c-1, endpoint: https://storage-x.p.googleapis.com")).toEqual({
      kind: "gcs",
      bucket: "logs",
      prefix: "a/.b/c-1",
      endpoint: "https://storage-x.p.googleapis.com",
      keeping: { vaultBucket: null, storageClass: "COLDLINE", retentionMs: null, isLocked: false },
    });
  });

  it("may read objects of a bucket, beside files", () => {
    const reading = (fields: string): unknown =>
      parse(MINIMAL.replace("kind: stdin", `kind: files, paths: [${fields}`)).source;
    const paths = ["gs://my-bucket", "gs://my.bucket/", '"gs://a-b/stderr/2020/12/22/09:"', "in/*.gz"];
    expect(reading(`${paths.join()}], endpoint: "http://127.0.0.1:1"`)).toEqual({
      kind: "files",
      paths: ["gs://my-bucket", "gs://my.bucket/", "gs://a-b/stderr/2020/12/22/09:", "/srv/app/pipelines/in/*.gz"],
      endpoint: "http://127.0.0.1:1",
      isFollowed: false,
      statePath: null,
      topic: null,
    });
  });

  it("may read a subscription", () => {
    const reading = (fields: string): unknown =>
      parse(MINIMAL.replace("kind: stdin", `kind: pubsub, subscription: ${fields}`)).source;
    const subscription = "projects/my-project-1/subscriptions/logtally.a_1";
    expect(reading(subscription)).toEqual({ kind: "pubsub", subscription, topic: null, fullTopic: null });
    for (const [topic, fullTopic] of [
      ["rails", `projects/${subscription.split("/")[1]}/topics/rails`],
      ["projects/other/topics/rails", "projects/other/topics/rails"],
    ]) {
      const named = { kind: "pubsub", subscription, topic: "rails", fullTopic };
      expect(reading(`${subscription}, topic: ${topic}`)).toEqual(named);
    }
  });

  it("can set every field", () => {
    const text = `
name: rails-1
deployment: self_managed
reporting: { identifiable: [group, user], fold_personal: true }
instance: gprd
source: { kind: files, paths: ["*.gz", ../in/a.zst, /logs/b], topic: dump, follow: true, state: ../state }
archive: { kind: folder, path: ../out }
index:
  kind: elasticsearch
  urls: [https://a.example:9200, https://b.example]
  api_key: { file: api.key }
  ca_file: ca.pem
  prefix: gprd
  retention_days: 2
  keep_days: 3
  shards: 4
  replicas: 0
  refresh_interval_ms: 5000
  spill_after_ms: 0
  redaction: { secrets: false, fields: { meta.user: pseudonym, username: drop }, addresses: truncate }
batch: { max_bytes: 1 MiB, max_lines: 10, max_age_ms: 20 }
seal: { lateness_ms: 5, hours: 6, by_worker: false, every_ms: 200 }
limits: { max_depth: 5, max_line_bytes: 100, max_inflated_bytes: 256 MiB }
identity: { rails.api: request_id }
catalogue: ../catalogue.yaml
pseudonym_key: { file: key.txt, accept_change: true }
signing_key: { file: signing.key }
sign: { interval_ms: 60000 }
`;
    expect(parse(text, "/etc/app/a.yaml")).toEqual({
      name: "rails-1",
      deployment: "self_managed",
      reporting: { identifiable: ["group", "user"], foldPersonal: true },
      instance: "gprd",
      source: {
        kind: "files",
        paths: ["/etc/app/*.gz", "/etc/in/a.zst", "/logs/b"],
        endpoint: null,
        isFollowed: true,
        statePath: "/etc/state",
        topic: "dump",
      },
      archive: { kind: "folder", path: "/etc/out" },
      index: {
        urls: ["https://a.example:9200", "https://b.example"],
        apiKey: { kind: "file", path: "/etc/app/api.key" },
        caFile: "/etc/app/ca.pem",
        prefix: "gprd",
        retentionMs: 172_800_000,
        keepMs: 259_200_000,
        shards: 4,
        replicas: 0,
        refreshIntervalMs: 5000,
        spillAfterMs: 0,
        redaction: { secrets: false, fields: { "meta.user": "pseudonym", username: "drop" }, addresses: "truncate" },
        kibana: null,
      },
      batch: { maxBytes: 1024 ** 2, maxLines: 10, maxAgeMs: 20 },
      seal: { latenessMs: 5, hours: 6, isByWorker: false, everyMs: 200 },
      limits: { maxDepth: 5, maxLineBytes: 100, maxInflatedBytes: 256 * 1024 ** 2 },
      identity: { "rails.api": "request_id" },
      cataloguePath: "/etc/catalogue.yaml",
      pseudonymKey: { reference: { kind: "file", path: "/etc/app/key.txt" }, acceptsChange: true },
      signing: { key: { kind: "file", path: "/etc/app/signing.key" }, intervalMs: 60_000 },
    });
  });

  it("may take its key from the environment, and may use an alias", () => {
    const settings = parse(`${MINIMAL}instance: &a NAME\npseudonym_key: { env: *a }`);
    expect(settings.pseudonymKey.reference).toEqual({ kind: "env", name: "NAME" });
  });

  it("may sign with a key in Cloud KMS, and with no other one beside it", () => {
    const name = "projects/p/locations/global/keyRings/r/cryptoKeys/k/cryptoKeyVersions/12";
    const { signing } = parse(`${MINIMAL}signing_key: { kms: ${name} }`);
    expect(signing.key).toEqual({ kind: "kms", name, endpoint: null });
    expect(refusal(`${MINIMAL}signing_key:\n  kms: ${name}\n  env: A`)).toEqual([
      'a.yaml:6: field "signing_key.kms": expected no "kms" beside "env" or "file", found text',
    ]);
    expect(refusal(`${MINIMAL}signing_key: { kms: projects/p/keys/k }`)).toEqual([
      'a.yaml:5: field "signing_key.kms": expected projects/…/locations/…/keyRings/…/cryptoKeys/…/cryptoKeyVersions/…, found text',
    ]);
  });

  it("may index its lines, with defaults", () => {
    const index = "index: { kind: elasticsearch, urls: [https://es:9200]";
    expect(parse(`${MINIMAL}${index} }`).index).toEqual({
      urls: ["https://es:9200"],
      apiKey: null,
      caFile: null,
      prefix: "logtally",
      retentionMs: 2_592_000_000,
      keepMs: 2_592_000_000,
      shards: 1,
      replicas: 1,
      refreshIntervalMs: 1000,
      spillAfterMs: 60_000,
      redaction: { secrets: true, fields: {}, addresses: "keep" },
      kibana: null,
    });
    const { index: withKey } = parse(`${MINIMAL}${index}, api_key: { env: ES_KEY } }`);
    expect(withKey?.apiKey).toEqual({ kind: "env", name: "ES_KEY" });
  });

  it.each([
    ["prefix: Logs", "index.prefix"],
    ["prefix: _logs", "index.prefix"],
    ["urls: [es:9200]", "index.urls.0"],
    ["urls: [a], api_key: { env: A }", "index.urls.0"],
    ["urls: []", "index.urls"],
    ["retention_days: 0", "index.retention_days"],
    // A line of the days between them would bring back an index that was deleted.
    ["retention_days: 10, keep_days: 9", "index.keep_days"],
    ["keep_days: 29", "index.keep_days"],
    ["shards: 0", "index.shards"],
    ["replicas: 11", "index.replicas"],
    ["refresh_interval_ms: 1", "index.refresh_interval_ms"],
    ["api_key: {}", "index.api_key"],
    ["api_key: { env: A, file: b }", "index.api_key"],
    ["redaction: { fields: { username: hide } }", "index.redaction.fields.username"],
    ["redaction: { fields: { 'a b': mask } }", "index.redaction.fields.a b"],
    ["redaction: { fields: [username] }", "index.redaction.fields"],
    ["redaction: { addresses: mask }", "index.redaction.addresses"],
    ["redaction: { secrets: 1 }", "index.redaction.secrets"],
  ])("refuses an index with %s", (field, name) => {
    const fields = field.startsWith("urls") ? field : `urls: [https://es:9200], ${field}`;
    const [first = ""] = refusal(`${MINIMAL}index: { kind: elasticsearch, ${fields} }`);
    expect(first).toContain(`a.yaml:5: field "${name}": expected `);
  });

  it("refuses a redaction that it does not know", () => {
    expect(
      refusal(`${MINIMAL}index: { kind: elasticsearch, urls: [https://es:9200], redaction: { field: {} } }`),
    ).toEqual(['a.yaml:5: unknown field "field" (hint: did you mean "fields"?)']);
  });

  it("refuses the name of the folder of public keys, and none that is like it", () => {
    const named = (name: string): string => MINIMAL.replace("name: demo", `name: ${name}`);
    expect(refusal(named("keys"))).toEqual([expect.stringContaining('a.yaml:2: field "name": expected ')]);
    for (const name of ["keys-1", "a-keys", "key"]) expect(parse(named(name)).name).toBe(name);
  });

  it("keeps ${…} as it is", () => {
    expect(parse(`${MINIMAL}instance: \${HOME}`).instance).toBe("${HOME}");
  });

  it("is pipelines/local.yaml, which shows the defaults", () => {
    const checkout = join(import.meta.dirname, "../..");
    const file = join(checkout, "pipelines/local.yaml");
    const local = parsePipeline(readFileSync(file, "utf8"), file, [], "/srv");
    expect(local).toEqual({
      ...parse(MINIMAL),
      name: "local",
      source: {
        kind: "files",
        paths: [join(checkout, "fixtures/local/*/input.ndjson")],
        endpoint: null,
        isFollowed: false,
        statePath: null,
        topic: null,
      },
      archive: { kind: "folder", path: join(checkout, "archive") },
    });
  });

  it("is pipelines/local.yaml with every commented example in force", () => {
    const text = readFileSync(join(import.meta.dirname, "../../pipelines/local.yaml"), "utf8");
    const examples = text.replace(/^( *)# ((?: {2})?[a-z_.]+:(?: [^ ]+)?(?: #.*)?)$/gm, "$1$2");
    const settings = parse(examples);
    expect(settings.instance).toBe("gprd");
    expect(settings.source.topic).toBe("pubsub-rails-inf-gprd");
    expect(settings.identity).toEqual({ "rails.audit": "event_id" });
    expect(settings.cataloguePath).toBe("/srv/app/catalogue.yaml");
    expect(settings.pseudonymKey.reference).toEqual({ kind: "env", name: "LOGTALLY_PSEUDONYM_KEY" });
  });
});

describe("a bad pipeline", () => {
  it("keeps a name like URL as it is in a hint", () => {
    const text = "name: a\nsource: {kind: stdin}\narchive: {kind: folder, path: a}\nindex: {kind: elasticsearch}\n";
    expect(refusal(text)).toEqual([
      'a.yaml:4: missing field "index.urls" (hint: URLs of nodes of one cluster; requests go to them in turn)',
    ]);
  });

  it("reports every mistake at its line, in the order of the file", () => {
    const text = `name: My Pipeline
deployment: self-managed
instance:
source:
  kind: files
  pathz: [a]
  paths:
    - ok
    - 3
    - ""
archive:
  kind: folder
batch:
  max_bytes: 64 MB
  max_lines: many
  max_age_ms: 1.5
seal: { hours: 5 }
limits: [1]
identity:
  rails.api: [a, b]
elasticsearch: {}
pseudonym_key:
  accept_change: "yes"
reporting: { identifiable: [user, plan] }
`;
    expect(refusal(text)).toEqual([
      'a.yaml:1: field "name": expected 1 to 63 of a-z, 0-9 and hyphen, and not keys, found text "My Pipeline"',
      'a.yaml:2: field "deployment": expected "saas" or "self_managed", found text "self-managed" (hint: did you mean "self_managed"?)',
      'a.yaml:3: field "instance" has no value (hint: give it one or leave it out)',
      'a.yaml:6: unknown field "pathz" (hint: did you mean "paths"?)',
      'a.yaml:9: field "source.paths.1": expected a path, a glob or gs://BUCKET/PREFIX, found number 3',
      'a.yaml:10: field "source.paths.2": expected a path, a glob or gs://BUCKET/PREFIX, found empty text',
      'a.yaml:11: missing field "archive.path" (hint: folder of the archive; it is made where it is missing)',
      'a.yaml:14: field "batch.max_bytes": expected a size from 1 B to 1 GiB, in bytes or like "1 MiB", found text "64 MB"',
      'a.yaml:15: field "batch.max_lines": expected a whole number from 1 to 10000000, found text "many"',
      'a.yaml:16: field "batch.max_age_ms": expected a whole number from 1 to 3600000, found number 1.5',
      'a.yaml:17: field "seal.hours": expected 1, 2, 3, 4, 6, 8, 12 or 24, found number 5',
      'a.yaml:18: field "limits": expected a mapping of fields, found a list',
      'a.yaml:20: field "identity.rails.api": expected the name of a field, found a list',
      `a.yaml:21: unknown field "elasticsearch" (hint: the fields here are ${ALL_FIELDS})`,
      'a.yaml:23: field "pseudonym_key.accept_change": expected true or false, found text',
      'a.yaml:24: field "reporting.identifiable.1": expected "user", "group", "session" or "project", found text "plan"',
    ]);
  });

  it.each([
    ["gs://logs", "bucket"],
    ["Logs", "bucket"],
    ["a", "bucket"],
    ["logs, prefix: a/", "prefix"],
    ["logs, prefix: /a", "prefix"],
    ["logs, prefix: a//b", "prefix"],
    ["logs, prefix: a/../b", "prefix"],
    ["logs, prefix: .", "prefix"],
    ["logs, prefix: a b", "prefix"],
    ["logs, endpoint: storage.googleapis.com", "endpoint"],
    ["logs, endpoint: http://127.0.0.1:4443/storage/v1", "endpoint"],
  ])("refuses a place in a bucket that is none: %j", (fields, field) => {
    const messages = refusal(MINIMAL.replace("kind: folder, path: out", `kind: gcs, bucket: ${fields}`));
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(new RegExp(`^a\\.yaml:4: field "archive\\.${field}": expected `));
  });

  it.each([
    ["logtally", "subscription"],
    ["projects/p/topics/t", "subscription"],
    ["projects/p/subscriptions/", "subscription"],
    ["projects/p/subscriptions/a/b", "subscription"],
    ["projects/p/subscriptions/a b", "subscription"],
    ["//pubsub.googleapis.com/projects/p/subscriptions/s", "subscription"],
    ['projects/p/subscriptions/s, topic: ""', "topic"],
  ])("refuses a subscription that is none: %j", (fields, field) => {
    const messages = refusal(MINIMAL.replace("kind: stdin", `kind: pubsub, subscription: ${fields}`));
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(new RegExp(`^a\\.yaml:3: field "source\\.${field}": expected `));
  });

  it("says what a required field without value is, and that another one may be left out", () => {
    const text = MINIMAL.replace("kind: folder, path: out", "kind: gcs, bucket:");
    expect(refusal(`${text}instance:`)).toEqual([
      'a.yaml:4: field "archive.bucket" has no value (hint: name of the bucket; it must be there)',
      'a.yaml:5: field "instance" has no value (hint: give it one or leave it out)',
    ]);
  });

  it("names what is missing at the line of its section", () => {
    expect(refusal("# a comment\nname: a\nsource:\n  topic: t\n")).toEqual([
      'a.yaml:2: missing field "archive" (hint: where every line is kept)',
      'a.yaml:3: missing field "source.kind" (hint: "files", "stdin" or "pubsub")',
    ]);
  });

  it("knows the fields and kinds of each kind", () => {
    const text = "name: a\nsource:\n  kind: stdin\n  paths: [a]\narchive:\n  kind: gs\n";
    expect(refusal(text)).toEqual([
      'a.yaml:4: unknown field "paths" (hint: the fields here are "kind", "topic")',
      'a.yaml:6: field "archive.kind": expected "folder" or "gcs", found text "gs" (hint: did you mean "gcs"?)',
    ]);
    expect(refusal(MINIMAL.replace("stdin", "file"))).toEqual([
      'a.yaml:3: field "source.kind": expected "files", "stdin" or "pubsub", found text "file" (hint: did you mean "files"?)',
    ]);
  });

  it.each([
    ["[]", "an empty list"],
    ["a", 'text "a"'],
    ["{ a: 1 }", "a mapping"],
    ["true", "boolean true"],
  ])("wants paths as a list, not %s", (written, found) => {
    expect(refusal(MINIMAL.replace("kind: stdin", `kind: files, paths: ${written}`))).toEqual([
      `a.yaml:3: field "source.paths": expected a list of at least one path, found ${found}`,
    ]);
  });

  it.each(["gs://bucket/logs", "~/logs", "~"])("refuses %s as a path of this machine", (path) => {
    expect(refusal(MINIMAL.replace("path: out", `path: "${path}"`))).toEqual([
      `a.yaml:4: field "archive.path": expected a path, no URL and no ~, found text "${path}"`,
    ]);
  });

  it("never repeats what may be a key", () => {
    expect(refusal(`${MINIMAL}pseudonym_key: 4f9c-secret`)).toEqual([
      'a.yaml:5: field "pseudonym_key": expected a mapping of fields, found text',
    ]);
    expect(refusal(`${MINIMAL}signing_key:\n  env: A\n  file: |\n    4f9c-secret`)).toEqual([
      'a.yaml:7: field "signing_key.file": expected no "file" beside "env", found text',
    ]);
    expect(refusal(`${MINIMAL}pseudonym_key: { env: 4f9c-secret, file: a }`)).toEqual([
      'a.yaml:5: field "pseudonym_key.env": expected the name of an environment variable, found text',
      'a.yaml:5: field "pseudonym_key.file": expected no "file" beside "env", found text',
    ]);
    expect(refusal(`${MINIMAL}pseudonym_key:\n  env: A\n  file: b`)).toEqual([
      'a.yaml:7: field "pseudonym_key.file": expected no "file" beside "env", found text',
    ]);
  });

  it("names every unknown field, whatever its name", () => {
    expect(refusal(`${MINIMAL}batch:\n  max_line: 1\n  3: 1\nsink: x\n__proto__: {}\nlimit: {}`)).toEqual([
      'a.yaml:6: unknown field "max_line" (hint: did you mean "max_lines"?)',
      'a.yaml:7: unknown field "3" (hint: the fields here are "max_bytes", "max_lines", "max_age_ms")',
      `a.yaml:8: unknown field "sink" (hint: the fields here are ${ALL_FIELDS})`,
      `a.yaml:9: unknown field "__proto__" (hint: the fields here are ${ALL_FIELDS})`,
      'a.yaml:10: unknown field "limit" (hint: did you mean "limits"?)',
    ]);
  });

  it("cuts long values", () => {
    expect(refusal(MINIMAL.replace("demo", "X".repeat(100)))).toEqual([
      `a.yaml:2: field "name": expected 1 to 63 of a-z, 0-9 and hyphen, and not keys, found text "${"X".repeat(60)}…"`,
    ]);
  });
});

describe("a file that is no YAML mapping", () => {
  it.each(["", "# nothing yet\n", "---\n"])("is empty: %j", (text) => {
    expect(refusal(text)).toEqual([
      'a.yaml:1: the file holds no pipeline (hint: begin with "name:", "source:" and "archive:")',
    ]);
  });

  it.each(["- a\n", "name\n", "3"])("is something else: %j", (text) => {
    expect(refusal(text)).toEqual([
      'a.yaml:1: the file is no mapping of fields (hint: begin with "name:", "source:" and "archive:")',
    ]);
  });

  it("has errors of syntax, each with its line", () => {
    expect(refusal("name: a\nsource: [x\narchive: 'y\n")).toEqual([
      "a.yaml:3: read YAML: flow sequence in block collection must be sufficiently indented and end with a ] (hint: check indentation and closing brackets)",
      "a.yaml:4: read YAML: missing closing 'quote (hint: check quotes and brackets)",
    ]);
    expect(refusal(`${MINIMAL}batch:\n\tmax_lines: 1\n`)).toContain(
      "a.yaml:6: read YAML: tabs are not allowed as indentation (hint: indent with spaces)",
    );
    expect(refusal(`${MINIMAL}---\nname: b\n`)).toEqual([
      "a.yaml:5: read YAML: a second document begins (hint: one file holds one pipeline)",
    ]);
    expect(refusal(`${MINIMAL}instance: !env HOME\n`)).toEqual([
      "a.yaml:5: read YAML: unresolved tag: !env (hint: quote a value that begins with !)",
    ]);
  });

  it("has a field twice, beside other mistakes", () => {
    expect(refusal(`${MINIMAL}name: b\nbatch:\n  max_lines: 1\n  max_lines: 0\n`)).toEqual([
      'a.yaml:5: field "name" is given twice (hint: keep one)',
      'a.yaml:8: field "max_lines" is given twice (hint: keep one)',
      'a.yaml:8: field "batch.max_lines": expected a whole number from 1 to 10000000, found number 0',
    ]);
  });

  it("has an alias without anchor, as an unquoted glob looks", () => {
    expect(refusal(MINIMAL.replace("kind: stdin", "kind: files, paths: [*.gz]"))).toEqual([
      'a.yaml:3: read YAML: alias "*.gz" has no anchor "&.gz" before it (hint: quote a value that begins with *)',
    ]);
  });

  it("has aliases that stand for too much", () => {
    const bomb = Array.from({ length: 9 }, (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level},`.repeat(9)}]`);
    expect(refusal(`a0: &a0 [x, x]\n${bomb.join("\n")}`)).toEqual([
      "a.yaml:2: read YAML: aliases stand for over 100 values (hint: write them out)",
    ]);
  });

  it("has an alias of itself", () => {
    expect(refusal(`${MINIMAL}identity: &a { x: *a }`)).toEqual([
      'a.yaml:5: read YAML: alias "*a" stands in what it names (hint: write it out)',
    ]);
  });
});

it("answers any text with settings or with lines that all have a place", () => {
  const piece = fc.constantFrom(
    ..."name: a|source:|  kind: files|  paths: [a|]|- b|archive: {kind: folder, path: x}|&a|*a|!t|{|}|'|\"|\t|---|? |: |null|batch: {max_lines: 0}|__proto__: 1|<<: *a|# c|%YAML 1.1".split(
      "|",
    ),
  );
  const text = fc.array(fc.tuple(piece, fc.constantFrom("\n", " ", "\n  ")), { maxLength: 12 });
  fc.assert(
    fc.property(text, (pieces) => {
      for (const line of refusal(pieces.flat().join(""))) expect(line).toMatch(/^a\.yaml:[1-9]\d*: ./);
    }),
    { numRuns: 300 },
  );
});
