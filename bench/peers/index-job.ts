/**
 * Goal: each line of a file decoded, with one more field, sent to Elasticsearch.
 * Method: a server that takes everything at once stands for it, anew for each run, so that what is measured is what sends.
 * It counts the documents, and those whose field says "write".
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { logtally } from "../measuring/measure.ts";
import { FIELD, WRITE } from "./derived-field.ts";
import type { Entrant, Trial } from "./entrant.ts";
import { check, inPlace, type Job, type Place, perform } from "./job.ts";
import type { Found, Peer } from "./peer.ts";

const SINK = join(import.meta.dirname, "../programs/bulk-sink.ts");

/** A peer that is here, over the corpus; null where it does not index. */
export function indexEntrant(job: Job, { name, toIndex }: Peer, { command, version }: Found): Entrant | null {
  if (toIndex === null) return null;
  const run = (place: Place): Promise<Trial> =>
    withSink(`"${FIELD}":"${WRITE}"`, async (url, received) => {
      const task = toIndex({ command, corpus: job.corpus.path, ...place, url });
      const usage = await perform(job, task, place);
      const { count, marked } = await received();
      check(job, { lines: count, writes: marked }, task.derives);
      return { usage, way: task.way, storedBytes: null };
    });
  return { name, version, run: () => inPlace(run) };
}

/** logtally archives each line too: it indexes none that is not archived. It also tells of itself, in another index. */
export function ownIndexEntrant(job: Job, name: string, version: string): Entrant {
  const run = (place: Place): Promise<Trial> =>
    withSink('{"create":{"_index":"logtally.logs-', async (url, received) => {
      const index = `index={kind: elasticsearch, urls: ["${url}"]}`;
      const command = logtally("run", "--from", job.corpus.path, "--archive", place.stem, "--set", index);
      const usage = await perform(job, { command, config: null }, place);
      const { marked } = await received();
      check(job, { lines: marked, writes: 0 }, false);
      return { usage, way: "bulk requests; archive, typed fields, masking", storedBytes: null };
    });
  return { name, version, run: () => inPlace(run) };
}

interface Received {
  readonly count: number;
  /** How often the marker came. */
  readonly marked: number;
}

/** Starts a server that looks for the marker in what it gets. */
async function withSink<Result>(
  marker: string,
  work: (url: string, received: () => Promise<Received>) => Promise<Result>,
): Promise<Result> {
  const sink = spawn(process.execPath, [SINK, "logtally", marker], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const [url] = (await once(createInterface({ input: sink.stdout }), "line")) as [string];
    return await work(url, async () => (await (await fetch(`${url}/_count`)).json()) as Received);
  } finally {
    sink.stdin.end();
  }
}
