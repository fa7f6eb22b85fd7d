/**
 * Goal: whoever loses a manifest of the vault is told, by the word of whatever is left that knows of it; and whoever has
 * lost nothing is told nothing.
 * Method: archives in memory, sealed, signed and cleaned up by the real code, of which objects are removed, one way after
 * another; and the moments at which a sealer may be killed.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { differenceText } from "../../src/archive/audit/difference.ts";
import { signStream } from "../../src/archive/digest/sign.ts";
import { readSealedPlans } from "../../src/archive/sealed-plan.ts";
import { readTail } from "../../src/archive/tail.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import type { ObjectRemover } from "../../src/core/object-remover.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { HOUR_MS } from "../../src/core/units.ts";
import { findLostPlans } from "../../src/counts/books/lost-plans.ts";
import { SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";
import { putObject } from "./sample-archive.ts";
import { killedAt, namesIn, newKey, replace, signing } from "./sample-signing.ts";
import { seal } from "./seal/sealing.ts";

const FIRST = "vault/v1/local/2020-12-22/09/000001.manifest.json";
const THIRD = "vault/v1/local/2020-12-22/09/000003.manifest.json";
const OTHER_DAY = "vault/v1/local/2020-12-23/09/000001.manifest.json";

let store: ObjectStore & ObjectRemover;
beforeEach(() => {
  store = createMemoryStore();
});

/** Seals an object with these lines, in spans of an hour. */
async function sealed(sequence: number, texts: readonly string[], afterHours = 0, on: ObjectStore = store) {
  const lines = texts.map((text) => sampleLine(text, { timeMs: SAMPLE_MS + afterHours * HOUR_MS }));
  await putObject(store, lines, { sequence });
  await seal(on, { spanHours: 1 });
}

/** Three plans of an hour, of which the second added nothing, and one of the next day. */
async function fill(): Promise<void> {
  await sealed(1, ["1 push", "2"]);
  await sealed(2, ["1 push"]);
  await sealed(3, ["3", "4 push"]);
  await sealed(4, ["5"], 24);
}

async function sign(): Promise<void> {
  await signStream("local", signing(store, newKey()));
}

async function remove(prefix: string): Promise<void> {
  for (const name of await namesIn(store, prefix)) await store.remove(name);
}

async function lost(takes: (day: string) => boolean = () => true): Promise<string[]> {
  const plans = await readSealedPlans(store, "local");
  const books = [{ stream: "local", plans, tail: await readTail(store, "local", plans) }];
  return (await findLostPlans(store, books, takes)).map(differenceText);
}

describe("a manifest that is missing", () => {
  it("is named by the digest that signed it, also where the whole day or all of ctl is gone", async () => {
    await fill();
    await sign();
    await remove("wal/");
    expect(await lost()).toEqual([]);
    await remove("vault/v1/local/2020-12-22/");
    await remove("ctl/");
    const by = 'the manifest is missing, by the word of "vault/v1/local/digest/00000001.json"';
    const hour = "local 2020-12-22T09:00:00Z";
    expect(await lost()).toEqual([`${hour}, "${FIRST}": ${by}`, `${hour}, "${THIRD}": ${by}`]);
    expect(await lost((day) => day !== "2020-12-22")).toEqual([]);
  });

  it("is named where it is not the one that was signed", async () => {
    await fill();
    await sign();
    const text = (await store.read(OTHER_DAY, 0, 100_000)).toString();
    await replace(store, OTHER_DAY, Buffer.from(text.replace('"duplicates_total":0', '"duplicates_total":1')));
    expect(await lost()).toMatchObject([expect.stringContaining("the manifest is not the one that was signed by")]);
  });

  it("is named by facts, also of a stream of which nothing else is left", async () => {
    await fill();
    const receipt = (stream: string) =>
      `facts/catalogue=${"0".repeat(64)}/stream=${stream}/day=2020-12-22/hour=09/000001.json`;
    await store.create(receipt("local"), Buffer.from("{}"));
    expect(await lost()).toEqual([]);
    await store.create(receipt("shop"), Buffer.from("{}"));
    await remove(FIRST);
    expect(await lost()).toEqual([
      `local 2020-12-22T09:00:00Z, "${FIRST}": the manifest is missing, by the word of "${receipt("local")}"`,
      expect.stringContaining('shop 2020-12-22T09:00:00Z, "vault/v1/shop/2020-12-22/09/000001.manifest.json"'),
    ]);
  });

  it("is named by a later plan of its span that added nothing", async () => {
    await fill();
    await remove("vault/v1/local/2020-12-22/");
    await remove("ctl/plan/local/2020-12-22/09/000003");
    const by = 'the manifest is missing, by the word of "ctl/plan/local/2020-12-22/09/000002a01.json"';
    expect(await lost()).toEqual([`local 2020-12-22T09:00:00Z, "${FIRST}": ${by}`]);
  });

  it("is named by its own plan where the input is gone too", async () => {
    await fill();
    await remove(OTHER_DAY);
    // Then the plan is run again, and makes the same manifest.
    expect(await lost()).toEqual([]);
    await remove("wal/");
    expect(await lost()).toEqual([
      expect.stringContaining(`"${OTHER_DAY}": the manifest is missing, and so is its input`),
    ]);
  });

  it("shows by segments that nobody names, where everything else is gone", async () => {
    await fill();
    await remove(OTHER_DAY);
    await remove("ctl/");
    expect(await lost()).toEqual([]);
    await remove("wal/");
    expect(await lost()).toEqual([expect.stringContaining('10001.meta.ndjson.zst": no manifest names it')]);
  });
});

it("a chain of digests that cannot be trusted is told, and nothing is missing where there is none", async () => {
  await fill();
  await sign();
  const [digest = ""] = await namesIn(store, "vault/v1/local/digest/");
  const bytes = await store.read(digest, 0, 100_000);
  bytes[30] = (bytes[30] ?? 0) ^ 1;
  await replace(store, digest, bytes);
  expect(await lost()).toEqual([expect.stringContaining(`verify "${digest}"`)]);
  await remove("vault/v1/local/digest/");
  expect(await lost()).toEqual([]);
});

it("nothing is missing at whatever moment a sealer is killed, with or without what is in ctl", async () => {
  for (let change = 1; change < 100; change += 1) {
    store = createMemoryStore();
    await sealed(1, ["1 push", "2"]);
    await putObject(store, [sampleLine("3"), sampleLine("late")], { sequence: 2 });
    await putObject(store, [sampleLine("next", { timeMs: SAMPLE_MS + 24 * HOUR_MS })], { sequence: 3 });
    const killing = killedAt(store, change, "after");
    await seal(killing, { spanHours: 1 }).catch(() => undefined);
    expect(await lost()).toEqual([]);
    await remove("ctl/");
    expect(await lost()).toEqual([]);
    // Another sealer of another version, whose bytes are others.
    await seal(store, { spanHours: 1, makes: { zstd: "2" } });
    expect(await lost()).toEqual([]);
    await remove("wal/");
    expect(await lost()).toEqual([]);
    await remove("ctl/");
    expect(await lost()).toEqual([]);
    if (!killing.isKilled) return;
  }
  expect.unreachable();
});
