/** One throw of the dice after another: the same seed gives the same throws. */
export interface Chance {
  /** An integer in `[0, limit)`. */
  readonly below: (limit: number) => number;
  /** The same, small numbers far more often. */
  readonly skewed: (limit: number) => number;
  /** True in so many of all cases, from 0 to 1. */
  readonly share: (probability: number) => boolean;
  readonly pick: <Item>(items: readonly Item[]) => Item;
  /** One of the items, each as often as its weight says. */
  readonly weighted: <Item extends { readonly weight: number }>(items: readonly Item[]) => Item;
  /** A number around the mean, often less and sometimes far more. */
  readonly around: (mean: number) => number;
  /** Seconds up to `most`, rounded as the logs do. */
  readonly seconds: (most: number) => number;
  /** So many digits of base 36. */
  readonly digits: (count: number) => string;
  readonly hexDigits: (count: number) => string;
}

/**
 * Throws by mulberry32: small, fast, and good enough to imitate people. Powers are written out: `**` may differ in its
 * last bit between machines.
 */
export function createChance(seed: number): Chance {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const pick = <Item>(items: readonly Item[]): Item => {
    if (items.length === 0) throw new RangeError("pick: nothing to pick from");
    return items[Math.floor(items.length * next())] as Item;
  };
  const digits = (base: number, atOnce: number, count: number): string => {
    let text = "";
    while (text.length < count) {
      text += Math.floor(next() * base ** atOnce)
        .toString(base)
        .padStart(atOnce, "0");
    }
    return text.slice(0, count);
  };
  return {
    below: (limit) => Math.floor(limit * next()),
    skewed: (limit) => {
      const thrown = next();
      return Math.floor(limit * thrown * thrown * thrown);
    },
    share: (probability) => next() < probability,
    pick,
    weighted: (items) => {
      let left = next() * items.reduce((sum, { weight }) => sum + weight, 0);
      for (const item of items) {
        left -= item.weight;
        if (left < 0) return item;
      }
      return pick(items);
    },
    around: (mean) => -mean * Math.log(1 - next()),
    seconds: (most) => {
      const thrown = next();
      return Math.round(most * thrown * thrown * 1e5) / 1e5;
    },
    digits: (count) => digits(36, 5, count),
    hexDigits: (count) => digits(16, 8, count),
  };
}
