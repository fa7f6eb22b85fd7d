import { MIB } from "../core/units.ts";
import type { DecodeLimits } from "../decode/decoder.ts";
import { DEEPEST } from "../decode/json-scan.ts";

/**
 * For lines that are in the archive already: what they are was decided when they came in, so that a limit which was
 * changed since does not change a count.
 */
export const REOPEN_LIMITS: DecodeLimits = { maxDepth: DEEPEST, maxLineBytes: 64 * MIB, maxInflatedBytes: 64 * MIB };
