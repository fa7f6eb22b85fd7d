import type { FieldType } from "../fields/index-field.ts";
import { type DocumentPlan, MISFITS, type Option, OTHER } from "./document-plan.ts";
import { DocumentText } from "./document-text.ts";
import { AS_IT_IS, BY_KEY, QUOTED } from "./fitted.ts";
import { fittedValue } from "./fitted-value.ts";
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
  readonly #text = new DocumentText();
  /** Number of the field that was written last. */
  #last = -1;
  /** By number of the field of the record. */
  readonly #states: Uint8Array;
  /** 1 for the fields of the document that may have a value, by number. */
  readonly #isWanted: Uint8Array;
  readonly #misfits: number;
  readonly #other: number;

  constructor(plan: DocumentPlan, values: RecordValues, own: OwnValues) {
    this.#plan = plan;
    this.#values = values;
    this.#own = own;
    this.#states = new Uint8Array(plan.sources.length);
    this.#isWanted = new Uint8Array(plan.targets.length);
    this.#misfits = plan.numberOf(MISFITS);
    this.#other = plan.numberOf(OTHER);
  }

  /** `log` is the canonical name of the log. The document is lent until the next one is written. */
  write(log: string): Buffer {
    const { targetsOf, options } = this.#plan.planOf(log);
    const isWanted = this.#isWanted.fill(0);
    for (const source of this.#values.found) {
      this.#states[source] = UNSEEN;
      for (const number of targetsOf[source] ?? []) isWanted[number] = 1;
    }
    for (const number of this.#own.given) isWanted[number] = 1;
    this.#text.begin();
    this.#last = -1;
    // What fits nowhere comes last.
    for (let number = 0; number < this.#misfits; number += 1) {
      if (isWanted[number] === 1) this.#writeTarget(number, options[number] ?? []);
    }
    this.#writeMisfits();
    this.#writeOthers();
    this.#writeBytes(this.#plan.endBehind(this.#last));
    return this.#text.end();
  }

  #writeTarget(number: number, options: readonly Option[]): void {
    const type = this.#plan.targets[number]?.type ?? "keyword";
    for (const option of options) {
      const member = this.#values.member(option.source);
      if (member === null) continue;
      if (this.#writeValue(number, type, option, member)) {
        this.#states[option.source] = SHOWN;
        return;
      }
      if (this.#states[option.source] === UNSEEN) this.#states[option.source] = MISFIT;
    }
    this.#writeOwn(number);
  }

  /** What stands before the value of that field. */
  #begin(number: number): void {
    this.#writeBytes(this.#plan.between(this.#last, number));
    this.#last = number;
  }

  #writeBytes(bytes: Buffer): void {
    this.#text.bytes(bytes, 0, bytes.length);
  }

  /** False where the value does not fit. */
  #writeValue(number: number, type: FieldType, { as, says }: Option, { bytes, start, end }: RecordMember): boolean {
    const fitted = says === null ? fittedValue(type, as, bytes, start, end) : says;
    if (fitted === null) return false;
    if (fitted === BY_KEY) return this.#writeList(number, bytes, start, end);
    this.#begin(number);
    if (fitted === AS_IT_IS) this.#text.bytes(bytes, start, end);
    else if (fitted === QUOTED) this.#text.quoted(bytes, start, end);
    else if ("text" in fitted) this.#text.string(fitted.text);
    else this.#text.json(fitted.json);
    return true;
  }

  /** False for a list that turns out to be another one; then nothing is written. */
  #writeList(number: number, bytes: Buffer, start: number, end: number): boolean {
    const [mark, last] = [this.#text.mark(), this.#last];
    this.#begin(number);
    if (writeByKey(this.#text, bytes, start, end)) return true;
    this.#text.backTo(mark);
    this.#last = last;
    return false;
  }

  #writeOwn(number: number): void {
    const value = this.#own.valueOf(number);
    if (value === null) return;
    this.#begin(number);
    if (this.#own.isJson(number)) this.#text.json(value);
    else this.#text.string(value);
  }

  #writeMisfits(): void {
    const misfits = this.#values.found.filter((source) => this.#states[source] === MISFIT);
    if (misfits.length === 0) return;
    this.#own.putJson(this.#misfits, JSON.stringify(misfits.map((source) => this.#plan.sources[source])));
    this.#writeOwn(this.#misfits);
  }

  #writeOthers(): void {
    const { found, others } = this.#values;
    const left = found.filter((source) => this.#states[source] !== SHOWN);
    if (left.length === 0 && others.length === 0) return;
    this.#begin(this.#other);
    this.#text.openObject();
    for (const member of others) this.#writeMember(member);
    for (const source of left) {
      const member = this.#values.member(source);
      if (member !== null) this.#writeMember(member);
    }
    this.#text.closeObject();
  }

  #writeMember({ prefix, bytes, keyStart, keyEnd, start, end }: RecordMember): void {
    this.#text.member(prefix, bytes, keyStart, keyEnd, start, end);
  }
}
