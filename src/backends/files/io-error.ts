import { constants } from "node:os";
import { type IoCode, IoError } from "../../core/fault.ts";

const QUOTA = "EDQUOT";

const CODES: Readonly<Record<string, IoCode>> = {
  ENOENT: "not_found",
  ENOTDIR: "not_found",
  EACCES: "denied",
  EPERM: "denied",
  EROFS: "denied",
  EISDIR: "denied",
  ENOSPC: "full",
  [QUOTA]: "full",
  EFBIG: "full",
};

/** Of those that a code does not tell enough of. */
const HINTS_OF: Readonly<Record<string, string>> = {
  EIO: "the disk or the way to it fails: look at what the system says of it, and run again: running again is safe",
  EMFILE: "this process may open no more files: raise its limit, as ulimit -n does",
  ENFILE: "the system may open no more files: raise its limit",
  ESTALE: "the network file system was changed or is away: mount it anew, and run again",
};

const HINTS: Readonly<Partial<Record<IoCode, string>>> = {
  full: "the disk or quota is full; free some space and run again, what was archived is valid",
};

/** Operations that write nothing begin so. */
const READING = /^(?:read|list|open|look at|follow) /;
/** Systems tell of no other operation by it. */
const READ_ONLY = "EROFS";

function deniedHint(isReading: boolean): string {
  const rights = isReading ? "read it, and to enter the folders above it" : "write there";
  return `the user that runs this needs the right to ${rights}`;
}

/**
 * An `IoError` from what `node:fs` throws, with the operation first and what to do last. `isReading` says what right is
 * needed, where the first words of the operation do not.
 */
export function ioError(operation: string, error: unknown, isReading = READING.test(operation)): IoError {
  if (error instanceof IoError) return error;
  const { message } = error as NodeJS.ErrnoException;
  const errno = nameOf(error as NodeJS.ErrnoException);
  const code = CODES[errno] ?? "unavailable";
  const hint = HINTS_OF[errno] ?? (code === "denied" ? deniedHint(isReading && errno !== READ_ONLY) : HINTS[code]);
  const why = errno === QUOTA ? "disk quota exceeded" : message.replace(/^[A-Z]+: /, "").replace(/, \w+( '.*)?$/, "");
  return new IoError(code, `${operation}: ${why}${hint === undefined ? "" : ` (hint: ${hint})`}`, { cause: error });
}

/** Node.js has no name for a quota that is used up, only the number. */
function nameOf({ code = "", errno }: NodeJS.ErrnoException): string {
  return errno === -constants.errno.EDQUOT ? QUOTA : code;
}
