/**
 * Goal: a report is what `counts` says, where the file wants it, and no other report suffers from one that fails; what
 * the deployment does not let be reported no report says.
 * Method: the program as a user starts it, on the shipped fixtures and on generated traffic; outputs against those of
 * `counts`, byte for byte.
 */
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { generated } from "./generated.ts";
import {
  expectOneLine,
  FIXTURES,
  filesBelow,
  logtally,
  PROGRAM,
  run,
  start,
  startLogtally,
  succeeds,
} from "./logtally.ts";

const CHECKOUT = join(FIXTURES, "..");
const TO_STDOUT = "destination: { kind: stdout }";
const TO_CLUSTER = 'destination: { kind: elasticsearch, urls: ["https://es.example:9200"], api_key: { KEY } }';

/** A folder with an archive of some traffic in it, and report files. */
async function stage(reports: Readonly<Record<string, string>>, lines = "300"): Promise<string> {
  const cwd = await tempFolder();
  const { path } = await generated("--lines", lines, "--seed", "3");
  await run(join(cwd, "archive"), [path]);
  await writeReports(cwd, reports);
  return cwd;
}

async function writeReports(cwd: string, reports: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(reports)) {
    await mkdir(dirname(join(cwd, file)), { recursive: true });
    await writeFile(join(cwd, file), `version: 1\n${text}\n`);
  }
}

