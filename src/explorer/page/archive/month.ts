const DAY_MS = 86_400_000;

/** The months before and after one, `YYYY-MM`. */
export function neighbours(month: string): { readonly before: string; readonly after: string } {
  const [year = 0, number = 0] = month.split("-").map(Number);
  const name = (at: number): string => new Date(Date.UTC(year, at)).toISOString().slice(0, 7);
  return { before: name(number - 2), after: name(number) };
}

/** All days from the first to the last, `YYYY-MM-DD`; none where either is missing. */
export function daysBetween(first: string | undefined, last: string | undefined): string[] {
  if (first === undefined || last === undefined) return [];
  const start = Date.parse(first);
  const count = (Date.parse(last) - start) / DAY_MS + 1;
  return Array.from({ length: count }, (_, at) => dayText(start + at * DAY_MS));
}

/** The day after. */
export function nextDay(day: string): string {
  return dayText(Date.parse(day) + DAY_MS);
}

function dayText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
