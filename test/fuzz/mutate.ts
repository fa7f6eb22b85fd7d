import { BYTE_MUTATIONS, wordMutation } from "./byte-mutations.ts";
import type { Dice } from "./dice.ts";
import { changeJson } from "./json-mutations.ts";
import type { FuzzTarget, Mutation } from "./target.ts";

const MOST_CHANGES = 4;
export const MOST_BYTES = 8192;

/** Makes inputs out of a corpus, one to a few changes away from one of it. */
export function createMutator({ words, mutations = [], mostBytes = MOST_BYTES }: FuzzTarget) {
  const ofWords = words.length === 0 ? [] : [wordMutation(words)];
  // Each kind has about the same share, however many ways it has.
  const kinds: readonly (readonly Mutation[])[] = [BYTE_MUTATIONS, [changeJson], ofWords, mutations].filter(
    (kind) => kind.length > 0,
  );
  return (corpus: readonly Buffer[], dice: Dice): Buffer => {
    let input = dice.pick(corpus);
    for (let changes = 1 + dice.below(MOST_CHANGES); changes > 0; changes -= 1) {
      input = dice.pick(dice.pick(kinds))(input, dice, dice.pick(corpus));
    }
    return Buffer.from(input.subarray(0, mostBytes));
  };
}
