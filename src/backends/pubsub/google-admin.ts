import pubsub from "@google-cloud/pubsub-api";
import { GoogleAuth } from "google-gax";
import { type IoCode, IoError } from "../../core/fault.ts";
import { type Backoff, retry } from "../../core/retry.ts";
import { SECOND_MS } from "../../core/units.ts";
import { serverOptions } from "./google-connection.ts";
import { subscriberError } from "./google-error.ts";
import { durationMs } from "./google-subscriber.ts";
import { openOnce } from "./open-once.ts";
import { passes, SubscriberError } from "./subscriber.ts";

const SCOPE = "https://www.googleapis.com/auth/pubsub";
const REQUEST_TIMEOUT_MS = 20_000;

/** What a subscription does with messages that nobody acks. */
export interface DeadLetters {
  /** `projects/PROJECT/topics/NAME`. */
  readonly topic: string;
  readonly maxAttempts: number;
}

/** What can be set of a subscription. */
export interface SubscriptionSettings {
  readonly retentionMs: number;
  /** After how long without readers it is deleted; null for never. */
  readonly expiresAfterMs: number | null;
  /** Null where messages come again without end. */
  readonly deadLetters: DeadLetters | null;
}

export interface FoundSubscription extends SubscriptionSettings {
  /** `projects/PROJECT/topics/NAME`, or `_deleted-topic_`. */
  readonly topic: string;
}

/**
 * Topics and subscriptions by their full names. Errors that pass are tried again. Every method rejects with `IoError`;
 * code `denied` where the credentials do not allow it.
 */
export interface PubsubAdmin {
  /** Null where there is none. */
  findSubscription(name: string): Promise<FoundSubscription | null>;
  hasTopic(name: string): Promise<boolean>;
  /** Full names; none where there is no such topic. */
  subscriptionsOf(topic: string): Promise<readonly string[]>;
  createTopic(name: string): Promise<void>;
  createSubscription(name: string, topic: string, ackDeadlineMs: number, settings: SubscriptionSettings): Promise<void>;
  /** What is not named stays. */
  updateSubscription(name: string, change: Partial<SubscriptionSettings>): Promise<void>;
  close(): Promise<void>;
}

export interface PubsubAdminOptions {
  readonly backoff: Backoff;
  /** Is told, in words, of the first error of a request that is tried again. */
  readonly onTrouble: (message: string) => void;
}

type Subscription = pubsub.protos.google.pubsub.v1.ISubscription;
interface Clients {
  readonly publisher: InstanceType<typeof pubsub.v1.PublisherClient>;
  readonly subscriber: InstanceType<typeof pubsub.v1.SubscriberClient>;
}

/** `emulator` (`HOST:PORT`) is a test server, reached without credentials; null for Google's service. */
export function openGoogleAdmin(emulator: string | null, adminOptions: PubsubAdminOptions): PubsubAdmin {
  const options = { timeout: REQUEST_TIMEOUT_MS, retry: { retryCodes: [] } };
  const { request, close } = openRequests(emulator, adminOptions);
  return {
    findSubscription: (name) =>
      orMissing(
        null,
        request({ verb: "look at", name, role: "roles/pubsub.viewer" }, async ({ subscriber }) => {
          const [found] = await subscriber.getSubscription({ subscription: name }, options);
          return foundSubscription(found);
        }),
      ),

    hasTopic: (topic) =>
      orMissing(
        false,
        request({ verb: "look at", name: topic, role: "roles/pubsub.viewer" }, async ({ publisher }) => {
          await publisher.getTopic({ topic }, options);
          return true;
        }),
      ),

    subscriptionsOf: (topic) =>
      orMissing(
        [],
        request({ verb: "list subscriptions of", name: topic, role: "roles/pubsub.viewer" }, async ({ publisher }) => {
          const [names] = await publisher.listTopicSubscriptions({ topic }, options);
          return names;
        }),
      ),

    async createTopic(name) {
      await request({ verb: "create", name, role: "roles/pubsub.editor" }, ({ publisher }) =>
        publisher.createTopic({ name }, options),
      );
    },

    async createSubscription(name, topic, ackDeadlineMs, settings) {
      const ackDeadlineSeconds = Math.round(ackDeadlineMs / SECOND_MS);
      const subscription = { name, topic, ackDeadlineSeconds, ...written(settings) };
      await request({ verb: "create", name, role: "roles/pubsub.editor" }, ({ subscriber }) =>
        subscriber.createSubscription(subscription, options),
      );
    },

    async updateSubscription(name, change) {
      const subscription = { name, ...written(change) };
      const updateMask = { paths: MASKS.filter(([field]) => change[field] !== undefined).map(([, path]) => path) };
      await request({ verb: "update", name, role: "roles/pubsub.editor" }, ({ subscriber }) =>
        subscriber.updateSubscription({ subscription, updateMask }, options),
      );
    },

    close,
  };
}

