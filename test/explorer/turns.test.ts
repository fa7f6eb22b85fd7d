/**
 * Goal: counts take their turns, and who has gone while waiting costs the others nothing.
 * Method: works that end when they are told to.
 */
import { expect, it } from "vitest";
import { createTurns } from "../../src/cli/explore/counts/turns.ts";

it("lets one work go on at a time, in their order, past those that fail or are wanted no more", async () => {
  const takeTurn = createTurns();
  const here = new AbortController();
  const gone = new AbortController();
  const ends: (() => void)[] = [];
  const begun: string[] = [];
  const ask = (name: string, { signal }: AbortController): Promise<string> =>
    takeTurn(signal, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (name === "b") throw new Error("b has failed");
      return name;
    });
  const all = Promise.allSettled([ask("a", here), ask("b", here), ask("c", gone), ask("d", here)]);
  const othersTurn = () => new Promise((resolve) => setImmediate(resolve));
  await othersTurn();
  expect(begun).toEqual(["a"]);
  gone.abort(new Error("c has gone"));
  for (const _ of ["a", "b", "d"]) {
    ends.at(-1)?.();
    await othersTurn();
  }
  expect(begun).toEqual(["a", "b", "d"]);
  expect((await all).map((each) => (each.status === "fulfilled" ? each.value : each.reason.message))).toEqual([
    "a",
    "b has failed",
    "c has gone",
    "d",
  ]);
});
