/**
 * Goal: how long somebody who opens the page waits for its first view.
 * Method: a real browser that is open already goes to the printed address, round after round, each with nothing in its
 * caches; by the clock of the page until it has painted the first row. Counts are of generated facts, lines of a year of
 * which the newest day is real.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { formatCount, formatThings } from "../../src/cli/terminal/quantity.ts";
import type { Column } from "../../src/cli/terminal/table.ts";
import { type Explored, explore, openBrowser } from "../../test/explorer/explored.ts";
import { openDaysArchive, YEAR_DAYS } from "../corpora/days-archive.ts";
import { openFactArchive } from "../corpora/fact-archive.ts";
import type { Goal } from "../measuring/goal.ts";
import { median } from "../measuring/median.ts";
import { type Report, reportOf } from "../measuring/report.ts";

const MOST_SECONDS = 1;
/** Somewhat more than the lines that the goal is set for: the year is measured to see what grows. */
const MOST_LINES = 11_000_000;
/** Of ten million lines. */
const MONTH_DAYS = 37;
/** A browser that has just started is still busy with itself, and so is a server that the browser before has left. */
const SETTLE_MS = 2000;
/** Runs in the page: when its first row was painted, in milliseconds since somebody went there. */
const NOTE_FIRST_ROW = `window.firstRowMs = new Promise((resolve) => {
  new MutationObserver((_, observer) => {
    if (document.querySelector("tbody tr") === null) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
  }).observe(document, { childList: true, subtree: true });
})`;

interface FirstView {
  readonly view: string;
  readonly lines: number;
  readonly seconds: number;
}

const COLUMNS: readonly Column<FirstView>[] = [
  { head: "first view", align: "left", cell: ({ view }) => view },
  { head: "lines in the archive", align: "right", cell: ({ lines }) => formatCount(lines) },
  { head: "seconds to its first row", align: "right", cell: ({ seconds }) => seconds.toFixed(2) },
];

export async function measureExplore(facts: number, rounds: number): Promise<Report> {
  const counted = await openFactArchive(facts);
  const views = [await measureView({ view: "counts", path: counted.path, lines: counted.facts }, rounds)];
  for (const days of [MONTH_DAYS, YEAR_DAYS]) {
    views.push(await measureView({ view: "logs", ...(await openDaysArchive(days)) }, rounds));
  }
  const title = `the page in Chromium, from its address to its first row; medians of ${formatThings(rounds, "round")}`;
  return reportOf(title, COLUMNS, views, views.filter(({ lines }) => lines < MOST_LINES).map(goalOf));
}

async function measureView(
  { view, path, lines }: { readonly view: string; readonly path: string; readonly lines: number },
  rounds: number,
): Promise<FirstView> {
  const explored = await explore(["--archive", path]);
  const seconds: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    process.stderr.write(`first view of ${view}: ${round === 0 ? "warm-up" : `round ${round} of ${rounds}`}\n`);
    const taken = await secondsToFirstRow(explored, view);
    if (round > 0) seconds.push(taken);
  }
  await explored.stop();
  return { view, lines, seconds: median(seconds) };
}

async function secondsToFirstRow({ origin, token }: Explored, view: string): Promise<number> {
  const browser = await openBrowser();
  const page = await browser.newPage();
  await page.addInitScript(NOTE_FIRST_ROW);
  await sleep(SETTLE_MS);
  await page.goto(`${origin}/${view}?token=${token}`);
  const takenMs = Number(await page.evaluate("window.firstRowMs"));
  await browser.close();
  return takenMs / 1000;
}

function goalOf({ view, seconds }: FirstView): Goal {
  return { name: `first view of ${view}`, value: seconds, unit: "s", bound: "below", limit: MOST_SECONDS };
}
