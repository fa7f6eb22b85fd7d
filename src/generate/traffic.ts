import { createAgenda } from "./agenda.ts";
import { type Chance, createChance } from "./chance.ts";
import type { Form, FormOptions } from "./form.ts";
import { createPlainForm } from "./plain-form.ts";
import { createPubsubForm } from "./pubsub-form.ts";
import type { Repeat, Row } from "./row.ts";
import { type SimulationOptions, simulate } from "./simulation.ts";
import type { Truth } from "./truth.ts";

/** What goes wrong on the way; shares from 0 to 1 of what passes. */
export interface Disturbances {
  /** Rows that the transport delivers twice. */
  readonly redelivered: number;
  /** Rows that the sender sends twice, because it did not see the first arrive. */
  readonly republished: number;
  /** Bad records, beside the good ones. */
  readonly poisoned: number;
}

export interface TrafficOptions extends SimulationOptions {
  readonly form: FormOptions;
  readonly disturbances: Disturbances;
  /** So many lines are enough, once what was begun is done; infinity: all that the time brings. */
  readonly lines: number;
}

/** The dice for what goes wrong are others than those of the people: the same deeds come in all forms. */
const FORM_SEED = 0x5eed;
/** A repeat comes at most about so many lines later: what waits is kept in memory. */
const LATEST_REPEAT_LINES = 2000;

/** A row of output, without its LF. */
export interface Sent {
  readonly bytes: string | Buffer;
  /** How many lines a reader finds in it. */
  readonly lines: number;
  /** How far the simulation is, in milliseconds since 1970. */
  readonly timeMs: number;
}

/** A row that will come again. */
interface Echo {
  readonly row: Row;
  readonly how: Repeat;
}

/**
 * The rows of output, one after the other; the truth about them is told on the way. An aborted signal ends the deeds,
 * and what was under way still comes.
 */
export function* traffic(options: TrafficOptions, truth: Truth | null, signal: AbortSignal | null): Generator<Sent> {
  const { disturbances } = options;
  const chance = createChance(options.seed ^ FORM_SEED);
  const form = openForm(chance, options.form);
  // By the number of the row behind which they come.
  const echoes = createAgenda<Echo>();
  let rows = 0;
  // Those that wait for their batch included.
  let lines = 0;
  let timeMs = options.fromMs;
  const sent = (bytes: string | Buffer, { reasons }: Row): Sent => ({ bytes, lines: reasons.length, timeMs });
  const sendEchoes = function* (untilRow: number): Generator<Sent> {
    for (let due = echoes.next(untilRow); due !== null; due = echoes.next(untilRow)) {
      const { row } = due.item;
      lines += row.reasons.length;
      yield sent(repeat(due.item, truth), row);
    }
  };
  const send = function* (row: Row | null): Generator<Sent> {
    if (row === null) return;
    rows += 1;
    const isFiledByPublishTime = row.publishedAtMs !== null && row.reasons.some((reason) => reason !== null);
    if (isFiledByPublishTime) truth?.tellFiled(row.publishedAtMs);
    yield sent(row.bytes, row);
    for (const how of repeatsOf(chance, disturbances)) {
      echoes.add(rows + 1 + chance.below(Math.ceil(LATEST_REPEAT_LINES / row.reasons.length)), { row, how });
    }
    yield* sendEchoes(rows);
  };
  for (const left of simulate(options)) {
    for (const line of left) {
      timeMs = line.timeMs;
      lines += 1;
      truth?.tell(line, form.environment);
      yield* send(form.take(form.record(line)));
      if (disturbances.poisoned === 0 || !chance.share(disturbances.poisoned)) continue;
      lines += 1;
      yield* send(badRow(form, timeMs, truth));
    }
    if (lines >= options.lines || signal?.aborted === true) break;
  }
  yield* send(form.rest());
  yield* sendEchoes(Number.POSITIVE_INFINITY);
}

function openForm(chance: Chance, { name, batch }: FormOptions): Form {
  return name === "pubsub" ? createPubsubForm(chance, batch) : createPlainForm(chance, name);
}

/** A record gone bad, which may still wait for its batch, or a message that is bad as a whole. */
function badRow(form: Form, timeMs: number, truth: Truth | null): Row | null {
  const message = form.badMessage(timeMs);
  const piece = form.poison(timeMs);
  for (const reason of message?.reasons ?? [piece.reason]) truth?.tellStray(reason);
  return message ?? form.take(piece);
}

function repeatsOf(chance: Chance, { redelivered, republished }: Disturbances): Repeat[] {
  const repeats: Repeat[] = [];
  if (redelivered > 0 && chance.share(redelivered)) repeats.push("redelivered");
  if (republished > 0 && chance.share(republished)) repeats.push("republished");
  return repeats;
}

/** What is known by its place only is something new when it is published again. */
function repeat({ row, how }: Echo, truth: Truth | null): string | Buffer {
  const bytes = row.again(how);
  for (const reason of row.reasons) {
    if (how === "redelivered" || reason === null) truth?.tellRepeat();
    else truth?.tellStray(reason);
  }
  return bytes;
}
