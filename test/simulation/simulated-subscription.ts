import {
  type LentMessage,
  type Subscriber,
  SubscriberError,
  type Unsettled,
} from "../../src/backends/pubsub/subscriber.ts";
import { DAY_MS, MINUTE_MS, SECOND_MS } from "../../src/core/units.ts";
import type { Machine, Request } from "./machine.ts";
import type { World } from "./world.ts";

const REQUEST_TIMEOUT_MS = 7 * SECOND_MS;
const PULL_TIMEOUT_MS = 60 * SECOND_MS;
/** After so long a pull is answered without messages. */
const PULL_WAIT_MS = 50 * SECOND_MS;
const FIRST_LEASE_MS = 10 * SECOND_MS;
/** Of one answer. */
const MOST_LENT = 4;
const ALL_SETTLED: Unsettled = { lost: [], later: [] };

/** A message that was published. */
export interface Sent {
  readonly number: number;
  readonly data: Buffer;
  readonly publishedAtMs: number;
  isAcked: boolean;
  /** So often it was lent. */
  attempts: number;
  /** When it may be lent again; null where it may at once, or needs not. */
  leaseEndsAtMs: number | null;
}

/** A pull that waits for messages. */
interface Waiting {
  readonly maxMessages: number;
  readonly answer: (messages: LentMessage[]) => void;
}

/** Pub/Sub: at least once, whatever happens. */
export class SimulatedSubscription {
  readonly sent: Sent[] = [];
  readonly #world: World;
  readonly #waiting: Waiting[] = [];
  /** Pulls that are never served. */
  readonly #silent = new Set<Waiting>();
  /** Ack id → what its holder has asked for. */
  readonly #asked = new Map<string, "ack" | "give back" | "settled">();
  /** Is told of each ack that takes effect, also of a message that was acked before. */
  onAck: (message: Sent) => void = () => undefined;
  /** Until then it neither lends nor takes anything back. */
  awayUntilMs = 0;

  constructor(world: World) {
    this.#world = world;
  }

  get unacked(): number {
    return this.sent.reduce((count, { isAcked }) => count + (isAcked ? 0 : 1), 0);
  }

