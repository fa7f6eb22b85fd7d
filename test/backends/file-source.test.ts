/**
 * Goal: a file gives its lines whatever its compression, and no byte of a broken one is lost.
 * Method: real files, plain and compressed, whole and broken; what is delivered is put together again.
 */
import { getEventListeners } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createFileSource, createStreamSource } from "../../src/backends/files/file-source.ts";
import type { Source } from "../../src/core/delivery.ts";
import { MIB } from "../../src/core/units.ts";
import { tempFolder } from "./temp-folder.ts";

const TEXT = Buffer.from(
  Array.from({ length: 60_000 }, (_, n) => `{"line":${n},"text":"${"x".repeat(n % 60)}"}\n`).join(""),
);
const LINES_OF_TEXT = 60_000;

interface Read {
  readonly lines: Buffer;
  readonly broken: Buffer;
  readonly fingerprints: ReadonlySet<string>;
  readonly reasons: readonly string[];
}

/** All that a source delivers. Places must fit together. */
async function readAll(source: Source, signal = new AbortController().signal): Promise<Read> {
  const lines: Buffer[] = [];
  const broken: Buffer[] = [];
  const fingerprints = new Set<string>();
  const reasons: string[] = [];
  let offset = 0;
  for await (const delivery of source.deliveries(signal)) {
    const { payload } = delivery;
    if (payload.kind === "message") throw new TypeError("files hold no messages");
    const bytes = Buffer.from(payload.buffer.subarray(payload.start, payload.end));
    expect(payload.start).toBeGreaterThan(0);
    if (payload.kind === "lines") {
      if (payload.offset === 0) offset = 0;
      expect(payload.offset).toBe(offset);
      offset += bytes.length;
      lines.push(bytes);
      fingerprints.add(payload.fingerprint);
    } else {
      broken.push(bytes);
      reasons.push(payload.reason);
    }
    await delivery.ack();
  }
  return { lines: Buffer.concat(lines), broken: Buffer.concat(broken), fingerprints, reasons };
}

async function readFileOf(name: string, content: Uint8Array): Promise<Read> {
  const path = join(await tempFolder(), name);
  await writeFile(path, content);
  return readAll(createFileSource([path], () => undefined));
}

function lineCount(bytes: Buffer): number {
  return bytes.toString().split("\n").length - 1;
}

