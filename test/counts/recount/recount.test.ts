/**
 * Goal: a recount finds every single thing that was written down wrong, and nothing where all is sound.
 * Method: an archive in memory, filled, sealed and counted as the commands do it; then one thing after the other is
 * written wrong, with everything around it made to fit, so that nothing but counting again can tell.
 */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Difference } from "../../../src/archive/audit/difference.ts";
import { type Manifest, manifestBytes } from "../../../src/archive/manifest.ts";
import { createObjectCache } from "../../../src/backends/files/local-objects.ts";
import { DAY_MS, MIB, MINUTE_MS } from "../../../src/core/units.ts";
import type { Receipt } from "../../../src/counts/facts/receipt.ts";
import { openDuckDb, sqlText } from "../../../src/counts/tables/duck-db.ts";
import { copyOf } from "../../archive/verify/signed-vault.ts";
import { tempFolder } from "../../backends/temp-folder.ts";
import { STANDARD } from "../../derive/standard-events.ts";
import { apiLine, entryLine, NOW_MS, type TestArchive, testArchive } from "../facts/sealed-archive.ts";
import { type Change, DUCK_DB, recountOf } from "./recounting.ts";

const DAY = Date.UTC(2020, 11, 22);
const HOUR = "2020-12-22T00:00:00Z";
/** Where all that was written wrong is of that day: the others would take as long again. */
const OF_DAY = { takes: (day: string) => day === "2020-12-22" };

async function bytesOf({ store }: TestArchive, name: string): Promise<Buffer> {
  return store.read(name, 0, 1e9);
}

async function nameOf({ store }: TestArchive, prefix: string, end: string): Promise<string> {
  for await (const { name } of store.list(prefix)) if (name.endsWith(end)) return name;
  throw new Error(`no ${end} in ${prefix}`);
}

async function replace({ store }: TestArchive, name: string, bytes: Uint8Array): Promise<void> {
  await store.remove(name);
  await store.create(name, bytes);
}

let whole: TestArchive["store"] | null = null;

/** Three sealed spans of one day, the first of two revisions with a conflict; a tail; another day. */
async function filled(): Promise<TestArchive> {
  // Made once, and each test has a copy: sealing takes as long as what is to be tried.
  whole ??= (await fill(await testArchive())).store;
  return testArchive(await copyOf(whole));
}

async function fill(archive: TestArchive): Promise<TestArchive> {
  const many = Array.from({ length: 60 }, (_, n) => apiLine(DAY + n * 15 * MINUTE_MS, { user_id: n % 7 }));
  await archive.add([...many, entryLine(DAY, "1", { text: "a" }), "no json", many[3] ?? ""]);
  await archive.seal({ segmentBytes: 2000 });
  await archive.add([entryLine(DAY, "1", { text: "b", method: "POST" }), apiLine(DAY + 7), apiLine(DAY + DAY_MS)]);
  await archive.seal();
  await archive.add([apiLine(DAY + 8), apiLine(DAY + 9), many[5] ?? "", entryLine(DAY, "1", { text: "c" })]);
  await archive.add([apiLine(DAY + 8)]);
  return archive;
}

it("an archive that is sound gives no difference, with all its lines, events and plans", async () => {
  const { found, plans, lines, events, days } = await recountOf(await filled());
  expect(found).toEqual([]);
  expect([plans, lines]).toEqual([6, 69]);
  expect(events).toBeGreaterThan(100);
  expect(days.get("2020-12-22")?.get("rest_request")).toBe(64);
});

it("counts what a visitor does before the first pause as one session", async () => {
  const archive = await testArchive();
  // Of one event each: what happens at one time would hide a number that is missing.
  await archive.add([0, 1, 2, 60, 61].map((minutes) => apiLine(DAY + minutes * MINUTE_MS, { status: 404 })));
  await archive.seal();
  expect((await recountOf(archive)).found).toEqual([]);
});

const MANIFEST = "vault/v1/local/2020-12-22/00/000001.manifest.json";
const OTHER_SPAN = "vault/v1/local/2020-12-22/06/000001.manifest.json";
const SECOND = "vault/v1/local/2020-12-22/00/000002.manifest.json";

/** A manifest that is written wrong, and receipts that fit it. */
async function rewriteManifest(
  archive: TestArchive,
  name: string,
  change: (manifest: Manifest) => Partial<Manifest>,
): Promise<void> {
  const manifest = JSON.parse((await bytesOf(archive, name)).toString()) as Manifest;
  const bytes = manifestBytes({ ...manifest, ...change(manifest) });
  await replace(archive, name, bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  for (const receiptName of await receipts(archive)) {
    const receipt = JSON.parse((await bytesOf(archive, receiptName)).toString()) as Receipt;
    if (receipt.manifest.name !== name) continue;
    await replace(archive, receiptName, Buffer.from(JSON.stringify({ ...receipt, manifest: { name, sha256 } })));
  }
}

async function receipts({ store }: TestArchive): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of store.list("facts/catalogue")) if (name.endsWith(".json")) names.push(name);
  return names;
}

