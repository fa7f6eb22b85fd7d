/** The look-up of a segment, by the name of its lines. */
export function lookupName(lines: string): string {
  return lines.replace(/^vault\/v1\//, LOOKUP_PREFIX).replace(/\.ndjson\.zst$/, ".lookup");
}

/** Of all look-ups, of which any may be removed at any time. */
export const LOOKUP_PREFIX = "ctl/lookup/";
