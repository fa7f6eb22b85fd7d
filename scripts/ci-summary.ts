/** `node scripts/ci-summary.ts REPORT`: prints the problems, then the counts alone on the last line; exit 1 if any. */
import { readFileSync } from "node:fs";
import { summarizeTests, type TestReport, type TestSummary } from "./test-summary.ts";

const [, , path = "test-report.json"] = process.argv;
const isCi = /^(?:1|true)$/i.test(process.env["CI"] ?? "");

function summarizeFile(): TestSummary {
  try {
    const report: TestReport = JSON.parse(readFileSync(path, "utf8"));
    return summarizeTests(report, !isCi);
  } catch (cause) {
    return { counts: "0 passed, 0 failed", problems: [`read test report "${path}": ${String(cause)}`] };
  }
}

const { counts, problems } = summarizeFile();
for (const problem of problems) console.log(problem);
console.log(counts);
process.exitCode = problems.length > 0 ? 1 : 0;
