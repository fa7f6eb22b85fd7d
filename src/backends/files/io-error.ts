import { type IoCode, IoError } from "../../core/fault.ts";

const CODES: Readonly<Record<string, IoCode>> = {
  ENOENT: "not_found",
  ENOTDIR: "not_found",
  EACCES: "denied",
  EPERM: "denied",
  EROFS: "denied",
  EISDIR: "denied",
  ENOSPC: "full",
  EDQUOT: "full",
  EFBIG: "full",
};

const HINTS: Readonly<Partial<Record<IoCode, string>>> = {
  denied: "the user that runs this needs the right to read and write there",
  full: "the disk or quota is full; free some space and run again, what was archived is valid",
};

/** An `IoError` from what `node:fs` throws, with the operation first and what to do last. */
export function ioError(operation: string, error: unknown): IoError {
  if (error instanceof IoError) return error;
  const { code: errno = "", message } = error as NodeJS.ErrnoException;
  const code = CODES[errno] ?? "unavailable";
  const hint = HINTS[code];
  const why = message.replace(/^[A-Z]+: /, "").replace(/, \w+( '.*)?$/, "");
  return new IoError(code, `${operation}: ${why}${hint === undefined ? "" : ` (hint: ${hint})`}`, { cause: error });
}
