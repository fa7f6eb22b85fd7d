/**
 * Goal: the gate calls a fault caught only where a test that ran has failed by it.
 * Method: runs of tests that are written down, as a workshop would give them and as Vitest would report them; copies of
 * files in memory.
 */
import { describe, expect, it } from "vitest";
import { changedText } from "../../scripts/mutants/changed-text.ts";
import {
  choicesOf,
  type Judged,
  judgeFaults,
  type TestChoice,
  type TestRun,
  unsoundTests,
  verdictOf,
  type Workshop,
} from "../../scripts/mutants/gate.ts";
import { killGroup, testRunOf } from "../../scripts/mutants/vitest-run.ts";
import type { Fault } from "../mutants/fault.ts";

const FAULT: Fault = {
  name: "ack-before-write",
  harm: "Lines are lost.",
  breaks: "I1",
  file: "src/engine/run.ts",
  text: "b",
  replacement: "x",
  caughtBy: { file: "test/engine/run.test.ts", title: "is acked" },
};
const PASSED: TestRun = { kind: "ended", passed: ["a batch is acked"], failed: [] };
const FAILED: TestRun = { kind: "ended", passed: [], failed: [{ title: "a batch is acked", isHung: false }] };

/** Tests pass as long as no fault of these names is there. */
function workshopThatCatches(names: readonly string[], seen: TestChoice[] = []): Workshop {
  return {
    async run(choice) {
      seen.push(choice);
      return PASSED;
    },
    async runWith({ name }, choice) {
      seen.push(choice);
      return names.includes(name) ? FAILED : PASSED;
    },
  };
}

describe("a fault", () => {
  it("is planted in the one place where its text stands", () => {
    expect(changedText(FAULT, "abc")).toBe("axc");
    // Nothing in a replacement is a pattern.
    expect(changedText({ ...FAULT, replacement: "$&$1" }, "abc")).toBe("a$&$1c");
  });

  it.each([
    [
      "that is not there",
      "ac",
      FAULT,
      'plant "ack-before-write": its text is 0 times in "src/engine/run.ts", not once',
    ],
    ["that is there twice", "abcb", FAULT, "its text is 2 times"],
    ["that changes nothing", "abc", { ...FAULT, replacement: "b" }, "it changes nothing"],
  ])("%s cannot be planted", (_what, text, fault, message) => {
    expect(() => changedText(fault, text)).toThrow(message);
  });

  it("is caught by the test that fails", () => {
    expect(verdictOf(FAULT, FAILED)).toEqual({ isCaught: true, by: "a batch is acked" });
  });

  it.each<[string, TestRun]>([
    ["its test passes", PASSED],
    ["its 2 tests pass", { kind: "ended", passed: ["a", "b"], failed: [] }],
    ["no test has such a title", { kind: "ended", passed: [], failed: [] }],
    ["its tests did not end", { kind: "hung" }],
    ['"a" did not end in time', { kind: "ended", passed: ["b"], failed: [{ title: "a", isHung: true }] }],
    ["nothing could be tried: SyntaxError", { kind: "broken", why: "SyntaxError" }],
  ])("is not caught where %s", (why, run) => {
    expect(verdictOf(FAULT, run)).toEqual({ isCaught: false, why });
  });

  it("by which the program stands still is caught by a test that does not end", () => {
    expect(verdictOf({ hangs: true }, { kind: "hung" }).isCaught).toBe(true);
    const hung: TestRun = { kind: "ended", passed: [], failed: [{ title: "a", isHung: true }] };
    expect(verdictOf({ hangs: true }, hung).isCaught).toBe(true);
    expect(verdictOf({ hangs: true }, { kind: "broken", why: "SyntaxError" }).isCaught).toBe(false);
  });
});

