import { DELETED_TOPIC, DELIVERY_ATTEMPTS } from "../../../backends/pubsub/dead-letters.ts";
import type { DeadLetters, FoundSubscription, PubsubAdmin } from "../../../backends/pubsub/google-admin.ts";
import type { PubsubSettings } from "../../../config/pipeline.ts";
import { IoError, UsageError } from "../../../core/fault.ts";
import { DAY_MS, MINUTE_MS } from "../../../core/units.ts";
import { tell } from "../../terminal/tell.ts";
import type { ServiceSetup, SetupStep } from "../setup-step.ts";
import { emulatorHost, SUBSCRIPTION_BACKOFF } from "./subscription.ts";

const RETENTION_MS = 7 * DAY_MS;
/** The longest that there is: nobody looks for dead letters every week. */
const DEAD_LETTER_RETENTION_MS = 31 * DAY_MS;
const ACK_DEADLINE_MS = MINUTE_MS;

/** Asks about topics and subscriptions. The caller closes it. */
export async function openPubsubAdmin(): Promise<PubsubAdmin> {
  const { openGoogleAdmin } = await import("../../../backends/pubsub/google-admin.ts");
  const options = { backoff: SUBSCRIPTION_BACKOFF, onTrouble: tell };
  return openGoogleAdmin(emulatorHost(), options);
}

/**
 * A subscription with what it needs. The topic belongs to those who publish, and has to be there. Rejects with
 * `UsageError` where the pipeline names none and one is needed, with `IoError`.
 */
export async function openSubscriptionSetup({ subscription, fullTopic }: PubsubSettings): Promise<ServiceSetup> {
  const admin = await openPubsubAdmin();
  try {
    const found = await admin.findSubscription(subscription);
    const [, project = "", , name = ""] = subscription.split("/");
    const made = { topic: `projects/${project}/topics/${name}-dead-letter`, maxAttempts: DELIVERY_ATTEMPTS };
    const deadLetters = found === null ? made : wantedDeadLetters(found, made);
    const steps = [
      ...(deadLetters === null ? [] : await deadLetterSteps(admin, project, deadLetters)),
      found === null
        ? await creation(admin, subscription, fullTopic, made)
        : update(admin, subscription, found, { retentionMs: RETENTION_MS, deadLetters }),
    ];
    const byHand = deadLetters === null ? [] : grants(project, subscription, deadLetters.topic);
    return { steps, byHand, close: () => admin.close() };
  } catch (error) {
    await admin.close();
    throw error;
  }
}

async function creation(
  admin: PubsubAdmin,
  subscription: string,
  topic: string | null,
  deadLetters: DeadLetters,
): Promise<SetupStep> {
  if (topic === null) {
    const hint = "--set source.topic=TOPIC, or projects/PROJECT/topics/TOPIC for one of another project";
    throw new UsageError(
      `create subscription "${subscription}": source.topic does not say of which topic (hint: ${hint})`,
    );
  }
  if (await isMissing(admin, topic)) {
    const hint = `it belongs to those who publish, who make it by: gcloud pubsub topics create ${topic}`;
    throw new IoError("not_found", `topic "${topic}": not there (hint: ${hint})`);
  }
  const settings = { retentionMs: RETENTION_MS, expiresAfterMs: null, deadLetters };
  return {
    what: `subscription "${subscription}" of topic "${topic}"`,
    state: "missing",
    make: () => admin.createSubscription(subscription, topic, ACK_DEADLINE_MS, settings),
  };
}

/** A topic of another project may be one that nobody here may look at. */
async function isMissing(admin: PubsubAdmin, topic: string): Promise<boolean> {
  try {
    return !(await admin.hasTopic(topic));
  } catch (error) {
    if (error instanceof IoError && error.code === "denied") return false;
    throw error;
  }
}

/** A subscription that never gives a message up may stay as it is. */
function wantedDeadLetters({ deadLetters }: FoundSubscription, made: DeadLetters): DeadLetters | null {
  if (deadLetters === null) return null;
  return deadLetters.topic === DELETED_TOPIC ? made : { ...deadLetters, maxAttempts: DELIVERY_ATTEMPTS };
}

/** What is longer than needed stays. */
function update(
  admin: PubsubAdmin,
  subscription: string,
  found: FoundSubscription,
  wanted: Pick<FoundSubscription, "retentionMs" | "deadLetters">,
): SetupStep {
  const { retentionMs, deadLetters } = wanted;
  const isShort = found.retentionMs < retentionMs;
  const isMortal = found.expiresAfterMs !== null;
  const isHasty = deadLetters !== null && !isSame(found.deadLetters, deadLetters);
  const changes = [
    ...(isShort ? [`keeps messages for ${retentionMs / DAY_MS} days`] : []),
    ...(isMortal ? ["is never deleted for want of readers"] : []),
    ...(isHasty ? [`gives messages up after ${deadLetters.maxAttempts} attempts`] : []),
  ];
  return {
    what: `subscription "${subscription}"${changes.length === 0 ? "" : `: ${changes.join(", ")}`}`,
    state: changes.length === 0 ? "there" : "other",
    make: () =>
      admin.updateSubscription(subscription, {
        ...(isShort ? { retentionMs } : {}),
        ...(isMortal ? { expiresAfterMs: null } : {}),
        ...(isHasty ? { deadLetters } : {}),
      }),
  };
}

function isSame(one: DeadLetters | null, other: DeadLetters): boolean {
  return one !== null && one.topic === other.topic && one.maxAttempts === other.maxAttempts;
}

/** The topic, and a subscription of its own, without which nobody keeps what is published there. */
async function deadLetterSteps(admin: PubsubAdmin, project: string, { topic }: DeadLetters): Promise<SetupStep[]> {
  const hasTopic = await admin.hasTopic(topic);
  const step: SetupStep = {
    what: `topic "${topic}"`,
    state: hasTopic ? "there" : "missing",
    make: () => admin.createTopic(topic),
  };
  const name = `projects/${project}/subscriptions/${topic.split("/").at(-1)}`;
  const others = await admin.subscriptionsOf(topic);
  const own = others.includes(name) ? await admin.findSubscription(name) : null;
  const settings = { retentionMs: DEAD_LETTER_RETENTION_MS, expiresAfterMs: null, deadLetters: null };
  if (own !== null) return [step, update(admin, name, own, settings)];
  const [other] = others;
  // How long somebody else keeps them is theirs to say.
  if (other !== undefined)
    return [step, { what: `subscription "${other}"`, state: "there", make: () => Promise.resolve() }];
  const make = (): Promise<void> => admin.createSubscription(name, topic, ACK_DEADLINE_MS, settings);
  return [step, { what: `subscription "${name}" of topic "${topic}"`, state: "missing", make }];
}

/** Whether they are given shows only to those who may see who has which role. */
function grants(project: string, subscription: string, deadLetterTopic: string): string[] {
  const number = `$(gcloud projects describe ${project} --format='value(projectNumber)')`;
  const member = `"serviceAccount:service-${number}@gcp-sa-pubsub.iam.gserviceaccount.com"`;
  const grant = (kind: string, name: string, role: string, why: string): string =>
    `gcloud pubsub ${kind} add-iam-policy-binding ${name} --member=${member} --role=roles/pubsub.${role} # ${why}`;
  return [
    grant("topics", deadLetterTopic, "publisher", "Google's own service agent publishes dead letters"),
    grant("subscriptions", subscription, "subscriber", "and acks them where they were"),
  ];
}
