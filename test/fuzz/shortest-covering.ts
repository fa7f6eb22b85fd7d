import type { Coverage } from "./coverage.ts";
import { tryInput } from "./fuzzer.ts";
import type { FuzzTarget } from "./target.ts";

const MOST_INPUTS = 50;
const MOST_BYTES = 4096;

/** Of these inputs such as cover what those `before` do not, and those that were chosen already: the shortest first. */
export async function shortestCovering(
  target: FuzzTarget,
  before: readonly Buffer[],
  inputs: readonly Buffer[],
  coverage: Coverage,
): Promise<readonly Buffer[]> {
  coverage.forget();
  for (const input of before) coverage.add(await ranBy(target, input, coverage));
  const rest = inputs.filter(({ length }) => length <= MOST_BYTES).toSorted((a, b) => a.length - b.length);
  const chosen: Buffer[] = [];
  for (const input of rest) {
    if (chosen.length === MOST_INPUTS) break;
    const ran = await ranBy(target, input, coverage);
    if (coverage.newIn(ran) === 0) continue;
    coverage.add(ran);
    chosen.push(input);
  }
  return chosen;
}

async function ranBy(target: FuzzTarget, input: Buffer, coverage: Coverage) {
  coverage.take();
  await tryInput(target, input);
  return coverage.take();
}
