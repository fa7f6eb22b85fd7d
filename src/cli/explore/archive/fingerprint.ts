import { InvalidArgumentError } from "commander";
import { isFingerprint } from "../../archive/proof/public-key.ts";

/** The fingerprint of a key. Files, which commands take too, are not read for a page. */
export function fingerprint(value: string): string {
  if (isFingerprint(value)) return value;
  throw new InvalidArgumentError("It must be the fingerprint of a key: 16 hex digits.");
}
