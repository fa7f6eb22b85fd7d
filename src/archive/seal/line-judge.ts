import { ID_WORDS } from "../../segment/meta.ts";
import { createGrowingIdSet } from "../id-set.ts";

/**
 * `new`: the id was not there. `duplicate`: the same id with the same bytes was. `conflict`: the id was there, but
 * never with these bytes.
 */
export const VERDICTS = ["new", "duplicate", "conflict"] as const;

export type Verdict = (typeof VERDICTS)[number];

/** Tells lines from copies of lines before, by id and bytes. It takes 64 to 128 bytes for each that is no copy. */
export interface LineJudge {
  /** `id` has 32 hex digits, `hash` is the leaf hash. */
  judge(id: string, hash: string): Verdict;
}

export function createLineJudge(): LineJudge {
  const ids = createGrowingIdSet();
  // Two sets, and not one with several hashes for an id: a field that is the same in all lines may be configured as
  // their identity, and a search through all variants of one id would take quadratic time.
  const variants = createGrowingIdSet();
  const id = new Int32Array(ID_WORDS);
  const variant = new Int32Array(ID_WORDS);
  return {
    judge(idText, hash) {
      for (let word = 0; word < ID_WORDS; word += 1) {
        id[word] = wordAt(idText, word);
        variant[word] = (id[word] ?? 0) ^ wordAt(hash, word);
      }
      if (!variants.add(variant, 0)) return "duplicate";
      return ids.add(id, 0) ? "new" : "conflict";
    },
  };
}

const WORD_DIGITS = 8;

/** The n-th 32-bit word of lower-case hex digits. */
function wordAt(text: string, word: number): number {
  let value = 0;
  for (let at = word * WORD_DIGITS; at < (word + 1) * WORD_DIGITS; at += 1) {
    const unit = text.charCodeAt(at);
    value = (value << 4) | (unit - (unit < 0x3a ? 0x30 : 0x57));
  }
  return value;
}
