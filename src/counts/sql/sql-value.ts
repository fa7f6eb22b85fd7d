import {
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from "@duckdb/node-api";
import { UsageError } from "../../core/fault.ts";
import { MIB } from "../../core/units.ts";

/** A value of an answer, as JSON has it. */
export type SqlValue = null | boolean | number | string | readonly SqlValue[] | { readonly [key: string]: SqlValue };

const MOST_DIGITS = 15;
/** Of a text: a longer one is no answer for anybody, and takes more memory each time that it is looked at. */
const MOST_CHARACTERS = 8 * MIB;

/** Throws `UsageError` for a text that is too long. Times are RFC 3339; numbers that JavaScript does not have exactly are texts; what is of no JSON type is in DuckDB's words. */
export function plainValue(value: DuckDBValue): SqlValue {
  if (typeof value === "string" && value.length > MOST_CHARACTERS) throw tooLong();
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof DuckDBTimestampValue) return `${value.toString().replace(" ", "T")}Z`;
  if (value instanceof DuckDBDecimalValue) {
    const text = value.toString();
    return text.replace(/\D/g, "").length <= MOST_DIGITS ? Number(text) : text;
  }
  if (value instanceof DuckDBListValue) return value.items.map(plainValue);
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([key, each]) => [key, plainValue(each)]));
  }
  return value.toString();
}

export function tooLong(cause?: unknown): UsageError {
  return new UsageError(
    `ask SQL: a value of more than ${MOST_CHARACTERS} characters (hint: ask for less of it, as by left(…, 1000))`,
    { cause },
  );
}
