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

/** What an engine starts of the image unless it is told otherwise. */
export interface ImageConfig {
  /** Arguments of the container follow it. */
  readonly entrypoint: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingFolder: string;
  /** Links of the image, and where they lead. */
  readonly links: ReadonlyMap<string, string>;
}

export function imageConfig(): ImageConfig {
  const steps = dockerfileSteps();
  const last = Math.max(...steps.map(({ stage }) => stage));
  const texts = (wanted: string): readonly string[] =>
    steps.filter(({ keyword, stage }) => keyword === wanted && stage === last).map(({ text }) => text);
  return {
    entrypoint: texts("ENTRYPOINT").flatMap((text) => wordsOf(text) ?? []),
    env: Object.fromEntries(texts("ENV").map((text) => text.split("=", 2))) as Record<string, string>,
    workingFolder: texts("WORKDIR").at(-1) ?? "/",
    links: new Map(texts("RUN").flatMap(linkOf)),
  };
}

function linkOf(text: string): readonly (readonly [string, string])[] {
  const [program, option, target, link] = wordsOf(text) ?? [];
  return program === "ln" && option === "-s" && target !== undefined && link !== undefined ? [[link, target]] : [];
}

/** What of the checkout the engine is shown. */
export function contextEntries(): readonly string[] {
  const [all, ...shown] = readFileSync(join(CHECKOUT, ".dockerignore"), "utf8").trim().split("\n");
  if (all !== "*" || !shown.every((line) => /^![\w.-]+$/.test(line)))
    throw new Error("an unknown form of .dockerignore");
  return shown.map((line) => line.slice(1));
}
