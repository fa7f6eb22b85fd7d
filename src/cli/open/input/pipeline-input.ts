import type { OnRead } from "../../../backends/files/file-source.ts";
import type { PubsubSource } from "../../../backends/pubsub/pubsub-source.ts";
import type { PipelineSettings, PubsubSettings } from "../../../config/pipeline.ts";
import type { Source } from "../../../core/delivery.ts";
import type { Budget } from "../../../observe/worker-samples.ts";
import { notify, notifying } from "../../terminal/tell.ts";
import { followStatePath } from "./follow-state-path.ts";
import { openInput } from "./input.ts";
import { findInputFiles, refuseOwnArchive } from "./input-files.ts";
import { openSubscription, SUBSCRIPTION_BACKOFF } from "./subscription.ts";

/** The most messages that a worker holds, acks outstanding; each costs half a kilobyte. */
const MAX_MESSAGES = 60_000;
/** One batch is committed while the next is pulled (I7). */
const BATCHES = 2;
/** Of one batch. */
export const MAX_BATCH_MESSAGES = MAX_MESSAGES / BATCHES;

/** What a pipeline reads, found and reachable. */
export interface PipelineInput {
  /** Stored bytes; null where nobody knows. */
  readonly sizeBytes: number | null;
  /** A batch of more lines could use up all that the input may lend, and would be waited for until it is too old (I7). */
  readonly maxBatchLines: number;
  /** To be called once. `onRead` is told of stored bytes, or of those of messages. */
  source(onRead: OnRead): Source;
  /** What is lent by the source and may be, in memory; none where nothing is lent. */
  budgets(): readonly Budget[];
  /** When all is acked, or will not be any more. */
  close(): Promise<void>;
}

/** Before anything is reached: throws `UsageError` for a source that cannot be read into this archive. */
export function refuseUnreadable(settings: PipelineSettings): void {
  const { source } = settings;
  if (source.kind === "files" && source.isFollowed) followStatePath(settings, source);
  refuseOwnArchive(settings);
}

/** Rejects with `UsageError` for a missing file, with `IoError` for a subscription that cannot be read. */
export async function openInputOf(settings: PipelineSettings, stop: AbortSignal): Promise<PipelineInput> {
  const { source, batch } = settings;
  if (source.kind === "pubsub") return openPubsub(source, batch.maxBytes, stop);
  if (source.kind === "files" && source.isFollowed) {
    const { openFollowed } = await import("./followed-input.ts");
    return openFollowed(settings, source);
  }
  const files = source.kind === "files" ? await findInputFiles(source.paths, source.endpoint) : null;
  return {
    sizeBytes: files?.sizeBytes ?? null,
    maxBatchLines: Number.POSITIVE_INFINITY,
    source: (onRead) => openInput(files, onRead),
    budgets: () => [],
    close: () => Promise.resolve(),
  };
}

async function openPubsub(settings: PubsubSettings, maxBatchBytes: number, stop: AbortSignal): Promise<PipelineInput> {
  const { createPubsubSource } = await import("../../../backends/pubsub/pubsub-source.ts");
  const { subscriber, topic, problems } = await openSubscription(settings, stop);
  for (const problem of problems) notify("subscription_settings", problem);
  const budget = { maxMessages: MAX_MESSAGES, maxBytes: BATCHES * maxBatchBytes };
  let close = (): Promise<void> => subscriber.close();
  let held: PubsubSource["held"] = () => ({ messages: 0, bytes: 0 });
  return {
    sizeBytes: null,
    maxBatchLines: MAX_BATCH_MESSAGES,
    source(onRead) {
      const source = createPubsubSource(subscriber, {
        subscription: settings.subscription,
        topic,
        budget,
        backoff: SUBSCRIPTION_BACKOFF,
        onTrouble: notifying("subscription_trouble"),
        onRead,
      });
      close = source.close;
      held = source.held;
      return source;
    },
    budgets: () => [
      { name: "held_messages", used: held().messages, limit: budget.maxMessages },
      { name: "held_bytes", used: held().bytes, limit: budget.maxBytes },
    ],
    close: () => close(),
  };
}
