import { printable } from "../../../core/printable.ts";

/** What to tell where a pipeline's stream is none of those that an archive has: nothing is wrong, and nothing is done. */
export function missingStreamText(verb: string, stream: string, streams: readonly string[]): string {
  const has = streams.length === 0 ? "none" : streams.map(printable).join(", ");
  return `${verb} stream "${stream}": the archive has no such stream (hint: it has ${has}; the name of a pipeline is that of its stream)`;
}
