import { type IoError, isOfObject } from "../../core/fault.ts";
import { UNDATED_HOUR } from "../../core/hour.ts";
import { DAY_HOURS } from "../../core/units.ts";
import type { SealedPlan } from "../sealed-plan.ts";
import { dayOfHour, SPAN_HOURS, type Span, type SpanHours, spanOfHour, UNDATED_DAY } from "../span.ts";
import { type OnDistrusted, readReachedTail, type TailObject } from "../tail.ts";
import { type SealSpanOptions, sealSpan } from "./seal-span.ts";
import { agreeOnSpanHours, proposeSpanHours } from "./span-length.ts";

export interface SealOptions extends SealSpanOptions {
  /** Filing hours before it are over: lines of them are no longer waited for. */
  readonly overHour: number;
  /** Null: as many hours as the instance's volume asks for. */
  readonly spanHours: SpanHours | null;
  /** Is told the stored bytes that will be read. */
  readonly onTotal: (bytes: number) => void;
  readonly onSealed: (plan: SealedPlan) => void;
  /** Is told what was complete before, of all days that write-ahead objects have lines of. */
  readonly onReached?: (plans: readonly SealedPlan[]) => void;
  /** Is told, in words, of a span that cannot be sealed; the others are. */
  readonly onTrouble: (message: string) => void;
  /** False to leave lines without any time to another run: a seal of some looks through all that came before. */
  readonly withUndated: boolean;
}

/**
 * Seals everything of the stream that is due: spans that are over, with lines that are not sealed. Whether it is called
 * late or often changes only how many revisions there are. Rejects with `IoError`, at the end where it is of single spans;
 * what was sealed stays sealed.
 */
export async function sealStream(stream: string, options: SealOptions): Promise<void> {
  const { store, signal, onTotal, onSealed, onTrouble } = options;
  const failures: IoError[] = [];
  const onDistrusted: OnDistrusted = (what, error) => {
    onTrouble(`${what}: ${error.message}`);
    failures.push(error);
  };
  const reached = await readReachedTail(store, stream, onDistrusted);
  options.onReached?.(reached.plans);
  const tail = reached.tail.filter(({ unsealed }) => unsealed.length > 0);
  const due = await dueSpans(stream, tail, reached.plans, options, onDistrusted);
  onTotal(
    due.reduce((sum, { objects }) => sum + objects.reduce((bytes, { object }) => bytes + object.sizeBytes, 0), 0),
  );
  for (const { span, objects } of due) {
    if (signal.aborted) break;
    try {
      for (const sealed of await sealSpan(span, objects, options)) onSealed(sealed);
    } catch (error) {
      if (!isOfObject(error)) throw error;
      // One object that cannot be read must not hold up the other hours.
      onDistrusted(`${span.day} from hour ${span.firstHour % DAY_HOURS} is not sealed`, error);
    }
  }
  if (failures[0] !== undefined) throw failures[0];
}

interface DueSpan {
  readonly span: Span;
  readonly objects: readonly TailObject[];
}

/** In order of time. */
async function dueSpans(
  stream: string,
  tail: readonly TailObject[],
  plans: readonly SealedPlan[],
  options: SealOptions,
  onDistrusted: OnDistrusted,
): Promise<DueSpan[]> {
  const isDue = (hour: number): boolean => (hour === UNDATED_HOUR ? options.withUndated : hour < options.overHour);
  const hours = new Set(tail.flatMap(({ unsealed }) => unsealed.filter(isDue)));
  const lengths = new Map<string, SpanHours | null>();
  const spans = new Map<number, Span>();
  const lengthOf = async (day: string): Promise<SpanHours | null> => {
    try {
      return await spanHoursOf(stream, day, tail, plans, options);
    } catch (error) {
      if (!isOfObject(error)) throw error;
      onDistrusted(`nothing of ${day} is sealed`, error);
      return null;
    }
  };
  for (const hour of [...hours].toSorted((a, b) => a - b)) {
    const day = dayOfHour(hour);
    const length = lengths.get(day) ?? (lengths.has(day) ? null : await lengthOf(day));
    lengths.set(day, length);
    if (length === null) continue;
    const span = spanOfHour(stream, hour, length);
    if (span.firstHour + span.hours <= options.overHour) spans.set(span.firstHour, span);
  }
  return [...spans.values()].map((span) => ({ span, objects: objectsOf(span, tail) }));
}

function objectsOf({ firstHour, hours }: Span, tail: readonly TailObject[]): TailObject[] {
  return tail.filter(({ unsealed }) => unsealed.some((hour) => hour >= firstHour && hour < firstHour + hours));
}

/** What is sealed of the day tells its length, also where everything in `ctl` is lost. */
async function spanHoursOf(
  stream: string,
  day: string,
  tail: readonly TailObject[],
  plans: readonly SealedPlan[],
  { store, spanHours, overHour }: SealOptions,
): Promise<SpanHours> {
  const sealed = plans.find(({ span }) => span.day === day)?.span.hours;
  const known = SPAN_HOURS.find((hours) => hours === sealed);
  if (known !== undefined || day === UNDATED_DAY) return known ?? 1;
  const proposed = spanHours ?? proposeSpanHours(tail, day, overHour) ?? 1;
  return agreeOnSpanHours(store, stream, day, proposed);
}
