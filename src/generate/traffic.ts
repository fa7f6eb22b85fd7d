import type { QuarantineReason } from "../core/fault.ts";
import { type Chance, createChance } from "./chance.ts";
import { createForm, type FormOptions } from "./form.ts";
import { poisoned } from "./poison.ts";
import type { Fate, Repeat, Row } from "./row.ts";
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
/** A repeat comes at most so many rows later. */
const LATEST_REPEAT = 2000;

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
  readonly dueRow: number;
}

/**
 * The rows of output, one after the other; the truth about them is told on the way. An aborted signal ends the deeds,
 * and what was under way still comes.
 */
export function* traffic(options: TrafficOptions, truth: Truth | null, signal: AbortSignal | null): Generator<Sent> {
  const { disturbances } = options;
  const chance = createChance(options.seed ^ FORM_SEED);
  const form = createForm(chance, options.form);
  const echoes: Echo[] = [];
  let rows = 0;
  let lines = 0;
  let timeMs = options.fromMs;
  const sent = (bytes: string | Buffer, { fates }: Row): Sent => {
    lines += fates.length;
    return { bytes, lines: fates.length, timeMs };
  };
  const send = function* (row: Row | null): Generator<Sent> {
    if (row === null) return;
    rows += 1;
    if (row.publishedAtMs !== null && row.fates.some(isReason)) truth?.tellFiled(row.publishedAtMs);
    yield sent(row.bytes, row);
    for (const how of repeatsOf(chance, disturbances)) {
      echoes.push({ row, how, dueRow: rows + 1 + chance.below(LATEST_REPEAT) });
    }
    for (let index = echoes.length - 1; index >= 0; index -= 1) {
      const echo = echoes[index] as Echo;
      if (echo.dueRow > rows) continue;
      echoes.splice(index, 1);
      yield sent(repeat(echo, truth), echo.row);
    }
  };
  for (const left of simulate(options)) {
    for (const line of left) {
      timeMs = line.timeMs;
      truth?.tell(line, form.environment);
      yield* send(form.take(form.record(line)));
      if (disturbances.poisoned === 0 || !chance.share(disturbances.poisoned)) continue;
      const bad = form.badMessage(timeMs);
      const piece = bad === null ? poisoned(chance, timeMs) : null;
      for (const fate of piece === null ? (bad?.fates ?? []) : [piece.fate]) truth?.tellStray(reasonOf(fate));
      yield* send(piece === null ? bad : form.take(piece));
    }
    if (lines >= options.lines || signal?.aborted === true) break;
  }
  yield* send(form.rest());
  for (const echo of echoes) yield sent(repeat(echo, truth), echo.row);
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
  for (const fate of row.fates) {
    if (how === "redelivered" || fate === "by_content") truth?.tellRepeats(1);
    else truth?.tellStray(fate);
  }
  return bytes;
}

function reasonOf(fate: Fate): QuarantineReason | null {
  return isReason(fate) ? fate : null;
}

function isReason(fate: Fate): fate is QuarantineReason {
  return fate !== "by_content";
}
