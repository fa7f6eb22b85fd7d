import { isUtf8 } from "node:buffer";
import { IoError } from "../core/fault.ts";
import { MIB } from "../core/units.ts";
import { canonicalJson, type Json } from "./canonical-json.ts";
import type { Shape } from "./shape.ts";

/** Makes the error that says why an object cannot be trusted; `hint` where there is something better to do than usual. */
export type Refuse = (why: string, cause?: unknown, hint?: string) => IoError;

/** What most readers throw: `corrupt`, and the name of the object. */
export function refusing(name: string): Refuse {
  return (why, cause, hint = "it was cut or altered; restore it from a copy") =>
    new IoError("corrupt", `read "${name}": ${why} (hint: ${hint})`, { cause });
}

/** Far more than the largest plan and the manifest of it have. */
export const MOST_JSON_BYTES = 256 * MIB;

/** Throws what `refuse` makes of an object that is too large to be read. */
export function checkJsonSize(sizeBytes: number, refuse: Refuse): void {
  if (sizeBytes > MOST_JSON_BYTES) throw refuse(`${sizeBytes} bytes are more than any has`);
}

/**
 * An object of the archive in JSON, of one format, of which nothing is believed but what the shape has looked at. Throws what
 * `refuse` makes of the first thing that is wrong.
 */
export function parseStored(bytes: Buffer, shape: Shape, refuse: Refuse, format = 1): unknown {
  if (!isUtf8(bytes)) throw refuse("not UTF-8");
  const text = bytes.toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse("no JSON", error);
  }
  const found = (value as { readonly format?: unknown } | null)?.format;
  if (found !== format) {
    const isNewer = typeof found === "number" && found > format;
    const hint = isNewer ? `it is of format ${found}: use a newer logtally` : undefined;
    throw refuse(`not of format ${format}, which is all that this program knows`, undefined, hint);
  }
  const misfit = shape(value);
  if (misfit !== null) throw refuse(`"${misfit.at.replace(/^\./, "")}" is not ${misfit.expected}`);
  if (!isCanonical(text, value)) {
    throw refuse("not written as this program writes it (a member stands twice, or spaces between them)");
  }
  return value;
}

/** Half of a character, which no text has, is written so. */
const HALF = "\\ud";

/**
 * Of a member that stands twice one reader takes the first, another one the last. The slow way is hardly ever gone: only
 * names that are numbers are written in another order than they were read in.
 */
function isCanonical(text: string, value: unknown): boolean {
  if (!text.includes(HALF) && JSON.stringify(value) === text) return true;
  try {
    return canonicalJson(value as Json) === text;
  } catch (error) {
    // Half of a character.
    if (error instanceof RangeError) return false;
    throw error;
  }
}
