import { hash } from "node:crypto";
import { pipeline, Readable, type Transform } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import type { BrokenPayload, Delivery, Payload, Source } from "../../core/delivery.ts";
import { MIB } from "../../core/units.ts";
import { ioError } from "./io-error.ts";
import { lineChunks } from "./line-chunks.ts";
import { localFile } from "./local-file.ts";
import type { OpenFile, StoredFile } from "./stored-file.ts";
import { fillFromStream } from "./stream-fill.ts";

const READ_BYTES = MIB;
/** A file that does not decompress is archived as it is, in pieces of this size. */
const BROKEN_PIECE_BYTES = 8 * MIB;

/** Decompressors by the end of a file's name. */
const DECOMPRESSORS: ReadonlyMap<string, () => Transform> = new Map([
  [".gz", () => createGunzip({ chunkSize: READ_BYTES })],
  [".zst", () => createZstdDecompress({ chunkSize: READ_BYTES })],
]);

/** Null for a name that says nothing of compression. */
export function decompressorFor(name: string): Transform | null {
  return DECOMPRESSORS.get(/\.\w+$/.exec(name)?.[0] ?? "")?.() ?? null;
}

/** Told how many stored bytes of the input have been read, for a progress bar. */
export type OnRead = (bytes: number) => void;

/** Files of this machine, as `createStoredSource` reads them. */
export function createFileSource(paths: readonly string[], onRead: OnRead): Source {
  return createStoredSource(() => paths.map(localFile), onRead);
}

/**
 * Files of lines, one after another, from beginning to end; `.gz` and `.zst` are decompressed on the way. `files` is
 * asked once, and may find one while the one before is read.
 */
export function createStoredSource(
  files: () => Iterable<StoredFile> | AsyncIterable<StoredFile>,
  onRead: OnRead,
): Source {
  return {
    async *deliveries(signal) {
      for await (const file of files()) {
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

async function* payloads(file: StoredFile, onRead: OnRead, signal: AbortSignal): AsyncGenerator<Payload> {
  const decompressor = decompressorFor(file.name);
  try {
    const stored = await file.open();
    try {
      if (decompressor === null) yield* plainPayloads(stored, onRead);
      else yield* compressedPayloads(file, stored, decompressor, onRead, signal);
    } finally {
      await stored.close();
    }
  } catch (error) {
    throw ioError(`read "${file.name}"`, error);
  }
}

function plainPayloads(stored: OpenFile, onRead: OnRead): AsyncGenerator<Payload> {
  let position = 0;
  return lineChunks(async (buffer, at) => {
    const count = await stored.read(buffer, at, position);
    position += count;
    onRead(count);
    return count;
  });
}

/** The lines as far as they decompress. Where they do not, the whole file follows as it is, so nothing is lost. */
async function* compressedPayloads(
  file: StoredFile,
  stored: OpenFile,
  decompressor: Transform,
  onRead: OnRead,
  signal: AbortSignal,
): AsyncGenerator<Payload> {
  let decompressError: Error | null = null;
  decompressor.on("error", (error) => {
    decompressError = error;
  });
  const bytes = Readable.from(storedBytes(stored, onRead), { objectMode: false, highWaterMark: READ_BYTES });
  // A file that cannot be read is another fault than one that does not decompress, and ends up there as well.
  let readError: Error | null = null;
  bytes.on("error", (error) => {
    readError = error;
  });
  // The error comes to the reader of the decompressed stream; nothing is left for the callback.
  pipeline(bytes, decompressor, () => undefined);
  try {
    yield* lineChunks(fillFromStream(decompressor, () => undefined, signal));
    if ((decompressor as Transform & { bytesWritten: number }).bytesWritten === (await stored.sizeBytes())) return;
  } catch (error) {
    if (decompressError === null || readError !== null) throw readError ?? error;
  }
  yield* brokenPayloads(file);
}

async function* storedBytes(stored: OpenFile, onRead: OnRead): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    // One for each: the stream may hold the one before still.
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    const count = await stored.read(buffer, 0, position);
    if (count === 0) return;
    position += count;
    onRead(count);
    yield buffer.subarray(0, count);
  }
}

async function* brokenPayloads(file: StoredFile): AsyncGenerator<BrokenPayload> {
  const stored = await file.open();
  try {
    const buffer = Buffer.allocUnsafe(1 + BROKEN_PIECE_BYTES);
    for (let offset = 0; ; ) {
      const end = 1 + (await readPiece(stored, buffer, offset));
      if (end === 1) return;
      const fingerprint = hash("sha256", buffer.subarray(1, end), "hex");
      yield { kind: "broken", reason: "bad_compression", buffer, start: 1, end, fingerprint, offset };
      offset += end - 1;
    }
  } finally {
    await stored.close();
  }
}

/** Fills the buffer from 1 on, so that pieces do not depend on how the bytes come; less is the end of the file. */
async function readPiece(stored: OpenFile, buffer: Buffer, offset: number): Promise<number> {
  let size = 0;
  for (;;) {
    const count = await stored.read(buffer, 1 + size, offset + size);
    size += count;
    if (count === 0 || 1 + size === buffer.length) return size;
  }
}
