/**
 * Goal: every planted fault can still be planted, and the test that should catch it is still there, so that the gate
 * fails for a good reason only. Whether it is caught says `npm run mutants`.
 * Method: each fault against the files of the checkout.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { changedText } from "../../scripts/mutants/changed-text.ts";
import { FAULTS } from "./faults.ts";

const CHECKOUT = join(import.meta.dirname, "../..");
const textOf = (file: string): string => readFileSync(join(CHECKOUT, file), "utf8");

/** The text of a test, and of what it imports from beside it: several run one contract. */
function textsOfTest(file: string): string {
  const text = textOf(file);
  const imported = [...text.matchAll(/ from "(\.\.?\/[^"]*)"/g)].map(([, name = ""]) => join(dirname(file), name));
  return [text, ...imported.filter((name) => name.startsWith("test/")).map(textOf)].join("\n");
}

describe("a planted fault", () => {
  it.each(FAULTS.map((fault) => [fault.name, fault] as const))("%s changes one place of its file", (_name, fault) => {
    expect(changedText(fault, textOf(fault.file))).not.toBe(textOf(fault.file));
    expect(fault.file).toMatch(/^src\//);
  });

  it.each(FAULTS.map(({ name, caughtBy }) => [name, caughtBy] as const))("%s has a test", (_name, { file, title }) => {
    expect(file).toMatch(/^test\/.*\.test\.ts$/);
    expect(existsSync(join(CHECKOUT, file))).toBe(true);
    expect(title).not.toBe("");
    expect(textsOfTest(file)).toContain(title);
  });

  it("has a name of its own, and says what would go wrong", () => {
    const names = FAULTS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, harm } of FAULTS) {
      expect(name).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
      expect(harm).toMatch(/^[A-Z].*\.$/);
    }
  });

  it("is one of many, of every rule that must not break", () => {
    expect(FAULTS.length).toBeGreaterThanOrEqual(45);
    const broken = new Set<string>(FAULTS.map(({ breaks }) => breaks));
    expect(["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9"].filter((rule) => !broken.has(rule))).toEqual([]);
  });
});
