/** Stands in for a command that is not there: `zstd` (level 3) or `gzip` (level 1), then the file; to nowhere. */
import { createReadStream } from "node:fs";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGzip, createZstdCompress } from "node:zlib";
import { MIB } from "../../src/core/units.ts";

const [, , format, file = ""] = process.argv;
const compressor =
  format === "zstd"
    ? createZstdCompress({ chunkSize: MIB, params: { [constants.ZSTD_c_compressionLevel]: 3 } })
    : createGzip({ chunkSize: MIB, level: 1 });
const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
await pipeline(createReadStream(file, { highWaterMark: MIB }), compressor, nowhere);
