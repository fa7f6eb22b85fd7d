import { tmpdir } from "node:os";
import { listWal } from "../archive/wal-reader.ts";
import type { PipelineSettings } from "../config/pipeline.ts";
import { type FactTable, openFactTable } from "../counts/fact-table.ts";
import { scanArchive } from "../counts/scan.ts";
import { catalogueFields } from "../derive/catalogue-fields.ts";
import { createDeriver } from "../derive/deriver.ts";
import { createDimensions, DIMENSION_FIELDS } from "../derive/dimensions.ts";
import type { Catalogue } from "../derive/event-rules.ts";
import { createPseudonyms, keyFingerprint } from "../derive/pseudonym.ts";
import { createArchiveDecoder } from "./archive-decoder.ts";
import { openArchiveStore } from "./open/archive-store.ts";
import { openPseudonymKey, refuseKeylessBucket } from "./open/pseudonym-key.ts";
import { createProgress } from "./progress.ts";

const MEMORY_LIMIT = "512MB";

export interface Facts {
  /** To be closed by the caller. */
  readonly table: FactTable;
  /** Fingerprint of the key of the pseudonyms. */
  readonly pseudonymKey: string;
}

/** Derives the facts of a whole archive again, with a progress bar. Rejects with `UsageError` or `IoError`. */
export async function openFacts(settings: PipelineSettings, catalogue: Catalogue): Promise<Facts> {
  refuseKeylessBucket(settings);
  const store = await openArchiveStore(settings.archive);
  await store.check("read");
  const key = await openPseudonymKey(settings, store);
  const decoder = createArchiveDecoder([...catalogueFields(catalogue), ...DIMENSION_FIELDS]);
  const reader = {
    decoder,
    derive: createDeriver(catalogue, decoder.slotOf),
    dimensionsOf: createDimensions(decoder.slotOf, { instance: settings.instance }),
    pseudonyms: createPseudonyms(key),
  };
  let totalBytes = 0;
  for await (const { sizeBytes } of listWal(store, null)) totalBytes += sizeBytes;
  const progress = createProgress("counting", totalBytes);
  const table = await openFactTable({ memoryLimit: MEMORY_LIMIT, spillDirectory: tmpdir() });
  try {
    await scanArchive(store, reader, (fact) => table.append(fact), progress.add);
  } catch (error) {
    table.close();
    throw error;
  } finally {
    progress.stop();
  }
  return { table, pseudonymKey: keyFingerprint(key) };
}
