/**
 * What a subscription alone costs: the pipeline of the first argument without anything between taking a message and its
 * ack. Batches close as those of a worker do. SIGTERM ends it.
 */
import { openInputOf } from "../../src/cli/open/input/pipeline-input.ts";
import { SYSTEM_CLOCK } from "../../src/cli/process/clock.ts";
import { beThrifty } from "../../src/cli/process/thrift.ts";
import { loadSettings } from "../../src/cli/settings.ts";
import type { LineLog } from "../../src/core/line-log.ts";
import { runEngine } from "../../src/engine/run.ts";

const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());

let pendingLines = 0;
let pendingBytes = 0;
const nothing: LineLog = {
  get pendingLines() {
    return pendingLines;
  },
  get pendingBytes() {
    return pendingBytes;
  },
  append: () => undefined,
  commit: () => {
    pendingLines = 0;
    pendingBytes = 0;
    return Promise.resolve([]);
  },
};

beThrifty();
const settings = await loadSettings(process.argv[2], {});
const input = await openInputOf(settings, stop.signal);
try {
  await runEngine({
    source: input.source(() => undefined),
    take: (payload) => {
      pendingLines += 1;
      pendingBytes += payload.kind === "message" ? payload.data.length : 0;
    },
    log: nothing,
    index: null,
    observer: null,
    limits: { ...settings.batch, maxLines: Math.min(settings.batch.maxLines, input.maxBatchLines) },
    clock: SYSTEM_CLOCK,
    signal: stop.signal,
  });
} finally {
  await input.close();
}
