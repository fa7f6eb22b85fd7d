/**
 * Goal: a message is lent to this process from the pull to the ack and no longer, whatever goes wrong on the way; what
 * is held has a limit; and what does not pass by itself is told at once, with what to do.
 * Method: a scripted subscription that fails on demand, under fake timers, so that nothing waits.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createPubsubSource, type PubsubSource } from "../../src/backends/pubsub/pubsub-source.ts";
import type { Budget } from "../../src/backends/pubsub/puller.ts";
import { SubscriberError, type SubscriberFailure } from "../../src/backends/pubsub/subscriber.ts";
import { describeSubscription } from "../../src/backends/pubsub/subscription.ts";
import type { Delivery } from "../../src/core/delivery.ts";
import { timerSleep } from "../core/timer-sleep.ts";
import { ScriptedSubscriber } from "./scripted-subscriber.ts";

const SUBSCRIPTION = "projects/p/subscriptions/s";
const NO_BUDGET: Budget = { maxMessages: 1e6, maxBytes: 1e9 };
const MINUTE_MS = 60_000;
const BACKOFF = {
  giveUpAfterMs: MINUTE_MS,
  monotonicMs: () => Date.now(),
  random: () => 0.5,
  sleep: timerSleep,
};
/** How often a lease is looked at. */
const CHECK_MS = 2500;
const ENDLESS = 400;
const FAILING = Array.from({ length: ENDLESS }, () => "passing" as const);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A reader of a scripted subscription. */
class Stage {
  readonly subscriber = new ScriptedSubscriber();
  readonly told: string[] = [];
  readonly stop = new AbortController();
  readonly source: PubsubSource;
  readonly deliveries: AsyncIterator<Delivery>;
  readBytes = 0;

  constructor(budget: Partial<Budget> = {}) {
    this.source = createPubsubSource(this.subscriber, {
      subscription: SUBSCRIPTION,
      topic: "topic",
      budget: { ...NO_BUDGET, ...budget },
      backoff: BACKOFF,
      onTrouble: (message) => this.told.push(message),
      onRead: (sizeBytes) => {
        this.readBytes += sizeBytes;
      },
    });
    this.deliveries = this.source.deliveries(this.stop.signal)[Symbol.asyncIterator]();
  }

  /** The next so many, which have to come. */
  async take(count: number): Promise<Delivery[]> {
    const taken: Delivery[] = [];
    while (taken.length < count) {
      const { value, done } = await this.deliveries.next();
      if (done === true) throw new Error("the source has ended");
      taken.push(value);
    }
    return taken;
  }
}

function idsOf(deliveries: readonly Delivery[]): string[] {
  return deliveries.map(({ payload }) => (payload.kind === "message" ? payload.info.messageId : ""));
}

async function ack(deliveries: readonly Delivery[]): Promise<void> {
  await Promise.all(deliveries.map((delivery) => delivery.ack()));
}

/** Whether it has settled, after so much time. */
async function isSettledAfter(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let isSettled = false;
  const settle = (): void => {
    isSettled = true;
  };
  promise.then(settle, settle);
  await vi.advanceTimersByTimeAsync(ms);
  return isSettled;
}

function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
}

