/** Who acts next: a binary heap by time, and by the order of entry where times are equal. */
export interface Agenda<Item> {
  add(timeMs: number, item: Item): void;
  /** The earliest entry, taken out; null when there is none. */
  next(): Entry<Item> | null;
}

export interface Entry<Item> {
  readonly timeMs: number;
  readonly order: number;
  readonly item: Item;
}

export function createAgenda<Item>(): Agenda<Item> {
  const heap: Entry<Item>[] = [];
  let order = 0;
  return {
    add(timeMs, item) {
      heap.push({ timeMs, order, item });
      order += 1;
      rise(heap, heap.length - 1);
    },
    next() {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined) return null;
      if (heap.length > 0) {
        heap[0] = last;
        sink(heap);
      }
      return first;
    },
  };
}

function isBefore<Item>(a: Entry<Item>, b: Entry<Item>): boolean {
  return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.order < b.order);
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
