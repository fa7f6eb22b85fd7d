/** What comes next: a binary heap by time or another number, and by the order of entry where these are equal. */
export interface Agenda<Item> {
  add(at: number, item: Item): void;
  /** The earliest entry, taken out; null when there is none, or none up to `until`. */
  next(until: number): Entry<Item> | null;
}

export interface Entry<Item> {
  readonly at: number;
  readonly order: number;
  readonly item: Item;
}

export function createAgenda<Item>(): Agenda<Item> {
  const heap: Entry<Item>[] = [];
  let order = 0;
  return {
    add(at, item) {
      heap.push({ at, order, item });
      order += 1;
      rise(heap, heap.length - 1);
    },
    next(until) {
      const [first] = heap;
      if (first === undefined || first.at > until) return null;
      const last = heap.pop() ?? first;
      if (heap.length > 0) {
        heap[0] = last;
        sink(heap);
      }
      return first;
    },
  };
}

function isBefore<Item>(a: Entry<Item>, b: Entry<Item>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function rise<Item>(heap: Entry<Item>[], start: number): void {
  let at = start;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!swapIfBefore(heap, at, parent)) return;
    at = parent;
  }
}

function sink<Item>(heap: Entry<Item>[]): void {
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const right = left + 1;
    if (left >= heap.length) return;
    const isRight = right < heap.length && isBefore(heap[right] as Entry<Item>, heap[left] as Entry<Item>);
    const child = isRight ? right : left;
    if (!swapIfBefore(heap, child, at)) return;
    at = child;
  }
}

/** Puts the lower entry above the upper one where it comes before it. */
function swapIfBefore<Item>(heap: Entry<Item>[], lower: number, upper: number): boolean {
  const a = heap[lower] as Entry<Item>;
  const b = heap[upper] as Entry<Item>;
  if (!isBefore(a, b)) return false;
  heap[lower] = b;
  heap[upper] = a;
  return true;
}
