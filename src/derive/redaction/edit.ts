/** What stands in the place of `[start, end)`, and what kind of thing stood there. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly kind: string;
}

/** How many of a kind were masked. */
export interface MaskedKind {
  readonly kind: string;
  readonly count: number;
}

/** How all masks begin. */
export const MASK = "[MASKED ";

/** What stands in the place of a value of this kind. No pass takes it for a secret again. */
export function maskOf(kind: string): string {
  return `${MASK}${kind}]`;
}

export function isMask(value: string): boolean {
  return value.startsWith(MASK) && value.endsWith("]");
}

export function maskEdit(start: number, end: number, kind: string): Edit {
  return { start, end, text: maskOf(kind), kind };
}

/** The bytes of `[start, end)` with the edits made, which are in order and do not overlap. */
export function edited(buffer: Buffer, start: number, end: number, edits: readonly Edit[]): Buffer {
  const parts: Buffer[] = [];
  let at = start;
  for (const edit of edits) {
    parts.push(buffer.subarray(at, edit.start), Buffer.from(edit.text));
    at = edit.end;
  }
  parts.push(buffer.subarray(at, end));
  return Buffer.concat(parts);
}

/** Sorted by kind. */
export function countKinds(edits: readonly Edit[]): MaskedKind[] {
  const counts = new Map<string, number>();
  for (const { kind } of edits) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => ({ kind, count })).sort((a, b) => (a.kind < b.kind ? -1 : 1));
}
