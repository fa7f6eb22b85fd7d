import type { Pseudonyms } from "../pseudonym.ts";
import { createAddressFinder } from "./addresses.ts";
import { countKinds, type Edit, edited, type MaskedKind } from "./edit.ts";
import { createFieldFinder, type FieldTreatment } from "./fields.ts";
import { findSecrets } from "./secrets.ts";

/** What is done to IP addresses. */
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
  if (needsPseudonyms(rules) && pseudonyms === null) throw new Error("redact: there is no key for pseudonyms");
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

/** Whether some rule asks for the key of pseudonyms. */
export function needsPseudonyms({ fields, addresses }: RedactionRules): boolean {
  return addresses === "pseudonym" || Object.values(fields).includes("pseudonym");
}

function passesOf({ secrets, fields, addresses }: RedactionRules, pseudonyms: Pseudonyms | null): Pass[] {
  const passes: Pass[] = [];
  if (Object.keys(fields).length > 0) passes.push(createFieldFinder(fields, pseudonyms));
  if (secrets) passes.push(findSecrets);
  if (addresses !== "keep") passes.push(createAddressFinder(addresses, pseudonyms));
  return passes;
}
