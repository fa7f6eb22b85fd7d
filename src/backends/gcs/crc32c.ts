/** Of Castagnoli, reversed: another one than that of zip files, which Node has. */
const POLYNOMIAL = 0x82f63b78;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
});
const ALL_ONES = 0xffffffff;

/** The checksum by which Google's services tell bytes that were damaged on the way; from 0 to 2^32 - 1. */
export function crc32c(bytes: Uint8Array): number {
  let sum = ALL_ONES;
  for (const byte of bytes) sum = (TABLE[(sum ^ byte) & 0xff] ?? 0) ^ (sum >>> 8);
  return (sum ^ ALL_ONES) >>> 0;
}
