import { hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { pipeline, type Readable, type Transform } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import type { BrokenPayload, Delivery, Payload, Source } from "../../core/delivery.ts";
import { MIB } from "../../core/units.ts";
import { ioError } from "./io-error.ts";
import { type Fill, lineChunks } from "./line-chunks.ts";
import { fillFromStream } from "./stream-fill.ts";

const READ_BYTES = MIB;
/** A file that does not decompress is archived as it is, in pieces of this size. */
const BROKEN_PIECE_BYTES = 8 * MIB;

/** Decompressors by the end of a file's name. */
const DECOMPRESSORS: ReadonlyMap<string, () => Transform> = new Map([
  [".gz", () => createGunzip({ chunkSize: READ_BYTES })],
  [".zst", () => createZstdDecompress({ chunkSize: READ_BYTES })],
]);

/** Told how many stored bytes of the input have been read, for a progress bar. */
export type OnRead = (bytes: number) => void;

/** Files of lines, one after another, from beginning to end; `.gz` and `.zst` are decompressed on the way. */
export function createFileSource(files: readonly string[], onRead: OnRead): Source {
  return {
    async *deliveries(signal) {
      for (const file of files) {
        for await (const payload of payloads(file, onRead, signal)) {
          if (signal.aborted) return;
          yield delivery(payload);
        }
      }
    },
  };
}

/** Lines of a stream that cannot be read twice. */
export function createStreamSource(stream: Readable, onRead: OnRead): Source {
  return {
    async *deliveries(signal) {
      for await (const payload of lineChunks(fillFromStream(stream, onRead, signal))) {
        if (signal.aborted) return;
        yield delivery(payload);
      }
    },
  };
}

/** Files keep what they lend: there is nothing to settle. */
function delivery(payload: Payload): Delivery {
  return { payload, ack: () => Promise.resolve() };
}

async function* payloads(file: string, onRead: OnRead, signal: AbortSignal): AsyncGenerator<Payload> {
  const decompressor = DECOMPRESSORS.get(/\.\w+$/.exec(file)?.[0] ?? "")?.();
  try {
    if (decompressor === undefined) yield* plainPayloads(file, onRead);
    else yield* compressedPayloads(file, decompressor, onRead, signal);
  } catch (error) {
    throw ioError(`read "${file}"`, error);
  }
}

async function* plainPayloads(file: string, onRead: OnRead): AsyncGenerator<Payload> {
  const handle = await open(file, "r");
  const fill: Fill = async (buffer, at) => {
    const { bytesRead } = await handle.read(buffer, at, buffer.length - at, null);
    onRead(bytesRead);
    return bytesRead;
  };
  try {
    yield* lineChunks(fill);
  } finally {
    await handle.close();
  }
}

/** The lines as far as they decompress. Where they do not, the whole file follows as it is, so nothing is lost. */
async function* compressedPayloads(
  file: string,
  decompressor: Transform,
  onRead: OnRead,
  signal: AbortSignal,
): AsyncGenerator<Payload> {
  const stored = createReadStream(file, { highWaterMark: READ_BYTES });
  stored.on("data", (chunk) => onRead(chunk.length));
  let decompressError: Error | null = null;
  decompressor.on("error", (error) => {
    decompressError = error;
  });
  // A file that cannot be read is another fault than one that does not decompress, and ends up there as well.
  let readError: Error | null = null;
  stored.on("error", (error) => {
    readError = error;
  });
  // The error comes to the reader of the decompressed stream; nothing is left for the callback.
  pipeline(stored, decompressor, () => undefined);
  try {
    yield* lineChunks(fillFromStream(decompressor, () => undefined, signal));
    if ((decompressor as Transform & { bytesWritten: number }).bytesWritten === (await stat(file)).size) return;
  } catch (error) {
    if (decompressError === null || readError !== null) throw readError ?? error;
  }
  yield* brokenPayloads(file);
}

async function* brokenPayloads(file: string): AsyncGenerator<BrokenPayload> {
  const handle = await open(file, "r");
  try {
    const buffer = Buffer.allocUnsafe(1 + BROKEN_PIECE_BYTES);
    let offset = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 1, BROKEN_PIECE_BYTES, null);
      if (bytesRead === 0) return;
      const end = 1 + bytesRead;
      const fingerprint = hash("sha256", buffer.subarray(1, end), "hex");
      yield { kind: "broken", reason: "bad_compression", buffer, start: 1, end, fingerprint, offset };
      offset += bytesRead;
    }
  } finally {
    await handle.close();
  }
}
