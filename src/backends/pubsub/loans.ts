import type { Clock } from "../../core/clock.ts";
import { idParts, type LentMessage, type Subscriber, SubscriberError } from "./subscriber.ts";

/** The shortest deadline that a subscription can have: before that the first extension has to be there. */
const FIRST_LEASE_MS = 10_000;
const LEASE_MS = 30_000;
/** Extended when so much or less is left: some tries are left when one fails. */
const RENEW_BELOW_MS = 15_000;
const CHECK_MS = 2500;

interface Loan {
  readonly sizeBytes: number;
  /** By the monotonic clock: a step of the other must not end a lease. */
  endsAtMs: number;
}

/** What is held and not settled. Leases are extended while there is anything, whoever is busy with what. */
export interface Loans {
  readonly messages: number;
  readonly bytes: number;
  lend(messages: readonly LentMessage[]): void;
  settle(ackIds: readonly string[]): void;
  /** Settles by handing back: somebody else may have them at once. */
  giveBack(ackIds: readonly string[]): Promise<void>;
  /** Extends no more. What is still held comes again when its lease has run out. */
  stop(): void;
}

export interface LoansOptions {
  readonly clock: Pick<Clock, "monotonicMs" | "sleep">;
  /** Is told of the first of failures in a row. */
  readonly onTrouble: (operation: string, error: SubscriberError) => void;
  /** Something was settled. */
  readonly onRoom: () => void;
}

export function createLoans(subscriber: Subscriber, { clock, onTrouble, onRoom }: LoansOptions): Loans {
  const loans = new Map<string, Loan>();
  let bytes = 0;
  /** Ends when nothing is held any more. */
  let renewing: AbortController | null = null;
  let isInTrouble = false;

  /** Where it fails the next look tries again; a lease that runs out only repeats a message. */
  async function check(signal: AbortSignal): Promise<void> {
    try {
      await renew(subscriber, loans, clock.monotonicMs);
      if (!signal.aborted) isInTrouble = false;
    } catch (error) {
      if (!(error instanceof SubscriberError)) throw error;
      // Nothing is held any more, and nobody would be told.
      if (signal.aborted) return;
      if (!isInTrouble) onTrouble("extend leases of", error);
      isInTrouble = true;
    }
  }

  function stop(): void {
    renewing?.abort();
    renewing = null;
  }

  function settle(ackIds: readonly string[]): void {
    for (const ackId of ackIds) {
      bytes -= loans.get(ackId)?.sizeBytes ?? 0;
      loans.delete(ackId);
    }
    if (loans.size === 0) stop();
    onRoom();
  }

  return {
    get messages() {
      return loans.size;
    },
    get bytes() {
      return bytes;
    },
    lend(messages) {
      const endsAtMs = clock.monotonicMs() + FIRST_LEASE_MS;
      for (const { ackId, data } of messages) {
        // The same loan once more would be counted twice and settled once.
        if (loans.has(ackId)) continue;
        loans.set(ackId, { sizeBytes: data.length, endsAtMs });
        bytes += data.length;
      }
      if (loans.size === 0 || renewing !== null) return;
      renewing = new AbortController();
      void checkOn(clock, renewing.signal, check);
    },
    settle,
    async giveBack(ackIds) {
      settle(ackIds);
      try {
        await Promise.all(idParts(ackIds).map((part) => subscriber.extend(part, 0)));
      } catch (error) {
        if (!(error instanceof SubscriberError)) throw error;
        onTrouble("give messages back to", error);
      }
    },
    stop,
  };
}

/** Again and again until the signal aborts. */
async function checkOn(
  { sleep }: Pick<Clock, "sleep">,
  signal: AbortSignal,
  check: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    await sleep(CHECK_MS, signal);
    if (!signal.aborted) await check(signal);
  }
}

/** Extends what is due, and has not been settled meanwhile. A part that fails holds up no other; its error comes last. */
async function renew(subscriber: Subscriber, loans: Map<string, Loan>, monotonicMs: () => number): Promise<void> {
  const nowMs = monotonicMs();
  const due = [...loans].filter(([, { endsAtMs }]) => endsAtMs - nowMs <= RENEW_BELOW_MS).map(([ackId]) => ackId);
  const failures: unknown[] = [];
  for (const part of idParts(due)) {
    const ackIds = part.filter((ackId) => loans.has(ackId));
    if (ackIds.length === 0) continue;
    try {
      await renewPart(subscriber, loans, ackIds, monotonicMs);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function renewPart(
  subscriber: Subscriber,
  loans: Map<string, Loan>,
  ackIds: readonly string[],
  monotonicMs: () => number,
): Promise<void> {
  const askedAtMs = monotonicMs();
  const { lost, later } = await subscriber.extend(ackIds, LEASE_MS);
  const isLater = new Set(later);
  for (const ackId of ackIds) {
    const loan = loans.get(ackId);
    if (loan !== undefined && !isLater.has(ackId)) loan.endsAtMs = askedAtMs + LEASE_MS;
  }
  // Held until the ack, which will say so; there is no lease any more that could be extended.
  for (const ackId of lost) {
    const loan = loans.get(ackId);
    if (loan !== undefined) loan.endsAtMs = Number.POSITIVE_INFINITY;
  }
}
