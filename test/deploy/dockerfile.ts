import { readFileSync } from "node:fs";
import { join } from "node:path";

export const CHECKOUT = join(import.meta.dirname, "../..");

/** A line of a Dockerfile, with those that go on with it. */
export interface Step {
  readonly keyword: string;
  readonly text: string;
  /** Of the stages, from 0; -1 before the first one. */
  readonly stage: number;
}

export function dockerfileSteps(): readonly Step[] {
  const text = readFileSync(join(CHECKOUT, "Dockerfile"), "utf8")
    .replace(/^#.*\n/gm, "")
    .replace(/\\\n\s*/g, "");
  let stage = -1;
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, keyword = "", rest = ""] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
      if (keyword === "FROM") stage++;
      return { keyword, text: rest, stage };
    });
}

/** The words of the form that no shell sees; null for the other one. */
export function wordsOf(text: string): readonly string[] | null {
  return text.startsWith("[") ? (JSON.parse(text) as string[]) : null;
}

/** What of the checkout the engine is shown. */
export function contextEntries(): readonly string[] {
  const [all, ...shown] = readFileSync(join(CHECKOUT, ".dockerignore"), "utf8").trim().split("\n");
  if (all !== "*" || !shown.every((line) => /^![\w.-]+$/.test(line)))
    throw new Error("an unknown form of .dockerignore");
  return shown.map((line) => line.slice(1));
}
