import parseJson from "fast-json-parse";

const HEAD = '{"payload_base64":"';
const TAIL = '"}';

/** `{"payload_base64": …}`: the line that stands for bytes which are no line. One spare byte before it. */
export function wrapPayload(buffer: Buffer, start: number, end: number): Buffer {
  return Buffer.from(`\0${HEAD}${buffer.toString("base64", start, end)}${TAIL}`, "latin1");
}

/** The bytes that `wrapPayload` wrapped, one spare byte before them; null where the line is no such thing. */
export function unwrapPayload(line: string): Buffer | null {
  const { value } = parseJson(line);
  const payload = (value as { readonly payload_base64?: unknown } | null)?.payload_base64;
  return typeof payload === "string" ? Buffer.concat([Buffer.alloc(1), Buffer.from(payload, "base64")]) : null;
}
