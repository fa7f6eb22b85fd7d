import type pubsub from "@google-cloud/pubsub-api";
import { SECOND_MS } from "../../core/units.ts";
import { createConnection } from "./google-connection.ts";
import { isTimeout } from "./google-error.ts";
import { type LentMessage, type Subscriber, type SubscriptionInfo, type Unsettled } from "./subscriber.ts";

/** A stop may have to wait for two requests without an answer, and should be over within half a minute. */
const REQUEST_TIMEOUT_MS = 7000;
const PULL_TIMEOUT_MS = 60_000;
/** Of reasons why an id was not settled. */
const TRANSIENT = "TRANSIENT_";

export interface GoogleSubscriberOptions {
  /** `HOST:PORT` of a test server, reached without credentials; null for Google's service. */
  readonly emulator: string | null;
  /** Is told, in words, of a connection that had died. */
  readonly onTrouble: (message: string) => void;
  /** A pull waits for messages; on a connection that has died it would wait for ever. */
  readonly pullTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
}

/**
 * A subscription of Google Cloud Pub/Sub, `projects/PROJECT/subscriptions/NAME`, by single requests: what is lent, and
 * for how long, is then known here, and not only to the client. A connection on which nothing is heard any more is
 * replaced.
 */
export function openGoogleSubscriber(subscription: string, options: GoogleSubscriberOptions): Subscriber {
  const { pullTimeoutMs = PULL_TIMEOUT_MS, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  // Repeats are the caller's.
  const callOptions = { timeout: requestTimeoutMs, retry: { retryCodes: [] } };
  const connection = createConnection(options.emulator);
  const { request } = connection;

  /** Nothing was heard while a pull has waited: there are no messages, or there is no connection. */
  async function probe(): Promise<void> {
    const isReplaced = await connection.replaceIfDead((client) =>
      client.getSubscription({ subscription }, callOptions),
    );
    if (isReplaced) options.onTrouble(`pull from "${subscription}": the connection was dead, and is made anew`);
  }

  return {
    async describe() {
      const [found] = await request((client) => client.getSubscription({ subscription }, callOptions));
      const info: SubscriptionInfo = {
        topic: found.topic?.split("/").at(-1) ?? "",
        retentionMs: durationMs(found.messageRetentionDuration),
        expiresAfterMs: durationMs(found.expirationPolicy?.ttl),
      };
      return info;
    },

    async pull(maxMessages, signal) {
      if (signal.aborted) return [];
      const before = connection.answers;
      try {
        const pullOptions = { ...callOptions, timeout: pullTimeoutMs, signal };
        const [response] = await request((client) => client.pull({ subscription, maxMessages }, pullOptions));
        return (response.receivedMessages ?? []).map(lentMessage);
      } catch (error) {
        if (signal.aborted) return [];
        if (!isTimeout(error)) throw error;
        if (connection.answers === before) await probe();
        return [];
      }
    },

    ack: (ackIds) =>
      settle(ackIds, () => request((client) => client.acknowledge({ subscription, ackIds: [...ackIds] }, callOptions))),

    extend(ackIds, leaseMs) {
      const change = { subscription, ackIds: [...ackIds], ackDeadlineSeconds: Math.round(leaseMs / SECOND_MS) };
      return settle(ackIds, () => request((client) => client.modifyAckDeadline(change, callOptions)));
    },

    close: connection.close,
  };
}

/** With exactly-once delivery an error may be about some of the ids only, and says about which. */
async function settle(ackIds: readonly string[], send: () => Promise<unknown>): Promise<Unsettled> {
  try {
    await send();
    return { lost: [], later: [] };
  } catch (error) {
    const unsettled = unsettledOf((error as Error).cause, ackIds);
    if (unsettled === null) throw error;
    return unsettled;
  }
}

/** Which of the ids the client's error is about; null where it names none of them. */
export function unsettledOf(cause: unknown, ackIds: readonly string[]): Unsettled | null {
  const { errorInfoMetadata } = Object(cause) as { readonly errorInfoMetadata?: unknown };
  const reasons = Object(errorInfoMetadata) as Readonly<Record<string, unknown>>;
  const named = ackIds.filter((ackId) => Object.hasOwn(reasons, ackId));
  if (named.length === 0) return null;
  const { later = [], lost = [] } = Object.groupBy(named, (ackId) => {
    const reason = reasons[ackId];
    return typeof reason === "string" && reason.startsWith(TRANSIENT) ? "later" : "lost";
  });
  return { lost, later };
}

interface Duration {
  readonly seconds?: number | string | { toString(): string } | null;
}

export function durationMs(duration: Duration | null | undefined): number | null {
  return duration?.seconds === undefined || duration.seconds === null
    ? null
    : Number(duration.seconds.toString()) * SECOND_MS;
}

type Received = pubsub.protos.google.pubsub.v1.IReceivedMessage;

function lentMessage({ ackId, message }: Received): LentMessage {
  const data = message?.data ?? "";
  const { seconds = 0, nanos = 0 } = message?.publishTime ?? {};
  return {
    ackId: ackId ?? "",
    // A view on the answer: that is held a little longer, but nothing is copied.
    data: typeof data === "string" ? Buffer.from(data, "base64") : Buffer.isBuffer(data) ? data : Buffer.from(data),
    messageId: message?.messageId ?? "",
    publishedAtMs: Number(String(seconds)) * SECOND_MS + Math.floor((nanos ?? 0) / 1e6),
    attributes: message?.attributes ?? {},
  };
}
