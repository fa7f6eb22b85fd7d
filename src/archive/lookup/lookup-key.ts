import { hash } from "node:crypto";
import { hexWord } from "../id-set.ts";

/** What is looked up: the beginning of a hash, as two unsigned 32-bit numbers. */
export interface LookupKey {
  readonly first: number;
  readonly second: number;
}

/** By the hash in the id of a line; its hour is known to whoever has the id. */
export function keyOfId(id: string): LookupKey {
  return { first: hexWord(id, 1) >>> 0, second: hexWord(id, 2) >>> 0 };
}

/** By the `correlation_id` of a request. */
export function keyOfRequest(request: string): LookupKey {
  const digest = hash("sha256", `correlation_id\0${request}`, "buffer");
  return { first: digest.readUInt32BE(0), second: digest.readUInt32BE(4) };
}
