import * as z from "zod";
import { IoError } from "../../../core/fault.ts";
import type { Position } from "./position.ts";

/** How far the lines of a file are durable in the archive, and where the file was. */
export interface Checkpoint {
  /** Of the device and the inode, as the system gives them: whole numbers of up to 64 bits. */
  readonly device: string;
  readonly inode: string;
  /** Where it was first followed. */
  readonly path: string;
  readonly position: Position;
}

const VERSION = 1;

const wholeNumber = z.string().regex(/^\d{1,20}$/);
const byteCount = z.int().min(0);
const SCHEMA = z.strictObject({
  version: z.literal(VERSION),
  files: z.array(
    z.strictObject({
      path: z.string(),
      device: wholeNumber,
      inode: wholeNumber,
      offset: byteCount,
      continues_line: z.boolean(),
      fingerprint: z.string(),
      head_bytes: byteCount,
      head_sha256: z.string(),
    }),
  ),
});

/** Throws `IoError` `corrupt` for a text that holds none; `path` is where it lies. */
export function parseCheckpoints(text: string, path: string): Checkpoint[] {
  const { data, error } = SCHEMA.safeParse(jsonOf(text));
  if (data === undefined) {
    const where = error.issues[0]?.path.join(".") ?? "";
    throw new IoError(
      "corrupt",
      `read "${path}": no checkpoints${where === "" ? "" : ` at "${where}"`} (hint: remove it; all files are read again ` +
        "from their beginning then, and what came before counts once)",
    );
  }
  return data.files.map(({ path: origin, device, inode, ...rest }) => ({
    device,
    inode,
    path: origin,
    position: {
      offset: rest.offset,
      continuesLine: rest.continues_line,
      fingerprint: rest.fingerprint,
      headBytes: rest.head_bytes,
      headHash: rest.head_sha256,
    },
  }));
}

/** Undefined for what is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** One line for each file, for those who look. */
export function formatCheckpoints(checkpoints: readonly Checkpoint[]): string {
  const rows = checkpoints.map(({ path, device, inode, position }) =>
    JSON.stringify({
      path,
      device,
      inode,
      offset: position.offset,
      continues_line: position.continuesLine,
      fingerprint: position.fingerprint,
      head_bytes: position.headBytes,
      head_sha256: position.headHash,
    }),
  );
  return `{"version":${VERSION},"files":[\n${rows.join(",\n")}\n]}\n`;
}
