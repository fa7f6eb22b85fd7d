import { ID_WORDS } from "../../segment/meta.ts";
import { createGrowingIdSet, hexWord } from "../id-set.ts";

/**
 * `new`: the id was not there. `duplicate`: the same id was, with the same bytes and from the same log. `conflict`: the
 * id was there, but never so. The log belongs to it because it may come from the message, and decides what is counted.
 */
export const VERDICTS = ["new", "duplicate", "conflict"] as const;

export type Verdict = (typeof VERDICTS)[number];

/** Tells lines from copies of lines before. It takes 64 to 128 bytes for each that is no copy. */
export interface LineJudge {
  /** `id` has 32 hex digits, `hash` is the leaf hash. */
  judge(id: string, hash: string, log: string): Verdict;
}

export function createLineJudge(): LineJudge {
  const ids = createGrowingIdSet();
  // Two sets, and not one with several hashes for an id: a field that is the same in all lines may be configured as
  // their identity, and a search through all variants of one id would take quadratic time.
  const variants = createGrowingIdSet();
  const id = new Int32Array(ID_WORDS);
  const variant = new Int32Array(ID_WORDS);
  const words = new Map<string, number>();
  /** A number of its own for each log: there are few. */
  const wordOfLog = (log: string): number => {
    const known = words.get(log) ?? words.size;
    words.set(log, known);
    return known;
  };
  return {
    judge(idText, hash, log) {
      const logWord = wordOfLog(log);
      for (let word = 0; word < ID_WORDS; word += 1) {
        id[word] = hexWord(idText, word);
        variant[word] = (id[word] ?? 0) ^ hexWord(hash, word);
      }
      variant[0] = (variant[0] ?? 0) ^ logWord;
      if (!variants.add(variant, 0)) return "duplicate";
      return ids.add(id, 0) ? "new" : "conflict";
    },
  };
}
