/**
 * Goal: at least 99 % of the secrets do not get through, and fewer than one line of a thousand is hit without a reason.
 * Method: a corpus by seed, each secret in each place, what is left of a line read as a person would read it; and
 * samples, generated traffic and lookalikes that must come through untouched.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createRedactor } from "../../../src/derive/redaction/redactor.ts";
import { planTraffic } from "../../../src/generate/plan.ts";
import { traffic } from "../../../src/generate/traffic.ts";
import { type Dice, diceOf } from "./dice.ts";
import { harmlessLines } from "./harmless-corpus.ts";
import { formLines, namedLines, type SecretLine, writtenLines } from "./secret-corpus.ts";

const SAMPLES = join(import.meta.dirname, "../../../fixtures/samples");
const redactor = createRedactor({ secrets: true, fields: {}, addresses: "keep" }, null);

function redacted(line: string | Buffer): string | null {
  const bytes = Buffer.from(line);
  return redactor.redact(bytes, 0, bytes.length)?.bytes.toString("utf8") ?? null;
}

/** Everything that can be read in it: the line, and all its texts without escapes, and theirs. */
function readableIn(text: string): string {
  try {
    return `${text}\n${textsIn(JSON.parse(text)).join("\n")}`;
  } catch {
    return `${text}\n${text.replace(/\\u00([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))}`;
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value, ...(/^[[{]/.test(value) ? [readableIn(value)] : [])];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)]);
}

/** Secrets that got through, by kind and place. */
function missesIn(lines: Iterable<SecretLine>): { count: number; missed: string[] } {
  const missed: string[] = [];
  let count = 0;
  for (const { kind, place, line, secrets } of lines) {
    count += 1;
    const left = readableIn(redacted(line) ?? line);
    if (secrets.some((secret) => left.includes(secret))) missed.push(`${kind} in ${place}: ${line}`);
  }
  return { count, missed };
}

function tally(missed: readonly string[]): string {
  const kinds = new Map<string, number>();
  for (const each of missed) {
    const [kind = ""] = each.split(": ");
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return [...kinds].map(([kind, count]) => `${count} × ${kind}`).join("\n");
}

describe("secrets are masked, at least 99 of 100", () => {
  const corpora: [string, (dice: Dice) => Iterable<SecretLine>][] = [
    ["by their form", (dice) => formLines(dice, 8)],
    ["by their name", (dice) => namedLines(dice, 4)],
    ["by the way they are written", (dice) => writtenLines(dice, 20)],
  ];
  it.each(corpora)("%s", (_, linesOf) => {
    const { count, missed } = missesIn(linesOf(diceOf(1)));
    expect(count).toBeGreaterThan(4000);
    const recall = 1 - missed.length / count;
    expect(recall >= 0.99 ? "" : `${tally(missed)}\n\n${missed.slice(0, 20).join("\n")}`).toBe("");
  });
});

describe("what is no secret stays, in more than 999 lines of 1000", () => {
  function hitsIn(lines: Iterable<string | Buffer>): { count: number; hits: string[] } {
    const hits: string[] = [];
    let count = 0;
    for (const line of lines) {
      count += 1;
      const left = redacted(line);
      if (left !== null) hits.push(`${line.toString()}\n  → ${left}`);
    }
    return { count, hits };
  }

  it("in lookalikes", () => {
    const { count, hits } = hitsIn(harmlessLines(diceOf(2), 20_000));
    expect(hits.length / count < 0.001 ? "" : hits.slice(0, 20).join("\n")).toBe("");
  });

  it("in the sample of every log: in none", () => {
    const lines = readdirSync(SAMPLES).flatMap((file) => linesOf(readFileSync(join(SAMPLES, file))));
    expect(lines.length).toBeGreaterThan(100);
    expect(hitsIn(lines).hits).toEqual([]);
  });

  it.each(["bare", "logentry"] as const)("in generated traffic (%s): in none", (form) => {
    const { count, hits } = hitsIn(trafficLines(form));
    expect(count).toBeGreaterThan(10_000);
    expect(hits).toEqual([]);
  });
});

function linesOf(file: Buffer): Buffer[] {
  return file
    .toString("latin1")
    .split("\n")
    .map((line) => Buffer.from(line, "latin1"));
}

function* trafficLines(form: "bare" | "logentry"): Generator<Buffer> {
  const fromMs = Date.UTC(2020, 11, 22, 8);
  const none = { redelivered: 0, republished: 0, poisoned: 0 };
  const wish = { seed: 3, fromMs, users: 400, lines: 12_000, seconds: null, rate: null, form, batch: null, ...none };
  for (const { bytes } of traffic(planTraffic(wish), null, new AbortController().signal)) yield Buffer.from(bytes);
}
