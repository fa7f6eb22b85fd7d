/**
 * Goal: whoever looks at the page sees what a worker writes while it writes it, and whether that goes well.
 * Method: the page of an archive in a real browser, a worker that gets lines meanwhile, and beside it what the worker and
 * `counts` say of the same lines.
 */
import { mkdtemp, readFile, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { generated } from "../cli/generated.ts";
import {
  countsOf,
  logtally,
  type Outcome,
  type RunningProcess,
  type Summary,
  startLogtally,
  walPaths,
} from "../cli/logtally.ts";
import { barriers } from "./accessible.ts";
import { CHROMIUM, type Explored, explore, type Opened, open, openBrowser } from "./explored.ts";

const HOUR_MS = 3_600_000;
const LINES = 1200;
const BAD_LINES = ["no JSON at all", "[1, 2, 3]"];
/** Longer than the page waits for news. */
const NEWS_MS = 5000;
const SOON = { timeout: 60_000 };

// Without Chromium there is nothing to look at the page with; on CI that is a failure.
describe.skipIf(CHROMIUM === null)("the live view", () => {
  let folder: string;
  let archive: string;
  let lines: string[];
  let explored: Explored;
  let browser: Browser;
  const workers = new Set<RunningProcess>();
  let fresh: Explored | null = null;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "logtally-live-view-"));
    archive = join(folder, "archive");
    const { path } = await generated("--lines", String(LINES));
    lines = (await readFile(path, "utf8")).split("\n").slice(0, -1);
    await logtally(["run", "--archive", archive, "--from", "-"], { input: `${lines.slice(0, 200).join("\n")}\n` });
    const before = Date.now() / 1000 - (3 * HOUR_MS) / 1000;
    for (const object of await walPaths(archive)) await utimes(object, before, before);
    explored = await explore(["--archive", archive]);
    browser = await openBrowser();
  });

  afterEach(async () => {
    // What a failed test has left.
    for (const { child } of workers) child.kill("SIGKILL");
    await Promise.all([...workers].map(({ ended }) => ended));
    await fresh?.stop();
  });

  afterAll(async () => {
    // Before all else: without a browser the page was served all the same.
    expect(await explored.stop()).toBe("");
    await browser.close();
    await rm(folder, { recursive: true });
  });

  function openLive(options: { readonly width?: number; readonly isDark?: boolean } = {}): Promise<Opened> {
    return open(browser, `${explored.origin}/live?token=${explored.token}`, options);
  }

  async function close({ context, troubles }: Opened): Promise<void> {
    expect(troubles).toEqual([]);
    await context.close();
  }

  /** A worker that reads from standard input, and writes soon what it got. */
  function startWorker(): RunningProcess {
    const args = ["run", "--json", "--from", "-", "--archive", archive, "--set", "batch.max_age_ms=300"];
    const worker = startLogtally(args);
    workers.add(worker);
    void worker.ended.finally(() => workers.delete(worker));
    return worker;
  }

  function feed({ child }: RunningProcess, some: readonly string[]): void {
    child.stdin?.write(some.map((line) => `${line}\n`).join(""));
  }

  async function finished({ child, ended }: RunningProcess): Promise<Summary> {
    child.stdin?.end();
    const outcome: Outcome = await ended;
    expect(outcome).toMatchObject({ code: 0 });
    return JSON.parse(outcome.stdout) as Summary;
  }

  /** What stands under a name in big letters. */
  function figure(page: Page, name: string): Promise<string> {
    return page.locator(".figures > div", { hasText: name }).locator(".value").innerText();
  }

  /** The numbers of the table of events. */
  async function eventsOn(page: Page): Promise<Record<string, number>> {
    const rows = await page.locator("details.events tbody tr").all();
    const cells = await Promise.all(rows.map((row) => row.locator("th, td").allTextContents()));
    return Object.fromEntries(
      cells.map(([event = "", count = ""]) => [event.trim(), Number(count.replaceAll(",", ""))]),
    );
  }

  it("says in words that no worker runs, since when, and how to start one", async () => {
    const opened = await openLive();
    await opened.page.getByText("No worker has written to this archive in the last 15 minutes.").waitFor();
    expect(await opened.page.getByText("The last lines were written").innerText()).toMatch(
      /written 3 h ago, at \d{4}-/,
    );
    expect(await figure(opened.page, "Last written")).toBe("3 h ago");
    expect(await opened.page.locator(".empty pre").innerText()).toContain("logtally run");
    expect(await barriers(opened.page)).toEqual([]);
    await close(opened);
  });

  it("shows the lines of a worker by themselves, as many as were written", async () => {
    const opened = await openLive();
    const { page } = opened;
    await page.getByText("No worker has written").waitFor();
    await page.evaluate("globalThis.isSame = true");
    const before = await countsOf(archive);

    const worker = startWorker();
    feed(worker, [...lines.slice(200, 500), ...BAD_LINES]);
    await page.getByText(/^302 lines in \d+ batch/).waitFor(SOON);
    feed(worker, lines.slice(500, 800));
    await page.getByText(/^602 lines in \d+ batch/).waitFor(SOON);
    const summary = await finished(worker);

    expect(summary).toMatchObject({ lines_in: 602, quarantined: { not_json: 1, not_object: 1 } });
    expect(await figure(page, "In quarantine")).toBe("2");
    expect(await figure(page, "Last written")).toMatch(/^\d+ s ago$/);
    expect(Number(await figure(page, "Lines a second"))).toBeGreaterThan(0);
    expect(await figure(page, "Delay")).toMatch(/^\d+(\.\d)? years$/);
    const after = await countsOf(archive);
    const counted = Object.keys(after).map((event) => [event, (after[event] ?? 0) - (before[event] ?? 0)] as const);
    expect(await eventsOn(page)).toEqual(Object.fromEntries(counted.filter(([, count]) => count > 0)));

    const quarantine = page.getByRole("region", { name: "Newest lines in quarantine" });
    expect(await quarantine.getByRole("row").allInnerTexts()).toEqual([
      expect.anything(),
      expect.stringContaining("JSON, but no object (not_object)"),
      expect.stringContaining("text, or broken or cut JSON (not_json)"),
    ]);
    const link = await quarantine.getByRole("link").first().getAttribute("href");
    const id = new URL(link ?? "", explored.origin).searchParams.get("line") ?? "";
    expect(await logtally(["archive", "get", id, "--archive", archive])).toMatchObject({ stdout: `${BAD_LINES[1]}\n` });
    const workersTable = page.getByRole("region", { name: "Workers" });
    expect(await workersTable.getByRole("row").count()).toBe(2);
    expect(await workersTable.getByRole("row").nth(1).innerText()).toContain(`602\t${summary.objects}`);

    expect(await page.evaluate("globalThis.isSame")).toBe(true);
    await close(opened);
  });

  it("leads to views that show what was written meanwhile", async () => {
    const opened = await open(browser, `${explored.origin}/archive?token=${explored.token}`);
    const { page } = opened;
    const stored = page.getByRole("listitem").filter({ hasText: "Stored are" });
    await stored.waitFor();
    const before = await stored.innerText();
    await page.getByRole("link", { name: "Live" }).click();
    const worker = startWorker();
    feed(worker, lines.slice(900, 950));
    await finished(worker);
    await page.getByRole("link", { name: "Archive" }).click();
    await expect.poll(() => stored.innerText(), SOON).not.toBe(before);
    await close(opened);
  });

  it("says what is wrong with an address, and does not ask for it again and again", async () => {
    const { page, context } = await open(browser, `${explored.origin}/live?minutes=banana&token=${explored.token}`);
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.innerText()).toContain("from 1 to 60");
    expect(await alert.innerText()).not.toContain("tries again");
    await page.getByRole("link", { name: "15 minutes" }).click();
    await page.getByText(/^[\d,]+ lines in \d+ batch/).waitFor();
    expect(await alert.count()).toBe(0);
    await context.close();
  });

  it("tells how many lines are not sealed yet", async () => {
    const stats = await logtally(["archive", "stats", "--json", "--archive", archive]);
    const { lines: unsealed } = JSON.parse(stats.stdout) as { lines: number };
    expect(unsealed).toBe(200 + 602 + 50);
    fresh = await explore(["--archive", archive]);
    const opened = await open(browser, `${fresh.origin}/live?token=${fresh.token}`);
    await opened.page.getByText("Not sealed yet").waitFor(SOON);
    expect(await figure(opened.page, "Not sealed yet")).toBe(`${unsealed} lines`);
    await close(opened);
    expect(await fresh.stop()).toBe("");
  });

  it("holds still while it is paused, and then shows all that came", async () => {
    const opened = await openLive();
    const { page } = opened;
    const linesNow = page.getByText(/^[\d,]+ lines in \d+ batch/);
    await linesNow.waitFor();
    const before = await linesNow.innerText();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("Paused: this is how it was then.").waitFor();
    const worker = startWorker();
    feed(worker, lines.slice(800, 900));
    await finished(worker);
    await sleep(NEWS_MS);
    expect(await linesNow.innerText()).toBe(before);
    await page.getByRole("button", { name: "Go on" }).click();
    await expect.poll(() => linesNow.innerText(), SOON).not.toBe(before);
    await close(opened);
  });

  it.each([
    { isDark: false, width: 1280 },
    { isDark: true, width: 1280 },
    { isDark: false, width: 380 },
  ])("has no barriers: %o", async (options) => {
    const opened = await openLive(options);
    await opened.page.getByRole("heading", { name: "Workers" }).waitFor();
    await opened.page.locator("details.events summary").click();
    expect(await barriers(opened.page)).toEqual([]);
    const [content, window] = (await opened.page.evaluate(
      "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
    )) as [number, number];
    expect(content).toBeLessThanOrEqual(window);
    await close(opened);
  });

  it("says so when the server has gone, and goes on once it is there again", async () => {
    const { page, context } = await openLive();
    const linesNow = page.getByText(/^[\d,]+ lines in \d+ batch/);
    await linesNow.waitFor();
    const before = await linesNow.innerText();
    expect(await explored.stop()).toBe("");
    await page.getByRole("alert").getByText("logtally does not answer").waitFor(SOON);

    explored = await explore(["--archive", archive, "--port", new URL(explored.origin).port]);
    // Its token is another one, and the page has to be told it, as the words on the page say.
    await page.getByRole("alert").getByText("open the address that logtally printed").waitFor(SOON);
    const other = await context.newPage();
    await other.goto(explored.url);
    await other.getByRole("heading", { name: "Counts" }).waitFor();
    const worker = startWorker();
    feed(worker, lines.slice(900, 950));
    await finished(worker);
    await expect.poll(() => linesNow.innerText(), SOON).not.toBe(before);
    expect(await page.getByRole("alert").count()).toBe(0);
    await context.close();
  });
});
