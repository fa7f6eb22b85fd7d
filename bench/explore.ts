/**
 * Goal: how long somebody who opens the page waits for its first view.
 * Method: a real browser opens the printed address, round after round, each with nothing in its caches; it ends with the
 * first row that is to be seen. Counts are of generated facts, lines of a year of which the newest day is real.
 */
import { formatCount, formatThings } from "../src/cli/terminal/quantity.ts";
import type { Column } from "../src/cli/terminal/table.ts";
import { type Explored, explore, openBrowser } from "../test/explorer/explored.ts";
import { openFactArchive } from "./fact-archive.ts";
import type { Goal } from "./goal.ts";
import { median } from "./median.ts";
import { type Report, reportOf } from "./report.ts";
import { openYearArchive } from "./year-archive.ts";

const MOST_SECONDS = 1;

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
  const year = await openYearArchive();
  const views = [
    await measureView({ view: "counts", path: counted.path, lines: counted.facts }, rounds),
    await measureView({ view: "logs", path: year.path, lines: year.lines }, rounds),
  ];
  const title = `the page in Chromium, from its address to the first row; medians of ${formatThings(rounds, "round")}`;
  return reportOf(title, COLUMNS, views, views.map(goalOf));
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
  const startedMs = performance.now();
  await page.goto(`${origin}/${view}?token=${token}`);
  await page.locator("tbody tr:visible").first().waitFor();
  const takenMs = performance.now() - startedMs;
  await browser.close();
  return takenMs / 1000;
}

function goalOf({ view, seconds }: FirstView): Goal {
  return { name: `first view of ${view}`, value: seconds, unit: "s", bound: "below", limit: MOST_SECONDS };
}
