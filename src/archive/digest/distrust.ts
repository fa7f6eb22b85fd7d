import { IoError } from "../../core/fault.ts";

/**
 * `missing`, `extra`: an object. `altered`: its bytes are not those that were written. `chain`: a digest does not follow on
 * the one before. `signature`, `key`: who signed it is not who may.
 */
export type DistrustKind = "missing" | "extra" | "altered" | "chain" | "signature" | "key";

/** Something in the chain of digests, or in its keys, that is not as a signer left it. */
export interface Distrusted {
  readonly kind: DistrustKind;
  readonly object: string;
  readonly why: string;
  /** What to do; by default to restore it from a copy. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Is told what cannot be trusted. Who does not throw is told the rest too. */
export type OnDistrust = (wrong: Distrusted) => void;

/** Throws the first thing as `IoError` `corrupt`. */
export const refuseAny: OnDistrust = ({ object, why, cause, hint }) => {
  throw distrust(object, why, cause, hint);
};

/** For what in the chain of digests is not as a signer left it. */
export function distrust(name: string, why: string, cause?: unknown, hint = "restore it from a copy"): IoError {
  return new IoError("corrupt", `verify "${name}": ${why} (hint: ${hint})`, { cause });
}
