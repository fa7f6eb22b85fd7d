import { eachSegmentId } from "../../archive/audit/segment-ids.ts";
import type { NamedLine } from "../../archive/audit/span-lines.ts";
import type { SealedPlan } from "../../archive/sealed-plan.ts";
import { isInSpan } from "../../archive/span.ts";
import type { TailObject } from "../../archive/tail.ts";
import { openOutput } from "../../archive/vault-reader.ts";
import { openWalObject } from "../../archive/wal-reader.ts";
import type { ObjectStore } from "../../core/object-store.ts";

export interface IndexLinesOptions {
  readonly store: ObjectStore;
  readonly plans: readonly SealedPlan[];
  readonly tail: readonly TailObject[];
  /** Which of these ids have a document. Rejects with `IoError`. */
  readonly indexedIds: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
}

const IDS_PER_QUESTION = 1000;
/** Lines that are named one by one. */
const MOST_NAMED = 20;

/** The first lines of an hour that have no document. Rejects with `IoError`. */
export async function linesWithoutDocument(options: IndexLinesOptions, hour: number): Promise<NamedLine[]> {
  const { store, plans, tail, indexedIds } = options;
  const missing: NamedLine[] = [];
  let asked: NamedLine[] = [];
  const ask = async (): Promise<void> => {
    const indexed = await indexedIds(asked.map(({ id }) => id));
    // Of copies that are not sealed the first is enough.
    for (const line of asked) {
      if (!indexed.has(line.id) && !missing.some(({ id }) => id === line.id)) missing.push(line);
    }
    asked = [];
  };
  const outputs = plans.filter(({ span }) => isInSpan(span, hour)).flatMap(({ manifest }) => manifest.outputs);
  const objects = tail.filter(({ unsealed }) => unsealed.includes(hour));
  const segments = [
    ...outputs.map((output) => ({ name: output.lines.name, open: () => openOutput(store, output) })),
    ...objects.map(({ object }) => ({ name: object.name, open: () => openWalObject(store, object) })),
  ];
  for (const { name, open } of segments) {
    const ids: NamedLine[] = [];
    await eachSegmentId(await open(), (id, row, ofHour) => {
      if (ofHour === hour) ids.push({ object: name, row, id });
    });
    for (const line of ids) {
      asked.push(line);
      if (asked.length === IDS_PER_QUESTION) await ask();
      if (missing.length >= MOST_NAMED) return missing.slice(0, MOST_NAMED);
    }
  }
  await ask();
  return missing.slice(0, MOST_NAMED);
}
