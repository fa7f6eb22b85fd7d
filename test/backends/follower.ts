import { join } from "node:path";
import { type FollowState, openFollowState } from "../../src/backends/files/follow/checkpoints.ts";
import { createFollowSource } from "../../src/backends/files/follow/follow-source.ts";
import type { ChunkLimits } from "../../src/backends/files/line-chunks.ts";
import type { Delivery, LinesPayload } from "../../src/core/delivery.ts";
import { createDecoder } from "../../src/decode/decoder.ts";

/** An archive of lines: the text of each, and the ids that it came with. */
export type Archived = Map<string, Set<string>>;

/** One delivery, its bytes and lines copied: it is lent. */
export interface Taken {
  readonly delivery: Delivery;
  readonly payload: LinesPayload;
  readonly text: string;
  readonly lines: readonly { readonly text: string; readonly id: string }[];
}

export interface FollowerOptions {
  readonly named: readonly string[];
  readonly state: string;
  readonly limits?: ChunkLimits;
  readonly maxOpen?: number;
}

const POLL_MS = 1000;
/** After the first a copy may have been found, which is looked at in the second. */
const IDLE_SCANS = 3;

/** A process that follows files, as far as tests need one: it reads on when it is told, and commits and acks apart. */
export class Follower {
  readonly told: string[] = [];
  /** Handed over and not acked, in this order. */
  readonly inHand: Taken[] = [];
  /** Added to the wall clock. */
  skewMs = 0;
  #monotonicMs = 0;
  #idle = Promise.withResolvers<null>();
  #resume = Promise.withResolvers<void>();
  readonly #stop = new AbortController();
  readonly #state: FollowState;
  readonly #deliveries: AsyncIterator<Delivery>;
  #next: Promise<IteratorResult<Delivery>> | null = null;

  private constructor(options: FollowerOptions, state: FollowState) {
    this.#state = state;
    const source = createFollowSource({
      ...options,
      state,
      onRead: () => undefined,
      tell: (message) => this.told.push(message),
      clock: {
        nowMs: () => Date.now() + this.skewMs,
        monotonicMs: () => this.#monotonicMs,
        sleep: (_ms, signal) => {
          this.#idle.resolve(null);
          return signal?.aborted === true ? Promise.resolve() : this.#resume.promise;
        },
      },
      pollMs: POLL_MS,
    });
    this.#deliveries = source.deliveries(this.#stop.signal)[Symbol.asyncIterator]();
  }

  static async start(options: FollowerOptions): Promise<Follower> {
    return new Follower(options, await openFollowState(options.state));
  }

  /** Takes what there is, but no more deliveries than `most`. */
  async read(most = Number.POSITIVE_INFINITY): Promise<Taken[]> {
    const taken: Taken[] = [];
    this.#scanAgain();
    for (let idle = 0; idle < IDLE_SCANS && taken.length < most; ) {
      this.#next ??= this.#deliveries.next();
      const result = await Promise.race([this.#next, this.#idle.promise]);
      if (result === null) {
        idle += 1;
        if (idle < IDLE_SCANS) this.#scanAgain();
        continue;
      }
      this.#next = null;
      if (result.done === true) throw new Error("a follower ends only when it is stopped");
      taken.push(takenOf(result.value));
      idle = 0;
    }
    this.inHand.push(...taken);
    return taken;
  }

  /** The first so many in hand go into the archive. A process may die between this and `ack`. */
  commit(archived: Archived, count = this.inHand.length): void {
    for (const { text, id } of this.inHand.slice(0, count).flatMap(({ lines }) => lines)) {
      archived.set(text, (archived.get(text) ?? new Set()).add(id));
    }
  }

  /** Acks the first so many in hand, as the engine does it: all at once. */
  async ack(count = this.inHand.length): Promise<void> {
    await Promise.all(this.inHand.splice(0, count).map(({ delivery }) => delivery.ack()));
  }

  /** Ends it, with nothing acked of what is in hand: as if it was killed. */
  async end(): Promise<void> {
    this.#stop.abort();
    this.#wake();
    await this.#next;
    await this.#deliveries.return?.();
    this.#state.close();
  }

  #scanAgain(): void {
    this.#monotonicMs += POLL_MS;
    this.#wake();
  }

  #wake(): void {
    this.#idle = Promise.withResolvers();
    this.#resume.resolve();
    this.#resume = Promise.withResolvers();
  }
}

export function textOf(taken: readonly Taken[]): string {
  return taken.map(({ text }) => text).join("");
}

export function checkpointsIn(state: string): string {
  return join(state, "checkpoints.json");
}

function takenOf(delivery: Delivery): Taken {
  const { payload } = delivery;
  if (payload.kind !== "lines") throw new TypeError("a follower gives lines only");
  const text = payload.buffer.toString("latin1", payload.start, payload.end);
  return { delivery, payload: { ...payload }, text, lines: linesOf(payload) };
}

export function linesOf(payload: LinesPayload): { text: string; id: string }[] {
  const decoder = createDecoder({
    names: [],
    limits: { maxDepth: 128, maxLineBytes: 2 ** 22, maxInflatedBytes: 1000 },
    identityFields: {},
    topic: "",
  });
  const lines: { text: string; id: string }[] = [];
  decoder.decode(payload, ({ id, buffer, start, end }) => {
    lines.push({ text: buffer.toString("latin1", start, end), id });
  });
  return lines;
}
