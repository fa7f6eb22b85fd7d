/**
 * Goal: a user sees of every hour that it balances, from the first run through seals, repeats and late lines; and where
 * it does not, which segment and which lines are to blame.
 * Method: the program as a user starts it, on generated traffic in a folder, and on a real Elasticsearch.
 */
import { randomBytes } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, it } from "vitest";
import type { LedgerReport } from "../../src/counts/ledger/ledger-report.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { documentsOf } from "../servers/search.ts";
import { generated } from "./generated.ts";
import { expectOneLine, FIXTURES, filesBelow, logtally, run, startLogtally } from "./logtally.ts";

const elasticsearchUrl = inject("elasticsearchUrl") ?? "";
const SEAL = ["--set", "seal.lateness_ms=0"];

async function ledgerOf(args: readonly string[], expectedCode = 0): Promise<LedgerReport> {
  const { code, stdout, stderr } = await logtally(["ledger", "--json", ...args]);
  expect([code, stderr]).toEqual([expectedCode, ""]);
  return JSON.parse(stdout) as LedgerReport;
}

async function seal(archive: string): Promise<void> {
  expect(await logtally(["seal", "--archive", archive, ...SEAL])).toMatchObject({ code: 0, stderr: "" });
}

it("every hour balances before and after seals, with repeats and late lines; and says so", async () => {
  const archive = join(await tempFolder(), "archive");
  const { path } = await generated("--lines", "3000", "--seed", "7");
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  const parts = [lines.slice(0, 2000), lines.slice(1000, 2500), lines.toReversed()];
  const files: string[] = [];
  for (const [index, part] of parts.entries()) {
    files.push(join(archive, "..", `part-${index}.ndjson`));
    await writeFile(files[index] ?? "", `${part.join("\n")}\nno json ${index}\n`);
  }
  const sums = { received: 0, archived: 0, duplicates: 0 };
  for (const file of files) {
    const summary = await run(archive, [file]);
    sums.received += summary.lines_in;
    sums.archived += summary.archived;
    sums.duplicates += summary.duplicates;
    const before = await ledgerOf(["--archive", archive]);
    expect(before).toMatchObject({ balances: true, problems: [], total: { ...sums, sealed: false, indexed: null } });
    await seal(archive);
    const after = await ledgerOf(["--archive", archive, "--deep"]);
    expect(after).toMatchObject({ balances: true, problems: [], total: { ...sums, sealed: true, unsealed: 0 } });
    const figures = ({ hours }: LedgerReport) => hours.map((row) => ({ ...row, unsealed: 0, sealed: true }));
    expect(figures(after)).toEqual(figures(before));
    expect(after.hours.find(({ hour }) => hour === "undated")?.quarantined).toBe(files.indexOf(file) + 1);
  }
  const table = await logtally(["ledger", "--archive", archive]);
  expect(table.code).toBe(0);
  expect(table.stdout).toContain("every hour balances\n");
  const [head = "", row = ""] = table.stdout.split("\n");
  expect(row.length).toBeGreaterThan(head.indexOf("not sealed"));
});

it("names the segment that is missing and the lines in it, and exits with 1", async () => {
  const archive = join(await tempFolder(), "archive");
  await run(archive, [join(FIXTURES, "local/*/input.ndjson")]);
  await seal(archive);
  const [gone = ""] = (await filesBelow(archive)).filter((name) => /^vault.*\d\.ndjson\.zst$/.test(name));
  await rm(join(archive, gone));
  const report = await ledgerOf(["--archive", archive], 1);
  expect(report.problems[0]).toMatchObject({ object: gone, what: "the segment is missing" });
  expect(report.problems.filter(({ row }) => row !== null).length).toBeGreaterThan(0);
  const table = await logtally(["ledger", "--archive", archive]);
  expect(table.code).toBe(1);
  expect(table.stdout).toContain("NOT BALANCED");
  expect(table.stdout).toContain(`"${gone}": the segment is missing\n`);
  const lasting = startLogtally(["ledger", "--archive", archive, "--every", "1h", "--json"]);
  // In a log a pass is a line.
  lasting.child.stdout?.once("data", () => lasting.child.kill("SIGTERM"));
  const passed = await lasting.ended;
  expect(passed.code).toBe(130);
  expectOneLine(passed.stdout, '"balances":false', gone);
  const day = gone.split("/")[3] ?? "";
  const other = await ledgerOf(["--archive", archive, "--until", day]);
  expect(other.balances).toBe(true);
});

// Without Maven or Java there is no cluster to ask.
it.skipIf(elasticsearchUrl === "")("counts the documents of every hour, and misses one that was deleted", async () => {
  const folder = await tempFolder();
  const pipeline = join(folder, "shop.yaml");
  const prefix = `ledger-${randomBytes(4).toString("hex")}`;
  const { path } = await generated("--lines", "600", "--seed", "8");
  await writeFile(
    pipeline,
    `name: shop
source: {kind: files, paths: [${JSON.stringify(path)}]}
archive: {kind: folder, path: archive}
index: {kind: elasticsearch, urls: ["${elasticsearchUrl}"], prefix: ${prefix}, retention_days: 3650}
`,
  );
  expect(await logtally(["setup", pipeline])).toMatchObject({ code: 0 });
  expect(await logtally(["run", pipeline])).toMatchObject({ code: 0 });
  expect(await logtally(["run", pipeline])).toMatchObject({ code: 0 });
  const report = await ledgerOf([pipeline]);
  const { total } = report;
  expect(report).toMatchObject({ balances: true, total: { indexed: total.archived, outside: 0, not_yet: 0 } });
  expect(total.received).toBe(2 * total.archived);
  expect(report.hours.map(({ indexed }) => indexed)).toEqual(report.hours.map(({ archived }) => archived));
  const [victim] = await documentsOf(elasticsearchUrl, `${prefix}.logs-*`);
  const url = `${elasticsearchUrl}/${victim?.index}/_doc/${victim?.id}?refresh=true`;
  expect((await fetch(url, { method: "DELETE" })).ok).toBe(true);
  const broken = await ledgerOf([pipeline], 1);
  expect(broken.total.indexed).toBe(total.archived - 1);
  expect(broken.problems).toMatchObject([
    { what: "documents in the index are not archived − outside − not yet" },
    { what: "has no document", id: victim?.id, row: expect.any(Number), object: expect.stringMatching(/^wal\/shop\//) },
  ]);
  expect(await logtally(["seal", pipeline, ...SEAL])).toMatchObject({ code: 0 });
  const sealed = await ledgerOf([pipeline], 1);
  expect(sealed.problems[1]).toMatchObject({ id: victim?.id, object: expect.stringMatching(/^vault\/v1\/shop\//) });
  expect((await ledgerOf([pipeline, "--no-index"])).balances).toBe(true);
});
