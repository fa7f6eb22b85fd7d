/** Longer names are no typing mistakes; the limit keeps the table below small. */
const MAX_NAME_LENGTH = 64;

/** `did you mean "x"?` for the candidate that `name` was probably meant to be; `otherwise` where none is near. */
export function nameHint<Otherwise extends string | null>(
  name: string,
  candidates: readonly string[],
  otherwise: Otherwise,
): string | Otherwise {
  const nearest = nearestName(name, candidates);
  return nearest === null ? otherwise : `did you mean ${JSON.stringify(nearest)}?`;
}

/**
 * The candidate that `name` was probably meant to be: fewest edits, at most one per three letters; of equals the
 * first. Case does not count. Null where none is near.
 */
function nearestName(name: string, candidates: readonly string[]): string | null {
  if (name.length > MAX_NAME_LENGTH) return null;
  let nearest: string | null = null;
  let fewestEdits = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const edits = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (edits >= fewestEdits) continue;
    fewestEdits = edits;
    nearest = candidate;
  }
  return nearest;
}

/** Damerau-Levenshtein: insert, delete, replace, and swap of two neighbours (each letter edited once) count 1. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replace = at(last, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      let edits = Math.min(replace, at(last, column) + 1, at(current, column - 1) + 1);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        edits = Math.min(edits, at(beforeLast, column - 2) + 1);
      }
      current.push(edits);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
