import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { type Output, openOutputFile } from "../backends/files/output-file.ts";
import { IoError, UsageError } from "../core/fault.ts";
import { KIB, SECOND_MS } from "../core/units.ts";
import { type TrafficOptions, traffic } from "../generate/traffic.ts";
import type { Truth } from "../generate/truth.ts";
import { SYSTEM_CLOCK } from "./clock.ts";

/** Rows are written together up to this size. */
const CHUNK_BYTES = 256 * KIB;
/** With a rate so often, so that a reader sees a stream and no bursts. */
const CHUNKS_PER_SECOND = 20;

export interface SentTotals {
  lines: number;
  rows: number;
  bytes: number;
  /** How far the simulation is, in milliseconds since 1970. */
  timeMs: number;
}

export interface SendOptions {
  /** Lines a second; null: as fast as they come. */
  readonly rate: number | null;
  readonly signal: AbortSignal | null;
  /** Told after each chunk. */
  readonly onSent: (totals: SentTotals) => void;
}

/** Generates traffic into an output, which stays open. Rejects with `IoError`. */
export async function sendTraffic(
  options: TrafficOptions,
  truth: Truth | null,
  output: Output,
  { rate, signal, onSent }: SendOptions,
): Promise<SentTotals> {
  const totals: SentTotals = { lines: 0, rows: 0, bytes: 0, timeMs: options.fromMs };
  const startedAtMs = SYSTEM_CLOCK.monotonicMs();
  const chunkLines = rate === null ? Number.POSITIVE_INFINITY : Math.max(rate / CHUNKS_PER_SECOND, 1);
  let parts: Buffer[] = [];
  let text = "";
  let chunkStart = 0;
  const flush = async (): Promise<void> => {
    if (text !== "") parts.push(Buffer.from(text));
    const chunk = Buffer.concat(parts);
    parts = [];
    text = "";
    chunkStart = totals.lines;
    totals.bytes += chunk.length;
    await output.write(chunk);
    onSent(totals);
    if (rate === null || signal?.aborted === true) return;
    const dueMs = startedAtMs + (totals.lines * SECOND_MS) / rate;
    await sleepUntil(dueMs, signal);
  };
  for (const { bytes, lines, timeMs } of traffic(options, truth, signal)) {
    totals.rows += 1;
    totals.lines += lines;
    totals.timeMs = timeMs;
    if (typeof bytes === "string") text += `${bytes}\n`;
    else {
      parts.push(Buffer.from(text), bytes, Buffer.from("\n"));
      text = "";
    }
    if (text.length >= CHUNK_BYTES || totals.lines - chunkStart >= chunkLines || parts.length > 1000) await flush();
  }
  await flush();
  return totals;
}

/** A file, or `-` for standard output. Rejects with `UsageError` where its folder is missing, with `IoError`. */
export async function openOutput(path: string): Promise<Output> {
  if (path === "-") return { write: writeToStdout, close: () => Promise.resolve() };
  try {
    return await openOutputFile(path);
  } catch (error) {
    if (!(error instanceof IoError) || error.code !== "not_found") throw error;
    throw new UsageError(`${error.message} (hint: make its folder first)`, { cause: error });
  }
}

async function writeToStdout(chunk: Uint8Array): Promise<void> {
  if (!process.stdout.write(chunk)) await once(process.stdout, "drain");
}

/** An abort ends the wait. */
async function sleepUntil(dueMs: number, signal: AbortSignal | null): Promise<void> {
  const waitMs = dueMs - SYSTEM_CLOCK.monotonicMs();
  if (waitMs <= 0) return;
  try {
    await sleep(waitMs, undefined, signal === null ? {} : { signal });
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}
