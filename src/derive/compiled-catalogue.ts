import { hash } from "node:crypto";
import type { Catalogue } from "./event-rules.ts";

/** A catalogue that was read and checked before: reading it again takes a tenth of a second of each start. */
interface CompiledCatalogue {
  /** SHA-256 of the text that it was read from. */
  readonly source: string;
  readonly catalogue: Catalogue;
}

/** Keeps what was read from a text, as JSON. */
export function compiledText(text: string, catalogue: Catalogue): string {
  const compiled: CompiledCatalogue = { source: digestOf(text), catalogue };
  return `${JSON.stringify(compiled, null, 1)}\n`;
}

/** What `compiledText` kept of the same text; null where it is of another one. */
export function readCompiled(kept: string, text: string): Catalogue | null {
  const { source, catalogue } = JSON.parse(kept) as CompiledCatalogue;
  return source === digestOf(text) ? catalogue : null;
}

function digestOf(text: string): string {
  return hash("sha256", text);
}
