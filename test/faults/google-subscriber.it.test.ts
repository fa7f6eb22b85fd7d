/**
 * Goal: the client of the real service survives what a connection and the service do to it.
 * Method: the client itself, in this process, on a scripted server, with short times: a connection that has gone silent,
 * answers that are too large for memory, and ids that cannot be settled.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openGoogleSubscriber } from "../../src/backends/pubsub/google-subscriber.ts";
import type { Subscriber } from "../../src/backends/pubsub/subscriber.ts";
import { MIB } from "../../src/core/units.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { type ScriptedPubsub, type ScriptedPubsubOptions, startScriptedPubsub } from "../servers/scripted-pubsub.ts";

const TIMEOUT_MS = 500;
const LEASE_MS = 60_000;

let server: ScriptedPubsub | null = null;
let subscriber: Subscriber | null = null;
afterEach(async () => {
  await subscriber?.close();
  await server?.close();
});

interface Stage {
  readonly server: ScriptedPubsub;
  readonly subscriber: Subscriber;
  readonly told: readonly string[];
  publish(...messages: readonly Buffer[]): Promise<void>;
  pull(maxMessages?: number): ReturnType<Subscriber["pull"]>;
}

async function openStage(options: Partial<ScriptedPubsubOptions> = {}): Promise<Stage> {
  const scripted = await startScriptedPubsub(options);
  server = scripted;
  const told: string[] = [];
  const opened = openGoogleSubscriber(scripted.subscription, {
    emulator: scripted.host,
    onTrouble: (message) => told.push(message),
    pullTimeoutMs: TIMEOUT_MS,
    requestTimeoutMs: TIMEOUT_MS,
  });
  subscriber = opened;
  return {
    server: scripted,
    subscriber: opened,
    told,
    async publish(...messages) {
      const path = join(await tempFolder(), "messages.ndjson");
      const dumps = messages.map((data) => ({
        message: { data: data.toString("base64"), publishTime: "2020-12-22T09:00:00Z" },
      }));
      await writeFile(path, dumps.map((dump) => JSON.stringify(dump)).join("\n"));
      await scripted.publishFile(path);
    },
    pull: (maxMessages = 10) => opened.pull(maxMessages, new AbortController().signal),
  };
}

/** An answer of many bytes may take longer than a pull waits: that one has none, and the next one has it. */
async function untilPulled(stage: Stage, maxMessages: number): ReturnType<Subscriber["pull"]> {
  let pulled = await stage.pull(maxMessages);
  while (pulled.length === 0) pulled = await stage.pull(maxMessages);
  return pulled;
}

describe("a connection", () => {
  it("that has gone silent is replaced, and told of once", async () => {
    const stage = await openStage();
    await stage.publish(Buffer.from("one"));
    expect(await stage.pull()).toHaveLength(1);
    await stage.server.silence();
    await stage.publish(Buffer.from("two"));
    const pulled = await Promise.all([stage.pull(), stage.pull()]);
    expect(pulled).toEqual([[], []]);
    expect((await stage.pull()).map(({ data }) => data.toString())).toEqual(["two"]);
    expect(stage.told).toEqual([
      'pull from "projects/test/subscriptions/scripted": the connection was dead, and is made anew',
    ]);
  });

  it("without messages is left alone", async () => {
    const stage = await openStage();
    expect(await stage.pull()).toEqual([]);
    expect(await stage.pull()).toEqual([]);
    await stage.publish(Buffer.from("one"));
    expect(await stage.pull()).toHaveLength(1);
    expect(stage.told).toEqual([]);
  });
});

describe("an answer", () => {
  it("that is too large for memory is refused, the largest message is not", async () => {
    const stage = await openStage();
    const large = Buffer.alloc(10 * MIB - 1000, "x");
    await stage.publish(large, large, large, large);
    await expect(untilPulled(stage, 4)).rejects.toMatchObject({ name: "SubscriberError", failure: "too_large" });
    await stage.server.putForward(LEASE_MS);
    const [pulled] = await untilPulled(stage, 1);
    expect(pulled?.data.equals(large)).toBe(true);
  });
});

describe("exactly-once delivery", () => {
  it("says which ids are lost and which are to be sent again", async () => {
    const stage = await openStage({ isExactlyOnce: true });
    await stage.publish(Buffer.from("one"), Buffer.from("two"));
    const [one, two] = (await stage.pull(2)).map(({ ackId }) => ackId) as [string, string];
    expect(await stage.subscriber.extend([one], 0)).toEqual({ lost: [], later: [] });
    expect(await stage.subscriber.ack([one, two])).toEqual({ lost: [one], later: [] });
    const [again] = (await stage.pull(1)).map(({ ackId }) => ackId) as [string];
    await stage.server.fail({ acks: "later" });
    expect(await stage.subscriber.ack([again])).toEqual({ lost: [], later: [again] });
    expect(await stage.subscriber.extend([one, again], LEASE_MS)).toEqual({ lost: [one], later: [] });
    await stage.server.fail({ acks: null });
    expect(await stage.subscriber.ack([again])).toEqual({ lost: [], later: [] });
    expect(await stage.server.ledger()).toMatchObject({ acked: 2, lent: 0 });
  });
});
