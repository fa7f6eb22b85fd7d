import { IoError } from "../../core/fault.ts";
import type { ObjectInfo, ObjectStore } from "../../core/object-store.ts";
import { MIB } from "../../core/units.ts";
import type { StoredFile } from "./stored-file.ts";

/** What one request asks for. */
const BLOCK_BYTES = 4 * MIB;

/** An object as it was listed, under the name that users write; read block by block, one of them in memory. */
export function storedObject(
  store: ObjectStore,
  { name, sizeBytes }: Pick<ObjectInfo, "name" | "sizeBytes">,
  url: string,
  blockBytes = BLOCK_BYTES,
): StoredFile {
  return {
    name: url,
    open() {
      let block: Buffer = Buffer.alloc(0);
      let blockStart = 0;

      async function loadBlock(position: number): Promise<void> {
        const end = Math.min(position + blockBytes, sizeBytes);
        block = await store.read(name, position, end);
        blockStart = position;
        if (block.length === end - position) return;
        throw new IoError(
          "corrupt",
          `read "${url}": ${block.length} bytes from ${position} on, where it was listed with ${sizeBytes} in all ` +
            '(hint: it was replaced meanwhile: run again; or it has "Content-Encoding: gzip": take that off)',
        );
      }

      return Promise.resolve({
        async read(buffer, at, position) {
          if (position >= sizeBytes) return 0;
          if (position < blockStart || position >= blockStart + block.length) await loadBlock(position);
          return block.copy(buffer, at, position - blockStart);
        },
        sizeBytes: () => Promise.resolve(sizeBytes),
        close: () => Promise.resolve(),
      });
    },
  };
}
