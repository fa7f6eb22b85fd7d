import { createBufferPool } from "../../core/buffer-pool.ts";
import type { DocumentIndex, IndexDocument, Rejection } from "../../core/document-index.ts";
import { IoError } from "../../core/fault.ts";
import { type Backoff, waitMs } from "../../core/retry.ts";
import { MIB } from "../../core/units.ts";
import { BULK_QUERY, bulkBytes, type Outcome, outcomesOf, writeBulk } from "./bulk.ts";
import { type Cluster, ClusterError } from "./cluster.ts";
import { createGate, MOST_REQUESTS } from "./gate.ts";
import { createHealth } from "./health.ts";

export interface ElasticsearchIndexOptions {
  /** `giveUpAfterMs` counts from the first failure after the last success of any request. */
  readonly backoff: Backoff;
  /** Is told, in words, of the first of failures in a row, and when they have ended. */
  readonly onTrouble: (message: string) => void;
}

const TOO_LARGE = 413;
const POOLED_BYTES = 8 * MIB;

/** A document, and its place among those that were given together. */
interface Item {
  readonly document: IndexDocument;
  readonly position: number;
}

/** What is to be sent again, and why. */
interface Rest {
  readonly items: readonly Item[];
  readonly why: string;
}

/**
 * Documents in Elasticsearch, by bulk requests whose outcomes count one by one: what the cluster did not take for the
 * moment is sent again alone. How many requests are under way follows its answers.
 */
export function createElasticsearchIndex(cluster: Cluster, options: ElasticsearchIndexOptions): DocumentIndex {
  const { backoff } = options;
  const gate = createGate();
  const pool = createBufferPool(MOST_REQUESTS, POOLED_BYTES);
  const health = createHealth(backoff, (what) => options.onTrouble(`index into "${cluster.name}": ${what}`));

  /** One request. Resolves with what is left to be sent again. */
  async function send(items: readonly Item[], rejections: (Rejection | null)[], signal: AbortSignal): Promise<Rest> {
    await gate.enter();
    try {
      const documents = items.map(({ document }) => document);
      const room = pool.take(bulkBytes(documents));
      const body = writeBulk(documents, room);
      const answer = await cluster.send({ method: "POST", path: "/_bulk", query: BULK_QUERY, body }, signal);
      // Not after a failure: what was given up may still be on its way.
      pool.giveBack(room);
      const rest = sorted(items, outcomesOf(answer, items.length), rejections);
      if (rest.items.length < items.length) health.succeed();
      if (rest.items.length === 0) gate.grow();
      return rest;
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      if (error.status === TOO_LARGE) throw error;
      return { items, why: error.message };
    } finally {
      gate.leave();
    }
  }

  /** Until nothing is left. */
  async function settle(items: readonly Item[], rejections: (Rejection | null)[], signal: AbortSignal): Promise<void> {
    let left = items;
    for (let tries = 0; left.length > 0; tries += 1) {
      const rest = await send(left, rejections, signal);
      left = rest.items;
      if (left.length === 0) return;
      if (signal.aborted) throw new IoError("unavailable", `index into "${cluster.name}": no answer before the end`);
      gate.shrink();
      health.fail(rest.why);
      if (health.isGivenUp()) throw new IoError("unavailable", `index into "${cluster.name}": ${rest.why}`);
      await backoff.sleep(waitMs(tries, backoff.random), signal);
    }
  }

  return {
    async create(documents, signal) {
      const rejections: (Rejection | null)[] = documents.map(() => null);
      const items = documents.map((document, position) => ({ document, position }));
      await inParts(
        items,
        (part) => settle(part, rejections, signal),
        (item) => {
          rejections[item.position] = tooLarge(item.document);
        },
      );
      return rejections;
    },
  };
}

/** All at once, or in halves where that is larger than what the cluster, or what stands in between, takes. */
async function inParts(
  items: readonly Item[],
  settle: (items: readonly Item[]) => Promise<void>,
  refuse: (item: Item) => void,
): Promise<void> {
  try {
    await settle(items);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    const [only] = items;
    if (only !== undefined && items.length === 1) {
      refuse(only);
      return;
    }
    const middle = Math.ceil(items.length / 2);
    await inParts(items.slice(0, middle), settle, refuse);
    await inParts(items.slice(middle), settle, refuse);
  }
}

function tooLarge({ source }: IndexDocument): Rejection {
  const reason = `a document of ${source.length} bytes is more than a request may have`;
  return { status: TOO_LARGE, type: "too_large", reason };
}

/** Notes what is rejected; gives what is to be sent again. */
function sorted(items: readonly Item[], outcomes: readonly Outcome[], rejections: (Rejection | null)[]): Rest {
  const again: Item[] = [];
  let why = "";
  for (const [at, item] of items.entries()) {
    const outcome = outcomes[at];
    if (outcome === undefined || outcome.kind === "stored") continue;
    if (outcome.kind === "rejected") rejections[item.position] = outcome.rejection;
    else {
      again.push(item);
      const { status, type, reason } = outcome.rejection;
      why ||= `status ${status}, ${type}: ${reason}`;
    }
  }
  return { items: again, why };
}
