import { REPORTING_RULES } from "../../src/counts/reporting-policy.ts";
import { code, markdownTable, plain } from "./markdown.ts";

/** What is not reported at identifiable level, and by which rule. */
export function reportingRules(): string {
  const rows = REPORTING_RULES.map(({ name, deployment, segments, meaning }) => {
    return [code(name), code(deployment), segments.map(code).join(", "), plain(meaning)];
  });
  return markdownTable(["rule", "deployment", "refuses", "that is"], rows);
}
