import { createTimeText } from "../../core/time-text.ts";
import type { DocumentPlan } from "./document-plan.ts";

/** What is said of a line beside its record, by numbers of the fields of documents. Made once, and filled line by line. */
export interface OwnValues {
  /** Forgets the line before. */
  begin(): void;
  /** A text; null is nothing. */
  putText(target: number, text: string | null): void;
  /** A time in milliseconds since 1970, which becomes a text when it is asked for; null is nothing. */
  putTime(target: number, timeMs: number | null): void;
  /** JSON; null is nothing. */
  putJson(target: number, json: string | null): void;
  /** JSON that was made once for many lines. */
  putBytes(target: number, json: Buffer): void;
  /** Numbers of the fields that have a value. */
  readonly given: readonly number[];
  /** JSON that was made once, or else a text. */
  valueOf(target: number): string | Buffer | null;
  /** Whether the text is JSON. */
  isJson(target: number): boolean;
}

export function createOwnValues({ targets }: Pick<DocumentPlan, "targets">): OwnValues {
  const values = targets.map((): string | number | Buffer | null => null);
  const areJson = new Uint8Array(targets.length);
  const given: number[] = [];
  const timeText = createTimeText();
  const put = (target: number, value: string | number | Buffer | null, isJson: boolean): void => {
    if (value === null) return;
    if (values[target] === null) given.push(target);
    values[target] = value;
    areJson[target] = isJson ? 1 : 0;
  };
  return {
    given,
    begin() {
      for (const target of given) values[target] = null;
      given.length = 0;
    },
    putText: (target, text) => put(target, text, false),
    putJson: (target, json) => put(target, json, true),
    putBytes: (target, json) => put(target, json, true),
    putTime: (target, timeMs) => put(target, timeMs, false),
    valueOf(target) {
      const value = values[target] ?? null;
      return typeof value === "number" ? timeText(value) : value;
    },
    isJson: (target) => areJson[target] === 1,
  };
}
