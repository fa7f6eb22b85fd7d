import { setTimeout as sleep } from "node:timers/promises";
import type { Subscriber } from "../backends/pubsub/subscriber.ts";
import type { Subscription } from "../backends/pubsub/subscription.ts";
import type { PubsubSettings } from "../config/pipeline.ts";
import type { Backoff } from "../core/retry.ts";
import { MINUTE_MS } from "../core/units.ts";
import { SYSTEM_CLOCK } from "./clock.ts";

export const SUBSCRIPTION_BACKOFF: Backoff = {
  giveUpAfterMs: MINUTE_MS,
  monotonicMs: SYSTEM_CLOCK.monotonicMs,
  random: Math.random,
  async sleep(ms, signal) {
    try {
      await sleep(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      // It ends early; whoever sleeps looks at the signal.
      if (signal?.aborted !== true) throw error;
    }
  },
};

/** A subscription that is there. The caller closes `subscriber`. */
export interface OpenSubscription extends Subscription {
  readonly subscriber: Subscriber;
}

/** Rejects with `IoError` for one that cannot be looked at. */
export async function openSubscription({ subscription, topic }: PubsubSettings): Promise<OpenSubscription> {
  // Generated code of some megabytes: loaded where it is needed.
  const { openGoogleSubscriber } = await import("../backends/pubsub/google-subscriber.ts");
  const { describeSubscription } = await import("../backends/pubsub/subscription.ts");
  const subscriber = openGoogleSubscriber(subscription, process.env["PUBSUB_EMULATOR_HOST"] || null);
  try {
    const found = await describeSubscription(subscriber, subscription, SUBSCRIPTION_BACKOFF, tellOfSubscription);
    return { subscriber, topic: topic ?? found.topic, problems: found.problems };
  } catch (error) {
    await subscriber.close();
    throw error;
  }
}

export function tellOfSubscription(message: string): void {
  process.stderr.write(`logtally: ${message}\n`);
}
