/**
 * Goal: no way of reading that was made fast reads anything otherwise.
 * Method: some thousand lines of each form, and as many changed ones; `npm run differential` takes millions.
 */
import { expect, it } from "vitest";
import { compareLines } from "./differential.ts";

const LINES = 1500;

it.each([0, 1, 2])("reads the lines of seed %i, and others near them, as the slow ways do", (seed) => {
  const { fields, events } = compareLines(LINES, seed);
  expect(fields).toBeGreaterThanOrEqual(2 * LINES);
  expect(events).toBeGreaterThanOrEqual(LINES);
});
