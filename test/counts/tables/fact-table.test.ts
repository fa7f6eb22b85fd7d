/**
 * Goal: facts are kept whole in memory, beyond memory on disk, and apart where they differ.
 * Method: facts that differ in every column are appended and read back in words.
 */
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { HOUR_MS } from "../../../src/core/units.ts";
import type { Fact } from "../../../src/counts/fact.ts";
import { FACTS_COLUMNS } from "../../../src/counts/facts/facts-writer.ts";
import { type DuckDb, openDuckDb } from "../../../src/counts/tables/duck-db.ts";
import { type FactTable, factWords, openFactTable, variantNumber } from "../../../src/counts/tables/fact-table.ts";
import { tempFolder } from "../../backends/temp-folder.ts";
import { AS_OF_MS, isFact, pseudonym, sampleFact } from "../sample-facts.ts";

let opened: { readonly table: FactTable; readonly db: DuckDb } | null = null;
afterEach(() => {
  opened?.table.close();
  opened?.db.close();
  opened = null;
});

async function openTable(memoryLimit = "256MB", spillDirectory?: string) {
  const db = await openDuckDb({ memoryLimit, spillDirectory: spillDirectory ?? join(await tempFolder(), "spill") }, 2);
  const table = await openFactTable(db);
  opened = { table, db };
  return opened;
}

const SOURCE = { stream: "local", origin: "tail" };
const READ_BACK = `FROM (${factWords([...FACTS_COLUMNS, "stream", "origin"])}) ORDER BY time`;

function factOf(line: string, change: Parameters<typeof sampleFact>[1] = {}): Fact {
  const fact = sampleFact(line, change);
  if (!isFact(fact)) throw new Error("a fact without event");
  return fact;
}

/** Every fact other than its neighbours in every column. */
function distinctFacts(count: number): Fact[] {
  return Array.from({ length: count }, (_, n) =>
    factOf(`line ${n}`, {
      timeMs: AS_OF_MS - HOUR_MS * n - n,
      event: `event ${n % 7}`,
      operation: `operation ${n % 4}`,
      detail: `détail ${n}`,
      instance: `instance ${n % 2}`,
      plan: `plan ${n % 3}`,
      group: `group ${n % 1000}`,
      ownsGroup: n % 3 === 0,
      project: `a project with a long name, number ${n}`,
      category: n % 11 === 0 ? null : `category ${n % 10}`,
      user: n % 6 === 0 ? null : pseudonym(`user ${n}`),
      visitor: n % 7 === 0 ? null : pseudonym(`visitor ${n}`),
    }),
  );
}

function hex(uuid: { toString(): string } | null | undefined): string | null {
  return uuid === null || uuid === undefined ? null : uuid.toString().replaceAll("-", "");
}

describe("facts", () => {
  test.each([0, 1, 2047, 2048, 2049, 5000])("%i of them are read back as they were written", async (count) => {
    const facts = distinctFacts(count);
    const { table, db } = await openTable();
    for (const fact of facts.slice(0, 3000)) table.append(fact, SOURCE);
    table.flush();
    for (const fact of facts.slice(3000)) table.append(fact, { stream: "other", origin: "plan" });
    table.flush();
    expect(table.rows).toBe(count);
    const read = (await db.query(READ_BACK)).map((row) => ({
      ...row,
      id: hex(row["id"]),
      user: hex(row["user"]),
      visitor: hex(row["visitor"]),
      time: Number((row["time"] as { micros: bigint }).micros / 1000n),
    }));
    const written = facts.map(({ timeMs, variant: _variant, group, ownsGroup, ...fact }, n) => ({
      ...fact,
      time: timeMs,
      root_group: group,
      own_group: ownsGroup,
      category: fact.category ?? "(unknown)",
      variant: null,
      stream: n < 3000 ? "local" : "other",
      origin: n < 3000 ? "tail" : "plan",
    }));
    expect(read).toEqual(written.toSorted((a, b) => a.time - b.time));
  });

  test("ids and variants keep all their bits", async () => {
    const id = "f".repeat(32);
    const { table, db } = await openTable();
    table.append(factOf("a", { id, variant: `8000000000000001${"0".repeat(48)}` }), SOURCE);
    table.flush();
    const [row] = await db.query(READ_BACK);
    expect([hex(row?.["id"]), row?.["variant"]]).toEqual([id, 0x8000000000000001n]);
  });

  test("a variant is no number of its own where the id is made of it", () => {
    const { id, variant } = factOf("a");
    expect(variantNumber(id, variant)).toBe(0n);
    for (const digit of [15, 23]) {
      const other = `${variant.slice(0, digit)}${variant[digit] === "0" ? "1" : "0"}${variant.slice(digit + 1)}`;
      expect(variantNumber(id, other)).toBe(BigInt(`0x${other.slice(0, 16)}`));
    }
  });

  test("that were cleared are gone, with their words", async () => {
    const { table, db } = await openTable();
    table.append(factOf("a", { plan: "gold" }), SOURCE);
    await table.clear();
    table.append(factOf("b", { plan: "free" }), SOURCE);
    table.flush();
    expect((await db.query(READ_BACK)).map((row) => row["plan"])).toEqual(["free"]);
    expect(await db.query("SELECT value FROM dictionary WHERE value = 'gold'")).toEqual([]);
  });

  test("beyond the memory limit go to disk and none is lost", async () => {
    const facts = distinctFacts(20_000);
    const { table, db } = await openTable("48MB");
    for (let copy = 0; copy < 20; copy++) for (const fact of facts) table.append(fact, SOURCE);
    table.flush();
    expect(await db.query("SELECT count(*) AS facts FROM fact")).toEqual([{ facts: 400_000n }]);
    expect(await db.query("SELECT count(DISTINCT id) AS ids FROM fact")).toEqual([{ ids: 20_000n }]);
  });

  test("with texts that UTF-8 writes alike share one word", async () => {
    const { table, db } = await openTable();
    for (const plan of ["\ud800", "\udbff"]) table.append(factOf(plan, { plan }), SOURCE);
    table.flush();
    expect((await db.query(READ_BACK)).map((row) => row["plan"])).toEqual(["\ufffd", "\ufffd"]);
    expect(await db.query("SELECT count(DISTINCT plan) AS plans FROM fact")).toEqual([{ plans: 1n }]);
  });

  test("and a spill folder that cannot be made is a fault of storage, with a hint", async () => {
    const { table } = await openTable("48MB", join(await tempFolder(), "missing", "spill"));
    const facts = distinctFacts(1000);
    const fill = () => {
      for (let copy = 0; copy < 1000; copy++) for (const fact of facts) table.append(fact, SOURCE);
    };
    expect(fill).toThrow(
      expect.objectContaining({ name: "IoError", message: expect.stringMatching(/^count facts: .*spill/) }),
    );
  });
});
