/** Goal: whoever lacks a right is told which one. Method: errors as `node:fs` throws them, for each operation. */
import { describe, expect, it } from "vitest";
import { ioError } from "../../src/backends/files/io-error.ts";

const READ = "(hint: the user that runs this needs the right to read it, and to enter the folders above it)";
const WRITE = "(hint: the user that runs this needs the right to write there)";

function denied(code: string): Error {
  return Object.assign(new Error(`${code}: permission denied, open 'x'`), { code });
}

describe("a file or folder that is denied", () => {
  it.each(['read "a.log"', 'list "vault"', 'open archive "A"', 'look at "A/wal"', 'follow "a.log"'])(
    "to %s needs the right to read",
    (operation) => {
      expect(ioError(operation, denied("EACCES"))).toMatchObject({
        code: "denied",
        message: `${operation}: permission denied ${READ}`,
      });
    },
  );

  it.each(['create "wal/1" in "A"', 'write "x"', 'make "x"', 'replace "x"', 'remove "x" in "A"'])(
    "to %s needs the right to write",
    (operation) => {
      expect(ioError(operation, denied("EPERM")).message).toBe(`${operation}: permission denied ${WRITE}`);
    },
  );

  it("for writing needs the right to write, whatever the operation is called", () => {
    expect(ioError('open archive "A"', denied("EACCES"), false).message).toContain(WRITE);
    expect(ioError('open archive "A"', denied("EROFS")).message).toContain(WRITE);
  });
});
