const MOST_STEPS = 100_000;

/** Something that happens at a moment of simulated time. */
interface Happening {
  readonly atMs: number;
  /** Of two at the same moment the one that was planned first comes first. */
  readonly order: number;
  run: (() => void) | null;
}

/**
 * Time of a simulation: it stands still while anything is computed, and leaps to the next thing that happens. One thing
 * happens at a time, and everything that follows from it without waiting comes before the next.
 */
export class Schedule {
  nowMs: number;
  /** How many things have happened: so many never do. */
  steps = 0;
  #planned = 0;
  readonly #mostSteps: number;
  /** A heap: each happens not before its parent. */
  readonly #heap: Happening[] = [];

  constructor(startMs: number, mostSteps = MOST_STEPS) {
    this.#mostSteps = mostSteps;
    this.nowMs = startMs;
  }

  /** Calls `run` so much later; what is returned calls that off. */
  after(delayMs: number, run: () => void): () => void {
    this.#planned += 1;
    const happening: Happening = { atMs: this.nowMs + Math.max(0, delayMs), order: this.#planned, run };
    this.#push(happening);
    return () => {
      happening.run = null;
    };
  }

  /** Lets things happen until it is done, nothing more is planned, or the next one is later than `untilMs`. */
  async run(isDone: () => boolean, untilMs: number): Promise<void> {
    while (!isDone()) {
      const next = this.#heap[0];
      if (next === undefined || next.atMs > untilMs) return;
      this.#pop();
      if (next.run === null) continue;
      this.nowMs = next.atMs;
      this.steps += 1;
      if (this.steps > this.#mostSteps)
        throw new Error(`more than ${this.#mostSteps} steps: something goes round and round`);
      next.run();
      // Comes when all promises are settled that follow from it.
      await new Promise<void>((resolve) => process.nextTick(resolve));
    }
  }

  #push(happening: Happening): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(happening);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as Happening;
      if (!isBefore(happening, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = happening;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Happening;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const child = right < heap.length && isBefore(heap[right] as Happening, heap[left] as Happening) ? right : left;
      const below = heap[child] as Happening;
      if (!isBefore(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
