/** Stands in for the `zstd` command where there is none: the file of the first argument, level 3, to nowhere. */
import { createReadStream } from "node:fs";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress } from "node:zlib";
import { MIB } from "../src/core/units.ts";

const compressor = createZstdCompress({ chunkSize: MIB, params: { [constants.ZSTD_c_compressionLevel]: 3 } });
const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
await pipeline(createReadStream(process.argv[2] ?? "", { highWaterMark: MIB }), compressor, nowhere);
