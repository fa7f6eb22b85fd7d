/** What became of the messages of a subscription. */
export interface Ledger {
  readonly published: number;
  readonly acked: number;
  /** On loan at the moment. */
  readonly lent: number;
  readonly deliveries: number;
  readonly nacks: number;
  readonly expiries: number;
  /** The most that one message has: 1, and one for each time that it came back. */
  readonly mostAttempts: number;
}

interface Message {
  readonly bytes: Buffer;
  /** Deliveries of it; the last one has the newest ack id. */
  attempts: number;
  isAcked: boolean;
}

/** About as long as those of the service. */
const PADDING = "x".repeat(160);

/**
 * The messages of one subscription, lent and taken back by a clock that can be put forward. What comes back is lent
 * again before anything new, so that the same messages are hit by one mishap after another.
 */
export class LentQueue {
  readonly #ackDeadlineMs: number;
  readonly #messages: Message[] = [];
  /** Numbers of messages, the next one last. */
  readonly #again: number[] = [];
  /** Number of a message → when its lease ends. */
  readonly #leases = new Map<number, number>();
  #next = 0;
  #skippedMs = 0;
  #acked = 0;
  #nacks = 0;
  #expiries = 0;

  constructor(ackDeadlineMs: number) {
    this.#ackDeadlineMs = ackDeadlineMs;
  }

  publish(bytes: Buffer): void {
    this.#messages.push({ bytes, attempts: 0, isAcked: false });
  }

  /** As many as there are, as ack id and bytes. */
  lend(most: number): (readonly [ackId: string, bytes: Buffer])[] {
    const lent: (readonly [string, Buffer])[] = [];
    const endsAtMs = this.#nowMs() + this.#ackDeadlineMs;
    while (lent.length < most) {
      const number = this.#again.pop() ?? (this.#next < this.#messages.length ? this.#next++ : null);
      if (number === null) break;
      const message = this.#messages[number] as Message;
      // An ack that came after its lease had ended.
      if (message.isAcked) continue;
      message.attempts += 1;
      this.#leases.set(number, endsAtMs);
      lent.push([`${number}.${message.attempts}.${PADDING}`, message.bytes]);
    }
    return lent;
  }

  /** Whether it is the newest id of a message on loan: with exactly-once delivery nothing else is worth anything. */
  isCurrent(ackId: string): boolean {
    const [number, attempt] = partsOf(ackId);
    return this.#leases.has(number) && this.#messages[number]?.attempts === attempt;
  }

  /** Any id of a message will do. */
  ack(ackId: string): void {
    const [number] = partsOf(ackId);
    const message = this.#messages[number];
    if (message === undefined || message.isAcked) return;
    message.isAcked = true;
    this.#acked += 1;
    this.#leases.delete(number);
  }

  /** 0 takes it back. */
  extend(ackId: string, leaseMs: number): void {
    const [number, attempt] = partsOf(ackId);
    if (!this.#leases.has(number) || this.#messages[number]?.attempts !== attempt) return;
    if (leaseMs > 0) this.#leases.set(number, this.#nowMs() + leaseMs);
    else {
      this.#nacks += 1;
      this.#takeBack(number);
    }
  }

  /** Sends a message that was acked once more, as the service may. */
  redeliver(ackId: string): void {
    const [number] = partsOf(ackId);
    const message = this.#messages[number];
    if (message?.isAcked !== true) return;
    message.isAcked = false;
    this.#acked -= 1;
    this.#again.push(number);
  }

  /** Puts the clock forward. */
  putForward(ms: number): void {
    this.#skippedMs += ms;
  }

  /** Takes back what has run out. */
  expire(): void {
    const nowMs = this.#nowMs();
    for (const [number, endsAtMs] of this.#leases) {
      if (endsAtMs > nowMs) continue;
      this.#expiries += 1;
      this.#takeBack(number);
    }
  }

  ledger(): Ledger {
    const attempts = this.#messages.map((message) => message.attempts);
    return {
      published: this.#messages.length,
      acked: this.#acked,
      lent: this.#leases.size,
      deliveries: attempts.reduce((sum, each) => sum + each, 0),
      nacks: this.#nacks,
      expiries: this.#expiries,
      mostAttempts: attempts.reduce((most, each) => Math.max(most, each), 0),
    };
  }

  #takeBack(number: number): void {
    this.#leases.delete(number);
    this.#again.push(number);
  }

  #nowMs(): number {
    return performance.now() + this.#skippedMs;
  }
}

function partsOf(ackId: string): readonly [number: number, attempt: number] {
  const [number, attempt] = ackId.split(".", 2);
  return [Number(number), Number(attempt)];
}