  publish(data: Buffer): Sent {
    const message: Sent = {
      number: this.sent.length,
      data,
      publishedAtMs: Math.floor(this.#world.schedule.nowMs),
      isAcked: false,
      attempts: 0,
      leaseEndsAtMs: null,
    };
    this.sent.push(message);
    this.#serve();
    return message;
  }

  subscriber(machine: Machine): Subscriber {
    const request = (what: () => string, timeoutMs: number): Request => ({
      what,
      noAnswer: () => new SubscriberError("passing", "no answer"),
      service: this,
      refused: () => new SubscriberError("passing", "unavailable"),
      timeoutMs,
    });
    const change = (what: () => string, effect: () => void): Promise<Unsettled> =>
      machine.request(request(what, REQUEST_TIMEOUT_MS), () => {
        effect();
        return ALL_SETTLED;
      });
    return {
      describe: () => Promise.resolve({ topic: "topic", retentionMs: 7 * DAY_MS, expiresAfterMs: null }),
      pull: (maxMessages, signal) =>
        unlessAborted(
          signal,
          machine.requestLater(
            request(() => `pull ${maxMessages}`, PULL_TIMEOUT_MS),
            (answer) => this.#wait({ maxMessages, answer: (messages) => answer(() => messages) }),
          ),
        ),
      ack: (ackIds) => {
        const acking = (): string => `ack ${ackIds.join(" ")}`;
        return this.#settle(ackIds, "ack", () => change(acking, () => this.#ack(ackIds)));
      },
      extend: (ackIds, leaseMs) => {
        const extending = (): string => `extend ${ackIds.join(" ")} by ${leaseMs}`;
        const extend = (): Promise<Unsettled> => change(extending, () => this.#extend(ackIds, leaseMs));
        return leaseMs === 0 ? this.#settle(ackIds, "give back", extend) : extend();
      },
      close: () => Promise.resolve(),
    };
  }

  /** A pull has arrived; whoever sent it may be gone. */
  #wait(waiting: Waiting): void {
    if (!this.#world.chance(this.#world.faults.silent)) this.#waiting.push(waiting);
    else this.#silent.add(waiting);
    this.#serve();
    this.#world.schedule.after(PULL_WAIT_MS, () => {
      const at = this.#waiting.indexOf(waiting);
      if (at >= 0) this.#waiting.splice(at, 1);
      if (at >= 0 || this.#silent.delete(waiting)) waiting.answer([]);
    });
  }

  /** Lends what there is to whoever waits. */
  #serve(): void {
    while (this.#waiting.length > 0 && this.#world.schedule.nowMs >= this.awayUntilMs) {
      const free = this.sent.filter((message) => !message.isAcked && message.leaseEndsAtMs === null);
      if (free.length === 0) return;
      const at = Math.floor(this.#world.random() * this.#waiting.length);
      const [waiting] = this.#waiting.splice(at, 1);
      if (waiting === undefined) return;
      const lent = free.slice(0, Math.min(waiting.maxMessages, this.#world.some(1, MOST_LENT)));
      waiting.answer(lent.map((message) => this.#lend(message)));
    }
  }

  #lend(message: Sent): LentMessage {
    message.attempts += 1;
    this.#lease(message, FIRST_LEASE_MS);
    const { number, attempts, data, publishedAtMs } = message;
    return {
      ackId: `${number}.${attempts}`,
      data: Buffer.from(data),
      messageId: String(number),
      publishedAtMs,
      attributes: {},
    };
  }

  #lease(message: Sent, leaseMs: number): void {
    const isLost = this.#world.chance(this.#world.faults.leaseLost);
    const endsAtMs = this.#world.schedule.nowMs + (isLost ? leaseMs * this.#world.random() : leaseMs);
    message.leaseEndsAtMs = endsAtMs;
    this.#world.schedule.after(endsAtMs - this.#world.schedule.nowMs, () => {
      // Extended since, or settled.
      if (message.leaseEndsAtMs !== endsAtMs) return;
      message.leaseEndsAtMs = null;
      this.#serve();
    });
  }

  #ack(ackIds: readonly string[]): void {
    for (const ackId of ackIds) {
      const message = this.#of(ackId);
      message.isAcked = true;
      message.leaseEndsAtMs = null;
      this.onAck(message);
      if (!this.#world.chance(this.#world.faults.redelivered)) continue;
      this.#world.schedule.after(this.#world.between(0, MINUTE_MS), () => {
        message.isAcked = false;
        this.#serve();
      });
    }
  }

  #extend(ackIds: readonly string[], leaseMs: number): void {
    for (const ackId of ackIds) {
      const message = this.#of(ackId);
      const isCurrent = ackId === `${message.number}.${message.attempts}` && message.leaseEndsAtMs !== null;
      if (message.isAcked || !isCurrent) continue;
      if (leaseMs > 0) this.#lease(message, leaseMs);
      else message.leaseEndsAtMs = null;
    }
    this.#serve();
  }

  /** What was asked for once may be asked for again where no answer came, and nothing else. */
  async #settle(
    ackIds: readonly string[],
    what: "ack" | "give back",
    request: () => Promise<Unsettled>,
  ): Promise<Unsettled> {
    for (const ackId of ackIds) {
      const before = this.#asked.get(ackId) ?? what;
      this.#asked.set(ackId, what);
      if (before !== what) this.#world.fail(`I2: "${ackId}" was to be settled by ${before}, and then by ${what}`);
    }
    const answer = await request();
    for (const ackId of ackIds) this.#asked.set(ackId, "settled");
    return answer;
  }

  #of(ackId: string): Sent {
    return this.sent[Number(ackId.split(".")[0])] as Sent;
  }
}

/** Nothing more is waited for once the signal aborts. */
async function unlessAborted(signal: AbortSignal, pulled: Promise<LentMessage[]>): Promise<LentMessage[]> {
  const left = Promise.withResolvers<LentMessage[]>();
  if (signal.aborted) left.resolve([]);
  signal.addEventListener("abort", () => left.resolve([]), { once: true });
  try {
    return await Promise.race([left.promise, pulled]);
  } catch (error) {
    if (signal.aborted) return [];
    throw error;
  }
}
