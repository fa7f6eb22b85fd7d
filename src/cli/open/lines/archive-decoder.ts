import { MIB } from "../../../core/units.ts";
import { createDecoder, type DecodeLimits, type Decoder } from "../../../decode/decoder.ts";
import { DEEPEST } from "../../../decode/json-scan.ts";

/** What a line is was decided when it came in, so that a limit which was changed since does not change a count. */
const LIMITS: DecodeLimits = { maxDepth: DEEPEST, maxLineBytes: 64 * MIB, maxInflatedBytes: 64 * MIB };

/**
 * Opens lines again that are in the archive. `names` are the fields that somebody will ask for; with `memberKeys` all
 * members of a record are listed beside them, and their keys told apart by these.
 */
export function createArchiveDecoder(names: readonly string[], memberKeys: readonly string[] | null = null): Decoder {
  const listsMembers = memberKeys !== null;
  return createDecoder({
    names: [...names, ...(memberKeys ?? [])],
    limits: LIMITS,
    identityFields: {},
    topic: "",
    listsMembers,
  });
}
