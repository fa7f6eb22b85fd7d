/**
 * Goal: CI never calls a run good that is not. Method: reports as Vitest writes them for each way to fail.
 */
import { describe, expect, it } from "vitest";
import { summarizeTests, type TestReport } from "../../scripts/test-summary.ts";

const fileOf = (status: string, tests: readonly string[]) => ({
  name: "test/a.test.ts",
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});

function reportOf(passed: number, failed: number, pending: number, todo: number, files: TestReport["testResults"]) {
  const counts = { numPassedTests: passed, numFailedTests: failed, numPendingTests: pending, numTodoTests: todo };
  return { ...counts, testResults: files };
}

describe("the summary of a test run", () => {
  it("is good where every test passed", () => {
    const report = reportOf(2, 0, 0, 0, [fileOf("passed", ["passed", "passed"])]);
    expect(summarizeTests(report, false)).toEqual({ counts: "2 passed, 0 failed", problems: [] });
  });

  it("counts a failed test once, not its file too", () => {
    const summary = summarizeTests(reportOf(1, 1, 0, 0, [fileOf("failed", ["passed", "failed"])]), true);
    expect(summary.counts).toBe("1 passed, 1 failed");
    expect(summary.problems).toHaveLength(1);
  });

  it("counts a file that did not load as a failure", () => {
    const summary = summarizeTests(reportOf(3, 0, 0, 0, [fileOf("failed", [])]), true);
    expect(summary.counts).toBe("3 passed, 1 failed");
    expect(summary.problems).toEqual(['run tests: "test/a.test.ts" failed outside its tests']);
  });

  it("counts a file whose set-up failed as a failure, though its tests read as skipped", () => {
    const summary = summarizeTests(reportOf(0, 0, 2, 0, [fileOf("failed", ["skipped", "skipped"])]), true);
    expect(summary.counts).toBe("0 passed, 1 failed, 2 skipped");
    expect(summary.problems).toHaveLength(1);
  });

  it("takes a skipped or planned test for a problem only where none may be skipped", () => {
    const report = reportOf(1, 0, 1, 1, [fileOf("passed", ["passed", "skipped", "todo"])]);
    expect(summarizeTests(report, true)).toEqual({ counts: "1 passed, 0 failed, 2 skipped", problems: [] });
    expect(summarizeTests(report, false).problems).toHaveLength(1);
  });

  it("takes a run without any test for a problem", () => {
    const summary = summarizeTests(reportOf(0, 0, 0, 0, []), true);
    expect(summary).toEqual({ counts: "0 passed, 0 failed", problems: ["run tests: the report counts no test"] });
  });
});
