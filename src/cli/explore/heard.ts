import { asLine } from "../terminal/tell.ts";
import type { Telling } from "../terminal/telling.ts";

/** What was told while an answer was made, for whoever gets it. */
export interface Heard {
  readonly telling: Telling;
  readonly remarks: readonly string[];
}

/** `onBytes` hears of work that is done. */
export function listen(onBytes: (bytes: number) => void = () => undefined): Heard {
  const remarks: string[] = [];
  return {
    remarks,
    telling: {
      tell: (sentence) => remarks.push(asLine(sentence)),
      startProgress: () => ({ add: onBytes, set: () => undefined, stop: () => undefined }),
    },
  };
}
