/** Values repeat from line to line; a string that is there already costs neither decoding nor memory. */
export interface TextCache {
  /** The text of the bytes in `[start, end)`, which are valid UTF-8. */
  text(bytes: Buffer, start: number, end: number): string;
}

const PLACES = 4096;
/** Longer values rarely repeat. */
const LONGEST_BYTES = 64;

/** A table in which each value has one place, by its length and some of its bytes; the last one that came stays. */
export function createTextCache(): TextCache {
  const texts = Array.from({ length: PLACES }, () => "");
  const copies = Buffer.alloc(PLACES * LONGEST_BYTES);
  const lengths = new Uint8Array(PLACES);
  return {
    text(bytes, start, end) {
      const length = end - start;
      if (length > LONGEST_BYTES) return bytes.toString("utf8", start, end);
      let hash = length;
      for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x9e3779b1);
      const place = (hash ^ (hash >>> 15)) & (PLACES - 1);
      const copyAt = place * LONGEST_BYTES;
      if (lengths[place] === length) {
        let same = 0;
        while (same < length && copies[copyAt + same] === bytes[start + same]) same += 1;
        if (same === length) return texts[place] ?? "";
      }
      const text = bytes.toString("utf8", start, end);
      bytes.copy(copies, copyAt, start, end);
      lengths[place] = length;
      texts[place] = text;
      return text;
    },
  };
}
