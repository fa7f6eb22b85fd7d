/**
 * Goal: a cluster gets as many requests at once as it takes, and is given up only when none of them gets anywhere.
 * Method: a cluster whose answers, and a clock whose time, the test gives.
 */
import { describe, expect, it } from "vitest";
import { type Cluster, ClusterError } from "../../src/backends/elasticsearch/cluster.ts";
import { INDEX_FIELDS } from "../../src/backends/elasticsearch/cluster-fields.ts";
import { createElasticsearchIndex } from "../../src/backends/elasticsearch/elasticsearch-index.ts";
import type { IndexDocument } from "../../src/core/document-index.ts";
import type { IoError } from "../../src/core/fault.ts";

const GIVE_UP_AFTER_MS = 60_000;
/** For an index that takes nothing while others do. */
const BLOCKED_MS = 5000;
const MOST = 8;

/** A request that waits for its answer: each of its documents is taken, or the cluster is busy. */
interface Held {
  readonly ids: readonly string[];
  take(): Promise<void>;
  takeOnly(id: string): Promise<void>;
  /** Takes those whose index is not blocked. */
  readonly block: (id: string, status?: number) => Promise<void>;
  refuse(): Promise<void>;
}

interface Stage {
  /** Under way, the oldest first. */
  readonly held: readonly Held[];
  readonly told: readonly string[];
  readonly clock: { nowMs: number };
  /** Creates the documents in one request; resolves with how that ended. */
  create(...ids: readonly string[]): Promise<"stored" | "given up" | "refused">;
}

/** All that follows from an answer has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function stage(): Stage {
  const held: Held[] = [];
  const told: string[] = [];
  const clock = { nowMs: 0 };

  function hold(body: Buffer): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const ids = [...body.toString().matchAll(/"_id":"(\w+)"/g)].map(([, id = ""]) => id);
    const ended = async (end: () => void): Promise<void> => {
      held.splice(held.indexOf(request), 1);
      end();
      await settled();
    };
    const answer = (isTaken: (id: string) => boolean, status = 429): unknown => ({
      items: ids.map((id) => ({ create: { status: isTaken(id) ? 201 : status, error: { type: "x", reason: "y" } } })),
    });
    const request: Held = {
      ids,
      take: () => ended(() => resolve(answer(() => true))),
      takeOnly: (only) => ended(() => resolve(answer((id) => id === only))),
      block: (blocked, status = 403) => ended(() => resolve(answer((id) => id !== blocked, status))),
      refuse: () => ended(() => reject(new ClusterError("refused", 429, "", "busy"))),
    };
    held.push(request);
    return promise;
  }

  const cluster: Cluster = {
    name: "cluster",
    fields: INDEX_FIELDS,
    send: ({ body }) => hold(body as Buffer),
    close: () => Promise.resolve(),
  };
  const backoff = {
    giveUpAfterMs: GIVE_UP_AFTER_MS,
    monotonicMs: () => clock.nowMs,
    random: () => 0,
    sleep: () => Promise.resolve(),
  };
  const index = createElasticsearchIndex(cluster, { backoff, onTrouble: (message) => told.push(message) });
  const documentOf = (id: string): IndexDocument => ({ index: "logs", id, source: Buffer.from("{}") });
  return {
    held,
    told,
    clock,
    create: (...ids) =>
      index.create(ids.map(documentOf), new AbortController().signal).then(
        () => "stored" as const,
        (error: unknown) => ((error as IoError).code === "denied" ? "refused" : "given up"),
      ),
  };
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, number) => String(number));

/** The oldest request under way. */
function oldest({ held }: Stage): Held {
  const [first] = held;
  if (first === undefined) throw new TypeError("no request is under way");
  return first;
}

describe("the number of requests at once", () => {
  it("grows from two while the cluster takes all, up to a limit of our own", async () => {
    const on = stage();
    const created = Promise.all(numbers(100).map((id) => on.create(id)));
    await settled();
    const counts: number[] = [];
    while (on.held.length > 0) {
      counts.push(on.held.length);
      await oldest(on).take();
    }
    expect(counts.slice(0, 6)).toEqual([2, 2, 3, 3, 3, 4]);
    expect(Math.max(...counts)).toBe(MOST);
    expect(counts.slice(40, 90)).toEqual(Array(50).fill(MOST));
    expect(new Set(await created)).toEqual(new Set(["stored"]));
  });

  it("is halved when the cluster is busy, and grows again", async () => {
    const on = stage();
    const created = Promise.all(numbers(200).map((id) => on.create(id)));
    await settled();
    while (on.held.length < MOST) await oldest(on).take();
    await oldest(on).refuse();
    const counts = [on.held.length];
    for (let answers = 0; answers < 5; answers += 1) {
      await oldest(on).take();
      counts.push(on.held.length);
    }
    // Three are over before there is room again for another, and the fourth good answer makes room for one more.
    expect(counts).toEqual([7, 6, 5, 4, 5, 5]);
    while (on.held.length > 0) await oldest(on).take();
    expect(new Set(await created)).toEqual(new Set(["stored"]));
  });

  it("is one while it takes nothing", async () => {
    const on = stage();
    const created = Promise.all(numbers(20).map((id) => on.create(id)));
    await settled();
    for (let refusals = 0; refusals < 30; refusals += 1) {
      await oldest(on).refuse();
      expect(on.held.length).toBe(1);
    }
    while (on.held.length > 0) await oldest(on).take();
    expect(new Set(await created)).toEqual(new Set(["stored"]));
  });

  it("stays as it is where only single indices take nothing", async () => {
    const on = stage();
    const created = Promise.all(numbers(100).map((id) => on.create(id)));
    await settled();
    while (on.held.length < MOST) await oldest(on).take();
    for (const { ids, block } of on.held.slice()) await block(ids.join());
    expect(on.held.length).toBe(MOST);
    while (on.held.length > 0) await oldest(on).take();
    expect(new Set(await created)).toEqual(new Set(["stored"]));
  });

  it("does not grow by answers that take only some", async () => {
    const on = stage();
    const created = on.create(...numbers(20));
    for (const id of numbers(19)) {
      await settled();
      await oldest(on).takeOnly(id);
    }
    const others = Promise.all(["a", "b", "c"].map((id) => on.create(id)));
    await settled();
    expect(on.held.length).toBe(1);
    while (on.held.length > 0) await oldest(on).take();
    expect([await created, ...(await others)]).toEqual(Array(4).fill("stored"));
  });
});

