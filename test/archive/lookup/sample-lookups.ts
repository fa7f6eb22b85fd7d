import { createLookupBuilder } from "../../../src/archive/lookup/lookup-builder.ts";
import { lookupName } from "../../../src/archive/lookup/lookup-name.ts";
import { type RequestOf, withLookups } from "../../../src/archive/lookup/lookup-observer.ts";
import { writeLookups } from "../../../src/archive/lookup/write-lookups.ts";
import type { PlanOutput } from "../../../src/archive/manifest.ts";
import type { PlanObserver } from "../../../src/archive/seal/plan-observer.ts";
import { listStreams, readSealedPlans } from "../../../src/archive/sealed-plan.ts";
import { openOutput } from "../../../src/archive/vault-reader.ts";
import type { ViewStore } from "../../../src/archive/view-store.ts";
import type { ObjectStore } from "../../../src/core/object-store.ts";
import { countingPushes } from "../seal/sealing.ts";

/** Stands for the `correlation_id`: by the last character of a text, and none for some. */
export const requestOf: RequestOf = ({ buffer, start, end }) =>
  (end - start) % 5 === 0 ? null : `request ${String.fromCharCode(buffer[end - 1] ?? 0)}`;

/** Watches a seal as `countingPushes` does, and keeps look-ups. */
export function keepingLookups(store: ObjectStore, said: string[] = []): PlanObserver {
  return withLookups(countingPushes(), { views: viewsOf(store), requestOf, tell: (sentence) => said.push(sentence) });
}

/** Makes look-ups of everything that is sealed; resolves with their names. */
export async function lookUpAll(store: ObjectStore): Promise<string[]> {
  const names: string[] = [];
  for (const stream of await listStreams(store)) {
    for (const plan of await readSealedPlans(store, stream)) {
      await writeLookups(plan, { views: viewsOf(store), requestOf, onBytes: () => undefined });
      names.push(...plan.manifest.outputs.map(({ lines }) => lookupName(lines.name)));
    }
  }
  return names;
}

/** Views in which nothing is replaced. */
export function viewsOf(store: ObjectStore): ViewStore {
  return { store, remover: { remove: (name) => Promise.reject(new Error(`remove "${name}"`)) } };
}

/** The whole object. */
export async function bytesOfObject(store: ObjectStore, name: string): Promise<Buffer> {
  return store.read(name, 0, Number.MAX_SAFE_INTEGER);
}

/** The store as it is where this object has other bytes. */
export function storeWith(store: ObjectStore, changed: string, bytes: Buffer): ObjectStore {
  return {
    ...store,
    read: (name, start, end) =>
      name === changed ? Promise.resolve(Buffer.from(bytes.subarray(start, end))) : store.read(name, start, end),
  };
}

/** The segment of an archive that has no other. */
export async function onlyOutput(store: ObjectStore): Promise<PlanOutput> {
  const [output] = (await readSealedPlans(store, "local")).flatMap(({ manifest }) => manifest.outputs);
  if (output === undefined) throw new Error("nothing is sealed");
  return output;
}

/** The store where the look-up of the only segment is well made, and says something else of its lines. */
export async function lyingLookup(store: ObjectStore, blockOf: (block: number) => number): Promise<ObjectStore> {
  const output = await onlyOutput(store);
  const segment = await openOutput(store, output);
  const builder = createLookupBuilder();
  const ids: string[][] = segment.blocks.map(() => []);
  for (const [index, block] of segment.blocks.entries()) {
    for (const { id } of await segment.readMeta(block)) ids[blockOf(index)]?.push(id);
  }
  for (const id of ids.flat()) builder.add(id, null);
  const blockRows = ids.map((each) => each.length);
  return storeWith(store, lookupName(output.lines.name), builder.finish(output, blockRows));
}