describe("a report", () => {
  it.each([
    [
      "table",
      "by: plan\nperiods: [28d, daily]\ndays: 3",
      ["--by", "plan", "--period", "28d", "--period", "daily", "--days", "3"],
    ],
    [
      "json",
      "by: group\nlevel: identifiable\nas_of: '2020-12-23'",
      ["--by", "group", "--level", "identifiable", "--as-of", "2020-12-23"],
    ],
    ["csv", "events: [git_push, login]\nsessions: false", ["--event", "git_push", "login", "--no-sessions"]],
    ["prometheus", "by: user", ["--by", "user"]],
    ["service-ping", "", []],
  ])("as %s is what counts prints, on standard output and in a file", async (format, asked, args) => {
    const cwd = await stage({
      "a.yaml": `name: a\nformat: ${format}\n${asked}\n${TO_STDOUT}`,
      "b.yaml": `name: b\nformat: ${format}\n${asked}\ndestination: { kind: file, path: "out/{as_of}/{name}" }`,
    });
    const counts = await logtally(["counts", "--format", format, ...args], { cwd });
    expect(counts.code).toBe(0);
    const printed = await logtally(["report", "a.yaml"], { cwd });
    expect(printed).toMatchObject({ code: 0, stdout: counts.stdout });
    expectOneLine(printed.stderr, 'logtally: report "a.yaml": ', " printed");
    const written = await logtally(["report", "b.yaml"], { cwd });
    expect(written).toMatchObject({ code: 0, stdout: "" });
    const [file = ""] = await filesBelow(join(cwd, "out"));
    expect(file).toMatch(/^\d{4}-\d\d-\d\d\/b$/);
    expectOneLine(written.stderr, 'report "b.yaml": ', join(cwd, "out", file));
    expect(await readFile(join(cwd, "out", file), "utf8")).toBe(counts.stdout);
  });

  it("replaces its file as a whole, and leaves nothing beside it", async () => {
    const cwd = await stage({ "a.yaml": 'name: a\nformat: csv\ndestination: { kind: file, path: "out/a.csv" }' });
    const path = join(cwd, "out/a.csv");
    expect(await logtally(["report", "a.yaml"], { cwd })).toMatchObject({ code: 0 });
    const text = await readFile(path, "utf8");
    await writeFile(path, `${text}${"x".repeat(10_000)}`);
    expect(await logtally(["report", "a.yaml"], { cwd })).toMatchObject({ code: 0 });
    expect(await readFile(path, "utf8")).toBe(text);
    expect(await readdir(join(cwd, "out"))).toEqual(["a.csv"]);
  });

  it("that fails keeps no other from being answered; the worst exit code is that of all", async () => {
    const cwd = await stage({
      "reports/1.yaml": `name: one\nbranch: main\n${TO_STDOUT}`,
      "reports/2.yaml": `name: two\nperiods: [all]\nformat: csv\n${TO_STDOUT}`,
      "reports/3.yaml": `name: three\ndestination: { kind: file, path: "../archive" }`,
      "reports/4.yaml": `name: four\nevents: [git_pusch]\n${TO_STDOUT}`,
      "reports/5.yaml": `name: five\nperiods: [7d]\nformat: csv\n${TO_STDOUT}`,
    });
    const { code, stdout, stderr } = await logtally(["report"], { cwd });
    expect(code).toBe(3);
    expect(stdout.match(/^event,segment/gm)).toHaveLength(2);
    const told = stderr
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/^logtally: /, ""));
    expect(told).toHaveLength(5);
    expect(told[0]).toMatch(/^reports\/1\.yaml:3: unknown field "branch"/);
    expect(told[1]).toMatch(/^report "reports\/2\.yaml": \d+ rows, printed$/);
    expect(told[2]).toMatch(/^report "reports\/3\.yaml": replace ".*archive"/);
    expect(told[3]).toMatch(/^reports\/4\.yaml:3: find event "git_pusch": .*\(hint: did you mean "git_push"\?\)$/);
    expect(told[4]).toMatch(/^report "reports\/5\.yaml": \d+ rows, printed$/);
    const usage = await logtally(["report", "reports/4.yaml", "reports/5.yaml"], { cwd });
    expect(usage.code).toBe(2);
  });

  const AROUND_OUTPUT = {
    "reports/1.yaml": `name: one\nformat: csv\n${TO_STDOUT}`,
    "reports/2.yaml": 'name: two\nformat: csv\ndestination: { kind: file, path: "../out/2.csv" }',
    "reports/3.yaml": `name: three\nformat: csv\n${TO_STDOUT}`,
    "reports/4.yaml": 'name: four\nformat: csv\ndestination: { kind: file, path: "../out/4.csv" }',
  };

  /** Each report that prints has failed for this reason, and no other. */
  async function expectOthersAnswered(cwd: string, told: string, why: string): Promise<void> {
    const lines = told.trimEnd().split("\n");
    expect(lines).toHaveLength(4);
    for (const [at, line] of lines.entries()) {
      const isPrinting = at % 2 === 0;
      expect(line).toContain(`report "reports/${at + 1}.yaml": ${isPrinting ? `write standard output: ${why}` : ""}`);
      expect(line.includes(" rows, in ")).toBe(!isPrinting);
    }
    expect(await readdir(join(cwd, "out"))).toEqual(["2.csv", "4.csv"]);
  }

  it("that nobody reads fails, and keeps no other from being answered", async () => {
    const cwd = await stage(AROUND_OUTPUT);
    const { child, ended } = startLogtally(["report"], { cwd });
    child.stdout?.destroy();
    const { code, stderr } = await ended;
    await expectOthersAnswered(cwd, stderr, "nobody reads it any more");
    expect(code).toBe(3);
  });

  // Linux alone has a device that is always full.
  it.skipIf(!existsSync("/dev/full"))(
    "whose output is full fails, and keeps no other from being answered",
    async () => {
      const cwd = await stage(AROUND_OUTPUT);
      const program = ["-c", 'exec "$@" > /dev/full', "bash", process.execPath, PROGRAM, "report"];
      const { code, stderr } = await start("bash", program, { cwd }).ended;
      await expectOthersAnswered(cwd, stderr, "no space left on device");
      expect(code).toBe(3);
    },
  );

  it("replaces no pipe and no link, and leaves a file the rights that it has", async () => {
    const cwd = await stage({
      "reports/1.yaml": 'name: one\nformat: csv\ndestination: { kind: file, path: "../pipe" }',
      "reports/2.yaml": 'name: two\nformat: csv\ndestination: { kind: file, path: "../link" }',
      "reports/3.yaml": 'name: three\nformat: csv\ndestination: { kind: file, path: "../own.csv" }',
      "reports/4.yaml": 'name: four\nformat: csv\ndestination: { kind: file, path: "../all.csv" }',
    });
    expect(succeeds("mkfifo", [join(cwd, "pipe")])).toBe(true);
    for (const [name, mode] of Object.entries({ target: 0o600, "own.csv": 0o600, "all.csv": 0o666 })) {
      await writeFile(join(cwd, name), "before");
      await chmod(join(cwd, name), mode);
    }
    await symlink("target", join(cwd, "link"));
    const { code, stderr } = await logtally(["report"], { cwd });
    expect(code).toBe(3);
    const told = stderr.trimEnd().split("\n");
    expect(told[0]).toContain(`replace "${join(cwd, "pipe")}": it is a pipe`);
    expect(told[1]).toContain(`replace "${join(cwd, "link")}": it is a symbolic link (hint: name the file`);
    expect((await stat(join(cwd, "pipe"))).isFIFO()).toBe(true);
    expect(await readFile(join(cwd, "link"), "utf8")).toBe("before");
    expect(await readFile(join(cwd, "own.csv"), "utf8")).toMatch(/^event,segment/);
    expect((await stat(join(cwd, "own.csv"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(cwd, "all.csv"))).mode & 0o777).toBe(0o666);
  });

  it("that writes where another one does is refused before any is answered, as is one of the same name", async () => {
    const cwd = await tempFolder();
    await writeReports(cwd, {
      "reports/a.yaml": 'name: a\ndestination: { kind: file, path: "../out/{as_of}-{name}.csv" }',
      "reports/b.yaml": 'name: b\ndestination: { kind: file, path: "../out/{as_of}-{name}.csv" }',
      "reports/c.yaml": 'name: c\ndestination: { kind: file, path: "../out/../out/{as_of}-a.csv" }',
      "reports/d.yaml": 'name: b\ndestination: { kind: file, path: "../out/d.csv" }',
      "reports/e.yaml": `name: e\nbranch: main\n${TO_STDOUT}`,
    });
    for (const command of [["report"], ["report", "--check"]]) {
      const { code, stdout, stderr } = await logtally(command, { cwd });
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      const told = stderr.trimEnd().split("\n");
      expect(told).toHaveLength(3);
      expect(told[0]).toContain('reports/e.yaml:3: unknown field "branch"');
      expect(told[1]).toContain('reports "reports/a.yaml" and "reports/c.yaml": both write ');
      expect(told[1]).toContain(`"${join(cwd, "out/{as_of}-a.csv")}" (hint: `);
      expect(told[2]).toContain('reports "reports/b.yaml" and "reports/d.yaml": both have the name "b"');
    }
    expect(await readdir(cwd)).toEqual(["reports"]);
    const twice = await logtally(["report", "--check", "reports/a.yaml", "reports/a.yaml"], { cwd });
    expect(twice).toMatchObject({ code: 0, stdout: "ok   reports/a.yaml\n" });
  });

  it("is missing where there is none", async () => {
    const cwd = await tempFolder();
    const none = await logtally(["report"], { cwd });
    expect(none).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(none.stderr, 'read "reports/*.yaml": no file matches');
    const named = await logtally(["report", "x.yaml"], { cwd });
    expect(named.code).toBe(2);
    expectOneLine(named.stderr, 'report "x.yaml": read report "x.yaml": no such file');
  });

  it("as bytes is refused on a terminal", async () => {
    const cwd = await stage({ "a.yaml": `name: a\nformat: parquet\n${TO_STDOUT}` });
    const program = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";
    const { child, ended } = start("python3", ["-c", program, process.execPath, PROGRAM, "report", "a.yaml"], { cwd });
    child.stdin?.end();
    const { code, stdout } = await ended;
    expect(code).toBe(2);
    expect(stdout).toContain("standard output is a terminal");
  });

  it("that comes with the program is answered from the archive of the README", async () => {
    const archive = join(await tempFolder(), "archive");
    expect(await logtally(["run", "--archive", archive], { cwd: CHECKOUT })).toMatchObject({ code: 0 });
    const report = join("reports", "pushes-by-plan.yaml");
    const outcome = await logtally(["report", report, "--archive", archive], { cwd: CHECKOUT });
    expect(outcome).toMatchObject({ code: 0, stderr: expect.stringContaining("rows, printed") as string });
    expect(outcome.stdout).toMatch(/^git_push +gold /m);
  });
});

