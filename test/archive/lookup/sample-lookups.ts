import { lookupName } from "../../../src/archive/lookup/lookup-name.ts";
import type { RequestOf } from "../../../src/archive/lookup/lookup-observer.ts";
import { writeLookups } from "../../../src/archive/lookup/write-lookups.ts";
import { listStreams, readSealedPlans } from "../../../src/archive/sealed-plan.ts";
import type { ViewStore } from "../../../src/archive/view-store.ts";
import type { ArchivedLine } from "../../../src/core/archived-line.ts";
import type { ObjectStore } from "../../../src/core/object-store.ts";

/** Stands for the `correlation_id`: the last digit of the text, for texts of other length than ten. */
export const requestOf: RequestOf = ({ buffer, start, end }) =>
  end - start === 10 ? null : `request ${String.fromCharCode(buffer[end - 1] ?? 0)}`;

/** Lines of that request. */
export function isOfRequest(request: string): (line: ArchivedLine) => boolean {
  return (line) => requestOf(line) === request;
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

/** Views that nothing is replaced in. */
export function viewsOf(store: ObjectStore): ViewStore {
  return { store, remover: { remove: (name) => Promise.reject(new Error(`remove "${name}"`)) } };
}

/** The store as it is where this object has other bytes; null: it is missing. */
export function storeWith(store: ObjectStore, changed: string, bytes: Buffer): ObjectStore {
  return {
    ...store,
    read: (name, start, end) =>
      name === changed ? Promise.resolve(Buffer.from(bytes.subarray(start, end))) : store.read(name, start, end),
  };
}