interface Requests {
  readonly request: <T>(operation: Operation, send: (clients: Clients) => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}

function openRequests(emulator: string | null, { backoff, onTrouble }: PubsubAdminOptions): Requests {
  const clients = openOnce(() => openClients(emulator));
  return {
    async request(operation, send) {
      const work = async () => {
        try {
          return await send(await clients.get());
        } catch (error) {
          throw subscriberError(error);
        }
      };
      const onFirst = (error: unknown): void =>
        onTrouble(`${operation.verb} "${operation.name}": ${(error as Error).message}`);
      try {
        return await retry(work, { passes, onFirst }, backoff);
      } catch (error) {
        throw adminError(operation, error);
      }
    },
    async close() {
      const open = await clients.opened?.catch(() => null);
      await Promise.all([open?.publisher.close(), open?.subscriber.close()]);
    },
  };
}

/** Looks for credentials first: a client that finds none leaves rejections that nobody can catch. */
async function openClients(emulator: string | null): Promise<Clients> {
  const { PublisherClient, SubscriberClient } = pubsub.v1;
  if (emulator !== null) {
    const options = serverOptions(emulator);
    return { publisher: new PublisherClient(options), subscriber: new SubscriberClient(options) };
  }
  const auth = new GoogleAuth({ scopes: SCOPE });
  await auth.getClient();
  const clients = { publisher: new PublisherClient({ auth }), subscriber: new SubscriberClient({ auth }) };
  await Promise.all([clients.publisher.initialize(), clients.subscriber.initialize()]);
  return clients;
}

/** What an update names of what it changes. */
const MASKS: readonly (readonly [field: keyof SubscriptionSettings, path: string])[] = [
  ["retentionMs", "message_retention_duration"],
  ["expiresAfterMs", "expiration_policy"],
  ["deadLetters", "dead_letter_policy"],
];

function written({ retentionMs, expiresAfterMs, deadLetters }: Partial<SubscriptionSettings>): Subscription {
  return {
    ...(retentionMs === undefined ? {} : { messageRetentionDuration: durationOf(retentionMs) }),
    ...(expiresAfterMs === undefined ? {} : { expirationPolicy: expirationPolicyOf(expiresAfterMs) }),
    ...(deadLetters === undefined ? {} : { deadLetterPolicy: deadLetterPolicyOf(deadLetters) }),
  };
}

/** With one, and no time to live in it, it is for ever. */
function expirationPolicyOf(expiresAfterMs: number | null): pubsub.protos.google.pubsub.v1.IExpirationPolicy {
  return expiresAfterMs === null ? {} : { ttl: durationOf(expiresAfterMs) };
}

function deadLetterPolicyOf(deadLetters: DeadLetters | null): pubsub.protos.google.pubsub.v1.IDeadLetterPolicy | null {
  if (deadLetters === null) return null;
  return { deadLetterTopic: deadLetters.topic, maxDeliveryAttempts: deadLetters.maxAttempts };
}

function durationOf(ms: number): { readonly seconds: number } {
  return { seconds: Math.round(ms / SECOND_MS) };
}

/** Where the service does not say. */
const DEFAULT_ATTEMPTS = 5;

function foundSubscription(found: Subscription): FoundSubscription {
  const { deadLetterTopic, maxDeliveryAttempts } = found.deadLetterPolicy ?? {};
  return {
    topic: found.topic ?? "",
    retentionMs: durationMs(found.messageRetentionDuration) ?? 0,
    expiresAfterMs: durationMs(found.expirationPolicy?.ttl),
    deadLetters: deadLetterTopic
      ? { topic: deadLetterTopic, maxAttempts: maxDeliveryAttempts || DEFAULT_ATTEMPTS }
      : null,
  };
}

/** What is done to a topic or a subscription, and the role that it needs. */
interface Operation {
  readonly verb: string;
  readonly name: string;
  readonly role: string;
}

async function orMissing<T, U>(missing: U, asked: Promise<T>): Promise<T | U> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof IoError && error.code === "not_found") return missing;
    throw error;
  }
}

function adminError({ verb, name, role }: Operation, error: unknown): Error {
  if (!(error instanceof SubscriberError)) return error as Error;
  const [code, hint] = causeOf(name, role, error);
  return new IoError(code, `${verb} "${name}": ${error.message} (hint: ${hint})`, { cause: error });
}

function causeOf(name: string, role: string, { failure }: SubscriberError): readonly [IoCode, string] {
  const [, project = "PROJECT"] = name.split("/");
  switch (failure) {
    case "missing":
      return ["not_found", "look at the names in the pipeline"];
    case "denied":
      return ["denied", `gcloud projects add-iam-policy-binding ${project} --member=PRINCIPAL --role=${role}`];
    case "no_credentials":
      return ["denied", "give credentials: GOOGLE_APPLICATION_CREDENTIALS, or gcloud auth application-default login"];
    default:
      return ["unavailable", "look at the service's state and the way there, and run again: running again is safe"];
  }
}
