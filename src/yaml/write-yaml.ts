import { type CreateNodeOptions, Document, type DocumentOptions, Scalar, type ToStringOptions, visit } from "yaml";
import { hasHidden, printable } from "../core/printable.ts";

/** One line for each scalar, however long, so that a line of a diff is a whole value. */
const OPTIONS: DocumentOptions & CreateNodeOptions & ToStringOptions = {
  doubleQuotedMinMultiLineLength: Number.POSITIVE_INFINITY,
  indentSeq: false,
  lineWidth: 0,
};

/**
 * YAML of plain data in block style, each scalar on one line that shows all of it, ended by LF. Keys stand in the order
 * given; those without a value (undefined) are left out. The same data gives the same text.
 */
export function writeYaml(data: unknown): string {
  const document = new Document(data, OPTIONS);
  let isQuoted = false;
  // Keys as well as values.
  visit(document, {
    Scalar(_key, scalar) {
      if (typeof scalar.value !== "string" || !hasHidden(scalar.value)) return;
      isQuoted = true;
      scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  const text = document.toString(OPTIONS);
  return isQuoted ? text.split("\n").map(printable).join("\n") : text;
}
