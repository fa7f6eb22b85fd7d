import { IoError } from "../../core/fault.ts";
import { hourText } from "../../core/hour.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { canonicalJson, type Json } from "../canonical-json.ts";
import { checkedSpan, checkInputs, type Makes, type Manifest } from "../manifest.ts";
import { PLAN_SHAPE } from "../manifest-shape.ts";
import type { Span } from "../span.ts";
import { checkJsonSize, parseStored, type Refuse } from "../stored-json.ts";
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

/** As stored. */
export interface PlanJson
  extends Pick<Manifest, "format" | "stream" | "first_hour" | "hours" | "plan" | "revision" | "attempt" | "makes"> {
  readonly inputs: readonly PlannedInput[];
}

/** The attempts at a plan, in their order. Rejects with `IoError`. */
export async function readAttempts(store: ObjectStore, span: Span, number: number): Promise<Plan[]> {
  const plans: Plan[] = [];
  for await (const { name, sizeBytes } of store.list(planPrefix(span))) {
    if (parsePlanName(name)?.plan !== number) continue;
    const json = await readPlan(store, name, sizeBytes);
    if (json.hours !== span.hours) throw refusingPlan(name)("it speaks of another plan");
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

/** False where another sealer was first. Rejects with `IoError`. */
export async function createPlan(store: ObjectStore, plan: Plan): Promise<boolean> {
  const { span, number, revision, attempt, inputs, makes } = plan;
  const json: PlanJson = {
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

/** Rejects with `IoError`, `corrupt`, naming it and what is wrong, for what no sealer wrote under that name. */
export async function readPlan(store: ObjectStore, name: string, sizeBytes: number): Promise<PlanJson> {
  checkJsonSize(sizeBytes, refusingPlan(name));
  return parsePlan(name, await store.read(name, 0, sizeBytes));
}

/** Throws `IoError` `corrupt` as `readPlan` does. */
export function parsePlan(name: string, bytes: Buffer): PlanJson {
  const refuse = refusingPlan(name);
  const json = parseStored(bytes, PLAN_SHAPE, refuse) as PlanJson;
  const span = checkedSpan(json, refuse);
  if (planName(span, json.plan, json.attempt) !== name) throw refuse("it speaks of another plan");
  checkInputs(json, refuse);
  return json;
}

function refusingPlan(name: string): Refuse {
  return (why, cause) =>
    new IoError("corrupt", `read "${name}": ${why} (hint: remove it, a sealer makes it anew)`, { cause });
}
