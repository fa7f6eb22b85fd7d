/**
 * Goal: the page asks for what it does not know, once; shows what it has meanwhile; and never shows one answer for another.
 * Method: answers that come when the test says so.
 */
import { setImmediate as othersTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import { AskError } from "../../src/explorer/page/ask-error.ts";
import { createLoading } from "../../src/explorer/page/loading.ts";

/** Questions that wait for their answers, in the order in which they were asked. */
function createAsking() {
  const asked: {
    readonly resolve: (value: string) => void;
    readonly reject: (error: Error) => void;
    readonly signal: AbortSignal;
  }[] = [];
  let updates = 0;
  const loading = createLoading<string>(() => {
    updates += 1;
  });
  const load = (signal: AbortSignal): Promise<string> =>
    new Promise((resolve, reject) => {
      asked.push({ resolve, reject, signal });
    });
  return {
    asked,
    loading,
    updates: () => updates,
    of: (key: string) => loading.of(key, load),
    answer: async (at: number, value: string): Promise<void> => {
      asked[at]?.resolve(value);
      await othersTurn();
    },
    fail: async (at: number, error: Error): Promise<void> => {
      asked[at]?.reject(error);
      await othersTurn();
    },
  };
}

it("asks once for each key, and keeps the answer before until the next is there", async () => {
  const { asked, of, answer, updates } = createAsking();
  expect(of("a")).toEqual({ kind: "loading", previous: null });
  expect(of("a")).toEqual({ kind: "loading", previous: null });
  expect(asked).toHaveLength(1);
  await answer(0, "A");
  expect(updates()).toBe(1);
  expect(of("a")).toEqual({ kind: "ready", value: "A" });
  expect(of("b")).toEqual({ kind: "loading", previous: "A" });
  await answer(1, "B");
  expect(of("b")).toEqual({ kind: "ready", value: "B" });
});

it("takes no answer to a question that nobody asks any more", async () => {
  const { asked, of, answer } = createAsking();
  of("a");
  of("b");
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  await answer(0, "A");
  expect(of("b")).toEqual({ kind: "loading", previous: null });
});

it("asks again for what was left, and shows what it had until then", async () => {
  const { asked, loading, of, answer } = createAsking();
  of("a");
  await answer(0, "A");
  loading.leave();
  expect(of("a")).toEqual({ kind: "ready", value: "A" });
  expect(of("a")).toEqual({ kind: "ready", value: "A" });
  expect(asked).toHaveLength(2);
  await answer(1, "newer");
  expect(of("a")).toEqual({ kind: "ready", value: "newer" });
  expect(asked).toHaveLength(2);
});

it("asks again for what had no answer yet when it was left", () => {
  const { asked, loading, of } = createAsking();
  of("a");
  loading.leave();
  expect(asked[0]?.signal.aborted).toBe(true);
  expect(of("a")).toEqual({ kind: "loading", previous: null });
  expect(asked).toHaveLength(2);
});

it.each([
  [new AskError("the store is silent"), "the store is silent", false],
  [new AskError("no such day", true), "no such day", true],
  [new TypeError("x is not a function"), "the page has a fault: x is not a function", false],
])("says what went wrong, and whether it is of use to ask again: %s", async (error, problem, isFinal) => {
  const { of, fail } = createAsking();
  of("a");
  await fail(0, error);
  expect(of("a")).toEqual({ kind: "failed", problem, isFinal });
});
