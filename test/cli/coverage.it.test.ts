/**
 * Goal: coverage tells a deployment which counts it can have, as tables and as JSON, and whether a log is fed twice.
 * Method: the program as a user starts it, on simulated traffic, shares against the truth about it.
 */
import { describe, expect, it } from "vitest";
import type { CoverageReport } from "../../src/counts/coverage/coverage-report.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { generated } from "./generated.ts";
import { expectOneLine, logtally, run } from "./logtally.ts";

async function coverage(archive: string, ...args: string[]): Promise<string> {
  const outcome = await logtally(["coverage", "--archive", archive, ...args]);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  return outcome.stdout;
}

describe("coverage", () => {
  it("has the shares that the rows of the truth add up to", async () => {
    const archive = await tempFolder();
    const { path, truth } = await generated("--lines", "2000", "--seed", "3");
    await run(archive, [path]);
    const report = JSON.parse(await coverage(archive, "--json")) as CoverageReport;
    expect(report).toMatchObject({
      as_of: truth.as_of,
      deployment: "saas",
      history: { lines: truth.archived, first_day: "2020-12-22", last_day: "2020-12-22", sealed_through: null },
      looked_at: { lines: truth.archived, is_all: true },
    });
    const told = report.availability.filter(({ segment }) => segment !== "user" && segment !== "session");
    expect(told.length).toBeGreaterThan(50);
    for (const { event, segment, events, carried } of told) {
      const rows = truth.rows.filter((row) => row.event === event && row.segment === segment && row.period === "28d");
      const sum = (counts: readonly { readonly count: number }[]) => counts.reduce((all, { count }) => all + count, 0);
      expect({ event, segment, events, carried }).toEqual({
        event,
        segment,
        events: sum(rows),
        carried: sum(rows.filter(({ key }) => key !== "(unknown)")),
      });
    }
  });

  it("prints the tables of a deployment, with its rules and what its owner has opened", async () => {
    const archive = await tempFolder();
    await run(archive, [(await generated("--lines", "1000")).path]);
    const set = ["--set", "deployment=self_managed", "--set", "reporting.identifiable=[group]"];
    const text = await coverage(archive, "--as-of", "2020-12-23", "--days", "7", ...set);
    expect(text.replace(/sha256:\w+/, "sha256:…")).toMatchSnapshot();
  });

  it("tells of a log that arrives by two roads, and of none otherwise", async () => {
    const archive = await tempFolder();
    const [records, entries] = [
      await generated("--lines", "500"),
      await generated("--lines", "500", "--form", "logentry"),
    ];
    await run(archive, [records.path]);
    expect(await coverage(archive)).not.toContain("two roads");
    const check = () => logtally(["check", "--archive", archive]);
    expect((await check()).stdout).toContain(`ok   roads          each log comes by one in `);
    await run(archive, [entries.path]);
    const text = await coverage(archive);
    expect(text).toMatch(
      /^By two roads: gitaly, rails\.api, .*; events of \d+ requests that came by both count twice /m,
    );
    const { looked_at: looked } = JSON.parse(await coverage(archive, "--json")) as CoverageReport;
    const api = looked.logs.find(({ log }) => log === "rails.api");
    expect(api?.roads.map(({ form }) => form).toSorted()).toEqual(["fluentd", "logentry"]);
    expect(api?.requests_twice).toBeGreaterThan(10);
    const { code, stderr } = await check();
    expect(code).toBe(2);
    expect(stderr).toContain(
      `bad  roads          rails.api: events count twice, of at least ${api?.requests_twice} requests that came as FluentD records and as ` +
        "log entries (hint: feed each log by one road)",
    );
    expect(stderr).not.toContain("gitaly");
  });

  it("finds two roads in an archive of which only a part is looked at", async () => {
    const archive = await tempFolder();
    for (const form of ["fluentd", "logentry"]) {
      await run(archive, [(await generated("--lines", "60000", "--seed", "3", "--form", form)).path]);
    }
    const { code, stderr } = await logtally(["check", "--archive", archive]);
    expect(stderr).toMatch(/^bad {2}roads {10}rails\.api: events count twice, of at least \d+ requests that came as /m);
    expect(code).toBe(2);
    expect(await coverage(archive)).toMatch(/; events of at least \d+ requests that came by both count twice /);
  });

  it("doubts two roads of which no request is seen by both, and is right all the same", async () => {
    const archive = await tempFolder();
    await run(archive, [(await generated("--lines", "500")).path]);
    await run(archive, [(await generated("--lines", "500", "--seed", "8", "--form", "logentry")).path]);
    const { code, stdout, stderr } = await logtally(["check", "--archive", archive]);
    expect(code).toBe(0);
    expect(stdout).not.toContain("roads");
    expect(stderr).toMatch(
      /^warn roads {10}.*rails\.api.*: come as FluentD records and as log entries; \d+ requests looked at came by one of them each, others may count twice \(hint: /m,
    );
    expect(stderr).toMatch(
      /^warn roads {10}gitaly, .*; of the lines looked at none counts, but what comes by both is kept twice /m,
    );
    expect(await coverage(archive)).toMatch(
      /^By two roads: .*; \d+ requests looked at came by one of them each \(hint: /m,
    );
  });

  it("has something to say of an archive without lines, and refuses what is none", async () => {
    const archive = await tempFolder();
    await run(archive, ["/dev/null"]);
    const text = await coverage(archive);
    expect(text).toContain("\nno lines\n");
    expect(text).toContain("no lines to look at");
    const outcome = await logtally(["coverage", "--archive", `${archive}/none`]);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(outcome.stderr, "no such folder");
  });
});
