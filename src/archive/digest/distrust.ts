import { IoError } from "../../core/fault.ts";

/** For what in the chain of digests is not as a signer left it. */
export function distrust(name: string, why: string, cause?: unknown): IoError {
  return new IoError("corrupt", `verify "${name}": ${why} (hint: restore it from a copy)`, { cause });
}
