import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWalWriter } from "../../src/archive/wal-writer.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import type { Payload } from "../../src/core/delivery.ts";
import type { QuarantineReason } from "../../src/core/fault.ts";
import { MIB } from "../../src/core/units.ts";
import { openArchiveCounts } from "../../src/counts/archive-counts.ts";
import { readBooks } from "../../src/counts/books/stream-book.ts";
import type { CountRow } from "../../src/counts/cube.ts";
import { createFactReader } from "../../src/counts/fact-reader.ts";
import { createDecoder } from "../../src/decode/decoder.ts";
import { catalogueFields } from "../../src/derive/catalogue-fields.ts";
import { createDeriver } from "../../src/derive/deriver.ts";
import { createDimensions, DIMENSION_FIELDS } from "../../src/derive/dimensions.ts";
import { createPseudonyms } from "../../src/derive/pseudonym.ts";
import { countedRows } from "../../src/generate/agreement.ts";
import { STANDARD } from "../derive/standard-events.ts";

/** What is found in traffic, in the words of the truth. */
export interface Counted {
  readonly lines_in: number;
  readonly archived: number;
  readonly eventless: number;
  readonly quarantined: Readonly<Record<string, number>>;
  readonly rows: readonly CountRow[];
}

const LIMITS = { maxDepth: 128, maxLineBytes: 4 * MIB, maxInflatedBytes: 32 * MIB };
const names = [...catalogueFields(STANDARD), ...DIMENSION_FIELDS];
const decoder = createDecoder({ names, limits: LIMITS, identityFields: {}, topic: "" });
const derive = createDeriver(STANDARD, decoder.slotOf);
const READER = createFactReader({
  decoder,
  derive,
  dimensionsOf: createDimensions(decoder.slotOf, { instance: null }),
  pseudonyms: createPseudonyms(Buffer.from("0123456789abcdef")),
});

/** Archives files of rows in memory, and counts them from there in every segment and period before `asOf`. */
export async function counted(files: readonly (readonly Buffer[])[], asOf: string): Promise<Counted> {
  const store = createMemoryStore();
  const clock = { nowMs: () => 0, monotonicMs: () => 0 };
  const limits = { maxLines: 500, maxBytes: MIB };
  const wal = createWalWriter({ store, stream: "local", writer: "aa", clock, limits });
  const kinds = new Map<string, QuarantineReason | "eventless" | "counted">();
  let lines = 0;
  for (const rows of files) {
    decoder.decode(fileOf(rows), (line, fields) => {
      lines += 1;
      const events = fields === null ? [] : derive(line.log, fields);
      kinds.set(line.id, line.reason ?? (events.length === 0 ? "eventless" : "counted"));
      wal.append(line);
    });
  }
  await wal.commit();
  const counts = await openArchiveCounts({
    store,
    local: {
      fileOf: (object) => Promise.reject(new Error(`nothing is sealed, and yet "${object.name}" is asked for`)),
    },
    reader: READER,
    basis: { catalogue: STANDARD.digest, pseudonymKey: "", instance: null },
    books: await readBooks(store),
    nowMs: 0,
    latenessMs: 0,
    memoryLimit: "256MB",
    spillDirectory: join(tmpdir(), "logtally-spill"),
    tell: () => undefined,
    startProgress: () => ({ add: () => undefined, stop: () => undefined }),
  });
  try {
    const rows = await countedRows(counts, asOf);
    const { counted: _counted, eventless = 0, ...quarantined } = sizes([...kinds.values()]);
    return { lines_in: lines, archived: counts.lines, eventless, quarantined, rows };
  } finally {
    counts.close();
  }
}

/** The rows as a file; equal rows make equal files. */
function fileOf(rows: readonly Buffer[]): Payload {
  const buffer = Buffer.concat([Buffer.alloc(1), ...rows.flatMap((row) => [row, Buffer.from("\n")])]);
  const fingerprint = createHash("sha256").update(buffer).digest("hex");
  return { kind: "lines", buffer, start: 1, end: buffer.length, fingerprint, offset: 0, continuesLine: false };
}

function sizes(words: readonly string[]): Record<string, number> {
  const grouped = Object.entries(Object.groupBy(words, (word) => word));
  return Object.fromEntries(grouped.map(([word, all = []]) => [word, all.length]));
}
