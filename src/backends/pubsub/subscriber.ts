/** A message on loan: it comes again unless it is acked, or its lease extended, in time. */
export interface LentMessage {
  /** Names the loan. A message that comes again has another. */
  readonly ackId: string;
  readonly data: Buffer;
  readonly messageId: string;
  /** Milliseconds since 1970. */
  readonly publishedAtMs: number;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What is known of a subscription. */
export interface SubscriptionInfo {
  /** Short name of its topic. */
  readonly topic: string;
  /** How long the service keeps what is not acked; null where it does not say. */
  readonly retentionMs: number | null;
  /** After how long without readers the service deletes it; null for never. */
  readonly expiresAfterMs: number | null;
}

/** Ids that a request could not settle, where delivery is exactly once; all the others are settled. */
export interface Unsettled {
  /** Their lease is over, and their messages come again under other ids. */
  readonly lost: readonly string[];
  /** To be sent again. */
  readonly later: readonly string[];
}

/** One subscription, request by request. Every method rejects with `SubscriberError`. */
export interface Subscriber {
  describe(): Promise<SubscriptionInfo>;
  /** Waits a while for the first message; none where the signal aborts or nothing came. */
  pull(maxMessages: number, signal: AbortSignal): Promise<LentMessage[]>;
  /** At most `MAX_ACK_IDS`. */
  ack(ackIds: readonly string[]): Promise<Unsettled>;
  /** From now on so long; 0 gives the messages back. At most `MAX_ACK_IDS`. */
  extend(ackIds: readonly string[], leaseMs: number): Promise<Unsettled>;
  close(): Promise<void>;
}

/** A request may have 512 KiB; ids have some 200 bytes. */
export const MAX_ACK_IDS = 1000;

/** `passing`: the same request may succeed later. `too_large`: so may one for fewer messages. */
export type SubscriberFailure = "passing" | "too_large" | "missing" | "denied" | "no_credentials" | "other";

/** A request failed. */
export class SubscriberError extends Error {
  readonly failure: SubscriberFailure;

  constructor(failure: SubscriberFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SubscriberError";
    this.failure = failure;
  }
}

export function passes(error: unknown): boolean {
  return error instanceof SubscriberError && error.failure === "passing";
}

/** In parts that a request may have. */
export function idParts(ackIds: readonly string[]): string[][] {
  const parts: string[][] = [];
  for (let start = 0; start < ackIds.length; start += MAX_ACK_IDS) {
    parts.push(ackIds.slice(start, start + MAX_ACK_IDS));
  }
  return parts;
}
