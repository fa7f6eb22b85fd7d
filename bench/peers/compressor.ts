import { versionOf } from "../measuring/contender.ts";

/** What compresses for those that do not compress by themselves. */
const COMPRESSOR =
  versionOf("zstd") === null ? { text: "gzip -1", ending: ".gz" } : { text: "zstd -3 -T1", ending: ".zst" };

/** A command whose standard output goes through zstd, or gzip where there is no zstd, to a file. */
export function piped(command: readonly string[], stem: string): { command: string[]; output: string; way: string } {
  const output = `${stem}${COMPRESSOR.ending}`;
  const script = `"$@" | ${COMPRESSOR.text} -q -c >"$0"`;
  return { command: ["sh", "-c", script, output, ...command], output, way: `JSON through ${COMPRESSOR.text}` };
}
