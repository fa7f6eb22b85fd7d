/**
 * Goal: a file of lines as GitLab writes them, the same bytes for the same number of lines.
 * Method: the program's own generator with a fixed seed, as a user starts it. Files are kept; their names carry a hash
 * of the generator's sources, so that a changed generator never meets lines of its predecessor.
 */
import { hash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { MIB } from "../../src/core/units.ts";
import { LF } from "../../src/decode/split.ts";
import { logtally, measure } from "../measuring/measure.ts";

const GENERATOR = join(import.meta.dirname, "../../src/generate");
/** Corpora and archives of a measurement; the version control leaves it alone. */
export const DATA = join(import.meta.dirname, "../data");
const PREFIX = "gitlab-";

/** Two thousand people leave a million lines in a day. */
const USERS = 2000;
const SEED = 1;

export interface Corpus {
  readonly path: string;
  /** The generator finishes what it has begun, so that there are some more than asked for. */
  readonly lines: number;
  readonly bytes: number;
}

/** The command that generates so many lines into the file; `form` are options of `generate`. */
export function generateCommand(lines: number, path: string, form: readonly string[] = []): string[] {
  const amounts = ["--lines", String(lines), "--users", String(USERS), "--seed", String(SEED)];
  return logtally("generate", ...amounts, ...form, "--output", path);
}

/**
 * A file of so many lines; it is generated unless it is there. Files of another generator are removed. `form` as in
 * `generateCommand`; the size is then that of rows, and not of lines.
 */
export async function openCorpus(lines: number, form: readonly string[] = []): Promise<Corpus> {
  mkdirSync(DATA, { recursive: true });
  const version = generatorHash();
  for (const name of readdirSync(DATA)) {
    if (name.startsWith(PREFIX) && !name.includes(version)) rmSync(join(DATA, name));
  }
  const path = join(DATA, `${PREFIX}${lines}${form.join("")}-users-${USERS}-seed-${SEED}-${version}.ndjson`);
  if (!existsSync(path)) {
    process.stderr.write(`generate ${path}\n`);
    await measure(generateCommand(lines, `${path}.tmp`, form));
    renameSync(`${path}.tmp`, path);
  }
  return { path, ...sizeOf(path) };
}

function generatorHash(): string {
  const names = readdirSync(GENERATOR, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const texts = names.sort().map((name) => readFileSync(join(GENERATOR, name), "utf8"));
  return hash("sha256", texts.join("\0")).slice(0, 8);
}

function sizeOf(path: string): { lines: number; bytes: number } {
  const file = openSync(path, "r");
  const piece = Buffer.allocUnsafe(MIB);
  let lines = 0;
  let bytes = 0;
  for (;;) {
    const count = readSync(file, piece);
    if (count === 0) break;
    bytes += count;
    for (let at = piece.indexOf(LF); at >= 0 && at < count; at = piece.indexOf(LF, at + 1)) lines += 1;
  }
  closeSync(file);
  return { lines, bytes };
}