describe("the gate", () => {
  const NO_OP: Fault = { ...FAULT, name: "no-op", caughtBy: { ...FAULT.caughtBy, title: "a batch" } };

  it("says which faults nothing catches, and runs for each its own test alone", async () => {
    const seen: TestChoice[] = [];
    const told: Judged[] = [];
    const judged = await judgeFaults([FAULT, NO_OP], [workshopThatCatches(["ack-before-write"], seen)], (each) =>
      told.push(each),
    );
    expect(judged.map(({ fault, verdict }) => [fault.name, verdict.isCaught])).toEqual([
      ["ack-before-write", true],
      ["no-op", false],
    ]);
    expect(told).toEqual(judged);
    const [file, env] = [FAULT.caughtBy.file, {}];
    expect(seen).toEqual([
      { file, titles: ["is acked"], env },
      { file, titles: ["a batch"], env },
    ]);
  });

  it("changes each copy for one fault at a time, and uses all copies", async () => {
    const inWork = new Map<number, number>();
    const used = new Set<number>();
    const workshops = [0, 1, 2].map(
      (number): Workshop => ({
        ...workshopThatCatches([]),
        async runWith() {
          used.add(number);
          expect(inWork.get(number) ?? 0).toBe(0);
          inWork.set(number, 1);
          await new Promise((resolve) => setImmediate(resolve));
          inWork.set(number, 0);
          return FAILED;
        },
      }),
    );
    const faults = Array.from({ length: 20 }, (_, n) => ({ ...FAULT, name: `fault-${n}` }));
    const judged = await judgeFaults(faults, workshops, () => undefined);
    expect(judged.map(({ fault }) => fault.name)).toEqual(faults.map(({ name }) => name));
    expect(used.size).toBe(3);
  });

  it("asks for all tests of a file at once, apart by what they need of the environment", () => {
    const seeds = { file: "test/a.test.ts", title: "c", env: { SEEDS: "300" } };
    const tests = [
      { file: "test/a.test.ts", title: "a" },
      { file: "test/a.test.ts", title: "b" },
      { file: "test/a.test.ts", title: "a" },
      seeds,
    ];
    expect(choicesOf(tests.map((caughtBy) => ({ ...FAULT, caughtBy })))).toEqual([
      { file: "test/a.test.ts", titles: ["a", "b"], env: {} },
      { file: "test/a.test.ts", titles: ["c"], env: { SEEDS: "300" } },
    ]);
  });

  it.each<[string, TestRun]>([
    ['"a batch is acked" fails without any fault', FAILED],
    ['no test that could run has "is acked" in its title', { kind: "ended", passed: ["another"], failed: [] }],
    ["its tests did not end", { kind: "hung" }],
    ["SyntaxError", { kind: "broken", why: "SyntaxError" }],
  ])("takes for no proof: %s", async (why, run) => {
    const workshop = { ...workshopThatCatches([]), run: () => Promise.resolve(run) };
    expect(await unsoundTests([FAULT], [workshop])).toEqual([`test/engine/run.test.ts: ${why}`]);
  });

  it("takes tests for sound that pass", async () => {
    expect(await unsoundTests([FAULT, NO_OP], [workshopThatCatches([])])).toEqual([]);
  });
});

describe("a report of Vitest", () => {
  const reportOf = (...tests: readonly [status: string, messages?: readonly string[]][]) => ({
    testResults: [
      {
        message: "",
        assertionResults: tests.map(([status, failureMessages = []], n) => {
          return { fullName: `test ${n}`, status, failureMessages };
        }),
      },
    ],
  });

  it("tells what passed and what failed, and nothing of what was left out", () => {
    const report = reportOf(["passed"], ["failed", ["AssertionError: expected 1 to be 2"]], ["skipped"]);
    expect(testRunOf(report)).toEqual({
      kind: "ended",
      passed: ["test 0"],
      failed: [{ title: "test 1", isHung: false }],
    });
  });

  it("tells a test that did not end from one that found something", () => {
    const report = reportOf(
      ["failed", ["Error: Test timed out in 30000ms.\n…"]],
      ["failed", ["AssertionError: …", "Error: Test timed out in 30000ms."]],
    );
    expect(testRunOf(report)).toMatchObject({ failed: [{ isHung: true }, { isHung: false }] });
  });

  it("of a file that does not load says nothing of a fault", () => {
    const message = "SyntaxError: Unexpected token";
    expect(testRunOf({ testResults: [{ message, assertionResults: [] }] })).toEqual({ kind: "broken", why: message });
  });
});

it("nobody is hurt by killing a group that has ended by itself", () => {
  // No system gives a process such a number.
  expect(() => killGroup(2 ** 22 + 1)).not.toThrow();
});
