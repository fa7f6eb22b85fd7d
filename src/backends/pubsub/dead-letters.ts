import { IoError } from "../../core/fault.ts";
import type { PubsubAdmin } from "./google-admin.ts";

/** The most that there is: every kill of a worker is an attempt for all that it held. */
export const DELIVERY_ATTEMPTS = 100;
/** What the service says in the place of a topic that was deleted. */
export const DELETED_TOPIC = "_deleted-topic_";

/**
 * What becomes of messages that nobody acks, where that loses them, and of a topic that is gone: one line each, with the
 * command that mends it. What may not be looked at is left out. Rejects with `IoError`.
 */
export async function deadLetterProblems(admin: PubsubAdmin, subscription: string): Promise<readonly string[]> {
  const found = await admin.findSubscription(subscription);
  if (found === null) return [];
  const { topic, deadLetters } = found;
  const update = `gcloud pubsub subscriptions update ${subscription}`;
  const problems: string[] = [];
  if (topic === DELETED_TOPIC) {
    const hint = `once it is read to its end: gcloud pubsub subscriptions delete ${subscription}, then setup`;
    problems.push(`subscription "${subscription}" gets no messages: its topic was deleted (hint: ${hint})`);
  }
  if (deadLetters === null) return problems;
  const { topic: letters, maxAttempts } = deadLetters;
  if (maxAttempts < DELIVERY_ATTEMPTS) {
    const hint = `${update} --dead-letter-topic=${letters} --max-delivery-attempts=${DELIVERY_ATTEMPTS}`;
    const why = "and every kill of a worker is an attempt";
    problems.push(
      `subscription "${subscription}" gives messages up after ${maxAttempts} attempts, ${why} (hint: ${hint})`,
    );
  }
  if (await isUnread(admin, letters)) {
    const hint = `gcloud pubsub subscriptions create NAME --topic=${letters} --expiration-period=never --message-retention-duration=31d`;
    problems.push(`dead letters of "${subscription}" are lost: topic "${letters}" has no subscription (hint: ${hint})`);
  }
  return problems;
}

/** Nobody keeps what is published there. */
async function isUnread(admin: PubsubAdmin, topic: string): Promise<boolean> {
  if (topic === DELETED_TOPIC) return true;
  try {
    return (await admin.subscriptionsOf(topic)).length === 0;
  } catch (error) {
    // A worker needs no right on it.
    if (error instanceof IoError && error.code === "denied") return false;
    throw error;
  }
}
