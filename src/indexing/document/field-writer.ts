import { type DocumentPlan, MISFITS, OTHER } from "./document-plan.ts";
import { DocumentText } from "./document-text.ts";
import { AS_IT_IS, BY_KEY, QUOTED } from "./fitted.ts";
import { fittedValue } from "./fitted-value.ts";
import { createLineLayouts, type LayoutStep, type LineLayouts } from "./line-layouts.ts";
import type { OwnValues } from "./own-values.ts";
import { writeByKey } from "./params-by-key.ts";
import type { RecordMember, RecordValues } from "./record-values.ts";

/** What became of a field of the record. */
const UNSEEN = 0;
const MISFIT = 1;
const SHOWN = 2;

/** Writes documents of what stands in `values` and `own` whenever it is asked to. */
export class FieldWriter {
  readonly #plan: DocumentPlan;
  readonly #values: RecordValues;
  readonly #own: OwnValues;
  readonly #layouts: LineLayouts;
  readonly #text = new DocumentText();
  /** Number of the field that was written last. */
  #last = -1;
  /** By number of the field of the record. */
  readonly #states: Uint8Array;
  readonly #misfits: number;
  readonly #other: number;

  constructor(plan: DocumentPlan, values: RecordValues, own: OwnValues) {
    this.#plan = plan;
    this.#values = values;
    this.#own = own;
    this.#states = new Uint8Array(plan.sources.length);
    this.#misfits = plan.numberOf(MISFITS);
    this.#other = plan.numberOf(OTHER);
    // What fits nowhere comes last.
    this.#layouts = createLineLayouts(plan, values, own, this.#misfits);
  }

  /** `log` is the canonical name of the log. The document is lent until the next one is written. */
  write(log: string): Buffer {
    const { found, foundCount } = this.#values;
    for (let at = 0; at < foundCount; at += 1) this.#states[found[at] ?? 0] = UNSEEN;
    this.#text.begin();
    this.#last = -1;
    for (const step of this.#layouts.layoutFor(log)) if (step.target !== this.#last) this.#take(step);
    this.#writeLeft();
    this.#writeBytes(this.#plan.endBehind(this.#last));
    return this.#text.end();
  }

  #take(step: LayoutStep): void {
    const { source } = step;
    if (source < 0) return this.#writeOwn(step);
    const member = this.#values.member(source);
    if (member !== null && this.#writeValue(step, member)) this.#states[source] = SHOWN;
    else if (this.#states[source] === UNSEEN) this.#states[source] = MISFIT;
  }

  /** What stands before the value of a step, which is written next. */
  #jointOf({ target, follows, joint }: LayoutStep): Buffer {
    const before = follows === this.#last ? joint : this.#plan.between(this.#last, target);
    this.#last = target;
    return before;
  }

  /** The same of a field that no step gives, written. */
  #beginBehind(number: number): void {
    this.#writeBytes(this.#plan.between(this.#last, number));
    this.#last = number;
  }

  #writeBytes(bytes: Buffer): void {
    this.#text.bytes(bytes, 0, bytes.length);
  }

  /** False where the value does not fit. */
  #writeValue(step: LayoutStep, { bytes, start, end }: RecordMember): boolean {
    const { type, as, always } = step;
    const fitted = always === undefined ? fittedValue(type, as, bytes, start, end) : always;
    if (fitted === null) return false;
    if (fitted === BY_KEY) return this.#writeList(step, bytes, start, end);
    const joint = this.#jointOf(step);
    if (fitted === AS_IT_IS) this.#text.joined(joint, bytes, start, end);
    else if (fitted === QUOTED) this.#text.quoted(joint, bytes, start, end);
    else {
      this.#writeBytes(joint);
      if ("text" in fitted) this.#text.string(fitted.text);
      else this.#text.json(fitted.json);
    }
    return true;
  }

  /** False for a list that turns out to be another one; then nothing is written. */
  #writeList(step: LayoutStep, bytes: Buffer, start: number, end: number): boolean {
    const [mark, last] = [this.#text.mark(), this.#last];
    this.#writeBytes(this.#jointOf(step));
    if (writeByKey(this.#text, bytes, start, end)) return true;
    this.#text.backTo(mark);
    this.#last = last;
    return false;
  }

  #writeOwn(step: LayoutStep): void {
    const value = this.#own.valueOf(step.target);
    if (value === null) return;
    const joint = this.#jointOf(step);
    if (typeof value !== "string") return this.#text.joined(joint, value, 0, value.length);
    this.#writeBytes(joint);
    if (this.#own.isJson(step.target)) this.#text.json(value);
    else this.#text.string(value);
  }

  /** What no field shows, and the names of those whose values did not fit. */
  #writeLeft(): void {
    const { found, foundCount, others } = this.#values;
    let left = 0;
    const misfits: string[] = [];
    for (let at = 0; at < foundCount; at += 1) {
      const source = found[at] ?? 0;
      if (this.#states[source] === SHOWN) continue;
      left += 1;
      if (this.#states[source] === MISFIT) misfits.push(this.#plan.sources[source] ?? "");
    }
    if (misfits.length > 0) {
      this.#beginBehind(this.#misfits);
      this.#text.json(JSON.stringify(misfits));
    }
    if (left === 0 && others.length === 0) return;
    this.#beginBehind(this.#other);
    this.#text.openObject();
    for (const member of others) this.#writeMember(member);
    for (let at = 0; at < foundCount; at += 1) {
      const source = found[at] ?? 0;
      const member = this.#states[source] === SHOWN ? null : this.#values.member(source);
      if (member !== null) this.#writeMember(member);
    }
    this.#text.closeObject();
  }

  #writeMember({ prefix, bytes, keyStart, keyEnd, start, end }: RecordMember): void {
    this.#text.member(prefix, bytes, keyStart, keyEnd, start, end);
  }
}
