import type { Fault } from "../fault.ts";

const WRITER = "src/indexing/document/field-writer.ts";
const VALUES = "src/indexing/document/record-values.ts";
const FITTED = "src/indexing/document/fitted-value.ts";
const LINE = "src/indexing/document/line-document.ts";
const TEST = "test/indexing/line-document.test.ts";

/** What a line becomes in the index. */
export const DOCUMENTS_FAULTS: readonly Fault[] = [
  {
    name: "misfits-dropped",
    harm: "A value that does not fit the type of its field is nowhere in the index.",
    breaks: "I8",
    file: WRITER,
    text: "const member = this.#states[source] === SHOWN ? null",
    replacement: "const member = this.#states[source] !== UNSEEN ? null",
    caughtBy: { file: TEST, title: "that does not fit is kept, with a mark" },
  },
  {
    name: "misfits-not-marked",
    harm: "Nobody who searches a field learns that lines are missing from it.",
    breaks: "I8",
    file: WRITER,
    text: "if (misfits.length > 0) {",
    replacement: "if (misfits.length > 1000) {",
    caughtBy: { file: TEST, title: "that does not fit is kept, with a mark" },
  },
  {
    name: "layout-of-other-kinds",
    harm: "A value is written as that of an earlier line was, and the cluster rejects the document or reads it wrongly.",
    breaks: "I8",
    file: "src/indexing/document/line-layouts.ts",
    text: "add(source * KINDS + values.kind(source));",
    replacement: "add(source * KINDS);",
    caughtBy: { file: TEST, title: "is the same whatever lines came before" },
  },
  {
    name: "layout-of-another-log",
    harm: "A value stands in the field that it has in another log.",
    breaks: "I8",
    file: "src/indexing/document/line-layouts.ts",
    text: "readShape(log);",
    replacement: 'readShape("");',
    caughtBy: { file: TEST, title: "is the same whatever lines came before" },
  },
  {
    name: "fractions-in-whole-numbers",
    harm: "Elasticsearch cuts fractions silently: what is searched is not what the line says.",
    breaks: "I8",
    file: FITTED,
    text: "return Number.isSafeInteger(number) ? String(number) : null;",
    replacement: "return String(number);",
    caughtBy: { file: TEST, title: "that does not fit is kept, with a mark" },
  },
  {
    name: "nested-form-before-dotted",
    harm: "The index has another user of a line than the counts.",
    breaks: "I8",
    file: VALUES,
    text: "rank < (this.#ranks[source] ?? 0)",
    replacement: "rank > (this.#ranks[source] ?? 0)",
    caughtBy: { file: TEST, title: "counts dotted before nested before underscored" },
  },
  {
    name: "other-form-dropped",
    harm: "Of a field that comes in two forms one is nowhere in the index.",
    breaks: "I8",
    file: VALUES,
    text: "else this.others.push(before);",
    replacement: "else this.others.length += 0;",
    caughtBy: { file: TEST, title: "counts dotted before nested before underscored" },
  },
  {
    name: "secrets-of-wrapped-lines-shown",
    harm: "A token in a record with newlines stands in the index.",
    breaks: "privacy",
    file: LINE,
    text: "const masked = redactor?.redact(buffer, start, end) ?? null;",
    replacement: "const masked = start === 1 ? null : (redactor?.redact(buffer, start, end) ?? null);",
    caughtBy: { file: TEST, title: "has no secret of the line" },
  },
  {
    name: "secrets-of-texts-shown",
    harm: "A token in a line that is no record stands in the index, and in its quarantine.",
    breaks: "privacy",
    file: "src/indexing/document/shown-text.ts",
    text: "redactor?.redact(bytes, 0, bytes.length) ?? null;",
    replacement: "redactor?.redact(bytes, bytes.length, bytes.length) ?? null;",
    caughtBy: { file: TEST, title: "has no secret of the line" },
  },
  {
    name: "secrets-in-details",
    harm: "A token that is masked in its field stands in the detail of the event.",
    breaks: "privacy",
    file: LINE,
    text: "shownEvents = eventsIn(record);",
    replacement: "",
    caughtBy: { file: TEST, title: "has no secret in what it counts" },
  },
  {
    name: "fields-of-payloads-shown",
    harm: "A name that the pipeline masks stands in the index where the line comes by Cloud Logging.",
    breaks: "privacy",
    file: "src/derive/redaction/fields.ts",
    text: "levelOf([...all, ...inEntry, [TEXT_PAYLOAD, text]])",
    replacement: "levelOf([...all, ...inEntry.slice(0, 0), [TEXT_PAYLOAD, text]])",
    caughtBy: { file: TEST, title: "has nothing of a field that is to be masked" },
  },
];
