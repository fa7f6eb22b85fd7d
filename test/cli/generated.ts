import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { MIB } from "../../src/core/units.ts";
import type { TruthReport } from "../../src/generate/truth-report.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { logtally } from "./logtally.ts";

/** Traffic in a file of its own, and the truth about it. */
export interface Generated {
  readonly path: string;
  readonly truth: TruthReport;
}

/** What was generated in this process, by what was asked for: the same makes the same, and takes a second each time. */
const made = new Map<string, { readonly traffic: Buffer; readonly truth: TruthReport }>();
const MOST_KEPT_BYTES = 8 * MIB;

/** Generates traffic as a user does, which must work. */
export async function generated(...args: readonly string[]): Promise<Generated> {
  const folder = await tempFolder();
  const path = join(folder, "traffic.ndjson");
  const asked = JSON.stringify(args);
  const before = made.get(asked);
  if (before !== undefined) {
    await writeFile(path, before.traffic);
    return { path, truth: before.truth };
  }
  const truthPath = join(folder, "truth.json");
  const outcome = await logtally(["generate", ...args, "--output", path, "--truth", truthPath]);
  expect(outcome).toMatchObject({ code: 0, stdout: "" });
  const truth = JSON.parse(await readFile(truthPath, "utf8")) as TruthReport;
  if ((await stat(path)).size <= MOST_KEPT_BYTES) made.set(asked, { traffic: await readFile(path), truth });
  return { path, truth };
}
