const SHORT_CHARS = "sha256:0123456789ab".length;

/** As much of a catalogue's digest as a caption has room for. */
export function shortDigest(digest: string): string {
  return digest.slice(0, SHORT_CHARS);
}
