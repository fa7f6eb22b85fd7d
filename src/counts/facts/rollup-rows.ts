import { KEY_COLUMNS, type Segment } from "../segment.ts";
import { factRuns } from "../sessions/session-tables.ts";
import { sqlText } from "../tables/duck-db.ts";

/** SQL of the table `day_fact`: the facts of a day, each with the run that it is in. `rows` have `WORD_COLUMNS`. */
export function dayFacts(rows: string): string {
  return factRuns(`SELECT *, epoch_ms(time) AS time_ms FROM (${rows})`);
}

/** SQL of the table `day_run`, from the one before: the runs of a day, with numbers from 1 on. */
export const DAY_RUNS = `
  SELECT row_number() OVER (ORDER BY visitor, first)::INTEGER AS number, *
  FROM (
    SELECT visitor, any_value("user") AS "user", run AS first, max(time_ms) AS last, any_value(time)::DATE AS day
    FROM day_fact WHERE visitor IS NOT NULL GROUP BY visitor, run
  )`;

/** SQL of the file of runs: what each visitor did without a pause of more than half an hour. */
export const RUN_ROWS = `
  SELECT day, number AS run, visitor, "user", make_timestamp_ms(first) AS first, make_timestamp_ms(last) AS last
  FROM day_run ORDER BY number`;

/** SQL of the file of groups that have the name of somebody who acted in them. */
export const OWNER_ROWS = "SELECT DISTINCT root_group FROM day_fact WHERE own_group ORDER BY root_group";

/** The column of an event in the rows by user. */
export function eventColumn(event: string): string {
  return `n_${event}`;
}

/** SQL of the rows by user, of one segment: a column for each of these events, null where there was none. */
export function eventRows(segment: Segment, events: readonly string[]): string {
  const columns = events.map(
    (event) => `, max(events) FILTER (event = ${sqlText(event)})::INTEGER AS "${eventColumn(event)}"`,
  );
  return `
    SELECT key, "user", day${columns.join("")}
    FROM (
      SELECT event, ${keyOf(segment)} AS key, "user", time::DATE AS day, count(*) AS events FROM day_fact GROUP BY ALL
    )
    GROUP BY key, "user", day ORDER BY key, "user"`;
}

/** SQL of the rows by run, of one segment; the run is null where there was no visitor. */
export function deedRows(segment: Segment): string {
  return `SELECT event, ${keyOf(segment)} AS key, time::DATE AS day, number AS run, count(*)::INTEGER AS events
    FROM day_fact LEFT JOIN day_run ON day_run.visitor = day_fact.visitor AND day_run.first = day_fact.run
    GROUP BY ALL ORDER BY event, key, run`;
}

function keyOf(segment: Segment): string {
  return KEY_COLUMNS[segment] ?? "NULL::VARCHAR";
}
