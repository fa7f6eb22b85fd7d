/**
 * The same document with its JSON written anew: a key that stands twice has its last value, and numbers are such as
 * everybody reads. Null where that is not possible.
 */
export function rewritten(source: Buffer): Buffer | null {
  try {
    return Buffer.from(JSON.stringify(JSON.parse(source.toString("utf8"))));
  } catch {
    // Nested too deep for the parser, which is a reason to give up and not an error.
    return null;
  }
}
