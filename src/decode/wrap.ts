import parseJson from "fast-json-parse";
import { KIB } from "../core/units.ts";

const HEAD = '{"payload_base64":"';
const TAIL = '"}';

/** What is encoded at once: a multiple of 3, so that only the last part is padded. Large payloads make no large string. */
const PART_BYTES = 48 * KIB;

/** `{"payload_base64": …}`: the line that stands for bytes which are no line. One spare byte before it. */
export function wrapPayload(buffer: Buffer, start: number, end: number): Buffer {
  const base64Bytes = 4 * Math.ceil((end - start) / 3);
  const wrapped = Buffer.allocUnsafe(1 + HEAD.length + base64Bytes + TAIL.length);
  let at = wrapped.write(`\0${HEAD}`, 0, "latin1");
  for (let part = start; part < end; part += PART_BYTES) {
    at += wrapped.write(buffer.toString("base64", part, Math.min(part + PART_BYTES, end)), at, "latin1");
  }
  wrapped.write(TAIL, at, "latin1");
  return wrapped;
}

/** The bytes that `wrapPayload` wrapped, one spare byte before them; null where the line is no such thing. */
export function unwrapPayload(line: string): Buffer | null {
  const { value } = parseJson(line);
  const payload = (value as { readonly payload_base64?: unknown } | null)?.payload_base64;
  return typeof payload === "string" ? Buffer.concat([Buffer.alloc(1), Buffer.from(payload, "base64")]) : null;
}
