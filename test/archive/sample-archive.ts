import { walObjectName } from "../../src/archive/wal-name.ts";
import { listWal, type WalObject } from "../../src/archive/wal-reader.ts";
import type { Line } from "../../src/core/line.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { createSegmentWriter } from "../../src/segment/segment-writer.ts";

/** Writes the lines as one write-ahead object; resolves with its name. */
export async function putObject(
  store: ObjectStore,
  lines: readonly Line[],
  { writer = "aa", sequence = 1, stream = "local" },
): Promise<string> {
  const segments = createSegmentWriter();
  for (const line of lines) segments.append(line);
  const { bytes, firstHour, lastHour } = segments.finish();
  const name = walObjectName({ stream, ingestDay: "2021-01-01", writer, sequence, firstHour, lastHour });
  await store.create(name, bytes);
  return name;
}

export async function walObjects(store: ObjectStore, stream: string | null = null): Promise<WalObject[]> {
  const objects: WalObject[] = [];
  for await (const object of listWal(store, stream)) objects.push(object);
  return objects;
}
