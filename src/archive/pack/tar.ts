import type { Refuse } from "../stored-json.ts";

/** A file of a tar archive. */
export interface TarEntry {
  readonly name: string;
  readonly bytes: Buffer;
}

const BLOCK_BYTES = 512;
const NAME_BYTES = 100;
const PREFIX_AT = 345;
const PREFIX_BYTES = 155;
const CHECKSUM_AT = 148;
const CHECKSUM_BYTES = 8;
/** Two blocks of zeros. */
export const TAR_END = Buffer.alloc(2 * BLOCK_BYTES);

/** A file in ustar form, as POSIX has it: the same name and bytes always make the same. Throws a `RangeError` for names that do not fit. */
export function tarEntry({ name, bytes }: TarEntry): Buffer {
  return Buffer.concat([headerOf(name, bytes.length), bytes, Buffer.alloc(paddingOf(bytes.length))]);
}

function headerOf(name: string, sizeBytes: number): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES);
  const [prefix, rest] = splitName(name);
  header.write(rest, 0, "latin1");
  header.write("0000644\0", 100, "latin1");
  // Nobody's, and of no time: neither says anything about the lines.
  for (const at of [108, 116]) header.write("0000000\0", at, "latin1");
  header.write(`${sizeBytes.toString(8).padStart(11, "0")}\0`, 124, "latin1");
  header.write(`${"0".repeat(11)}\0`, 136, "latin1");
  header.fill(" ", CHECKSUM_AT, CHECKSUM_AT + CHECKSUM_BYTES, "latin1");
  // An ordinary file.
  header.write("0", 156, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  header.write(prefix, PREFIX_AT, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, CHECKSUM_AT, "latin1");
  return header;
}

/** Longer names are cut in two at a slash. */
function splitName(name: string): readonly [prefix: string, rest: string] {
  const isPlain = /^[\x21-\x7e]+$/.test(name);
  if (isPlain && name.length <= NAME_BYTES) return ["", name];
  const at = name.indexOf("/", name.length - NAME_BYTES - 1);
  if (isPlain && at > 0 && at <= PREFIX_BYTES) return [name.slice(0, at), name.slice(at + 1)];
  throw new RangeError(`no name of a file in a tar: "${name}"`);
}

function paddingOf(sizeBytes: number): number {
  return (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES;
}

/**
 * The files of a tar that `tarEntry` has made, one at a time. Throws what `refuse` makes of any other, of what lies behind
 * its end, and of a file of more than `mostBytes`.
 */
export async function* tarEntries(
  chunks: AsyncIterable<Buffer>,
  mostBytes: number,
  refuse: Refuse,
): AsyncIterable<TarEntry> {
  const source = createSource(chunks);
  for (;;) {
    const header = await source.take(BLOCK_BYTES);
    if (header.equals(Buffer.alloc(BLOCK_BYTES))) break;
    const { name, sizeBytes } = readHeader(header, refuse);
    if (sizeBytes > mostBytes) throw refuse(`"${name}" in it has ${sizeBytes} bytes, more than any has`);
    const bytes = await source.take(sizeBytes + paddingOf(sizeBytes));
    if (bytes.length < sizeBytes + paddingOf(sizeBytes)) throw refuse(`it was cut in "${name}"`);
    if (bytes.subarray(sizeBytes).some((byte) => byte !== 0)) throw refuse(`there is something behind "${name}"`);
    yield { name, bytes: bytes.subarray(0, sizeBytes) };
  }
  const rest = await source.take(BLOCK_BYTES + 1);
  if (!rest.equals(Buffer.alloc(BLOCK_BYTES))) throw refuse("it was cut at its end, or something was put behind it");
}

function readHeader(header: Buffer, refuse: Refuse): { readonly name: string; readonly sizeBytes: number } {
  if (header.length < BLOCK_BYTES) throw refuse("it was cut");
  const textAt = (at: number, most: number): string => {
    const text = header.toString("latin1", at, at + most);
    const end = text.indexOf("\0");
    return end < 0 ? text : text.slice(0, end);
  };
  const prefix = textAt(PREFIX_AT, PREFIX_BYTES);
  const name = prefix === "" ? textAt(0, NAME_BYTES) : `${prefix}/${textAt(0, NAME_BYTES)}`;
  const sizeBytes = Number.parseInt(textAt(124, 12), 8);
  // One way to write it: nothing hides in fields that no reader looks at.
  if (Number.isNaN(sizeBytes) || !isHeaderOf(header, name, sizeBytes))
    throw refuse("it is no tar of logtally's making");
  return { name, sizeBytes };
}

function isHeaderOf(header: Buffer, name: string, sizeBytes: number): boolean {
  try {
    return headerOf(name, sizeBytes).equals(header);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Bytes that come in chunks, to be taken in pieces. */
function createSource(chunks: AsyncIterable<Buffer>): { take(bytes: number): Promise<Buffer> } {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  return {
    /** Fewer at the end. */
    async take(bytes) {
      const pieces = [rest];
      let taken = rest.length;
      while (taken < bytes) {
        const next = await iterator.next();
        if (next.done === true) break;
        pieces.push(next.value);
        taken += next.value.length;
      }
      const all = pieces.length === 1 ? rest : Buffer.concat(pieces);
      rest = all.subarray(bytes);
      return all.subarray(0, bytes);
    },
  };
}
