import { streamOfObject } from "../../../archive/object-stream.ts";
import type { ReplaySink } from "../../../archive/replay/replay.ts";
import type { HourFiles } from "../../../backends/files/hour-files.ts";
import type { ArchivedLine } from "../../../core/archived-line.ts";
import type { DocumentIndex } from "../../../core/document-index.ts";
import { UNDATED_HOUR } from "../../../core/hour.ts";
import { hourOfId } from "../../../core/identity.ts";
import { HOUR_MS } from "../../../core/units.ts";
import type { DocumentBuilder } from "../../../indexing/document/line-document.ts";
import type { IndexNames } from "../../../indexing/index-name.ts";
import { createLineIndexer, type LineIndexer } from "../../../indexing/line-indexer.ts";
import { print } from "../../terminal/print.ts";

/** A sink that counts what it was given since its last stretch ended. */
export interface CountingSink extends ReplaySink {
  /** Lines, and those that the index rejected; begins anew. */
  takeCounts(): { readonly lines: number; readonly rejected: number };
}

/** Standard output: raw lines. */
export function createOutputSink(): CountingSink {
  return counting(async (lines) => {
    await print(bytesOf(lines));
    return 0;
  });
}

/** Files by filing hour: `2020-12-22/09.ndjson.zst`, or `undated.ndjson.zst`. */
export function createFilesSink(files: HourFiles): CountingSink {
  return counting(
    async (lines) => {
      for (const [hour, ofHour] of Map.groupBy(lines, ({ meta }) => hourOfId(meta.id))) {
        await files.append(fileName(hour), bytesOf(ofHour));
      }
      return 0;
    },
    () => files.finish(),
  );
}

/** An index: each line as the document that a run of its own stream makes. */
export function createIndexSink(
  index: DocumentIndex,
  names: IndexNames,
  documentsOf: (stream: string) => DocumentBuilder,
  signal: AbortSignal,
): CountingSink {
  const indexers = new Map<string, LineIndexer>();
  return counting(async (lines) => {
    let rejected = 0;
    for (const [stream, ofStream] of Map.groupBy(lines, ({ object }) => streamOfObject(object))) {
      const indexer = indexers.get(stream) ?? createLineIndexer({ index, names, documents: documentsOf(stream) });
      indexers.set(stream, indexer);
      rejected += (await indexer.index(ofStream, signal)).rejected;
    }
    return rejected;
  });
}

function counting(
  take: (lines: readonly ArchivedLine[]) => Promise<number>,
  endStretch: () => Promise<void> = () => Promise.resolve(),
): CountingSink {
  let counts = { lines: 0, rejected: 0 };
  return {
    async take(lines) {
      const rejected = await take(lines);
      counts = { lines: counts.lines + lines.length, rejected: counts.rejected + rejected };
    },
    endStretch,
    takeCounts() {
      const taken = counts;
      counts = { lines: 0, rejected: 0 };
      return taken;
    },
  };
}

/** As received, each ended by LF. */
function bytesOf(lines: readonly ArchivedLine[]): Buffer {
  return Buffer.concat(lines.map(({ buffer, start, end }) => buffer.subarray(start, end + 1)));
}

function fileName(hour: number): string {
  if (hour === UNDATED_HOUR) return "undated.ndjson.zst";
  const text = new Date(hour * HOUR_MS).toISOString();
  return `${text.slice(0, 10)}/${text.slice(11, 13)}.ndjson.zst`;
}
