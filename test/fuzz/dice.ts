import { randomOf } from "../random.ts";

/** Chance that a seed repeats. */
export interface Dice {
  /** A whole number from 0 to `count - 1`; 0 where there is none. */
  below(count: number): number;
  /** Throws where there is nothing to pick. */
  pick<Item>(items: readonly Item[]): Item;
  /** True once in so many times. */
  oneIn(count: number): boolean;
}

export function diceOf(seed: number): Dice {
  const random = randomOf(seed);
  const below = (count: number): number => Math.floor(random() * count);
  return {
    below,
    pick(items) {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError("nothing to pick");
      return item;
    },
    oneIn: (count) => below(count) === 0,
  };
}
