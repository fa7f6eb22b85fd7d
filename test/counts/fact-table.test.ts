import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { HOUR_MS } from "../../src/core/units.ts";
import type { Fact } from "../../src/counts/fact.ts";
import { type FactTable, openFactTable } from "../../src/counts/fact-table.ts";
import { AS_OF_MS, sampleFact } from "./sample-facts.ts";

const folder = mkdtempSync(join(tmpdir(), "fact-table-"));
afterAll(() => rm(folder, { recursive: true }));

let table: FactTable | null = null;
afterEach(() => {
  table?.close();
  table = null;
});

async function tableOf(facts: readonly Fact[], memoryLimit = "256MB"): Promise<FactTable> {
  table = await openFactTable({ memoryLimit, spillDirectory: join(folder, "spill") });
  for (const fact of facts) table.append(fact);
  return table;
}

const READ_BACK = `
  SELECT id, variant_high, variant_low, hour, time_ms, ahead,
    said(event) AS event, said(operation) AS operation, said(detail) AS detail, said(instance) AS instance,
    said(plan) AS plan, said(root_group) AS root_group, said(project) AS project, said(category) AS category,
    said(pseudonym) AS pseudonym
  FROM fact ORDER BY time_ms
`;

function hex(value: unknown): string {
  return BigInt(String(value)).toString(16).padStart(32, "0");
}

/** Every fact other than its neighbours in every column. */
function distinctFacts(count: number): Fact[] {
  return Array.from({ length: count }, (_, n) =>
    sampleFact(`line ${n}`, {
      timeMs: AS_OF_MS - HOUR_MS * n - n,
      ahead: n % 3 === 0,
      event: n % 5 === 0 ? null : `event ${n % 7}`,
      operation: `operation ${n % 4}`,
      detail: `détail ${n}`,
      instance: `instance ${n % 2}`,
      plan: `plan ${n % 3}`,
      group: `group ${n % 1000}`,
      project: `a project with a long name, number ${n}`,
      category: n % 11 === 0 ? null : `category ${n % 10}`,
      user: n % 6 === 0 ? null : `user ${n}`,
    }),
  );
}

describe("rows", () => {
  test.each([0, 1, 2047, 2048, 2049, 5000])("%i facts are read back as they were written", async (count) => {
    const facts = distinctFacts(count);
    const opened = await tableOf(facts.slice(0, 3000));
    opened.flush();
    for (const fact of facts.slice(3000)) opened.append(fact);
    const rows = await opened.query(READ_BACK);
    const read = rows.map((row) => ({
      id: hex(row["id"]),
      variant: hex(row["variant_high"]) + hex(row["variant_low"]),
      hour: row["hour"],
      timeMs: Number(row["time_ms"]),
      ahead: row["ahead"],
      event: row["event"],
      operation: row["operation"],
      detail: row["detail"],
      instance: row["instance"],
      plan: row["plan"],
      group: row["root_group"],
      project: row["project"],
      category: row["category"],
      user: row["pseudonym"],
    }));
    const written = facts.map((fact) => ({ ...fact, category: fact.category ?? "(unknown)" }));
    expect(read).toEqual(written.sort((a, b) => a.timeMs - b.timeMs));
  });

  test("ids and variants keep all their bits", async () => {
    const id = "ffffffffffffffffffffffffffffffff";
    const opened = await tableOf([sampleFact("a", { id, variant: `${id}${"0".repeat(31)}1` })]);
    const [row] = await opened.query("SELECT id, variant_high, variant_low FROM fact");
    expect([hex(row?.["id"]), hex(row?.["variant_high"]), hex(row?.["variant_low"])]).toEqual([
      id,
      id,
      `${"0".repeat(31)}1`,
    ]);
  });

  test("facts beyond the memory limit go to disk and none is lost", async () => {
    const facts = distinctFacts(20_000);
    const opened = await tableOf([], "48MB");
    for (let copy = 0; copy < 20; copy++) for (const fact of facts) opened.append(fact);
    expect(await opened.query("SELECT count(*) AS facts FROM fact")).toEqual([{ facts: 400_000n }]);
    expect(await opened.lines()).toBe(20_000);
  });

  test("texts that UTF-8 writes alike are one word", async () => {
    const opened = await tableOf([sampleFact("a", { plan: "\ud800" }), sampleFact("b", { plan: "\udbff" })]);
    expect(await opened.query("SELECT DISTINCT said(plan) AS plan FROM fact")).toEqual([{ plan: "\ufffd" }]);
    expect(await opened.query("SELECT count(DISTINCT plan) AS plans FROM fact")).toEqual([{ plans: 1n }]);
  });

  test("a spill folder that cannot be made is a fault of storage, with a hint", async () => {
    table = await openFactTable({ memoryLimit: "48MB", spillDirectory: join(folder, "missing", "spill") });
    const facts = distinctFacts(1000);
    const fill = () => {
      for (let copy = 0; copy < 1000; copy++) for (const fact of facts) table?.append(fact);
    };
    expect(fill).toThrow(
      expect.objectContaining({ name: "IoError", message: expect.stringMatching(/^count facts: .*spill/) }),
    );
  });
});

describe("distinct lines and conflicts", () => {
  const a = sampleFact("a");
  const b = sampleFact("b", { event: null });

  test("an empty table has none", async () => {
    const opened = await tableOf([]);
    expect([await opened.lines(), await opened.conflicts()]).toEqual([0, 0]);
  });

  test("copies and the events of one line are one line, a line without event is one too", async () => {
    const opened = await tableOf([a, b, a, { ...a, event: "record_update" }, b]);
    expect([await opened.lines(), await opened.conflicts()]).toEqual([2, 0]);
  });

  test.each([
    ["first half", `0${"f".repeat(63)}`],
    ["second half", a.variant.slice(0, 63) + (a.variant.endsWith("0") ? "1" : "0")],
  ])("the same id with other bytes is one line and one conflict: %s of the hash", async (_, variant) => {
    const opened = await tableOf([a, b, { ...a, variant }, { ...a, variant, event: null }, a]);
    expect([await opened.lines(), await opened.conflicts()]).toEqual([2, 1]);
  });

  test("what comes later is in the next answer", async () => {
    const opened = await tableOf([a]);
    expect(await opened.lines()).toBe(1);
    opened.append(b);
    expect(await opened.lines()).toBe(2);
  });

  test("questions may overlap", async () => {
    const opened = await tableOf([a, b]);
    expect(await Promise.all([opened.lines(), opened.conflicts(), opened.lines()])).toEqual([2, 0, 2]);
  });
});
