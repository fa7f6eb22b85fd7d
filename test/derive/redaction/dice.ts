import { randomOf } from "../../random.ts";

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const DIGITS = "0123456789";

export const ALPHABETS = {
  hex: `${DIGITS}abcdef`,
  lower: LOWER,
  upper: UPPER,
  digits: DIGITS,
  alnum: `${LOWER}${UPPER}${DIGITS}`,
  base32: `${UPPER}234567`,
  base36: `${DIGITS}${LOWER}`,
  base64: `${LOWER}${UPPER}${DIGITS}+/`,
  base64url: `${LOWER}${UPPER}${DIGITS}-_`,
  crockford: "0123456789ABCDEFGHJKMNPQRSTVWXYZ",
};

/** Random texts, the same for the same seed. */
export interface Dice {
  below(limit: number): number;
  pick<T>(choices: readonly [T, ...T[]]): T;
  text(alphabet: keyof typeof ALPHABETS, length: number): string;
}

export function diceOf(seed: number): Dice {
  const random = randomOf(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  return {
    below,
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
    text: (alphabet, length) => {
      const letters = ALPHABETS[alphabet];
      return Array.from({ length }, () => letters[below(letters.length)]).join("");
    },
  };
}
