/**
 * Goal: what may not be looked at is no problem of a subscription, and what does not answer is no answer.
 * Method: scripted answers; what real ones say is in test/cli/subscription-setup.it.test.ts.
 */
import { describe, expect, it } from "vitest";
import { deadLetterProblems } from "../../src/backends/pubsub/dead-letters.ts";
import type { PubsubAdmin } from "../../src/backends/pubsub/google-admin.ts";
import { type IoCode, IoError } from "../../src/core/fault.ts";

const DEAD_LETTERS = { topic: "projects/p/topics/letters", maxAttempts: 100 };
const FOUND = { topic: "projects/p/topics/t", retentionMs: 1, expiresAfterMs: null, deadLetters: DEAD_LETTERS };

/** A subscription whose dead letters cannot be asked for, for that reason. */
function refusing(code: IoCode): PubsubAdmin {
  const never = (): Promise<never> => Promise.reject(new Error("not asked for"));
  return {
    findSubscription: () => Promise.resolve(FOUND),
    subscriptionsOf: () => Promise.reject(new IoError(code, "list subscriptions")),
    hasTopic: never,
    createTopic: never,
    createSubscription: never,
    updateSubscription: never,
    close: never,
  };
}

describe("the dead letters of a subscription", () => {
  it("are passed over where a worker may not look at them", async () => {
    expect(await deadLetterProblems(refusing("denied"), "projects/p/subscriptions/s")).toEqual([]);
  });

  it("are not taken for kept where the service does not answer", async () => {
    await expect(deadLetterProblems(refusing("unavailable"), "projects/p/subscriptions/s")).rejects.toThrow("list");
  });
});
