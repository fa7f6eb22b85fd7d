import type { HourFigures } from "../../archive/manifest.ts";
import { noHourFigures } from "../../archive/seal/figures.ts";

/** The figures of an hour, sealed or not, as they are added up (I3). */
export interface Figures extends Record<keyof HourFigures, number> {
  /** Lines among the received ones that no plan has sealed yet; the other figures are what a seal would find. */
  unsealed: number;
}

const NAMES = [
  "received",
  "archived",
  "duplicates",
  "conflicts",
  "counted",
  "eventless",
  "quarantined",
  "unsealed",
] as const satisfies readonly (keyof Figures)[];

export function noFigures(): Figures {
  return { ...noHourFigures(), unsealed: 0 };
}

export function addFigures(sum: Figures, more: Partial<Readonly<Figures>>): void {
  for (const name of NAMES) sum[name] += more[name] ?? 0;
}

/** I3. */
export function addsUp({
  received,
  archived,
  duplicates,
  counted,
  eventless,
  quarantined,
}: Omit<HourFigures, "conflicts">): boolean {
  return received === archived + duplicates && archived === counted + eventless + quarantined;
}

/** Figures by filing hour. */
export type HourBook = Map<number, Figures>;

/** The figures of an hour, to be added to. */
export function figuresOf(book: HourBook, hour: number): Figures {
  const known = book.get(hour);
  if (known !== undefined) return known;
  const made = noFigures();
  book.set(hour, made);
  return made;
}
