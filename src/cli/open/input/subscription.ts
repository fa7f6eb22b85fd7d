import type { Subscriber } from "../../../backends/pubsub/subscriber.ts";
import type { Subscription } from "../../../backends/pubsub/subscription.ts";
import type { PubsubSettings } from "../../../config/pipeline.ts";
import { whyNoService } from "../../../config/service-url.ts";
import { UsageError } from "../../../core/fault.ts";
import { MINUTE_MS } from "../../../core/units.ts";
import { withoutPassword } from "../../../core/without-password.ts";
import { notifying } from "../../terminal/tell.ts";
import { serviceBackoff } from "../service-backoff.ts";

const TROUBLE = notifying("subscription_trouble");
export const SUBSCRIPTION_BACKOFF = serviceBackoff("subscription", MINUTE_MS);

/** A subscription that is there. The caller closes `subscriber`. */
export interface OpenSubscription extends Subscription {
  readonly subscriber: Subscriber;
}

/** Rejects with `IoError` for one that cannot be looked at, or could not before the signal aborts. */
export async function openSubscription(
  { subscription, topic }: PubsubSettings,
  signal?: AbortSignal,
): Promise<OpenSubscription> {
  // Generated code of some megabytes: loaded where it is needed.
  const { openGoogleSubscriber } = await import("../../../backends/pubsub/google-subscriber.ts");
  const { describeSubscription } = await import("../../../backends/pubsub/subscription.ts");
  const subscriber = openGoogleSubscriber(subscription, {
    emulator: emulatorHost(),
    onTrouble: TROUBLE,
  });
  try {
    const found = await describeSubscription(subscriber, subscription, SUBSCRIPTION_BACKOFF, TROUBLE, signal);
    return { subscriber, topic: topic ?? found.topic, problems: found.problems };
  } catch (error) {
    await subscriber.close();
    throw error;
  }
}

/**
 * `HOST:PORT` of a test server, as for all of Google's clients; null for Google's service. Throws `UsageError` for what is
 * none.
 */
export function emulatorHost(): string | null {
  const host = process.env["PUBSUB_EMULATOR_HOST"] || null;
  if (host === null) return null;
  const url = `http://${host.replace(/^https?:\/\//, "")}`;
  const problem = whyNoService(url) ?? (/:\d+\/?$/.test(url) ? null : "and it has no port");
  if (problem === null) return host;
  throw new UsageError(`use PUBSUB_EMULATOR_HOST "${withoutPassword(host)}": expected HOST:PORT, ${problem}`);
}
