/**
 * Goal: `--set` changes what it names and nothing else, and says what it cannot do.
 * Method: overrides of one file against its settings and whole messages.
 */
import { describe, expect, it } from "vitest";
import { type PipelineSettings, parsePipeline } from "../../src/config/pipeline.ts";
import { UsageError } from "../../src/core/fault.ts";

const FILES = `name: demo
source:
  kind: files
  paths: [a, /in/b]
  topic: dump
archive: { kind: folder, path: out }
`;

const ALL_FIELDS =
  '"name", "deployment", "reporting", "instance", "source", "archive", "index", "batch", "seal", "limits", "identity", "catalogue", "pseudonym_key", "signing_key", "sign"';

const STDIN = `name: demo
source: { kind: stdin }
archive: { kind: folder, path: out }
`;

/** The file lies in /etc/app, the command runs in /srv. */
function parse(text: string, ...overrides: string[]): PipelineSettings {
  return parsePipeline(text, "/etc/app/a.yaml", overrides, "/srv");
}

function refusal(text: string, ...overrides: string[]): string[] {
  try {
    parse(text, ...overrides);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message.split("\n");
  }
  return [];
}

describe("an override", () => {
  it("changes one field and leaves the others", () => {
    const expected = parse(FILES);
    expect(parse(FILES, "deployment=self_managed")).toEqual({ ...expected, deployment: "self_managed" });
    expect(parse(FILES, "batch.max_bytes=2 MiB")).toEqual({
      ...expected,
      batch: { ...expected.batch, maxBytes: 2 * 1024 ** 2 },
    });
  });

  it("reads scalars and flow collections; the value may hold an equals sign", () => {
    expect(parse(FILES, "limits={max_depth: 7}").limits.maxDepth).toBe(7);
    expect(parse(FILES, "pseudonym_key.env=K", "pseudonym_key.accept_change=true").pseudonymKey).toEqual({
      reference: { kind: "env", name: "K" },
      acceptsChange: true,
    });
    expect(parse(FILES, "reporting.identifiable=[user, group]").reporting.identifiable).toEqual(["user", "group"]);
    expect(parse(FILES, "instance=a=b").instance).toBe("a=b");
    expect(parse(FILES, 'instance="7"').instance).toBe("7");
  });

  it("takes paths relative to the current folder, while those of the file stay relative to the file", () => {
    expect(parse(FILES, "source.paths=[x, /y]", "catalogue=c.yaml", "pseudonym_key={file: k}")).toMatchObject({
      source: { paths: ["/srv/x", "/y"] },
      archive: { path: "/etc/app/out" },
      cataloguePath: "/srv/c.yaml",
      pseudonymKey: { reference: { kind: "file", path: "/srv/k" } },
    });
    expect(parse(FILES, "archive.path=x").archive).toMatchObject({ path: "/srv/x" });
    expect(parse(FILES, "archive={kind: folder, path: x}").archive).toMatchObject({ path: "/srv/x" });
    expect(parse(FILES, "archive.kind=folder").archive).toMatchObject({ path: "/etc/app/out" });
  });

  it("reaches one place of a list, and the place behind its end", () => {
    expect(parse(FILES, "source.paths.0=x", "source.paths.2=y").source).toMatchObject({
      paths: ["/srv/x", "/in/b", "/srv/y"],
    });
  });

  it("takes the rest of its path as one name where names are free", () => {
    expect(parse(FILES, "identity.rails.api=request_id").identity).toEqual({ "rails.api": "request_id" });
  });

  it("can fill a section that the file leaves empty, and repair a wrong value", () => {
    expect(parse(`${FILES}limits:\n`, "limits.max_depth=3").limits.maxDepth).toBe(3);
    expect(parse(`${FILES}instance: 3\n`, "instance=x").instance).toBe("x");
  });

  it("wins over an earlier one", () => {
    expect(parse(FILES, "instance=a", "instance=b").instance).toBe("b");
  });

  it("of a kind keeps the fields of the file that fit it, and drops the others", () => {
    expect(parse(FILES, "source.kind=stdin").source).toEqual({ kind: "stdin", topic: "dump" });
    expect(parse(STDIN, "source.kind=files", "source.paths=[x]").source).toMatchObject({ paths: ["/srv/x"] });
    expect(parse(STDIN, "source.paths=[x]", "source.kind=files").source).toMatchObject({ paths: ["/srv/x"] });
  });

  it("does not reach through an alias into another field", () => {
    const text = `${FILES}limits: &a { max_depth: 4 }\n`;
    expect(refusal(`${text}batch: *a\n`, "limits.max_depth=5")).toEqual([
      '/etc/app/a.yaml:7: unknown field "max_depth" (hint: the fields here are "max_bytes", "max_lines", "max_age_ms")',
    ]);
    const shared = STDIN.replace("path: out }", "path: &p out }\ncatalogue: *p");
    expect(parse(shared, "catalogue=c")).toMatchObject({
      archive: { path: "/etc/app/out" },
      cataloguePath: "/srv/c",
    });
  });
});

