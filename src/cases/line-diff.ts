import { diff } from "node:util";

/** A line of one of two texts, or of both. */
export interface DiffLine {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** More lines than these, of which none stands out, are told as removed and added: comparing them costs the square. */
const MOST_COMPARED = 2000;

/**
 * How one list of lines becomes another. Lines that stand once in both are held in place as far as their order allows,
 * and what lies between them is compared by itself: so a text with such a line in every entry costs little more than
 * its length, however much of it changes, and no change is told as one of a neighbour.
 */
export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const middle = diffMiddle(before.slice(head, before.length - tail), after.slice(head, after.length - tail));
  return [...all("same", before.slice(0, head)), ...middle, ...all("same", before.slice(before.length - tail))];
}

/** Of lists that begin and end differently. */
function diffMiddle(before: readonly string[], after: readonly string[]): DiffLine[] {
  if (before.length === 0 || after.length === 0) return [...all("removed", before), ...all("added", after)];
  const anchors = anchorsOf(before, after);
  if (anchors.length === 0) return diffGap(before, after);
  const lines: DiffLine[] = [];
  let next: Anchor = { before: 0, after: 0 };
  for (const anchor of [...anchors, { before: before.length, after: after.length }]) {
    const gap = diffLines(before.slice(next.before, anchor.before), after.slice(next.after, anchor.after));
    for (const line of gap) lines.push(line);
    for (const text of before.slice(anchor.before, anchor.before + 1)) lines.push({ kind: "same", text });
    next = { before: anchor.before + 1, after: anchor.after + 1 };
  }
  return lines;
}

/** Without a line to hold on to. */
function diffGap(before: readonly string[], after: readonly string[]): DiffLine[] {
  if (before.length + after.length > MOST_COMPARED) return [...all("removed", before), ...all("added", after)];
  return diff(before, after).map(([sign, text]) => {
    return { kind: sign === 0 ? "same" : sign === 1 ? "removed" : "added", text };
  });
}

function all(kind: DiffLine["kind"], texts: readonly string[]): DiffLine[] {
  return texts.map((text) => ({ kind, text }));
}

/** Places of one line in both lists. */
interface Anchor {
  readonly before: number;
  readonly after: number;
}

/** The lines that stand once in both lists: as many of them as stand in the same order. */
function anchorsOf(before: readonly string[], after: readonly string[]): Anchor[] {
  const places = placesOfUnique(after);
  const common = [...placesOfUnique(before)].flatMap(([text, place]) => {
    const other = places.get(text);
    return other === undefined ? [] : [{ before: place, after: other }];
  });
  return longestAscent(common);
}

/** Lines that stand once, in their order. */
function placesOfUnique(lines: readonly string[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  const repeated = new Set<string>();
  for (const [place, line] of lines.entries()) {
    if (places.has(line)) repeated.add(line);
    places.set(line, place);
  }
  for (const line of repeated) places.delete(line);
  return places;
}

/** Of anchors sorted by `before` a longest sequence in which `after` grows as well (patience sorting). */
function longestAscent(anchors: readonly Anchor[]): Anchor[] {
  interface Step extends Anchor {
    readonly last: Step | null;
  }
  // At each length less one: of all ascents of that length the one that ends lowest.
  const ends: Step[] = [];
  for (const anchor of anchors) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const half = (low + high) >>> 1;
      if ((ends[half]?.after ?? 0) < anchor.after) low = half + 1;
      else high = half;
    }
    ends[low] = { ...anchor, last: ends[low - 1] ?? null };
  }
  const ascent: Anchor[] = [];
  for (let step = ends.at(-1) ?? null; step !== null; step = step.last) ascent.push(step);
  return ascent.reverse();
}
