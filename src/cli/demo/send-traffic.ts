import { setImmediate as nextTurn } from "node:timers/promises";
import type { Output } from "../../backends/files/output-file.ts";
import { KIB, SECOND_MS } from "../../core/units.ts";
import { type TrafficOptions, traffic } from "../../generate/traffic.ts";
import type { Truth } from "../../generate/truth.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { pause } from "../process/pause.ts";
import { stopOnSignals } from "../process/stop-signal.ts";
import { trafficProgress } from "./traffic-progress.ts";

/** Rows are written together up to this size. */
const CHUNK_BYTES = 256 * KIB;
/** With a rate so often, so that a reader sees a stream and no bursts. */
const CHUNKS_PER_SECOND = 20;
const LF = Buffer.from("\n");

export interface SentTraffic {
  readonly lines: number;
  readonly rows: number;
  readonly bytes: number;
  /** How far the simulation came, in milliseconds since 1970. */
  readonly timeMs: number;
  /** A signal ended it early; what was begun came all the same. */
  readonly isInterrupted: boolean;
}

export interface SendOptions {
  /** Lines a second; null: as fast as they come. */
  readonly rate: number | null;
  readonly showsProgress: boolean;
  /** What a signal leads to, in words. */
  readonly onStop: string;
}

/**
 * Generates traffic into an output, with a progress bar, and closes the output; a signal ends it early. Rejects with
 * `IoError`.
 */
export async function sendTraffic(
  options: TrafficOptions,
  truth: Truth | null,
  output: Output,
  { rate, showsProgress, onStop }: SendOptions,
): Promise<SentTraffic> {
  const stop = new AbortController();
  const releaseSignals = stopOnSignals(stop, onStop);
  const progress = showsProgress ? trafficProgress(options) : null;
  try {
    const sent = await writeTraffic(options, truth, output, rate, stop.signal, (lines, timeMs) =>
      progress?.set(lines, timeMs),
    );
    await output.close();
    return { ...sent, isInterrupted: stop.signal.aborted };
  } finally {
    progress?.stop();
    releaseSignals();
  }
}

type OnChunk = (lines: number, timeMs: number) => void;

async function writeTraffic(
  options: TrafficOptions,
  truth: Truth | null,
  output: Output,
  rate: number | null,
  signal: AbortSignal,
  onChunk: OnChunk,
): Promise<Omit<SentTraffic, "isInterrupted">> {
  const sent = { lines: 0, rows: 0, bytes: 0, timeMs: options.fromMs };
  const startedAtMs = SYSTEM_CLOCK.monotonicMs();
  const chunkLines = rate === null ? Number.POSITIVE_INFINITY : Math.max(rate / CHUNKS_PER_SECOND, 1);
  let parts: Buffer[] = [];
  let chunkBytes = 0;
  let chunkStart = 0;
  const flush = async (): Promise<void> => {
    const chunk = Buffer.concat(parts);
    parts = [];
    chunkBytes = 0;
    chunkStart = sent.lines;
    sent.bytes += chunk.length;
    await output.write(chunk);
    onChunk(sent.lines, sent.timeMs);
    // A file takes everything at once: without a turn of the loop no signal would ever be heard.
    if (rate === null) await nextTurn();
    else {
      const dueMs = startedAtMs + (sent.lines * SECOND_MS) / rate;
      await pause(Math.max(dueMs - SYSTEM_CLOCK.monotonicMs(), 0), signal);
    }
  };
  for (const { bytes, lines, timeMs } of traffic(options, truth, signal)) {
    sent.rows += 1;
    sent.lines += lines;
    sent.timeMs = timeMs;
    parts.push(typeof bytes === "string" ? Buffer.from(`${bytes}\n`) : Buffer.concat([bytes, LF]));
    chunkBytes += parts.at(-1)?.length ?? 0;
    if (chunkBytes >= CHUNK_BYTES || sent.lines - chunkStart >= chunkLines) await flush();
  }
  await flush();
  return sent;
}
