import { createHash } from "node:crypto";
import { MIB } from "../../core/units.ts";
import { storedObject } from "../stored-bytes.ts";
import type { TarEntry } from "./tar.ts";

/** Files that each pack has. */
export const PACK_FILES = { readme: "README.md", json: "report.json", text: "report.txt" } as const;

/** No file of a pack is longer: the lines of a block, and its paths, are shorter. */
export const MOST_PACK_FILE_BYTES = 512 * MIB;

/** The sum over the files of a pack but its report, as `sha256sum * | sha256sum` would make it. */
export interface FilesSum {
  add(entry: TarEntry): void;
  /** 64 hex digits; to be asked once. */
  take(): string;
}

export function createFilesSum(): FilesSum {
  const sum = createHash("sha256");
  return {
    add({ name, bytes }) {
      if (name === PACK_FILES.json || name === PACK_FILES.text) return;
      sum.update(`${storedObject(name, bytes).sha256}  ${name}\n`);
    },
    take: () => sum.digest("hex"),
  };
}
