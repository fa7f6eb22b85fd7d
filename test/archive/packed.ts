import type { VerifyingKey } from "../../src/archive/digest/signing-key.ts";
import type { FindQuery } from "../../src/archive/find.ts";
import { createPackChecker, type ProvedPack } from "../../src/archive/pack/check-pack.ts";
import { exportPack } from "../../src/archive/pack/export-pack.ts";
import type { PackQuery, PackReport } from "../../src/archive/pack/pack-report.ts";
import type { TarEntry } from "../../src/archive/pack/tar.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";

export const ASKED: PackQuery = {
  since: null,
  until: null,
  log: null,
  event: null,
  user: null,
  group: null,
  project: null,
  correlation_id: null,
  status: null,
  fields: [],
  text: "é",
  archive: "a",
  catalogue: `sha256:${"0".repeat(64)}`,
  program: "0.0.0",
  asked_at: "2021-01-01T12:00:00Z",
};

export interface Packed {
  readonly entries: readonly TarEntry[];
  readonly report: PackReport;
}

/** The files of the pack of all lines, or of those that the query asks for. */
export async function packed(store: ObjectStore, query: Partial<FindQuery> = {}): Promise<Packed> {
  const entries: TarEntry[] = [];
  const report = await exportPack({
    store,
    query: { sinceMs: null, untilMs: null, matches: () => true, ...query },
    asked: ASKED,
    emit: async (entry) => void entries.push(entry),
    onBytes: () => undefined,
  });
  return { entries, report };
}

/** Throws where the pack does not hold. */
export function checked(entries: readonly TarEntry[], key: VerifyingKey): ProvedPack {
  const checker = createPackChecker("e.tar.gz", key);
  for (const { name, bytes } of entries) checker.take({ name, bytes: Buffer.from(bytes) });
  return checker.finish();
}
