/**
 * Goal: the image is of a pinned Node, not of root, without any shell where it runs, and has what the package has.
 * Method: the Dockerfile's own lines. What they do is tried in dockerfile.it.test.ts.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CHECKOUT, dockerfileSteps, wordsOf } from "./dockerfile.ts";

const STEPS = dockerfileSteps();
const LAST_STAGE = Math.max(...STEPS.map(({ stage }) => stage));

function texts(keyword: string, stage: number): readonly string[] {
  return STEPS.filter((step) => step.keyword === keyword && step.stage === stage).map(({ text }) => text);
}

function json(path: string): unknown {
  return JSON.parse(readFileSync(join(CHECKOUT, path), "utf8"));
}

it("is of the Node that the checkout is pinned to, and its digest has to be given", () => {
  const { packages } = json("package-lock.json") as { packages: Record<string, { version: string }> };
  expect(texts("ARG", -1)).toEqual([`NODE_VERSION=${packages["node_modules/node"]?.version}`, "NODE_DIGEST"]);
  const bases = STEPS.filter(({ keyword }) => keyword === "FROM").map(({ text }) => text.replace(/ AS \w+$/, ""));
  const base = ["node:$", "{NODE_VERSION}-slim$", "{NODE_DIGEST:?}"].join("");
  expect(bases).toEqual([base, base]);
});

it("runs as a user with a number, who is not root", () => {
  expect(texts("USER", LAST_STAGE)).toEqual(["1000:1000"]);
});

it("has no shell between it and the program", () => {
  const started = texts("ENTRYPOINT", LAST_STAGE).map(wordsOf);
  expect(started).toEqual([["node", "/opt/logtally/bin/logtally.js"]]);
  expect(texts("RUN", LAST_STAGE).filter((text) => wordsOf(text) === null)).toEqual([]);
  for (const text of texts("HEALTHCHECK", LAST_STAGE)) expect(text).toMatch(/ CMD \["node", "-e", /);
  expect(texts("CMD", LAST_STAGE)).toEqual([]);
});

it("has the files of the package, and those that every package has", () => {
  const { files } = json("package.json") as { files: readonly string[] };
  const copied = texts("COPY", LAST_STAGE).flatMap((text) => text.match(/(?<=\/app\/)\S+/g) ?? []);
  expect(copied.toSorted()).toEqual([...files, "LICENSE", "node_modules", "package.json"].toSorted());
});