describe("a file", () => {
  it("gives the same lines and the same fingerprint, plain and compressed", async () => {
    const plain = await readFileOf("a.log", TEXT);
    expect(plain.lines.equals(TEXT)).toBe(true);
    for (const [name, content] of [
      ["a.log.gz", gzipSync(TEXT)],
      ["a.log.zst", zstdCompressSync(TEXT)],
      ["two.gz", Buffer.concat([gzipSync(TEXT.subarray(0, MIB)), gzipSync(TEXT.subarray(MIB))])],
      ["two.zst", Buffer.concat([zstdCompressSync(TEXT.subarray(0, MIB)), zstdCompressSync(TEXT.subarray(MIB))])],
    ] as const) {
      const read = await readFileOf(name, content);
      expect(read.lines.equals(TEXT)).toBe(true);
      expect(read.fingerprints).toEqual(plain.fingerprints);
      expect(read.reasons).toEqual([]);
    }
  });

  it.each(["empty.log", "empty.gz", "empty.zst"])("without a byte gives nothing (%s)", async (name) => {
    expect(await readFileOf(name, Buffer.alloc(0))).toMatchObject({ lines: Buffer.alloc(0), reasons: [] });
  });

  const gzip = gzipSync(TEXT);
  const zstd = zstdCompressSync(TEXT);
  const middle = (bytes: Buffer): Buffer => {
    const altered = Buffer.from(bytes);
    altered.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 64);
    return altered;
  };
  it.each([
    ["cut.gz", gzip.subarray(0, -100)],
    ["cut.zst", zstd.subarray(0, -100)],
    ["garbage.gz", Buffer.from("no gzip at all\n")],
    ["garbage.zst", Buffer.from("no zstd at all\n")],
    ["altered.gz", middle(gzip)],
    ["altered.zst", middle(zstd)],
    ["behind.gz", Buffer.concat([gzip, Buffer.from("more")])],
    ["behind.zst", Buffer.concat([zstd, Buffer.from("more")])],
    ["zeros.gz", Buffer.concat([gzip, Buffer.alloc(10)])],
  ])("that does not decompress gives what it can, and then its stored bytes (%s)", async (name, content) => {
    const read = await readFileOf(name, content);
    expect(read.reasons).toEqual(["bad_compression"]);
    expect(read.broken.equals(content)).toBe(true);
    // The checksum of an altered file comes after its lines.
    if (!name.startsWith("altered")) expect(TEXT.subarray(0, read.lines.length).equals(read.lines)).toBe(true);
    expect(read.lines.length === 0 || read.lines.at(-1) === 0x0a).toBe(true);
  });

  it("is broken in pieces where it is large, all of them there", async () => {
    const content = Buffer.alloc(9 * MIB, "no gzip");
    const read = await readFileOf("large.gz", content);
    expect(read.reasons).toEqual(["bad_compression", "bad_compression"]);
    expect(read.broken.equals(content)).toBe(true);
  });

  it("follows the one before it, and all that is read is told", async () => {
    const folder = await tempFolder();
    const paths = ["b.log", "a.gz"].map((name) => join(folder, name));
    await writeFile(paths[0] ?? "", "one\n");
    await writeFile(paths[1] ?? "", gzip);
    let told = 0;
    const read = await readAll(
      createFileSource(paths, (bytes) => {
        told += bytes;
      }),
    );
    expect(read.lines.equals(Buffer.concat([Buffer.from("one\n"), TEXT]))).toBe(true);
    expect(told).toBe(4 + gzip.length);
  });

  it("that has gone since it was named is an error that names it", async () => {
    const path = join(await tempFolder(), "gone.log");
    for (const name of [path, `${path}.gz`]) {
      await expect(readAll(createFileSource([name], () => undefined))).rejects.toMatchObject({
        code: "not_found",
        message: `read "${name}": no such file or directory`,
      });
    }
  });

  it.each(["a.log", "a.gz"])("is left between two deliveries once it shall stop (%s)", async (name) => {
    const path = join(await tempFolder(), name);
    await writeFile(path, name.endsWith(".gz") ? gzip : TEXT);
    const stop = new AbortController();
    const source = createFileSource([path, path], () => undefined);
    const delivered: Buffer[] = [];
    for await (const { payload } of source.deliveries(stop.signal)) {
      if (payload.kind === "lines") delivered.push(Buffer.from(payload.buffer.subarray(payload.start, payload.end)));
      stop.abort();
    }
    expect(delivered).toHaveLength(1);
    expect(lineCount(Buffer.concat(delivered))).toBeLessThan(LINES_OF_TEXT);
    expect(delivered[0]?.at(-1)).toBe(0x0a);
  });
});

describe("a stream", () => {
  it("gives its lines however it is cut", async () => {
    const pieces: Buffer[] = [];
    for (let at = 0; at < TEXT.length; at += 65_521) pieces.push(TEXT.subarray(at, at + 65_521));
    const read = await readAll(createStreamSource(Readable.from(pieces), () => undefined));
    expect(read.lines.equals(TEXT)).toBe(true);
  });

  it("that is silent ends when it shall stop; half a line is not taken", async () => {
    const stream = new PassThrough();
    const stop = new AbortController();
    const reading = readAll(
      createStreamSource(stream, () => undefined),
      stop.signal,
    );
    stream.write("one\ntwo\nhal");
    await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort();
    expect((await reading).lines.toString()).toBe("one\ntwo\n");
  });

  it("that is silent ends at once when it shall stop before it is read", async () => {
    const source = createStreamSource(new PassThrough(), () => undefined);
    expect((await readAll(source, AbortSignal.abort())).lines.toString()).toBe("");
  });

  it("passes its own failure on", async () => {
    const stream = new PassThrough();
    const reading = readAll(createStreamSource(stream, () => undefined));
    stream.write("one\n");
    stream.destroy(new Error("pipe broke"));
    await expect(reading).rejects.toThrow("pipe broke");
  });

  it("leaves nothing with the signal, whether it ends or fails", async () => {
    const { signal } = new AbortController();
    await readAll(
      createStreamSource(Readable.from([TEXT]), () => undefined),
      signal,
    );
    const failing = new PassThrough();
    failing.destroy(new Error("pipe broke"));
    const reading = readAll(
      createStreamSource(failing, () => undefined),
      signal,
    );
    await expect(reading).rejects.toThrow("pipe broke");
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});
