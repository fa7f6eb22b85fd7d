import { lookupName } from "../../../src/archive/lookup/lookup-name.ts";
import { type RequestOf, withLookups } from "../../../src/archive/lookup/lookup-observer.ts";
import { writeLookups } from "../../../src/archive/lookup/write-lookups.ts";
import type { PlanObserver } from "../../../src/archive/seal/plan-observer.ts";
import { listStreams, readSealedPlans } from "../../../src/archive/sealed-plan.ts";
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
