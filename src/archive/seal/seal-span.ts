import { IoError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import type { Makes } from "../manifest.ts";
import { readPlansOfSpan, type SealedPlan } from "../sealed-plan.ts";
import { isInSpan, type Span } from "../span.ts";
import type { TailObject } from "../tail.ts";
import { createPlan, makesSame, type Plan, type PlannedInput, readAttempts } from "./plan.ts";
import type { PlanObserver } from "./plan-observer.ts";
import { runPlan } from "./run-plan.ts";

export interface SealSpanOptions {
  readonly store: ObjectStore;
  readonly makes: Makes;
  readonly observe: (plan: Plan) => Promise<PlanObserver>;
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
  readonly segmentBytes?: number;
}

/**
 * Seals what the objects have of the span: runs plans, those that others have made too, until every object is an input
 * of a complete one. Any number of sealers may do so at once: they agree by objects that only one of them can create.
 * Resolves with the plans that were run here. Rejects with `IoError`.
 */
export async function sealSpan(
  span: Span,
  tail: readonly TailObject[],
  options: SealSpanOptions,
): Promise<readonly SealedPlan[]> {
  const { store, signal } = options;
  const run: SealedPlan[] = [];
  // Attempts whose names turned out to be taken by other bytes.
  const spoiled = new Set<string>();
  while (!signal.aborted) {
    const earlier = await readPlansOfSpan(store, span);
    const plan = await nextPlan(span, tail, earlier, spoiled, options);
    if (plan === "none") break;
    if (plan === "lost") continue;
    const outcome = await runUnlessComplete(plan, earlier, options);
    if (outcome.kind === "stopped") break;
    if (outcome.kind === "taken") spoiled.add(nameOf(plan));
    if (outcome.kind === "sealed") run.push(outcome.sealed);
  }
  return run;
}

/**
 * The plan to be run now, made where there is none. `none`: all objects are inputs of complete plans. `lost`: another
 * sealer has just made one.
 */
async function nextPlan(
  span: Span,
  tail: readonly TailObject[],
  earlier: readonly SealedPlan[],
  spoiled: ReadonlySet<string>,
  { store, makes }: SealSpanOptions,
): Promise<Plan | "none" | "lost"> {
  const number = 1 + earlier.reduce((last, { manifest }) => Math.max(last, manifest.plan), 0);
  const attempts = await readAttempts(store, span, number);
  const ours = attempts.findLast((plan) => makesSame(plan.makes, makes) && !spoiled.has(nameOf(plan)));
  if (ours !== undefined) return ours;
  const inputs = attempts[0]?.inputs ?? missingInputs(span, tail, earlier);
  if (inputs.length === 0) return "none";
  const revision = 1 + earlier.filter(({ isRecord }) => !isRecord).length;
  const attempt = (attempts.at(-1)?.attempt ?? 0) + 1;
  const plan: Plan = { span, number, revision, attempt, inputs, makes };
  return (await createPlan(store, plan)) ? plan : "lost";
}

/** Objects with lines of the span that no complete plan has read. */
function missingInputs(span: Span, tail: readonly TailObject[], earlier: readonly SealedPlan[]): PlannedInput[] {
  const read = new Set(earlier.flatMap(({ manifest }) => manifest.inputs.map(({ name }) => name)));
  return tail
    .filter(({ object, hours }) => !read.has(object.name) && hours.some((hour) => isInSpan(span, hour)))
    .map(({ object }) => ({ name: object.name, size_bytes: object.sizeBytes }));
}

type Outcome = Awaited<ReturnType<typeof runPlan>> | { readonly kind: "complete" };

/** An input may be gone because somebody else has completed the plan, and its lines were signed since. */
async function runUnlessComplete(
  plan: Plan,
  earlier: readonly SealedPlan[],
  { store, observe, onBytes, signal, segmentBytes }: SealSpanOptions,
): Promise<Outcome> {
  const observer = await observe(plan);
  try {
    return await runPlan(plan, {
      store,
      earlier,
      observer,
      onBytes,
      signal,
      ...(segmentBytes === undefined ? {} : { segmentBytes }),
    });
  } catch (error) {
    if (!(error instanceof IoError) || error.code !== "not_found") throw error;
    const now = await readPlansOfSpan(store, plan.span);
    if (now.some(({ manifest }) => manifest.plan === plan.number)) return { kind: "complete" };
    throw error;
  }
}

function nameOf({ number, attempt }: Plan): string {
  return `${number}.${attempt}`;
}
