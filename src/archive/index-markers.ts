import { ifThere } from "../core/if-there.ts";
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
  const isThere = async (object: string, end: string): Promise<boolean> =>
    (await ifThere(store.read(markerName(object, end), 0, 1))) !== null;
  return {
    async *waiting() {
      let done = "";
      for await (const { name } of store.list(`${MARKERS}${stream}/`)) {
        if (name.endsWith(DONE)) done = name.slice(0, -DONE.length);
        else if (name.endsWith(WAITING) && name.slice(0, -WAITING.length) !== done) yield objectName(name, WAITING);
      }
    },
    mark: (object) => create(object, WAITING),
    isWaiting: (object) => isThere(object, WAITING),
    isDone: (object) => isThere(object, DONE),
    finish: (object) => create(object, DONE),
  };
}

/** Whether what is marked is indexed, by the names of a stream's objects. Rejects with `IoError`. */
export async function listMarks(store: ObjectStore, stream: string): Promise<Map<string, boolean>> {
  const marks = new Map<string, boolean>();
  for await (const { name } of store.list(`${MARKERS}${stream}/`)) {
    const end = [DONE, WAITING].find((each) => name.endsWith(each));
    if (end === undefined) continue;
    const object = objectName(name, end);
    marks.set(object, end === DONE || marks.get(object) === true);
  }
  return marks;
}

/** In the order in which they may be removed: what is done must never look as if it waited. */
export function markerNames(object: string): readonly [waiting: string, done: string] {
  return [markerName(object, WAITING), markerName(object, DONE)];
}

function markerName(object: string, end: string): string {
  return `${MARKERS}${object.slice(WAL.length)}${end}`;
}

function objectName(marker: string, end: string): string {
  return `${WAL}${marker.slice(MARKERS.length, -end.length)}`;
}
