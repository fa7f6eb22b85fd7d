import type { Coverage } from "./coverage.ts";
import { diceOf } from "./dice.ts";
import { minimise } from "./minimise.ts";
import { createMutator } from "./mutate.ts";
import type { FuzzTarget } from "./target.ts";

/** An input for which something did not hold. */
export interface Finding {
  /** Made as short as it goes. */
  readonly input: Buffer;
  readonly error: Error;
}

export interface FuzzOptions {
  readonly seed: number;
  /** Inputs to begin with; what leads further is added. */
  readonly corpus: Buffer[];
  /** Asked before each batch. */
  readonly isOver: (executions: number) => boolean;
  /** Told of each input before it is tried: whoever watches can tell which one does not come back. */
  readonly onInput: (input: Buffer) => void;
  readonly monotonicMs: () => number;
  /** An input that takes longer is a finding. */
  readonly mostMs: number;
}

const BATCH = 64;
const MOST_MINIMISING = 3000;

/** An input took too long. */
class TooSlow extends Error {}

/** Tries an input; null where everything holds. */
export async function tryInput(target: FuzzTarget, input: Buffer): Promise<Error | null> {
  try {
    // The target may write to it.
    await target.check(Buffer.from(input));
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(`threw ${String(error)}`);
  }
}

/**
 * Tries inputs near those of the corpus until it is over, or one is found for which something does not hold. With a
 * coverage, inputs that run what none before has run join the corpus.
 */
export async function fuzz(
  target: FuzzTarget,
  coverage: Coverage | null,
  options: FuzzOptions,
): Promise<{ readonly executions: number; readonly finding: Finding | null }> {
  const { corpus, isOver, onInput, monotonicMs, mostMs } = options;
  const dice = diceOf(options.seed);
  const mutate = createMutator(target);
  let executions = 0;

  async function failureOf(input: Buffer): Promise<Error | null> {
    onInput(input);
    executions += 1;
    const startedMs = monotonicMs();
    const error = await tryInput(target, input);
    const tookMs = monotonicMs() - startedMs;
    return error ?? (tookMs > mostMs ? new TooSlow(`took ${Math.round(tookMs)} ms`) : null);
  }

  /** Runs inputs again in halves to find those that lead somewhere new. */
  async function keepNew(inputs: readonly Buffer[]): Promise<void> {
    for (const input of inputs) await failureOf(input);
    const ran = coverage?.take() ?? new Map();
    if (coverage === null || coverage.newIn(ran) === 0) return;
    if (inputs.length > 1) {
      const half = Math.ceil(inputs.length / 2);
      await keepNew(inputs.slice(0, half));
      await keepNew(inputs.slice(half));
      return;
    }
    coverage.add(ran);
    corpus.push(...inputs);
  }

  async function findingOf(input: Buffer, error: Error): Promise<Finding> {
    const kind = kindOf(error);
    const fails = async (candidate: Buffer): Promise<boolean> => kindOf(await failureOf(candidate)) === kind;
    const shortest = await minimise(input, fails, error instanceof TooSlow ? BATCH : MOST_MINIMISING);
    return { input: shortest, error: (await failureOf(shortest)) ?? error };
  }

  coverage?.take();
  const begun = corpus.splice(0);
  for (const input of begun) {
    const error = await failureOf(input);
    if (error !== null) return { executions, finding: await findingOf(input, error) };
    corpus.push(input);
    const ran = coverage?.take();
    if (ran !== undefined) coverage?.add(ran);
  }
  while (!isOver(executions)) {
    const batch = Array.from({ length: BATCH }, () => mutate(corpus, dice));
    for (const input of batch) {
      const error = await failureOf(input);
      if (error !== null) return { executions, finding: await findingOf(input, error) };
    }
    const ran = coverage?.take();
    if (ran === undefined || coverage === null || coverage.newIn(ran) === 0) continue;
    await keepNew(batch);
    coverage.add(ran);
  }
  return { executions, finding: null };
}

/** What tells two failures apart: the kind of error, and where it was thrown. */
function kindOf(error: Error | null): string | null {
  if (error === null) return null;
  const frame = /\n\s+at (?:async )?([^\s(]+)/.exec(error.stack ?? "")?.[1] ?? "";
  return `${error.name} ${frame} ${error.message.replace(/[\d"'].*/s, "").slice(0, 40)}`;
}
