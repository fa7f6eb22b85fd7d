import { expect } from "vitest";
import type { CountRow } from "../../src/counts/cube.ts";
import { TRUTH_SEGMENTS, type TruthSegment } from "../../src/generate/truth.ts";
import { logtally } from "./logtally.ts";

interface CountOptions {
  readonly segments?: readonly TruthSegment[];
  readonly env?: Readonly<Record<string, string>>;
  /** What it says beside the rows. */
  readonly stderr?: string;
}

/** What `counts` says by each segment that the truth knows; `args` name the archive, and what else is asked. */
export async function countRows(
  args: readonly string[],
  { segments = TRUTH_SEGMENTS, env = {}, stderr = "" }: CountOptions = {},
): Promise<CountRow[]> {
  const rows: CountRow[] = [];
  for (const by of segments) {
    const outcome = await logtally(["counts", ...args, "--by", by, "--json"], { env });
    expect(outcome).toMatchObject({ code: 0, stderr });
    rows.push(...(JSON.parse(outcome.stdout) as { rows: CountRow[] }).rows);
  }
  return rows;
}
