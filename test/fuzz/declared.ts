import assert from "node:assert/strict";
import { IoError, UsageError } from "../../src/core/fault.ts";

/** What the reader gives; null where it refuses with `IoError` `corrupt` that names the object. Anything else is thrown. */
export function unlessCorrupt<Value>(name: string, read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    assertCorrupt(name, error);
    return null;
  }
}

export function assertCorrupt(name: string, error: unknown): asserts error is IoError {
  if (!(error instanceof IoError)) throw error;
  assert.equal(error.code, "corrupt", error.message);
  assert(error.message.includes(`"${name}"`), `does not name the object: ${error.message}`);
  assert.equal(error.message.includes("\n"), false, "more than one line");
}

/** What the reader gives; null where it refuses with `UsageError`, each line of which begins as one of `places` says. */
export function unlessRefused<Value>(places: RegExp, read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    assert(error.message !== "", "says nothing");
    for (const line of error.message.split("\n")) assert.match(line, places);
    return null;
  }
}