/** Facts that are written wrong by SQL over their rows, and a receipt that fits them. */
async function rewriteFacts(archive: TestArchive, rows: string): Promise<string> {
  const [receiptName = ""] = await receipts(archive);
  const receipt = JSON.parse((await bytesOf(archive, receiptName)).toString()) as Receipt;
  const [file, ...others] = receipt.files;
  if (file === undefined) throw new Error("no facts");
  const folder = await tempFolder();
  const local = createObjectCache({ store: archive.store, folder, limitBytes: 100 * MIB, nowMs: () => NOW_MS });
  const path = await local.fileOf({ name: file.name, sizeBytes: file.size_bytes, sha256: file.sha256 });
  const altered = join(folder, "altered.parquet");
  const db = await openDuckDb(DUCK_DB, 1);
  await db.run(
    `COPY (${rows.replaceAll("FACTS", `read_parquet(${sqlText(path)})`)}) TO ${sqlText(altered)} (FORMAT parquet)`,
  );
  db.close();
  const bytes = await readFile(altered);
  await replace(archive, file.name, bytes);
  const files = [
    { ...file, size_bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") },
    ...others,
  ];
  await replace(archive, receiptName, Buffer.from(JSON.stringify({ ...receipt, files })));
  return receiptName;
}

function whats(found: readonly Difference[]): string[] {
  return found.map(({ what }) => what);
}

describe("a recount finds", () => {
  it.each([
    [
      "a row that was changed",
      `SELECT * REPLACE (CASE WHEN rowid = 4 THEN 'gold' ELSE plan END AS plan) FROM (SELECT *, row_number() OVER () - 1 AS rowid FROM FACTS)`.replace(
        "SELECT * REPLACE",
        "SELECT * EXCLUDE (rowid) REPLACE",
      ),
      1,
    ],
    ["a row that is missing", "FROM FACTS OFFSET 1", 1],
    ["a row too much", "FROM FACTS UNION ALL (FROM FACTS LIMIT 1)", 1],
    ["many rows that are missing", "FROM FACTS LIMIT 0", 11],
  ])("in facts: %s", async (_, rows, least) => {
    const archive = await filled();
    const receipt = await rewriteFacts(archive, rows);
    const { found } = await recountOf(archive, OF_DAY);
    const ofFacts = found.filter(({ what }) => what === "a fact");
    expect(ofFacts.length).toBeGreaterThanOrEqual(least);
    expect(ofFacts[0]).toMatchObject({ stream: "local", hour: HOUR, object: receipt });
    expect(ofFacts[0]?.id).toMatch(/^[0-9a-f]{32}$/);
  });

  it("what was changed in a row, and from what", async () => {
    const archive = await filled();
    await rewriteFacts(
      archive,
      "SELECT * REPLACE ('gold' AS plan) FROM (FROM FACTS LIMIT 1) UNION ALL (FROM FACTS OFFSET 1)",
    );
    const { found } = await recountOf(archive, OF_DAY);
    expect(found.find(({ what }) => what === "a fact")).toMatchObject({
      expected: "rest_request plan=(unknown)",
      found: "rest_request plan=gold",
    });
  });

  it("facts that are missing", async () => {
    const archive = await filled();
    await archive.store.remove(await nameOf(archive, "facts/catalogue", ".parquet"));
    const { found } = await recountOf(archive, OF_DAY);
    expect(found).toMatchObject([{ hour: HOUR, what: expect.stringMatching(/^facts that are missing or damaged/) }]);
  });

  it("counts of a manifest that its lines do not give", async () => {
    const archive = await filled();
    await rewriteManifest(archive, MANIFEST, ({ counts }) => ({
      counts: {
        ...counts,
        events: { ...counts.events, rest_request: (counts.events["rest_request"] ?? 0) + 1, git_push: 1 },
      },
    }));
    const { found } = await recountOf(archive, OF_DAY);
    expect(found).toMatchObject([
      { object: MANIFEST, what: "count of git_push", found: 1, expected: 0 },
      { object: MANIFEST, what: "count of rest_request", found: 26, expected: 25 },
    ]);
  });

  it.each([
    ["counted and eventless", { counted: -1, eventless: 1 }, ["counted", "eventless"]],
    ["archived and received", { archived: 1, received: 1, counted: 1 }, ["archived", "counted", "received"]],
    ["conflicts and duplicates", { duplicates: 1, received: 1, conflicts: 1 }, ["conflicts"]],
  ])("figures of an hour that its lines do not give: %s", async (_, change, expected) => {
    const archive = await filled();
    await rewriteManifest(archive, MANIFEST, ({ by_hour: byHour }) => {
      const figures = { ...(byHour[HOUR] as unknown as Record<string, number>) };
      for (const [name, by] of Object.entries(change)) figures[name] = (figures[name] ?? 0) + by;
      return { by_hour: { ...byHour, [HOUR]: figures as unknown as Manifest["by_hour"][string] } };
    });
    const { found } = await recountOf(archive, OF_DAY);
    expect(whats(found)).toEqual(expected);
    expect(found[0]).toMatchObject({ object: MANIFEST, hour: HOUR });
  });

  it("a conflict of which the wrong variant stands, and one that is not named", async () => {
    const archive = await filled();
    const { conflicts } = JSON.parse((await bytesOf(archive, SECOND)).toString()) as Manifest;
    expect(conflicts).toHaveLength(1);
    await rewriteManifest(archive, SECOND, () => ({
      conflicts: conflicts.map((each) => ({ ...each, standing: "f".repeat(64) })),
    }));
    const wrong = await recountOf(archive, OF_DAY);
    expect(wrong.found).toContainEqual(
      expect.objectContaining({
        object: SECOND,
        id: conflicts[0]?.id,
        what: "the standing variant of a conflict, by the start of its hash",
        found: expect.stringMatching(/^f+$/),
      }),
    );
    await rewriteManifest(archive, SECOND, () => ({ conflicts: conflicts.map((each) => ({ ...each, log: "shell" })) }));
    const otherLog = await recountOf(archive, OF_DAY);
    expect(otherLog.found).toContainEqual(
      expect.objectContaining({ object: SECOND, id: conflicts[0]?.id, found: "shell", expected: "rails.api" }),
    );
    await rewriteManifest(archive, SECOND, () => ({ conflicts: [] }));
    const unnamed = await recountOf(archive, OF_DAY);
    expect(unnamed.found).toContainEqual(
      expect.objectContaining({
        object: SECOND,
        id: conflicts[0]?.id,
        what: "a conflict that the manifest does not name: variants",
        expected: 2,
      }),
    );
  });

  it.each([
    ["lines", ".ndjson.zst"],
    ["meta", ".meta.ndjson.zst"],
  ])("a byte that was changed in a segment: its %s", async (_, end) => {
    const archive = await filled();
    const name = `vault/v1/local/2020-12-22/00/000001-10001${end}`;
    const bytes = await bytesOf(archive, name);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    await replace(archive, name, bytes);
    const { found, notCompared } = await recountOf(archive);
    // And nothing that only follows from it: what is written down of these lines may be right.
    expect(found).toMatchObject([
      {
        object: "vault/v1/local/2020-12-22/00/000001-10001.ndjson.zst",
        hour: HOUR,
        what: expect.stringMatching(new RegExp(`${name}.*its bytes were altered`)),
      },
    ]);
    // Counts judge what is not sealed by the segment: they answer for no day.
    expect([notCompared.plans, [...notCompared.days]]).toEqual([2, ["2020-12-22", "2020-12-23"]]);
  });

  it("once a segment that counts cannot read either, and what else is wrong elsewhere", async () => {
    const archive = await filled();
    const name = "vault/v1/local/2020-12-22/00/000001-10001.ndjson.zst";
    await archive.store.remove(name);
    for (const facts of ["facts/catalogue", "facts/rollup"]) {
      for await (const { name: view } of archive.store.list(facts)) await archive.store.remove(view);
    }
    await rewriteManifest(archive, OTHER_SPAN, ({ counts }) => ({ counts: { ...counts, events: {} } }));
    const { found, notCompared } = await recountOf(archive);
    expect(found.filter(({ object, what }) => object === name || what.includes(name))).toHaveLength(1);
    expect(found.some(({ object, what }) => object === OTHER_SPAN && what === "count of rest_request")).toBe(true);
    expect(found.every(({ object }) => object !== MANIFEST && object !== SECOND)).toBe(true);
    expect([...notCompared.days]).toEqual(["2020-12-22", "2020-12-23"]);
  });

  it("a byte that was changed in what is not sealed, and that counts do not answer then", async () => {
    const archive = await filled();
    const name = await nameOf(archive, "wal/local/2021-01-10/0003", ".zst");
    const bytes = await bytesOf(archive, name);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    await replace(archive, name, bytes);
    const { found, days } = await recountOf(archive);
    expect(found).toMatchObject([
      { stream: "local", object: name, what: expect.stringContaining("its bytes were altered") },
      { stream: "counts", what: expect.stringMatching(/^counts do not answer: .*its bytes were altered/) },
    ]);
    expect(days.get("2020-12-22")?.get("rest_request")).toBe(63);
  });

  it("a segment that is missing", async () => {
    const archive = await filled();
    const name = "vault/v1/local/2020-12-22/00/000001-10001.ndjson.zst";
    await archive.store.remove(name);
    expect((await recountOf(archive)).found).toMatchObject([
      { object: name, what: expect.stringContaining("not there") },
    ]);
  });

  it("a Merkle root that is not that of the lines", async () => {
    const archive = await filled();
    await rewriteManifest(archive, MANIFEST, ({ outputs }) => ({
      outputs: outputs.map((output, index) => (index === 0 ? { ...output, root: "0".repeat(64) } : output)),
    }));
    expect((await recountOf(archive)).found).toMatchObject([
      {
        what: "the lines have another Merkle root",
        found: expect.stringMatching(/^[0-9a-f]{64}$/),
        expected: "0".repeat(64),
      },
    ]);
  });

  it("counts that answer otherwise", async () => {
    const archive = await filled();
    const change: Change = (segment, rows) => {
      if (segment === "user") return rows.map((each) => ({ ...each, per_user: { mean: 1, median: 1, max: 1 } }));
      if (segment === "plan") return rows.slice(1);
      if (segment === "category") return rows.map((each) => ({ ...each, sessions: 3 }));
      return segment === "group" ? [...rows, { event: "x", key: "y", count: 1, unique_users: 1, sessions: 1 }] : rows;
    };
    const { found } = await recountOf(archive, { change, takes: (day) => day === "2020-12-23" });
    expect(found).toMatchObject([
      {
        what: 'count of record_read by plan "(unknown)" on 2020-12-23',
        expected: "1 of 1 users in 1 sessions",
        found: null,
      },
      { what: 'count of x by group "y" on 2020-12-23', expected: null, found: "1 of 1 users in 1 sessions" },
      ...["record_read", "rest_request"].map((event) => ({
        what: `count of ${event} by category "(unknown)" on 2020-12-23`,
        expected: "1 of 1 users in 1 sessions",
        found: "1 of 1 users in 3 sessions",
      })),
    ]);
  });
});

describe("what was sealed by another catalogue or key", () => {
  it("is no difference; what is not of the key is compared", async () => {
    const archive = await filled();
    const { found, otherBasis } = await recountOf(archive, { deriving: { key: "another key" } });
    expect([found, otherBasis]).toEqual([[], 6]);
    await rewriteManifest(archive, MANIFEST, ({ counts }) => ({ counts: { ...counts, events: {} } }));
    expect(whats((await recountOf(archive, { deriving: { key: "another key" } })).found)).toContain(
      "count of rest_request",
    );
  });

  it.each([
    ["key", { key: "another key" }],
    ["instance", { instance: "another" }],
    ["catalogue", { catalogue: { ...STANDARD, digest: `sha256:${"0".repeat(64)}` } }],
  ])("is compared where facts were rebuilt since: another %s", async (_, deriving) => {
    const archive = await filled();
    await archive.rebuild("local", deriving);
    const rebuilt = await recountOf(archive, { deriving });
    expect([rebuilt.found, rebuilt.otherBasis]).toEqual([[], 0]);
    await rewriteFacts(archive, "FROM FACTS OFFSET 1");
    const { found } = await recountOf(archive, { ...OF_DAY, deriving });
    expect(found.filter(({ what }) => what === "a fact")).toHaveLength(1);
  });

  it("is compared, too, where only the receipt is damaged that would tell by what facts were made", async () => {
    const archive = await filled();
    const [receipt = ""] = await receipts(archive);
    await replace(archive, receipt, Buffer.from("{"));
    const { found, otherBasis } = await recountOf(archive, { deriving: { key: "another key" } });
    expect(found).toMatchObject([{ object: receipt, what: expect.stringContaining("no JSON") }]);
    expect(otherBasis).toBe(5);
  });
});

it("counts the days that are asked for, each by itself", async () => {
  const archive = await filled();
  const all = await recountOf(archive);
  expect([...all.days.keys()]).toEqual(["undated", "2020-12-22", "2020-12-23"]);
  const one = await recountOf(archive, { takes: (day) => day === "2020-12-23" });
  expect([...one.days]).toEqual([["2020-12-23", all.days.get("2020-12-23")]]);
  expect([one.lines, one.plans]).toEqual([1, 1]);
});
