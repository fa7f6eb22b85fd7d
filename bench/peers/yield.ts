import { FIELD, READ, WRITE, WRITING_METHODS } from "./derived-field.ts";

/** What a job gave, or must give. */
export interface Yield {
  readonly lines: number;
  /** Those whose derived field says that the request may change something. */
  readonly writes: number;
}

type Line = Readonly<Record<string, unknown>>;

const WRITING: ReadonlySet<unknown> = new Set(WRITING_METHODS);

/** What must be derived from a line of the corpus. */
export function mustWrite({ method }: Line): boolean {
  return WRITING.has(method);
}

/** What a peer has derived. Throws where the field is missing, or is none of its two values. */
export function saysWrite({ [FIELD]: value }: Line): boolean {
  if (value !== WRITE && value !== READ) throw new Error(`check output: "${FIELD}" is "${String(value)}"`);
  return value === WRITE;
}

/** Counts lines. Rejects where one is no JSON, and with what `isWrite` throws. */
export async function yieldOf(lines: AsyncIterable<string>, isWrite: (line: Line) => boolean): Promise<Yield> {
  let [count, writes] = [0, 0];
  for await (const line of lines) {
    count += 1;
    if (isWrite(JSON.parse(line) as Line)) writes += 1;
  }
  return { lines: count, writes };
}

/** What is wrong with a yield, in a sentence; null where nothing is. `derives` is false where there is no such field. */
export function shortfall(expected: Yield, { lines, writes }: Yield, derives: boolean): string | null {
  if (lines !== expected.lines) return `${lines} of ${expected.lines} lines`;
  if (derives && writes !== expected.writes) return `"${WRITE}" in ${writes} lines instead of ${expected.writes}`;
  return null;
}
