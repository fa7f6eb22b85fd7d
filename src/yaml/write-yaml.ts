import { type CreateNodeOptions, type DocumentOptions, Scalar, stringify, type ToStringOptions } from "yaml";
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
  let isQuoted = false;
  const text = stringify(
    data,
    (_key, value: unknown) => {
      if (typeof value !== "string" || !hasHidden(value)) return value;
      isQuoted = true;
      const quoted = new Scalar(value);
      quoted.type = Scalar.QUOTE_DOUBLE;
      return quoted;
    },
    OPTIONS,
  );
  return isQuoted ? text.split("\n").map(printable).join("\n") : text;
}
