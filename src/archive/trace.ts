import type { ArchivedLine } from "../core/archived-line.ts";
import { UsageError } from "../core/fault.ts";
import { MIB } from "../core/units.ts";

/** Lines that are put into order at once, and their bytes: a request leaves some dozens. */
const MOST_LINES = 100_000;
const MOST_BYTES = 64 * MIB;

/** Collects the lines of one request and puts them into the order of their times, whatever component wrote them. */
export interface Trace {
  /** Throws `UsageError` where they are more than are put into order. */
  add(line: ArchivedLine): void;
  /** By time; lines of the same millisecond in the order in which they came. Lines without time are the last. */
  inOrder(): ArchivedLine[];
}

export function createTrace(request: string, mostLines: number = MOST_LINES): Trace {
  const lines: ArchivedLine[] = [];
  let bytes = 0;
  return {
    add(line) {
      const { buffer, start, end } = line;
      bytes += end - start;
      if (lines.length === mostLines || bytes > MOST_BYTES) {
        throw new UsageError(
          `trace "${request}": it has more than ${mostLines} lines, or ${MOST_BYTES / MIB} MiB of them (hint: narrow it by ` +
            "--since and --until, or take --correlation-id, which puts nothing into order)",
        );
      }
      lines.push({ ...line, buffer: Buffer.from(buffer.subarray(start, end + 1)), start: 0, end: end - start });
    },
    inOrder: () => lines.toSorted((a, b) => timeOf(a) - timeOf(b)),
  };
}

function timeOf({ meta }: ArchivedLine): number {
  return meta.timeMs ?? Number.MAX_SAFE_INTEGER;
}
