import { IoError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";

/** Objects in memory: the plainest implementation of the port, which tests and simulations use. */
export function createMemoryStore(): ObjectStore {
  const objects = new Map<string, Buffer>();
  return {
    create(name, content) {
      if (objects.has(name)) return Promise.resolve("exists");
      objects.set(name, Buffer.from(content));
      return Promise.resolve("created");
    },
    read(name, start, end) {
      const content = objects.get(name);
      if (content === undefined) return Promise.reject(new IoError("not_found", `read "${name}": not there`));
      return Promise.resolve(Buffer.from(content.subarray(start, end)));
    },
    async *list(prefix) {
      const names = [...objects.keys()].filter((name) => name.startsWith(prefix)).sort();
      for (const name of names) yield { name, sizeBytes: objects.get(name)?.length ?? 0 };
    },
    check: () => Promise.resolve(),
  };
}
