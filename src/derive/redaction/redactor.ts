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

/** A bound for lines made up to need more. */
const MOST_LOOKS = 5;

interface Span {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Edits of a line, in order; null for none. */
type Pass = (buffer: Buffer, start: number, end: number) => readonly Edit[] | null;

export function createRedactor(rules: RedactionRules, pseudonyms: Pseudonyms | null): Redactor {
  if (needsPseudonyms(rules) && pseudonyms === null) throw new Error("redact: there is no key for pseudonyms");
  const passes = passesOf(rules, pseudonyms);
  return {
    redact(buffer, start, end) {
      let line: Span = { buffer, start, end };
      const all: Edit[] = [];
      // A mask ends words: what stands next to it may be a secret only now. A second look nearly always finds nothing.
      for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
        const before = line;
        for (const pass of passes) {
          const edits = pass(line.buffer, line.start, line.end);
          if (edits === null) continue;
          const bytes = edited(line.buffer, line.start, line.end, edits);
          line = { buffer: bytes, start: 0, end: bytes.length };
          for (const edit of edits) all.push(edit);
        }
        if (line === before) break;
      }
      return line.buffer === buffer ? null : { bytes: line.buffer, masked: countKinds(all) };
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
  if (addresses !== "keep") passes.push(createAddressFinder(addresses, pseudonyms));
  if (secrets) passes.push(findSecrets);
  return passes;
}
