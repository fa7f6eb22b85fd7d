import type { LentMessage } from "./subscriber.ts";

/** Messages that were pulled and not taken: first in, first out. Holds nothing of what was taken. */
export interface Untaken {
  readonly messages: number;
  readonly bytes: number;
  add(pulled: readonly LentMessage[]): void;
  /** Null where there is none. */
  take(): LentMessage | null;
  takeAll(): LentMessage[];
}

export function createUntaken(): Untaken {
  /** The next of each at its end. */
  const answers: LentMessage[][] = [];
  let messages = 0;
  let bytes = 0;
  return {
    get messages() {
      return messages;
    },
    get bytes() {
      return bytes;
    },
    add(pulled) {
      if (pulled.length > 0) answers.push(pulled.toReversed());
      messages += pulled.length;
      for (const { data } of pulled) bytes += data.length;
    },
    take() {
      const message = answers[0]?.pop();
      if (message === undefined) return null;
      if (answers[0]?.length === 0) answers.shift();
      messages -= 1;
      bytes -= message.data.length;
      return message;
    },
    takeAll() {
      messages = 0;
      bytes = 0;
      return answers.splice(0).flatMap((answer) => answer.toReversed());
    },
  };
}
