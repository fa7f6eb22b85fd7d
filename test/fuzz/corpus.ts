import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** An input that is kept, and the name of its file. */
export interface KeptInput {
  readonly name: string;
  readonly bytes: Buffer;
}

const CORPUS = join(import.meta.dirname, "corpus");
/** Files of inputs that found something begin so; they stay for good. */
const FOUND = "found-";
const NAME_DIGITS = 12;

/** The kept inputs of a target, in order of names; none where it has no folder yet. */
export function readCorpus(target: string): readonly KeptInput[] {
  const folder = join(CORPUS, target);
  return namesIn(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
}

/** Replaces what is kept for what it covers; what found something stays. */
export function replaceCorpus(target: string, inputs: readonly Buffer[]): void {
  const folder = join(CORPUS, target);
  for (const name of namesIn(folder)) if (!name.startsWith(FOUND)) rmSync(join(folder, name));
  mkdirSync(folder, { recursive: true });
  for (const bytes of inputs) writeFileSync(join(folder, inputName(bytes)), bytes);
}

export function isFinding({ name }: KeptInput): boolean {
  return name.startsWith(FOUND);
}

export function inputName(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, NAME_DIGITS);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
