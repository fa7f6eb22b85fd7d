import { readFile } from "node:fs/promises";
import { grpc } from "google-gax";
import { type Ledger, LentQueue } from "./lent-queue.ts";
import {
  type IdsRequest,
  messageBytes,
  type PullRequest,
  receivedBytes,
  refusalOfIds,
  SUBSCRIBER_SERVICE,
  subscriptionBytes,
} from "./pubsub-wire.ts";

/** What goes wrong, until it is set back to null. */
export interface Faults {
  /** `reply lost`: acked, then unavailable. `pending`: no answer. `later`: each id is to be sent again. */
  readonly acks: "refused" | "reply lost" | "pending" | "later" | null;
  readonly everything: "unavailable" | null;
  /** This part of what is acked comes once more. */
  readonly redelivered: number;
}

export interface ScriptedPubsubOptions {
  readonly isExactlyOnce: boolean;
  readonly ackDeadlineMs: number;
}

/** A server of one subscription that does on demand what the service does once in a while. */
export interface ScriptedPubsub {
  /** `HOST:PORT`. */
  readonly host: string;
  readonly subscription: string;
  /** Publishes the dumped messages of a file, from a row to before another. Resolves with how many. */
  publishFile(path: string, from?: number, to?: number): Promise<number>;
  fail(faults: Partial<Faults>): Promise<void>;
  /** Who is connected now gets no answer any more, whoever connects anew does. */
  silence(): Promise<void>;
  /** Puts its clock forward: leases run out. */
  putForward(ms: number): Promise<void>;
  ledger(): Promise<Ledger>;
  close(): Promise<void>;
}

const SUBSCRIPTION = "projects/test/subscriptions/scripted";
const TOPIC = "projects/test/topics/pubsub-rails-inf-test";
const PULL_WAIT_MS = 20_000;
const EXPIRY_CHECK_MS = 100;
const DEFAULTS: ScriptedPubsubOptions = { isExactlyOnce: false, ackDeadlineMs: 10_000 };
const EMPTY = Buffer.alloc(0);

type Answer = (error: Partial<grpc.StatusObject> | null, value?: Buffer) => void;
type Call<Request> = grpc.ServerUnaryCall<Request, Buffer>;

export async function startScriptedPubsub(options: Partial<ScriptedPubsubOptions> = {}): Promise<ScriptedPubsub> {
  const { isExactlyOnce, ackDeadlineMs } = { ...DEFAULTS, ...options };
  const queue = new LentQueue(ackDeadlineMs);
  let faults: Faults = { acks: null, everything: null, redelivered: 0 };
  const peers = new Set<string>();
  const silenced = new Set<string>();
  const waiting = new Set<() => void>();
  let published = 0;
  let redeliveries = 0;

  function wake(): void {
    for (const answer of waiting) answer();
  }

  function pull(call: Call<PullRequest>, answer: Answer): void {
    if (isAway(call, answer)) return;
    const tryNow = (isLast: boolean): void => {
      if (call.cancelled || silenced.has(call.getPeer())) return done();
      const lent = queue.lend(call.request.maxMessages);
      if (lent.length === 0 && !isLast) return;
      done();
      answer(null, Buffer.concat(lent.map(([ackId, bytes]) => receivedBytes(ackId, bytes))));
    };
    const onWake = (): void => tryNow(false);
    const timer = setTimeout(() => tryNow(true), PULL_WAIT_MS);
    const done = (): void => {
      clearTimeout(timer);
      waiting.delete(onWake);
    };
    waiting.add(onWake);
    call.on("cancelled", done);
    onWake();
  }

  function acknowledge(call: Call<IdsRequest>, answer: Answer): void {
    if (isAway(call, answer)) return;
    const { ackIds } = call.request;
    if (faults.acks === "pending") return;
    if (faults.acks === "refused") return answer(refusal(grpc.status.PERMISSION_DENIED, "not allowed"));
    if (faults.acks === "later") return answer(refusalOfIds(reasons(ackIds, "TRANSIENT_FAILURE_NOT_NOW")));
    const invalid = isExactlyOnce ? ackIds.filter((ackId) => !queue.isCurrent(ackId)) : [];
    for (const ackId of ackIds) {
      if (invalid.includes(ackId)) continue;
      queue.ack(ackId);
      redeliveries += faults.redelivered;
      if (redeliveries >= 1) queue.redeliver(ackId);
      redeliveries %= 1;
    }
    wake();
    if (faults.acks === "reply lost") return answer(refusal(grpc.status.UNAVAILABLE, "the reply was lost"));
    answerIds(invalid, answer);
  }

  function modify(call: Call<IdsRequest>, answer: Answer): void {
    if (isAway(call, answer)) return;
    const { ackIds, ackDeadlineSeconds } = call.request;
    const invalid = isExactlyOnce ? ackIds.filter((ackId) => !queue.isCurrent(ackId)) : [];
    for (const ackId of ackIds) queue.extend(ackId, (ackDeadlineSeconds ?? 0) * 1000);
    wake();
    answerIds(invalid, answer);
  }

  /** True where the right answer is not to be given. */
  function isAway(call: Call<unknown>, answer: Answer): boolean {
    peers.add(call.getPeer());
    if (silenced.has(call.getPeer())) return true;
    if (faults.everything === null) return false;
    answer(refusal(grpc.status.UNAVAILABLE, "away for a while"));
    return true;
  }

  const server = new grpc.Server();
  server.addService(SUBSCRIBER_SERVICE, {
    GetSubscription(call: Call<Buffer>, answer: Answer) {
      if (!isAway(call, answer)) answer(null, subscriptionBytes(SUBSCRIPTION, TOPIC, isExactlyOnce));
    },
    Pull: pull,
    Acknowledge: acknowledge,
    ModifyAckDeadline: modify,
  });
  const port = await listen(server);
  const timer = setInterval(() => {
    queue.expire();
    wake();
  }, EXPIRY_CHECK_MS);

  return {
    host: `127.0.0.1:${port}`,
    subscription: SUBSCRIPTION,
    async publishFile(path, from = 0, to = Number.POSITIVE_INFINITY) {
      const rows = (await readFile(path, "utf8")).trimEnd().split("\n").slice(from, to);
      for (const row of rows) {
        published += 1;
        queue.publish(messageBytes(row, String(published)));
      }
      wake();
      return rows.length;
    },
    async fail(more) {
      faults = { ...faults, ...more };
    },
    async silence() {
      for (const peer of peers) silenced.add(peer);
    },
    async putForward(ms) {
      queue.putForward(ms);
    },
    async ledger() {
      return queue.ledger();
    },
    async close() {
      clearInterval(timer);
      server.forceShutdown();
    },
  };
}

function listen(server: grpc.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

function refusal(code: grpc.status, details: string): Partial<grpc.StatusObject> {
  return { code, details };
}

function reasons(ackIds: readonly string[], reason: string): Map<string, string> {
  return new Map(ackIds.map((ackId) => [ackId, reason]));
}

function answerIds(invalid: readonly string[], answer: Answer): void {
  if (invalid.length === 0) answer(null, EMPTY);
  else answer(refusalOfIds(reasons(invalid, "PERMANENT_FAILURE_INVALID_ACK_ID")));
}
