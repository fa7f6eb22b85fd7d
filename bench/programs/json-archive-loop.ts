/**
 * The plain way to look into lines and to keep them, without counts, hashes, identities and a file: each line of the
 * file of the first argument is parsed and printed again, and blocks of 1 MiB are compressed.
 */
import { constants, zstdCompressSync } from "node:zlib";
import { MIB } from "../../src/core/units.ts";
import { eachBareLine } from "../corpora/bare-lines.ts";

let block = "";

function compress(): void {
  zstdCompressSync(block, { params: { [constants.ZSTD_c_compressionLevel]: 3 } });
  block = "";
}

eachBareLine(process.argv[2] ?? "", (line) => {
  block += `${JSON.stringify(JSON.parse(line))}\n`;
  if (block.length >= MIB) compress();
});
compress();
