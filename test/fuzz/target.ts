import type { Dice } from "./dice.ts";

/** A reader that is fed with whatever bytes there are. */
export interface FuzzTarget {
  /** Also the folder of its corpus. */
  readonly name: string;
  /** What it feeds, and what must hold; one line for `--list`. */
  readonly holds: string;
  /** Beginnings of the paths of the sources whose coverage leads, from the root of the checkout. */
  readonly covers: readonly string[];
  /** What to begin with, beside the kept corpus. */
  readonly seeds: () => readonly Buffer[];
  /** Words that mean something to the reader. */
  readonly words: readonly string[];
  /** Ways to change an input that only this reader's need; others are tried as well. */
  readonly mutations?: readonly Mutation[];
  /** No input is longer. */
  readonly mostBytes?: number;
  /** Throws where what must hold does not. The bytes are the target's own. */
  check(input: Buffer): void | Promise<void>;
}

/** Another input near one; `other` is one of the corpus. The bytes given must stay as they are. */
export type Mutation = (input: Buffer, dice: Dice, other: Buffer) => Buffer;
