import type { Pseudonyms } from "../pseudonym.ts";
import { countKinds, type Edit, edited, type MaskedKind } from "./edit.ts";
import { findSecrets } from "./secrets.ts";

/** What is done to a field, or to addresses. */
export type FieldTreatment = "mask" | "pseudonym" | "drop";
export type AddressTreatment = "keep" | "truncate" | "pseudonym";

export interface RedactionRules {
  /** Whether tokens, keys and passwords are masked wherever they stand. */
  readonly secrets: boolean;
  /** By the record's name: `username`, `meta.user`, `params.key`. */
  readonly fields: Readonly<Record<string, FieldTreatment>>;
  readonly addresses: AddressTreatment;
}

export interface RedactedLine {
  readonly bytes: Buffer;
  /** Sorted by kind. */
  readonly masked: readonly MaskedKind[];
}

/** Takes out of lines what must not get into the index. */
export interface Redactor {
  /**
   * `[start, end)` of buffer is one line: a JSON record, or any text. Null where nothing is to be masked; else new
   * bytes (valid JSON where the input was) and what was masked.
   */
  redact(buffer: Buffer, start: number, end: number): RedactedLine | null;
}

/** Edits of a line, in order; null for none. */
type Pass = (buffer: Buffer, start: number, end: number) => readonly Edit[] | null;

export function createRedactor(rules: RedactionRules, pseudonyms: Pseudonyms | null): Redactor {
  const passes = passesOf(rules, pseudonyms);
  return {
    redact(buffer, start, end) {
      let bytes: Buffer | null = null;
      let all: readonly Edit[] = [];
      for (const pass of passes) {
        const edits: readonly Edit[] | null = bytes === null ? pass(buffer, start, end) : pass(bytes, 0, bytes.length);
        if (edits === null) continue;
        bytes = bytes === null ? edited(buffer, start, end, edits) : edited(bytes, 0, bytes.length, edits);
        all = [...all, ...edits];
      }
      return bytes === null ? null : { bytes, masked: countKinds(all) };
    },
  };
}

function passesOf({ secrets }: RedactionRules, _pseudonyms: Pseudonyms | null): Pass[] {
  const passes: Pass[] = [];
  if (secrets) passes.push(findSecrets);
  return passes;
}
