import type { ObjectStore } from "../../core/object-store.ts";
import type { SealedPlan } from "../sealed-plan.ts";
import { openOutputToReadOn } from "../vault-reader.ts";
import { type PutOutcome, putView, type ViewStore } from "../view-store.ts";
import { eachLine } from "../wal-reader.ts";
import { createLookupBuilder } from "./lookup-builder.ts";
import { lookupName } from "./lookup-name.ts";
import type { RequestOf } from "./lookup-observer.ts";

export interface WriteLookupsOptions {
  readonly views: ViewStore;
  readonly requestOf: RequestOf;
  /** Is told the stored bytes that are done with. */
  readonly onBytes: (bytes: number) => void;
}

/** Makes the look-ups of a plan again from its lines, and puts them there. Rejects with `IoError`. */
export async function writeLookups(
  { manifest }: SealedPlan,
  { views, requestOf, onBytes }: WriteLookupsOptions,
): Promise<Readonly<Record<PutOutcome, number>>> {
  const outcomes = { created: 0, same: 0, replaced: 0 };
  const builder = createLookupBuilder();
  for (const output of manifest.outputs) {
    builder.clear();
    const segment = await openOutputToReadOn(views.store, output);
    for (const block of segment.blocks) {
      await eachLine(output.lines, segment, block, (line) => builder.add(line.meta.id, requestOf(line)));
      onBytes(block.lines.storedBytes + block.meta.storedBytes);
    }
    const blockRows = segment.blocks.map(({ lines }) => lines.rows);
    outcomes[await putView(views, lookupName(output.lines.name), builder.finish(output, blockRows))] += 1;
  }
  return outcomes;
}

/**
 * Those plans of which a look-up is missing: their sealer was killed, could not write it, or was of a version without.
 * Rejects with `IoError`.
 */
export async function plansWithoutLookups(plans: readonly SealedPlan[], store: ObjectStore): Promise<SealedPlan[]> {
  const missing: SealedPlan[] = [];
  for (const [folder, ofFolder] of Map.groupBy(plans, folderOf)) {
    if (folder === null) continue;
    const names = new Set<string>();
    for await (const { name } of store.list(folder)) names.add(name);
    missing.push(
      ...ofFolder.filter(({ manifest }) => manifest.outputs.some(({ lines }) => !names.has(lookupName(lines.name)))),
    );
  }
  return missing;
}

/** Makes the look-ups of those plans that lack some. Rejects with `IoError`. */
export async function writeMissingLookups(plans: readonly SealedPlan[], options: WriteLookupsOptions): Promise<void> {
  for (const plan of await plansWithoutLookups(plans, options.views.store)) await writeLookups(plan, options);
}

/** Of the look-ups of its span; null for a plan without segments. */
function folderOf({ manifest }: SealedPlan): string | null {
  const [first] = manifest.outputs;
  return first === undefined ? null : lookupName(first.lines.name).replace(/[^/]*$/, "");
}