describe("an override that cannot be", () => {
  it.each([
    ["sorce.paths=[x]", '--set sorce.paths=…: unknown field "sorce" (hint: did you mean "source"?)'],
    ["source.pathz=[x]", '--set source.pathz=…: unknown field "pathz" (hint: did you mean "paths"?)'],
    [
      "batch.size=1",
      '--set batch.size=…: unknown field "size" (hint: the fields here are "max_bytes", "max_lines", "max_age_ms")',
    ],
    [
      "source.paths=x",
      '--set source.paths=…: field "source.paths": expected a list of at least one path, found text "x"',
    ],
    [
      "source.paths.1=3",
      '--set source.paths.1=…: field "source.paths.1": expected a path, a glob or gs://BUCKET/PREFIX, found number 3',
    ],
    ["instance=", '--set instance=…: field "instance" has no value (hint: give it one or leave it out)'],
    [
      "source.kind=stdn",
      '--set source.kind=…: field "source.kind": expected "files", "stdin" or "pubsub", found text "stdn" (hint: did you mean "stdin"?)',
    ],
    [
      "archive={kind: folder}",
      '--set archive=…: missing field "archive.path" (hint: folder of the archive; it is made where it is missing)',
    ],
    [
      "source.paths.5=x",
      '--set source.paths.5=…: list "source.paths" has no place "5" (hint: the places are 0 to 2; the last one adds to the list)',
    ],
    [
      "source.paths.first=x",
      '--set source.paths.first=…: list "source.paths" has no place "first" (hint: the places are 0 to 2; the last one adds to the list)',
    ],
    ["name.x=1", '--set name.x=…: field "name" has no fields in it (hint: write it like --set name=…)'],
    ["constructor.x=1", `--set constructor.x=…: unknown field "constructor" (hint: the fields here are ${ALL_FIELDS})`],
    ["name", "--set name: no setting and value (hint: write it like --set batch.max_lines=1000)"],
    ["=x", "--set =…: no setting and value (hint: write it like --set batch.max_lines=1000)"],
    ["a..b=x", "--set a..b=…: no setting and value (hint: write it like --set batch.max_lines=1000)"],
    [
      "instance=a: b",
      '--set instance=…: the value is no scalar, [list] or {mapping} (hint: quote a value that holds ": " or "- ")',
    ],
    [
      "source.paths.0=*.gz",
      '--set source.paths.0=…: read YAML: alias "*.gz" has no anchor "&.gz" before it (hint: quote a value that begins with *)',
    ],
    ["source.paths=[a", "--set source.paths=…: read YAML: "],
    ["pseudonym_key=4f9c", '--set pseudonym_key=…: field "pseudonym_key": expected a mapping of fields, found text'],
  ])("%s", (override, message) => {
    const lines = refusal(FILES, override);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.slice(0, message.endsWith(": ") ? message.length : undefined)).toBe(message);
  });

  it("contradicts another one", () => {
    expect(refusal(FILES, "source.paths=[x]", "source.kind=stdin")).toEqual([
      '--set source.paths=…: unknown field "paths" (hint: the fields here are "kind", "topic")',
    ]);
  });

  it("is reported behind the mistakes of the file, in the order given", () => {
    expect(refusal(`${FILES}nam: x\n`, "limits.max_depth=0", "x", "batch.max_lines=0")).toEqual([
      '/etc/app/a.yaml:7: unknown field "nam" (hint: did you mean "name"?)',
      '--set limits.max_depth=…: field "limits.max_depth": expected a whole number from 1 to 1000, found number 0',
      "--set x: no setting and value (hint: write it like --set batch.max_lines=1000)",
      '--set batch.max_lines=…: field "batch.max_lines": expected a whole number from 1 to 10000000, found number 0',
    ]);
  });

  it("makes a section that lacks something", () => {
    expect(refusal("name: a\nsource: { kind: stdin }\n", "archive.kind=folder")).toEqual([
      '--set archive.kind=…: missing field "archive.path" (hint: folder of the archive; it is made where it is missing)',
    ]);
  });
});
