import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDbOptions } from "../../../counts/tables/duck-db.ts";

/** For DuckDB, wherever facts are counted or written. Other processes spill elsewhere. */
export const DUCK_DB: DuckDbOptions = {
  memoryLimit: "400MB",
  spillDirectory: join(tmpdir(), `logtally-spill-${randomUUID()}`),
};
