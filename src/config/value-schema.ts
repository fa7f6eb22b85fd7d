import * as z from "zod";
import { whyNoService } from "./service-url.ts";
import { formatSize, parseSizeBytes, SIZE_PATTERN } from "./size.ts";

/** The kinds of values of a pipeline file. */

const ENDPOINT = "an http or https URL without a path";
const INPUT = "a path, a glob or gs://BUCKET/PREFIX";

/** Absent and empty are different things in a file: an empty text is refused. */
export function text(expected: string): z.ZodString {
  return z.string({ error: expected }).min(1, { error: expected }).meta({ title: expected });
}

/** A URL, or `~` that no shell has expanded, would quietly become a folder of that name. */
export function path(expected: string) {
  return text(expected).regex(/^(?![a-z][a-z0-9+.-]*:\/\/|~(\/|$))[^\0]*$/i, { error: `${expected}, no URL and no ~` });
}

/** What can be read: a path, or objects of a bucket. */
export function input() {
  return text(INPUT)
    .regex(/^(?:gs:\/\/|(?![a-zA-Z][a-zA-Z0-9+.-]*:\/\/|~(?:\/|$)))[^\0]*$/, {
      error: `${INPUT}, no other URL and no ~`,
    })
    .regex(/^(?:(?!gs:\/\/)|gs:\/\/[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](?:\/(?!(?:.*\/)?\.{0,2}\/)[^*]*)?$)/, {
      error: "gs://BUCKET/PREFIX, with the name of a bucket, no * and no part of the prefix that is empty, . or ..",
    });
}

export function wholeNumber(min: number, max: number): z.ZodInt {
  const expected = `a whole number from ${min} to ${max}`;
  const integer = z.int({ error: expected }).min(min, { error: expected }).max(max, { error: expected });
  return integer.meta({ title: expected });
}

export function sizeBytes(maxBytes: number) {
  const expected = `a size from 1 B to ${formatSize(maxBytes)}, in bytes or like "1 MiB"`;
  const written = z.union([z.number(), z.string()], { error: expected }).meta({
    title: expected,
    // Said of numbers and of texts; that a text is no more than the limit only the program says.
    minimum: 1,
    maximum: maxBytes,
    multipleOf: 1,
    pattern: SIZE_PATTERN,
  });
  return written.transform((size, context) => {
    const bytes = parseSizeBytes(size);
    if (bytes !== null && bytes >= 1 && bytes <= maxBytes) return bytes;
    context.addIssue({ code: "custom", message: expected });
    return z.NEVER;
  });
}

/** A URL that requests may go to; `pattern` is what it looks like, in words `expected`. */
export function serviceUrl(expected: string, pattern: RegExp) {
  return z
    .string({ error: expected })
    .regex(pattern, { error: expected })
    .superRefine((text, context) => {
      const message = pattern.test(text) ? whyNoService(text) : null;
      if (message !== null) context.addIssue({ code: "custom", message });
    })
    .meta({ title: expected });
}

export function endpoint(description: string) {
  return serviceUrl(ENDPOINT, /^https?:\/\/[^/]+$/)
    .optional()
    .meta({ title: ENDPOINT, description });
}
