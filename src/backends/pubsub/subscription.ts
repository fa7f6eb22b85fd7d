import { type Backoff, retry } from "../../core/retry.ts";
import { DAY_MS, HOUR_MS } from "../../core/units.ts";
import { pubsubError } from "./pubsub-error.ts";
import { passes, type Subscriber, type SubscriptionInfo } from "./subscriber.ts";

/** An outage of a long weekend should not cost lines. */
const LEAST_RETENTION_MS = 4 * DAY_MS;

export interface Subscription {
  /** Short name of its topic. */
  readonly topic: string;
  /** What endangers its messages: one line each, with the command that mends it. */
  readonly problems: readonly string[];
}

/**
 * Asks the service; errors that pass are tried again by `backoff` until the signal aborts, and `onTrouble` is told of the
 * first. Rejects with `IoError` where the subscription is not there, or must not be looked at.
 */
export async function describeSubscription(
  subscriber: Subscriber,
  subscription: string,
  backoff: Backoff,
  onTrouble: (message: string) => void,
  signal?: AbortSignal,
): Promise<Subscription> {
  const operation = "look at";
  const onFirst = (error: unknown): void => onTrouble(`${operation} "${subscription}": ${(error as Error).message}`);
  try {
    const info = await retry(() => subscriber.describe(), { passes, onFirst, signal }, backoff);
    return { topic: info.topic, problems: [...problemsOf(subscription, info)] };
  } catch (error) {
    throw pubsubError(operation, subscription, error);
  }
}

function* problemsOf(subscription: string, { retentionMs, expiresAfterMs }: SubscriptionInfo): Iterable<string> {
  if (retentionMs !== null && retentionMs < LEAST_RETENTION_MS) {
    const kept = `keeps messages for ${Math.round(retentionMs / HOUR_MS)} hours only`;
    yield problem(subscription, kept, "--message-retention-duration=7d");
  }
  if (expiresAfterMs !== null) {
    const deleted = `is deleted after ${Math.round(expiresAfterMs / DAY_MS)} days without readers`;
    yield problem(subscription, deleted, "--expiration-period=never");
  }
}

function problem(subscription: string, what: string, option: string): string {
  return `subscription "${subscription}" ${what} (hint: gcloud pubsub subscriptions update ${subscription} ${option})`;
}
