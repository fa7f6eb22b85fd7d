import pubsub from "@google-cloud/pubsub-api";
import { GoogleAuth, grpc } from "google-gax";
import { SECOND_MS } from "../../core/units.ts";
import {
  type LentMessage,
  type Subscriber,
  SubscriberError,
  type SubscriberFailure,
  type SubscriptionInfo,
} from "./subscriber.ts";

type Client = InstanceType<typeof pubsub.v1.SubscriberClient>;

const SCOPE = "https://www.googleapis.com/auth/pubsub";
/** A stop may have to wait for two requests without an answer, and should be over within half a minute. */
const REQUEST_TIMEOUT_MS = 10_000;
/** A pull waits for messages; on a connection that has died it would wait for ever. */
const PULL_TIMEOUT_MS = 60_000;

/** Codes of gRPC. */
const DEADLINE_EXCEEDED = 4;
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;
/** Unknown, deadline exceeded, resource exhausted, aborted, internal, unavailable. */
const PASSING = [2, DEADLINE_EXCEEDED, 8, 10, 13, 14];

/**
 * A subscription of Google Cloud Pub/Sub, `projects/PROJECT/subscriptions/NAME`, by single requests: what is lent, and
 * for how long, is then known here, and not only to the client. `emulator` (`HOST:PORT`) is a test server, reached
 * without credentials; null for Google's service.
 */
export function openGoogleSubscriber(subscription: string, emulator: string | null): Subscriber {
  // Repeats are the caller's.
  const options = { timeout: REQUEST_TIMEOUT_MS, retry: { retryCodes: [] } };
  let opened: Promise<Client> | null = null;

  async function request<T>(send: (client: Client) => Promise<T>): Promise<T> {
    try {
      opened ??= openClient(emulator);
      return await send(await opened);
    } catch (error) {
      throw subscriberError(error);
    }
  }

  return {
    async describe() {
      const [found] = await request((client) => client.getSubscription({ subscription }, options));
      const info: SubscriptionInfo = {
        topic: found.topic?.split("/").at(-1) ?? "",
        retentionMs: durationMs(found.messageRetentionDuration),
        expiresAfterMs: durationMs(found.expirationPolicy?.ttl),
      };
      return info;
    },

    async pull(maxMessages, signal) {
      const pullOptions = { ...options, timeout: PULL_TIMEOUT_MS, signal };
      try {
        if (signal.aborted) return [];
        const [response] = await request((client) => client.pull({ subscription, maxMessages }, pullOptions));
        return (response.receivedMessages ?? []).map(lentMessage);
      } catch (error) {
        const { code } = (error as Error).cause as { readonly code?: number };
        if (signal.aborted || code === DEADLINE_EXCEEDED) return [];
        throw error;
      }
    },

    async ack(ackIds) {
      await request((client) => client.acknowledge({ subscription, ackIds: [...ackIds] }, options));
    },

    async extend(ackIds, leaseMs) {
      const ackDeadlineSeconds = Math.round(leaseMs / SECOND_MS);
      await request((client) =>
        client.modifyAckDeadline({ subscription, ackIds: [...ackIds], ackDeadlineSeconds }, options),
      );
    },

    async close() {
      const client = await opened?.catch(() => null);
      await client?.close();
    },
  };
}

/** Looks for credentials first: a client that finds none leaves rejections that nobody can catch. */
async function openClient(emulator: string | null): Promise<Client> {
  if (emulator !== null) return new pubsub.v1.SubscriberClient(serverOptions(emulator));
  const auth = new GoogleAuth({ scopes: SCOPE });
  await auth.getClient();
  const client = new pubsub.v1.SubscriberClient({ auth });
  await client.initialize();
  return client;
}

export function serverOptions(address: string) {
  const [servicePath = "", port = ""] = address.replace(/^https?:\/\//, "").split(":");
  // Otherwise the client asks the machine for credentials, only to learn the domain of the service.
  const auth = new GoogleAuth({ clientOptions: { universeDomain: "googleapis.com" } });
  return { servicePath, port: Number(port), sslCreds: grpc.credentials.createInsecure(), auth };
}

/** What the authentication library says of itself, or the token endpoint of a bad key, under whatever code. */
const WITHOUT_CREDENTIALS = /default credentials|invalid_grant|invalid_client|invalid_rapt/;

export function subscriberError(error: unknown): SubscriberError {
  const { code, details, message } = error as { readonly code?: number; readonly details?: string; message: string };
  const [line = ""] = (details || message).trim().split("\n");
  return new SubscriberError(failureOf(code, message), line.slice(0, 300).replace(/\.( Resolution note:)?\s*$/, ""), {
    cause: error,
  });
}

function failureOf(code: number | undefined, message: string): SubscriberFailure {
  if (code === UNAUTHENTICATED || WITHOUT_CREDENTIALS.test(message)) return "no_credentials";
  if (code === NOT_FOUND) return "missing";
  if (code === PERMISSION_DENIED) return "denied";
  return code !== undefined && PASSING.includes(code) ? "passing" : "other";
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
    data: typeof data === "string" ? Buffer.from(data, "base64") : Buffer.from(data),
    messageId: message?.messageId ?? "",
    publishedAtMs: Number(String(seconds)) * SECOND_MS + Math.floor((nanos ?? 0) / 1e6),
    attributes: message?.attributes ?? {},
  };
}
