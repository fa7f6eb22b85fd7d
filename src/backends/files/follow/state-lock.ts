import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { IoError, UsageError } from "../../../core/fault.ts";

/** SQLite's code for a lock that another one holds. */
const BUSY = 5;

/**
 * Locks a folder that is there for this process; the system takes the lock back when the process ends, however it
 * ends. Node.js offers no lock of files; SQLite, which comes with it, does. The database in the file stays empty.
 * Returns the unlocking. Throws `UsageError` where somebody else holds the lock, else `IoError`.
 */
export function lockState(folder: string): () => void {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(join(folder, "lock"), { timeout: 0 });
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    const held = database;
    return () => held.close();
  } catch (error) {
    database?.close();
    const { errcode, message } = error as Error & { readonly errcode?: number };
    if (errcode === BUSY) {
      throw new UsageError(
        `follow with the state in "${folder}": another process does (hint: stop it, or give this one a folder of its ` +
          "own by source.state)",
      );
    }
    throw new IoError("denied", `lock the state in "${folder}": ${message} (hint: the folder must be writable)`, {
      cause: error,
    });
  }
}
