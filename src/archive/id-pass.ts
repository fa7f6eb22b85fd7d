import type { LineObject } from "./line-object.ts";

/** An object and how many lines it holds. */
export interface SizedObject {
  readonly object: LineObject;
  readonly rows: number;
}

/**
 * One of the passes in which ids are looked at: those of some filing hours, and of these a part by hash. An id begins
 * with its hour, so each id falls into exactly one pass, and only objects of those hours hold it.
 */
export interface IdPass<Sized extends SizedObject = SizedObject> {
  /** Half-open span of filing hours. */
  readonly fromHour: number;
  readonly toHour: number;
  readonly part: number;
  readonly parts: number;
  readonly objects: readonly Sized[];
  /** Lines of those objects. */
  readonly rows: number;
}

/** Cuts the hours of all objects into passes of at most about `idsPerPass` ids each. */
export function planIdPasses<Sized extends SizedObject>(
  objects: readonly Sized[],
  idsPerPass: number,
): IdPass<Sized>[] {
  const hours = new Set(objects.flatMap(({ object }) => [object.firstHour, object.lastHour + 1]));
  const [first = 0, ...borders] = [...hours].toSorted((a, b) => a - b);
  const spans: IdPass<Sized>[] = [];
  let fromHour = first;
  for (const toHour of borders) {
    const last = spans.at(-1);
    const alone = spanOf(objects, fromHour, toHour);
    const joined = last === undefined ? alone : spanOf(objects, last.fromHour, toHour);
    if (last !== undefined && joined.rows <= idsPerPass) spans[spans.length - 1] = joined;
    else spans.push(alone);
    fromHour = toHour;
  }
  return spans.flatMap((span) => {
    const parts = Math.max(1, Math.ceil(span.rows / idsPerPass));
    return Array.from({ length: parts }, (_, part) => ({ ...span, part, parts }));
  });
}

/** True where the id in the words from `at` on is looked at in this pass. */
export function isInPass({ fromHour, toHour, part, parts }: IdPass, words: Int32Array, at: number): boolean {
  const hour = (words[at] ?? 0) >>> 0;
  if (hour < fromHour || hour >= toHour) return false;
  // By a word that a set of ids does not begin its search with.
  return parts === 1 || ((words[at + 1] ?? 0) >>> 0) % parts === part;
}

function spanOf<Sized extends SizedObject>(objects: readonly Sized[], fromHour: number, toHour: number): IdPass<Sized> {
  const inside = objects.filter(({ object }) => object.firstHour < toHour && object.lastHour >= fromHour);
  const rows = inside.reduce((sum, each) => sum + each.rows, 0);
  return { fromHour, toHour, part: 0, parts: 1, objects: inside, rows };
}
