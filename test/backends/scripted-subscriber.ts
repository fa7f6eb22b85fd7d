import {
  type LentMessage,
  type Subscriber,
  SubscriberError,
  type SubscriberFailure,
  type SubscriptionInfo,
  type Unsettled,
} from "../../src/backends/pubsub/subscriber.ts";

type Request = "describe" | "pull" | "ack" | "extend";

const FIRST_LEASE_MS = 10_000;
const PULL_WAIT_MS = 60_000;

/** A subscription in memory that fails on demand; time is that of `Date.now()`, which tests hold. */
export class ScriptedSubscriber implements Subscriber {
  /** The next requests of a kind fail so; `null` among them is one that does not. */
  readonly failures: Record<Request, (SubscriberFailure | null)[]> = { describe: [], pull: [], ack: [], extend: [] };
  /** What the next acks and extensions cannot settle. */
  readonly unsettled: Unsettled[] = [];
  readonly pulls: number[] = [];
  readonly acks: (readonly string[])[] = [];
  readonly extensions: { ackIds: readonly string[]; leaseMs: number }[] = [];
  /** When the lease of what is lent and not settled ends. */
  readonly leases = new Map<string, number>();
  info: SubscriptionInfo = { topic: "topic", retentionMs: 7 * 86_400_000, expiresAfterMs: null };
  answersAtOnce = false;
  isClosed = false;
  readonly #queue: LentMessage[] = [];
  #published = 0;
  #wake = (): void => undefined;

  publish(messages: number, sizeBytes = 10): void {
    for (let message = 0; message < messages; message += 1) {
      this.#published += 1;
      const messageId = String(this.#published);
      const data = Buffer.alloc(sizeBytes, "x");
      this.#queue.push({ ackId: `ack-${messageId}`, data, messageId, publishedAtMs: 5, attributes: { a: messageId } });
    }
    this.#wake();
  }

  /** The next pull gives these loans once more, as they are. */
  lendAgain(ackIds: readonly string[], sizeBytes = 10): void {
    for (const ackId of ackIds) {
      const messageId = ackId.replace("ack-", "");
      const data = Buffer.alloc(sizeBytes, "x");
      this.#queue.push({ ackId, data, messageId, publishedAtMs: 5, attributes: { a: messageId } });
    }
    this.#wake();
  }

  async describe(): Promise<SubscriptionInfo> {
    this.#fail("describe");
    return this.info;
  }

  async pull(maxMessages: number, signal: AbortSignal): Promise<LentMessage[]> {
    this.pulls.push(maxMessages);
    this.#fail("pull");
    if (this.#queue.length === 0 && !this.answersAtOnce) await this.#something(signal);
    if (signal.aborted) return [];
    const lent = this.#queue.splice(0, maxMessages);
    for (const { ackId } of lent) this.leases.set(ackId, Date.now() + FIRST_LEASE_MS);
    return lent;
  }

  async ack(ackIds: readonly string[]): Promise<Unsettled> {
    this.acks.push(ackIds);
    this.#fail("ack");
    return this.#settle(ackIds, (ackId) => this.leases.delete(ackId));
  }

  async extend(ackIds: readonly string[], leaseMs: number): Promise<Unsettled> {
    this.extensions.push({ ackIds, leaseMs });
    this.#fail("extend");
    return this.#settle(ackIds, (ackId) => {
      if (leaseMs === 0) this.leases.delete(ackId);
      else this.leases.set(ackId, Date.now() + leaseMs);
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  #settle(ackIds: readonly string[], settle: (ackId: string) => void): Unsettled {
    const unsettled = this.unsettled.shift() ?? { lost: [], later: [] };
    const open = new Set([...unsettled.lost, ...unsettled.later]);
    for (const ackId of ackIds) if (!open.has(ackId)) settle(ackId);
    return unsettled;
  }

  #fail(request: Request): void {
    const failure = this.failures[request].shift() ?? null;
    if (failure !== null) throw new SubscriberError(failure, `${request} fails`);
  }

  async #something(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      signal.addEventListener("abort", () => resolve(), { once: true });
      setTimeout(resolve, PULL_WAIT_MS);
    });
  }
}
