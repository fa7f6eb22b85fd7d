import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { TruthReport } from "../../src/generate/truth-report.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { logtally } from "./logtally.ts";

/** Traffic in a file of its own, and the truth about it. */
export interface Generated {
  readonly path: string;
  readonly truth: TruthReport;
}

/** Generates traffic as a user does, which must work. */
export async function generated(...args: readonly string[]): Promise<Generated> {
  const folder = await tempFolder();
  const path = join(folder, "traffic.ndjson");
  const truth = join(folder, "truth.json");
  const outcome = await logtally(["generate", ...args, "--output", path, "--truth", truth]);
  expect(outcome).toMatchObject({ code: 0, stdout: "" });
  return { path, truth: JSON.parse(await readFile(truth, "utf8")) as TruthReport };
}
