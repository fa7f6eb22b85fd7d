import { IoError } from "../core/fault.ts";
import type { IndexMarkers } from "../core/index-markers.ts";
import type { ObjectStore } from "../core/object-store.ts";

const WAL = "wal/";
const MARKERS = "ctl/index/";
/** In this order a list of names tells of each object first whether it is done. */
const DONE = ".done";
const WAITING = ".waiting";
const EMPTY = Buffer.alloc(0);

/**
 * Markers of one stream's write-ahead objects: empty objects below `ctl/index/`, named after them. They are only ever
 * created, so a worker needs no right to delete, and it does not matter how many workers write the same one.
 */
export function createIndexMarkers(store: ObjectStore, stream: string): IndexMarkers {
  const create = async (object: string, end: string): Promise<void> => {
    await store.create(markerName(object, end), EMPTY);
  };
  return {
    async *waiting() {
      let done = "";
      for await (const { name } of store.list(`${MARKERS}${stream}/`)) {
        if (name.endsWith(DONE)) done = name.slice(0, -DONE.length);
        else if (name.endsWith(WAITING) && name.slice(0, -WAITING.length) !== done) yield objectName(name);
      }
    },
    mark: (object) => create(object, WAITING),
    async isDone(object) {
      try {
        await store.read(markerName(object, DONE), 0, 1);
        return true;
      } catch (error) {
        if (error instanceof IoError && error.code === "not_found") return false;
        throw error;
      }
    },
    finish: (object) => create(object, DONE),
  };
}

function markerName(object: string, end: string): string {
  return `${MARKERS}${object.slice(WAL.length)}${end}`;
}

function objectName(marker: string): string {
  return `${WAL}${marker.slice(MARKERS.length, -WAITING.length)}`;
}
