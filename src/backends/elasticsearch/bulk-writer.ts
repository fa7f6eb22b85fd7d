import { createBufferPool } from "../../core/buffer-pool.ts";
import type { IndexDocument } from "../../core/document-index.ts";
import { IoError } from "../../core/fault.ts";
import { type Backoff, waitMs } from "../../core/retry.ts";
import { MIB, SECOND_MS } from "../../core/units.ts";
import { type BulkAction, bulkBytes, type Outcome, outcomesOf, type SettledOutcome, writeBulk } from "./bulk.ts";
import { type Cluster, ClusterError } from "./cluster.ts";
import { createGate, MOST_REQUESTS } from "./gate.ts";
import { createHealth } from "./health.ts";

export interface BulkWriterOptions {
  /** `giveUpAfterMs` counts from the first failure after the last success of any request. */
  readonly backoff: Backoff;
  /** Is told, in words, of the first of failures in a row, and when they have ended. */
  readonly onTrouble: (message: string) => void;
}

const TOO_LARGE = 413;
/** How long single indices that take nothing hold up what others take. */
const BLOCKED_MS = 5 * SECOND_MS;
const POOLED_BYTES = 8 * MIB;
const STORED: SettledOutcome = { kind: "stored" };

/** Writes documents, whatever is done with them there. */
export interface BulkWriter<Document extends IndexDocument> {
  /**
   * Resolves once each document is settled, by position; what passes is waited out. Rejects with `IoError` as `create` of
   * a `DocumentIndex` does.
   */
  write(documents: readonly Document[], signal: AbortSignal): Promise<readonly SettledOutcome[]>;
}

/** Documents that were given together, and what becomes of them. */
interface Given<Document> {
  readonly documents: readonly Document[];
  readonly settled: SettledOutcome[];
}

/** What is to be sent again, by its positions among the given, and why. */
interface Rest {
  readonly positions: readonly number[];
  readonly why: string;
  /** What the whole request failed with, if it did. */
  readonly cause?: Error;
  /** True where nothing but the state of single indices keeps them: read-only, closed, not allowed. */
  readonly isBlocked: boolean;
}

/**
 * Writes documents by bulk requests whose outcomes count one by one: what the cluster did not take for the
 * moment is sent again alone. How many requests are under way follows its answers.
 */
export function createBulkWriter<Document extends IndexDocument>(
  cluster: Cluster,
  action: BulkAction<Document>,
  { backoff, onTrouble }: BulkWriterOptions,
): BulkWriter<Document> {
  const gate = createGate();
  const pool = createBufferPool(MOST_REQUESTS, POOLED_BYTES);
  const tell = (what: string): void => onTrouble(`index into "${cluster.name}": ${what}`);
  const health = createHealth(backoff, tell);

  /** One request. Resolves with what is left to be sent again. */
  async function send(given: Given<Document>, positions: readonly number[], signal: AbortSignal): Promise<Rest> {
    await gate.enter();
    try {
      const documents = positions.flatMap((position) => given.documents[position] ?? []);
      const room = pool.take(bulkBytes(documents, action.mostMemberBytes));
      const body = writeBulk(documents, action, room);
      const answer = await cluster.send({ method: "POST", path: "/_bulk", query: action.query, body }, signal);
      // Not after a failure: what was given up may still be on its way.
      pool.giveBack(room);
      const rest = sorted(positions, outcomesOf(answer, positions.length, action), given.settled);
      if (rest.positions.length < positions.length) health.succeed();
      if (rest.positions.length === 0) gate.grow();
      else if (!rest.isBlocked) gate.shrink();
      return rest;
    } catch (error) {
      if (!(error instanceof ClusterError) || error.status === TOO_LARGE) throw error;
      // A request that was ended says nothing about the cluster.
      if (!signal.aborted) gate.shrink();
      return { positions, why: error.message, cause: error, isBlocked: false };
    } finally {
      gate.leave();
    }
  }

  /** Until nothing is left. */
  async function settle(given: Given<Document>, all: readonly number[], signal: AbortSignal): Promise<void> {
    // What others get into their indices says nothing about one that takes nothing; whoever is told of that gets it.
    const patience = { ...backoff, giveUpAfterMs: Math.min(backoff.giveUpAfterMs, BLOCKED_MS) };
    const blocked = createHealth(patience, () => undefined);
    for (let tries = 0, left = all; left.length > 0; tries += 1) {
      const rest = await send(given, left, signal);
      left = rest.positions;
      if (left.length === 0) {
        blocked.succeed();
        return;
      }
      const isAway = !rest.isBlocked || signal.aborted;
      const failure = new IoError(isAway ? "unavailable" : "denied", `index into "${cluster.name}": ${rest.why}`, rest);
      if (signal.aborted) throw failure;
      const failing = rest.isBlocked ? blocked : health;
      failing.fail(rest.why);
      if (failing.isGivenUp()) throw failure;
      backoff.onRetry?.(failure);
      await backoff.sleep(waitMs(tries, backoff.random), signal);
    }
  }

  return {
    async write(documents, signal) {
      const settled: SettledOutcome[] = documents.map(() => STORED);
      await inParts(
        [...documents.keys()],
        (positions) => settle({ documents, settled }, positions, signal),
        (position) => void settled.splice(position, 1, tooLarge(documents[position])),
      );
      return settled;
    },
  };
}

/** All at once, or in halves where that is larger than what the cluster, or what stands in between, takes. */
async function inParts(
  positions: readonly number[],
  settle: (positions: readonly number[]) => Promise<void>,
  refuse: (position: number) => void,
): Promise<void> {
  try {
    await settle(positions);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    const [only] = positions;
    if (only !== undefined && positions.length === 1) {
      refuse(only);
      return;
    }
    const middle = Math.ceil(positions.length / 2);
    await inParts(positions.slice(0, middle), settle, refuse);
    await inParts(positions.slice(middle), settle, refuse);
  }
}

function tooLarge(document: IndexDocument | undefined): SettledOutcome {
  const reason = `a document of ${document?.source.length ?? 0} bytes is more than a request may have`;
  return { kind: "rejected", rejection: { status: TOO_LARGE, type: "too_large", reason } };
}

/** Notes what is settled; gives what is to be sent again. */
function sorted(positions: readonly number[], outcomes: readonly Outcome[], settled: SettledOutcome[]): Rest {
  const again: number[] = [];
  let why = "";
  let isBusy = false;
  for (const [at, position] of positions.entries()) {
    const outcome = outcomes[at];
    if (outcome === undefined || outcome.kind === "stored") continue;
    if (outcome.kind === "rejected" || outcome.kind === "conflict") settled[position] = outcome;
    else {
      again.push(position);
      if (outcome.kind === "busy") isBusy = true;
      const { status, type, reason } = outcome.rejection;
      why ||= `status ${status}, ${type}: ${reason}`;
    }
  }
  return { positions: again, why, isBlocked: again.length > 0 && !isBusy };
}
