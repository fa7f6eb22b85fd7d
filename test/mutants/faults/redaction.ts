import type { Fault } from "../fault.ts";

const REDACTOR_TEST = "test/derive/redaction/redactor.test.ts";

/** What of lines gets into the index. */
export const REDACTION_FAULTS: readonly Fault[] = [
  {
    name: "escape-hides-a-token",
    harm: "A token with one letter written as an escape is in the index, for everybody who searches.",
    breaks: "privacy",
    file: "src/derive/redaction/readable.ts",
    text: "const readable = readableOf(buffer, start, end);",
    replacement: "const readable = start < 0 ? readableOf(buffer, start, end) : null;",
    caughtBy: { file: REDACTOR_TEST, title: "a secret is masked, and its kind told" },
  },
  {
    name: "field-masked-in-one-form",
    harm: "A name that the pipeline masks is in the index where GitLab writes its field in another way.",
    breaks: "privacy",
    file: "src/derive/redaction/fields.ts",
    text: "...named.flatMap(([name, field]) => underscored(name, field))",
    replacement: "...named.flatMap(() => underscored('', { name: '', treatment: 'mask' }))",
    caughtBy: { file: REDACTOR_TEST, title: "is found in every form of its name" },
  },
  {
    name: "value-read-for-each-name",
    harm: "One line of a megabyte that somebody sends on purpose holds a worker up for hours.",
    breaks: "service",
    file: "src/derive/redaction/written-value.ts",
    text: "bareEnd({ ...text, end: Math.min(text.end, at + LONGEST_NAME) }, at, true, false)",
    replacement: "bareEnd(text, at, true, false)",
    caughtBy: { file: REDACTOR_TEST, title: "grows with the line, and no faster" },
  },
];
