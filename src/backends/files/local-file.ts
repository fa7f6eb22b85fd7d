import { open } from "node:fs/promises";
import type { StoredFile } from "./stored-file.ts";

/** A file of this machine; also a pipe, as it is read in order. */
export function localFile(path: string): StoredFile {
  return {
    name: path,
    async open() {
      const handle = await open(path, "r");
      return {
        async read(buffer, at) {
          // From where the last read ended: pipes have no places.
          const { bytesRead } = await handle.read(buffer, at, buffer.length - at, null);
          return bytesRead;
        },
        sizeBytes: async () => (await handle.stat()).size,
        close: () => handle.close(),
      };
    },
  };
}
