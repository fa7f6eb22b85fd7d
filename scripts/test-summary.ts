/** The last word of a run of the tests: what Vitest's JSON report says, and what in it is not good enough. */

/** The part of Vitest's JSON report that is read here. */
export interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly TestFileReport[];
}

interface TestFileReport {
  readonly name: string;
  readonly status: string;
  readonly assertionResults: readonly { readonly status: string }[];
}

export interface TestSummary {
  /** `N passed, N failed`, and `, N skipped` where any was. */
  readonly counts: string;
  /** Why the run is no success; empty where it is one. */
  readonly problems: readonly string[];
}

/**
 * Sums a report up. A file that failed outside its tests (it did not load, or its set-up failed) is one failure.
 * With `mayBeSkipped` false, a test that could not run is a problem.
 */
export function summarizeTests(report: TestReport, mayBeSkipped: boolean): TestSummary {
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  const passed = report.numPassedTests;
  const failed = report.numFailedTests + broken.length;
  const skipped = report.numPendingTests + report.numTodoTests;

  const problems = broken.map((file) => `run tests: "${file.name}" failed outside its tests`);
  if (report.numFailedTests > 0) problems.push(`run tests: ${report.numFailedTests} tests failed`);
  if (passed + failed + skipped === 0) problems.push("run tests: the report counts no test");
  if (skipped > 0 && !mayBeSkipped) problems.push(`run tests: ${skipped} tests could not run (hint: CI is set)`);
  return { counts: `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`, problems };
}