describe("what a deployment does not let be reported", () => {
  const BY_USER = `name: a\nby: user\nlevel: identifiable\nperiods: [all]\nformat: json\n${TO_STDOUT}`;

  it("no report says, and the rule is named at its line", async () => {
    const cwd = await stage({ "a.yaml": BY_USER });
    const refused = await logtally(["report", "a.yaml"], { cwd });
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(refused.stderr, "logtally: a.yaml:4: count by user at identifiable level: the rule");
    expect(refused.stderr).toContain('"saas-user-switched-off" does not allow it');
    const opened = await logtally(["report", "a.yaml", "--set", "reporting.identifiable=[user]"], { cwd });
    expect(opened.code).toBe(0);
    expect(JSON.parse(opened.stdout)).toMatchObject({ level: "identifiable", widened: ["user"] });
  });

  it("is told by --check, which reads no archive and writes nothing", async () => {
    const cwd = await tempFolder();
    await writeReports(cwd, {
      "reports/a.yaml": BY_USER,
      "reports/b.yaml": 'name: b\ndestination: { kind: file, path: "out/b" }',
      "reports/c.yaml": "name: c\ndestination: { kind: elasticsearch }",
      "reports/d.yaml": `name: d\n${TO_CLUSTER.replace("KEY", "env: NOT_SET")}`,
      "reports/e.yaml": `name: e\n${TO_CLUSTER.replace("KEY", "file: none.key")}`,
    });
    const checked = await logtally(["report", "--check"], { cwd });
    expect(checked).toMatchObject({ code: 2, stdout: "ok   reports/b.yaml\n" });
    const [policy, index, variable, file, ...others] = checked.stderr.trimEnd().split("\n");
    expect(policy).toContain(
      'reports/a.yaml:4: count by user at identifiable level: the rule "saas-user-switched-off"',
    );
    expect(index).toContain(
      'reports/c.yaml:3: publish counts: the pipeline has no index (hint: give the destination its "urls")',
    );
    expect(variable).toContain('reports/d.yaml:3: read API key: environment variable "NOT_SET" is not set');
    expect(file).toContain(`reports/e.yaml:3: read API key: file "${join(cwd, "reports/none.key")}": no such file`);
    expect(others).toEqual([]);
    const files = ["a", "b", "c", "d", "e"].map((name) => `reports/${name}.yaml`);
    expect(await filesBelow(cwd)).toEqual(files);
  });
});
