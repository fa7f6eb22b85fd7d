import { IoError } from "../../core/fault.ts";
import { checkObjectName, checkObjectPrefix } from "../../core/object-name.ts";
import type { ObjectRemover } from "../../core/object-remover.ts";
import type { ObjectStore } from "../../core/object-store.ts";

/** Objects in memory: the plainest implementation of the ports, which tests and simulations use. */
export function createMemoryStore(): ObjectStore & ObjectRemover {
  const objects = new Map<string, Buffer>();
  return {
    async create(name, content) {
      checkObjectName(name);
      if (objects.has(name)) return "exists";
      objects.set(name, Buffer.from(content));
      return "created";
    },
    async read(name, start, end) {
      checkObjectName(name);
      const content = objects.get(name);
      if (content === undefined) throw new IoError("not_found", `read "${name}": not there`);
      return Buffer.from(content.subarray(start, end));
    },
    async *list(prefix) {
      checkObjectPrefix(prefix);
      const names = [...objects.keys()].filter((name) => name.startsWith(prefix)).sort();
      for (const name of names) yield { name, sizeBytes: objects.get(name)?.length ?? 0 };
    },
    check: () => Promise.resolve(),
    async remove(name) {
      checkObjectName(name);
      objects.delete(name);
    },
  };
}
