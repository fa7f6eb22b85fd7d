/**
 * Goal: `logtally size` takes what a person knows of a deployment, refuses what makes no sense in words, and prints the same
 * as text and as JSON.
 * Method: the command itself, in this process, with its output caught.
 */
import type { CommanderError } from "commander";
import { afterEach, describe, expect, it, vi } from "vitest";
import { deploymentOf, sizeCommand } from "../../src/cli/sizing/size.ts";
import { parsePipeline } from "../../src/config/pipeline.ts";
import { DEFAULT_PRICES } from "../../src/sizing/price.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** What it prints. Rejects with what it refuses. */
async function printedBy(...args: readonly string[]): Promise<string> {
  let printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text, ...rest) => {
    printed += String(text);
    const done = rest.find((each) => typeof each === "function");
    done?.();
    return true;
  });
  const command = sizeCommand().exitOverride();
  command.configureOutput({ writeErr: () => undefined });
  await command.parseAsync(args, { from: "user" });
  return printed;
}

interface Json {
  readonly lines_per_second: number;
  readonly monthly_usd: Readonly<Record<string, number>>;
  readonly index: { readonly nodes: number } | null;
  readonly prices: Readonly<Record<string, { readonly usd: number; readonly as_of: string }>>;
  readonly limits: readonly unknown[];
}

async function jsonBy(...args: readonly string[]): Promise<Json> {
  return JSON.parse(await printedBy(...args, "--json")) as Json;
}

describe("the command size", () => {
  it("takes lines or bytes", async () => {
    // 88,473,600,000 bytes a day are 1000 lines of 1024 bytes a second.
    const byBytes = await jsonBy("--gb-per-day", "88.4736");
    expect(byBytes.lines_per_second).toBe(1000);
    expect(byBytes).toEqual(await jsonBy("--lines-per-second", "1000"));
  });

  it("prints every part, the prices, and that they are no quotes", async () => {
    const text = await printedBy("--gb-per-day", "100", "--retention-days", "7");
    for (const part of [
      "Pub/Sub",
      "workers",
      "sealing",
      "write-ahead",
      "requests",
      "reading back",
      "vault",
      "index",
      "in all",
    ])
      expect(text).toMatch(new RegExp(`^${part} +\\$\\d`, "m"));
    expect(text).toContain("Prices are inputs and no quotes");
    expect(text).toMatch(/^ {2}pubsub=40 {2}for each TiB .*, \d{4}-\d\d$/m);
    expect(text).toMatch(/by class: standard \$[\d.,]+, nearline \$[\d.]+, coldline \$[\d.]+, archive \$[\d.]+\n/);
  });

  it("adds up", async () => {
    const { monthly_usd: usd } = await jsonBy("--gb-per-day", "100", "--retention-days", "7");
    const { total = 0, ...parts } = usd;
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(total, 1);
  });

  it("has no index but where days are named", async () => {
    expect((await jsonBy("--gb-per-day", "1")).index).toBeNull();
    expect((await jsonBy("--gb-per-day", "1", "--retention-days", "1")).index?.nodes).toBe(2);
  });

  it("takes prices, the last of a name", async () => {
    const { prices } = await jsonBy(
      "--gb-per-day",
      "1",
      "--price",
      "pubsub=1",
      "--price",
      "cpu=2",
      "--price",
      "pubsub=3.5",
    );
    expect(prices["pubsub"]).toMatchObject({ usd: 3.5, as_of: "given" });
    expect(prices["cpu"]).toMatchObject({ usd: 2 });
    expect(Object.keys(prices)).toEqual(Object.keys(DEFAULT_PRICES));
  });

  it("tells limits that are not kept to, with what to do", async () => {
    const asked = ["--lines-per-second", "60000"];
    expect(await printedBy(...asked)).toMatch(
      /^limit: the seal of an hour .* \(hint: split the lines into at least \d+ logs\)$/m,
    );
    expect((await jsonBy(...asked)).limits).toHaveLength(1);
  });

  it.each([
    [[], "no traffic is named (hint: --lines-per-second N, or --gb-per-day N)"],
    [
      ["--gb-per-day", "1", "--lines-per-second", "1"],
      "both --lines-per-second and --gb-per-day (hint: name one of them)",
    ],
    [["--gb-per-day", "0"], "It must be a number above 0"],
    [["--gb-per-day", "1e3"], "It must be a number above 0 in plain digits"],
    [["--gb-per-day", "1", "--peak", "0.5"], "It must be 1 or more"],
    [["--gb-per-day", "1", "--retention-days", "-1"], "It must be a whole number from 0"],
    [["--gb-per-day", "1", "--logs", "0"], "It must be a whole number from 1 to 10000"],
    [["--gb-per-day", "1", "--class", "cold"], "It must be one of: standard, nearline, coldline, archive"],
    [["--gb-per-day", "1", "--price", "pubsub"], "It must be a name and US dollars, like pubsub=35.5"],
    [["--gb-per-day", "1", "--price", "beer=3"], '"beer" has no price; names are: pubsub, cpu,'],
    [["--gb-per-day", "1", "--price", "constructor=3"], '"constructor" has no price'],
  ])("refuses %j", async (args, words) => {
    const refused: unknown = await printedBy(...args).catch((error: unknown) => error);
    expect((refused as CommanderError).message).toContain(words);
  });

  it("reckons with the batches that pipelines have", () => {
    const text = (index: string): string =>
      `name: a\nsource: {kind: stdin}\narchive: {kind: folder, path: a}\n${index}`;
    const options = {
      gbPerDay: 1,
      lineBytes: 1000,
      peak: 1,
      logs: 1,
      users: 1,
      keepYears: 1,
      linesPerCpuSecond: 1,
      class: "archive",
      coldAfterDays: 0,
    } as const;
    const batchOf = (retentionDays: number) => deploymentOf({ ...options, retentionDays }).batch;
    const { maxBytes, maxAgeMs } = parsePipeline(text(""), "a.yaml", [], "/").batch;
    expect(batchOf(0)).toMatchObject({ maxBytes, maxAgeMs });
    const indexed = parsePipeline(text("index: {kind: elasticsearch, urls: ['https://a']}\n"), "a.yaml", [], "/").batch;
    expect(batchOf(1)).toMatchObject({ maxAgeMs: indexed.maxAgeMs });
  });
});