describe("a cluster", () => {
  it("is given up by all when none of their requests got anywhere for so long", async () => {
    const on = stage();
    const created = Promise.all(numbers(4).map((id) => on.create(id)));
    await settled();
    on.clock.nowMs = 1000;
    await oldest(on).refuse();
    on.clock.nowMs = 1000 + GIVE_UP_AFTER_MS - 1;
    for (let refusals = 0; refusals < 8; refusals += 1) await oldest(on).refuse();
    expect(on.held.length).toBe(1);
    on.clock.nowMs += 1;
    for (let refusals = 0; refusals < 4; refusals += 1) await oldest(on).refuse();
    expect(on.held.length).toBe(0);
    expect(await created).toEqual(Array(4).fill("given up"));
    expect(on.told).toEqual(['index into "cluster": busy']);
  });

  it("is waited for anew from the first failure after any success", async () => {
    const on = stage();
    const unlucky = on.create("unlucky");
    const lucky = on.create("lucky");
    await settled();
    await oldest(on).refuse();
    on.clock.nowMs = GIVE_UP_AFTER_MS - 1;
    // There is room for one: the lucky one's was under way.
    expect(on.held.map(({ ids }) => ids)).toEqual([["lucky"]]);
    await oldest(on).take();
    expect(await lucky).toBe("stored");
    on.clock.nowMs = GIVE_UP_AFTER_MS + 1;
    await oldest(on).refuse();
    on.clock.nowMs = 2 * GIVE_UP_AFTER_MS;
    await oldest(on).refuse();
    expect(on.held.length).toBe(1);
    on.clock.nowMs += 1;
    await oldest(on).refuse();
    expect(await unlucky).toBe("given up");
    expect(on.told).toEqual([
      'index into "cluster": busy',
      'index into "cluster": it takes documents again',
      'index into "cluster": busy',
    ]);
  });

  it("that takes all but what belongs in one index is not waited for longer because of the others", async () => {
    const on = stage();
    const blocked = on.create("a", "blocked", "b");
    const others: Promise<string>[] = [];
    await settled();
    for (let nowMs = 0; nowMs < BLOCKED_MS; nowMs += BLOCKED_MS / 5) {
      on.clock.nowMs = nowMs;
      others.push(on.create(`other${nowMs}`));
      await settled();
      expect(on.held.length).toBe(2);
      for (const request of on.held.slice()) await request.block("blocked");
    }
    on.clock.nowMs = BLOCKED_MS;
    expect(on.held.map(({ ids }) => ids)).toEqual([["blocked"]]);
    await oldest(on).block("blocked");
    expect(await blocked).toBe("refused");
    expect(await Promise.all(others)).toEqual(Array(5).fill("stored"));
    expect(on.told).toEqual([]);
  });

  it.each([429, 500, 503])("that says %i of some is busy, and waited for as long as others get on", async (status) => {
    const on = stage();
    const unlucky = on.create("unlucky", "lucky");
    await settled();
    await oldest(on).block("unlucky", status);
    on.clock.nowMs = GIVE_UP_AFTER_MS - 1;
    const other = on.create("other");
    await settled();
    await oldest(on).block("unlucky", status);
    await oldest(on).take();
    expect(await other).toBe("stored");
    on.clock.nowMs = GIVE_UP_AFTER_MS + 1;
    await oldest(on).block("unlucky", status);
    await oldest(on).take();
    expect(await unlucky).toBe("stored");
  });

  it("that opens the index in time has it all", async () => {
    const on = stage();
    const created = on.create("a", "blocked");
    await settled();
    await oldest(on).block("blocked");
    on.clock.nowMs = BLOCKED_MS - 1;
    await oldest(on).block("blocked");
    await oldest(on).take();
    expect(await created).toBe("stored");
    expect(on.told).toEqual([]);
  });
});
