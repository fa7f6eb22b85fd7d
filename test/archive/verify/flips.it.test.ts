/**
 * Goal: no bit of a signed vault can be another one without that being told, and nothing is told of one that is untouched.
 * Method: 150 random bits of any object, one at a time, at level full; `npm run tamper` tries as many as it is told.
 */
import { expect, it } from "vitest";
import { flipBits } from "./flips.ts";

it("of 150 bits that are flipped each is told", async () => {
  expect(await flipBits(150, 20_201_222)).toEqual({ untold: [], falseAlarms: [] });
}, 300_000);