describe("a message", () => {
  it("is delivered once, as it is, and acked when it is said to be safe, with others of the same moment", async () => {
    const stage = new Stage();
    stage.subscriber.publish(2500);
    const taken = await stage.take(2500);
    expect(idsOf(taken)).toEqual(numbers(1, 2500));
    expect(taken[6]?.payload).toEqual({
      kind: "message",
      data: Buffer.from("xxxxxxxxxx"),
      info: { topic: "topic", messageId: "7", publishedAtMs: 5, attributes: { a: "7" } },
    });
    expect(stage.readBytes).toBe(25_000);
    expect(stage.subscriber.acks).toEqual([]);
    await ack(taken);
    expect(stage.subscriber.acks.map((ackIds) => ackIds.length)).toEqual([1000, 1000, 500]);
    expect(stage.subscriber.acks.flat()).toEqual(numbers(1, 2500).map((id) => `ack-${id}`));
    expect(stage.subscriber.leases.size).toBe(0);
  });

  it("is waited for without asking all the time", async () => {
    const stage = new Stage();
    stage.subscriber.answersAtOnce = true;
    const next = stage.take(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(stage.subscriber.pulls.length).toBeLessThan(450);
    stage.subscriber.publish(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(idsOf(await next)).toEqual(["1"]);
  });
});

it("messages of one batch after the other are acked", async () => {
  const stage = new Stage();
  for (let batch = 1; batch <= 3; batch += 1) {
    stage.subscriber.publish(2);
    await ack(await stage.take(2));
    expect(stage.subscriber.leases.size).toBe(0);
  }
  expect(stage.subscriber.acks).toEqual([
    ["ack-1", "ack-2"],
    ["ack-3", "ack-4"],
    ["ack-5", "ack-6"],
  ]);
});

describe("what is held", () => {
  it("is no more than the messages of the budget; acks make room", async () => {
    const stage = new Stage({ maxMessages: 10 });
    stage.subscriber.publish(25);
    const taken = await stage.take(10);
    const next = stage.take(3);
    expect(await isSettledAfter(next, 10 * MINUTE_MS)).toBe(false);
    expect(stage.subscriber.leases.size).toBe(10);
    await ack(taken.slice(0, 3));
    expect(idsOf(await next)).toEqual(["11", "12", "13"]);
    expect(stage.subscriber.leases.size).toBe(10);
  });

  it("is no more than the bytes of the budget and one message; acks make room", async () => {
    const stage = new Stage({ maxBytes: 100 });
    stage.subscriber.publish(10, 30);
    const taken = await stage.take(4);
    const next = stage.take(4);
    expect(await isSettledAfter(next, MINUTE_MS)).toBe(false);
    expect(stage.subscriber.leases.size).toBe(4);
    await ack(taken);
    expect(idsOf(await next)).toEqual(["5", "6", "7", "8"]);
  });

  it("is counted once where the service lends it twice", async () => {
    const stage = new Stage({ maxBytes: 100 });
    for (let round = 0; round < 10; round += 1) {
      stage.subscriber.publish(1, 60);
      const next = stage.take(2);
      stage.subscriber.lendAgain([`ack-${round + 1}`], 60);
      // No room is lost by it.
      expect(await isSettledAfter(next, MINUTE_MS)).toBe(true);
      const taken = await next;
      expect(idsOf(taken)).toEqual([String(round + 1), String(round + 1)]);
      await ack(taken);
    }
  });
});

describe("a lease", () => {
  async function expectKept(stage: Stage, leases: number): Promise<void> {
    for (let waitedMs = 0; waitedMs < 10 * MINUTE_MS; waitedMs += 1000) {
      await vi.advanceTimersByTimeAsync(1000);
      expect(stage.subscriber.leases.size).toBe(leases);
      for (const endsAtMs of stage.subscriber.leases.values()) expect(endsAtMs).toBeGreaterThan(Date.now());
    }
  }

  it("is extended before it ends, of taken and untaken messages, and not after the ack", async () => {
    const stage = new Stage();
    stage.subscriber.publish(1500);
    const taken = await stage.take(1200);
    await expectKept(stage, 1500);
    for (const { ackIds } of stage.subscriber.extensions) expect(ackIds.length).toBeLessThanOrEqual(1000);
    // Four times a minute, and not at each look.
    expect(stage.subscriber.extensions.length).toBeLessThan(100);
    await ack([...taken, ...(await stage.take(300))]);
    const extensions = stage.subscriber.extensions.length;
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    expect(stage.subscriber.extensions.length).toBe(extensions);
    expect(stage.told).toEqual([]);
  });

  it("is extended while a commit takes long after the stop", async () => {
    const stage = new Stage();
    stage.subscriber.publish(5);
    const taken = await stage.take(5);
    stage.stop.abort();
    const next = stage.deliveries.next();
    await vi.advanceTimersByTimeAsync(1000);
    expect(await next).toEqual({ done: true, value: undefined });
    await expectKept(stage, 5);
    await ack(taken);
    expect(stage.subscriber.acks).toEqual([numbers(1, 5).map((id) => `ack-${id}`)]);
  });

  it("that cannot be extended holds up none of another request", async () => {
    const stage = new Stage();
    stage.subscriber.publish(1500);
    await stage.take(1500);
    const extend = stage.subscriber.extend.bind(stage.subscriber);
    stage.subscriber.extend = (ackIds, leaseMs) =>
      ackIds.includes("ack-1") ? Promise.reject(new SubscriberError("other", "no")) : extend(ackIds, leaseMs);
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(stage.subscriber.leases.get("ack-1500")).toBeGreaterThan(Date.now());
    expect(stage.told).toEqual([`extend leases of "${SUBSCRIPTION}": no`]);
  });

  it("that cannot be extended is tried again, and told of once", async () => {
    const stage = new Stage();
    stage.subscriber.publish(1);
    await stage.take(1);
    stage.subscriber.failures.extend.push("passing", "passing");
    await expectKept(stage, 1);
    stage.subscriber.failures.extend.push("passing");
    await expectKept(stage, 1);
    const message = `extend leases of "${SUBSCRIPTION}": extend fails`;
    expect(stage.told).toEqual([message, message]);
  });

  it("that is settled while its extension fails keeps no later trouble silent", async () => {
    const stage = new Stage();
    stage.subscriber.publish(1);
    const [first] = await stage.take(1);
    const failing = Promise.withResolvers<never>();
    const extend = stage.subscriber.extend.bind(stage.subscriber);
    stage.subscriber.extend = () => failing.promise;
    await vi.advanceTimersByTimeAsync(CHECK_MS);
    await first?.ack();
    failing.reject(new SubscriberError("passing", "extend fails"));
    await vi.advanceTimersByTimeAsync(CHECK_MS);
    stage.subscriber.extend = extend;
    stage.subscriber.failures.extend.push("passing");
    stage.subscriber.publish(1);
    await stage.take(1);
    await vi.advanceTimersByTimeAsync(CHECK_MS);
    expect(stage.told).toEqual([`extend leases of "${SUBSCRIPTION}": extend fails`]);
  });

  it("is let go of when the source is closed", async () => {
    const stage = new Stage();
    stage.subscriber.publish(1);
    await stage.take(1);
    await stage.source.close();
    expect(stage.subscriber.isClosed).toBe(true);
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(stage.subscriber.extensions).toEqual([]);
  });
});

describe("a stop", () => {
  it("finishes what was pulled, pulls no more, and gives nothing back", async () => {
    const stage = new Stage();
    stage.subscriber.publish(2500);
    const taken = await stage.take(2);
    stage.stop.abort();
    const pulls = stage.subscriber.pulls.length;
    for (let next = await stage.deliveries.next(); next.done !== true; next = await stage.deliveries.next()) {
      taken.push(next.value);
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(stage.subscriber.pulls.length).toBe(pulls);
    expect(taken.length).toBe(stage.subscriber.leases.size);
    await ack(taken);
    expect(stage.subscriber.leases.size).toBe(0);
    expect(stage.subscriber.extensions.filter(({ leaseMs }) => leaseMs === 0)).toEqual([]);
    expect(stage.told).toEqual([]);
  });

  it("delivers what was on its way", async () => {
    const stage = new Stage();
    const next = stage.take(3);
    stage.stop.abort();
    stage.subscriber.publish(3);
    await vi.advanceTimersByTimeAsync(1000);
    expect(idsOf(await next)).toEqual(["1", "2", "3"]);
  });

  it("gives back what cannot be finished in time, and only that: the rest can still be acked", async () => {
    const stage = new Stage();
    stage.subscriber.publish(1200);
    const taken = await stage.take(2);
    await vi.advanceTimersByTimeAsync(1000);
    const lent = stage.subscriber.leases.size;
    stage.stop.abort();
    await vi.advanceTimersByTimeAsync(6000);
    expect(await stage.deliveries.next()).toEqual({ done: true, value: undefined });
    const given = stage.subscriber.extensions.filter(({ leaseMs }) => leaseMs === 0);
    expect(given.flatMap(({ ackIds }) => ackIds)).toEqual(numbers(3, lent).map((id) => `ack-${id}`));
    await ack(taken);
    expect(stage.subscriber.acks).toEqual([["ack-1", "ack-2"]]);
    expect(stage.told).toEqual([]);
  });

  it("of a reader that leaves gives back what was not taken", async () => {
    const stage = new Stage();
    stage.subscriber.publish(3);
    await stage.take(1);
    await stage.deliveries.return?.();
    expect(stage.subscriber.extensions).toEqual([{ ackIds: ["ack-2", "ack-3"], leaseMs: 0 }]);
  });

  it("tells of messages that cannot be given back, and ends", async () => {
    const stage = new Stage();
    stage.subscriber.publish(2);
    await stage.take(1);
    stage.subscriber.failures.extend.push("passing");
    expect(await stage.deliveries.return?.()).toMatchObject({ done: true });
    expect(stage.told).toEqual([`give messages back to "${SUBSCRIPTION}": extend fails`]);
  });

  it.each<[string, (stage: Stage) => Promise<unknown>]>([
    ["nothing comes", async () => undefined],
    [
      "there is no room",
      async (stage) => {
        stage.subscriber.publish(2);
        await stage.take(1);
      },
    ],
    ["the service is away", async (stage) => stage.subscriber.failures.pull.push(...FAILING)],
  ])("ends soon while %s", async (_what, arrange) => {
    const stage = new Stage({ maxMessages: 1 });
    await arrange(stage);
    const next = stage.deliveries.next();
    expect(await isSettledAfter(next, MINUTE_MS / 2)).toBe(false);
    stage.stop.abort();
    expect(await isSettledAfter(next, 1000)).toBe(true);
    expect(await next).toEqual({ done: true, value: undefined });
  });
});

describe("a pull", () => {
  it("whose error passes is tried again without end, later each time; each outage is told once", async () => {
    const stage = new Stage();
    stage.subscriber.failures.pull.push(...FAILING, null, "passing", "passing");
    stage.subscriber.publish(1);
    const next = stage.take(1);
    expect(await isSettledAfter(next, 5 * MINUTE_MS)).toBe(false);
    const pulls = stage.subscriber.pulls.length;
    expect(pulls).toBeLessThan(4 * 60);
    const message = `pull from "${SUBSCRIPTION}": pull fails`;
    expect(stage.told).toEqual([message]);
    await vi.advanceTimersByTimeAsync(60 * MINUTE_MS);
    expect(idsOf(await next)).toEqual(["1"]);
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(stage.told).toEqual([message, message]);
  });

  it.each<[SubscriberFailure, string, RegExp]>([
    ["denied", "denied", /add-iam-policy-binding projects\/p\/subscriptions\/s .*roles\/pubsub\.subscriber/],
    ["missing", "not_found", /gcloud pubsub subscriptions create projects\/p\/subscriptions\/s --topic=TOPIC/],
    ["no_credentials", "denied", /GOOGLE_APPLICATION_CREDENTIALS, or gcloud auth application-default login/],
    ["other", "unavailable", /run again/],
  ])("that is refused (%s) ends it, with what to do", async (failure, code, hint) => {
    const stage = new Stage();
    stage.subscriber.failures.pull.push(failure);
    const error: unknown = await stage.take(1).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "IoError", code, message: expect.stringMatching(hint) });
    expect((error as Error).message).toMatch(
      /^pull from "projects\/p\/subscriptions\/s": pull fails \(hint: [^\n]+\)$/,
    );
    expect(stage.told).toEqual([]);
  });

  it("that is refused while a message is worked on is heard of with the next", async () => {
    const stage = new Stage();
    stage.subscriber.failures.pull.push(null, "denied");
    stage.subscriber.publish(1);
    await stage.take(1);
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    await expect(stage.take(1)).rejects.toMatchObject({ code: "denied" });
  });
});

describe("an ack", () => {
  it("that fails in passing is tried again, told once for all of its moment", async () => {
    const stage = new Stage();
    stage.subscriber.publish(1500);
    const taken = await stage.take(1500);
    stage.subscriber.failures.ack.push("passing", "passing");
    const acked = ack(taken);
    expect(await isSettledAfter(acked, MINUTE_MS)).toBe(true);
    await acked;
    expect(stage.subscriber.leases.size).toBe(0);
    expect(stage.told).toEqual([`ack to "${SUBSCRIPTION}": ack fails`]);
  });

  it.each<[string, SubscriberFailure]>([
    ["away", "passing"],
    ["not allowed", "denied"],
  ])("that stays %s is given up soon and told, and makes room: the message comes again", async (_what, failure) => {
    const stage = new Stage({ maxMessages: 1 });
    stage.subscriber.publish(2);
    const taken = await stage.take(1);
    stage.subscriber.failures.ack.push(...FAILING.map(() => failure));
    const acked = ack(taken);
    expect(await isSettledAfter(acked, 20_000)).toBe(true);
    await acked;
    expect(stage.told.at(-1)).toBe(`given up, 1 message will come again: ack to "${SUBSCRIPTION}": ack fails`);
    expect(idsOf(await stage.take(1))).toEqual(["2"]);
    const extensions = stage.subscriber.extensions.length;
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    const later = stage.subscriber.extensions.slice(extensions).flatMap(({ ackIds }) => ackIds);
    expect(new Set(later)).toEqual(new Set(["ack-2"]));
  });
});

describe("exactly-once delivery", () => {
  it("acks again what may be acked later, and tells in one line what came too late", async () => {
    const stage = new Stage();
    stage.subscriber.publish(4);
    const taken = await stage.take(4);
    stage.subscriber.unsettled.push({ lost: ["ack-1"], later: ["ack-3"] }, { lost: ["ack-3"], later: [] });
    const acked = ack(taken);
    expect(await isSettledAfter(acked, 1000)).toBe(true);
    await acked;
    expect(stage.subscriber.acks).toEqual([["ack-1", "ack-2", "ack-3", "ack-4"], ["ack-3"]]);
    expect(stage.told).toEqual([
      `ack to "${SUBSCRIPTION}": 1 message cannot be acked yet`,
      `ack to "${SUBSCRIPTION}": the lease of 2 messages was over: they come again and count once`,
    ]);
  });

  it("gives up after a while what is never acked", async () => {
    const stage = new Stage();
    stage.subscriber.publish(2);
    const taken = await stage.take(2);
    stage.subscriber.unsettled.push(...Array.from({ length: ENDLESS }, () => ({ lost: [], later: ["ack-2"] })));
    const acked = ack(taken);
    expect(await isSettledAfter(acked, 20_000)).toBe(true);
    expect(stage.told.at(-1)).toMatch(/^given up, 1 message will come again: ack to /);
  });

  it("extends again soon what may be extended later, and never what is lost", async () => {
    const stage = new Stage();
    stage.subscriber.publish(3);
    const taken = await stage.take(3);
    stage.subscriber.unsettled.push({ lost: ["ack-1"], later: ["ack-2"] });
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    const extended = stage.subscriber.extensions.map(({ ackIds }) => ackIds);
    expect(extended.slice(0, 2)).toEqual([["ack-1", "ack-2", "ack-3"], ["ack-2"]]);
    expect(extended.slice(1).flat()).not.toContain("ack-1");
    expect(stage.subscriber.leases.get("ack-2")).toBeGreaterThan(Date.now());
    await ack(taken);
    expect(stage.subscriber.acks).toEqual([["ack-1", "ack-2", "ack-3"]]);
  });
});

describe("an answer too large for memory", () => {
  it("is told, and fewer messages are asked for until smaller ones were seen", async () => {
    const stage = new Stage();
    stage.subscriber.failures.pull.push(...Array.from({ length: 4 }, () => "too_large" as const));
    const next = stage.take(1);
    await vi.advanceTimersByTimeAsync(1000);
    stage.subscriber.publish(3000);
    await vi.advanceTimersByTimeAsync(1000);
    await next;
    await stage.take(2999);
    const [first, second, third, fourth, ...later] = stage.subscriber.pulls;
    expect([first, second, third, fourth].every((most) => most !== undefined && most > 10)).toBe(true);
    expect(later[0]).toBe(1);
    expect(Math.max(...later)).toBe(1000);
    expect(stage.told[0]).toBe(`pull from "${SUBSCRIPTION}": pull fails`);
  });
});

describe("a look at a subscription", () => {
  it("names what endangers its messages, with the command that mends it", async () => {
    const subscriber = new ScriptedSubscriber();
    subscriber.info = { topic: "rails", retentionMs: 3_600_000, expiresAfterMs: 31 * 86_400_000 };
    const command = `(hint: gcloud pubsub subscriptions update ${SUBSCRIPTION}`;
    expect(await describeSubscription(subscriber, SUBSCRIPTION, BACKOFF, () => undefined)).toEqual({
      topic: "rails",
      problems: [
        `subscription "${SUBSCRIPTION}" keeps messages for 1 hours only ${command} --message-retention-duration=7d)`,
        `subscription "${SUBSCRIPTION}" is deleted after 31 days without readers ${command} --expiration-period=never)`,
      ],
    });
  });

  it("waits a minute for a service that is away, and says so once", async () => {
    const subscriber = new ScriptedSubscriber();
    subscriber.failures.describe.push("passing", "passing");
    const told: string[] = [];
    const look = describeSubscription(subscriber, SUBSCRIPTION, BACKOFF, (message) => told.push(message));
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(await look).toEqual({ topic: "topic", problems: [] });
    expect(told).toEqual([`look at "${SUBSCRIPTION}": describe fails`]);

    subscriber.failures.describe.push(...FAILING);
    const again = describeSubscription(subscriber, SUBSCRIPTION, BACKOFF, () => undefined);
    expect(await isSettledAfter(again, MINUTE_MS)).toBe(true);
    await expect(again).rejects.toMatchObject({ name: "IoError", code: "unavailable" });
  });
});
