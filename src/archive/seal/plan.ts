import { IoError } from "../../core/fault.ts";
import { hourText } from "../../core/hour.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { canonicalJson, type Json } from "../canonical-json.ts";
import type { Makes } from "../manifest.ts";
import type { Span } from "../span.ts";
import { checkJsonSize, type PlanJson, parsePlan } from "../stored-json.ts";
import { parsePlanName, planName, planPrefix } from "../vault-name.ts";

/** What a sealer is to do: pinned before it is done, so that whoever does it, twice too, makes the same bytes. */
export interface Plan {
  readonly span: Span;
  readonly number: number;
  readonly revision: number;
  /** Counts the tries whose bytes differ, from 1. */
  readonly attempt: number;
  readonly inputs: readonly PlannedInput[];
  readonly makes: Makes;
}

export interface PlannedInput {
  readonly name: string;
  readonly size_bytes: number;
}

/** The attempts at a plan, in their order. Rejects with `IoError`. */
export async function readAttempts(store: ObjectStore, span: Span, number: number): Promise<Plan[]> {
  const plans: Plan[] = [];
  for await (const { name, sizeBytes } of store.list(planPrefix(span))) {
    if (parsePlanName(name)?.plan !== number) continue;
    checkJsonSize(name, sizeBytes);
    const json = parsePlan(name, await store.read(name, 0, sizeBytes));
    if (!isOfSpan(json, span) || name !== planName(span, json.plan, json.attempt)) {
      throw new IoError(
        "corrupt",
        `read "${name}": it speaks of another plan (hint: remove it, a sealer makes it anew)`,
      );
    }
    plans.push({
      span,
      number,
      revision: json.revision,
      attempt: json.attempt,
      inputs: json.inputs,
      makes: json.makes,
    });
  }
  return plans.toSorted((a, b) => a.attempt - b.attempt);
}

function isOfSpan(json: PlanJson, { stream, firstHour, hours }: Span): boolean {
  return json.stream === stream && json.first_hour === hourText(firstHour) && json.hours === hours;
}

/** False where another sealer was first. Rejects with `IoError`. */
export async function createPlan(store: ObjectStore, plan: Plan): Promise<boolean> {
  const { span, number, revision, attempt, inputs, makes } = plan;
  const json = {
    format: 1,
    stream: span.stream,
    first_hour: hourText(span.firstHour),
    hours: span.hours,
    plan: number,
    revision,
    attempt,
    inputs,
    makes,
  };
  const bytes = Buffer.from(canonicalJson(json as unknown as Json));
  return (await store.create(planName(span, number, attempt), bytes)) === "created";
}

/** True where two sealers make the same bytes. */
export function makesSame(a: Makes, b: Makes): boolean {
  return canonicalJson(a as unknown as Json) === canonicalJson(b as unknown as Json);
}
