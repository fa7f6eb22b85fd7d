import { IoError } from "../../core/fault.ts";
import { checkObjectName, checkObjectPrefix } from "../../core/object-name.ts";
import type { ObjectRemover } from "../../core/object-remover.ts";
import type { ObjectStore } from "../../core/object-store.ts";

/** Objects in memory: the plainest implementation of the ports, which tests and simulations use. */
export function createMemoryStore(nowMs: () => number = () => 0): ObjectStore & ObjectRemover {
  const objects = new Map<string, { readonly content: Buffer; readonly createdAtMs: number }>();
  return {
    async create(name, content) {
      checkObjectName(name);
      if (objects.has(name)) return "exists";
      objects.set(name, { content: Buffer.from(content), createdAtMs: nowMs() });
      return "created";
    },
    async read(name, start, end) {
      checkObjectName(name);
      const object = objects.get(name);
      if (object === undefined) throw new IoError("not_found", `read "${name}": not there`);
      return Buffer.from(object.content.subarray(start, end));
    },
    async *list(prefix) {
      checkObjectPrefix(prefix);
      const found = [...objects].filter(([name]) => name.startsWith(prefix)).toSorted(([a], [b]) => (a < b ? -1 : 1));
      for (const [name, { content, createdAtMs }] of found) yield { name, sizeBytes: content.length, createdAtMs };
    },
    async *listFolders(folder) {
      checkObjectPrefix(folder);
      const names = [...objects.keys()].filter((name) => name.startsWith(folder) && name.includes("/", folder.length));
      yield* [...new Set(names.map((name) => name.slice(0, name.indexOf("/", folder.length) + 1)))].toSorted();
    },
    check: () => Promise.resolve(),
    async remove(name) {
      checkObjectName(name);
      objects.delete(name);
    },
  };
}
