/**
 * Goal: an analyst finds the counts on the page, as the command gives them, and gets from a number to what it rests on.
 * Method: the page of a simulated day in a real browser, beside what `counts` and `coverage` print.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logtally } from "../cli/logtally.ts";
import { barriers } from "./accessible.ts";
import { CHROMIUM, type Explored, explore, type Opened, open, openBrowser } from "./explored.ts";

interface Row {
  readonly event: string;
  readonly key: string;
  readonly count: number;
  readonly unique_users: number;
}

// Without Chromium there is nothing to look at the page with; on CI that is a failure.
describe.skipIf(CHROMIUM === null)("the view of counts", () => {
  let folder: string;
  let explored: Explored;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "logtally-counts-view-"));
    expect(await logtally(["demo"], { cwd: folder })).toMatchObject({ code: 0 });
    explored = await explore(["--archive", join(folder, "archive")]);
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
    expect(await explored.stop()).toBe("");
    await rm(folder, { recursive: true });
  });

  /** Opens a view with the token, looks at it, and closes it; nothing may go wrong in it. */
  async function look<T>(path: string, see: (opened: Opened) => Promise<T>, options = {}): Promise<T> {
    const opened = await open(
      browser,
      `${explored.origin}${path}${path.includes("?") ? "&" : "?"}token=${explored.token}`,
      options,
    );
    const seen = await see(opened);
    expect(opened.troubles).toEqual([]);
    await opened.context.close();
    return seen;
  }

  /** The cells of the table of counts, row by row. */
  async function rowsOf(page: Page): Promise<string[][]> {
    await page.getByRole("region", { name: "Counts", exact: true }).waitFor();
    const rows = await page.locator("table.counts tbody tr").all();
    return Promise.all(rows.map((row) => row.locator("th, td").allInnerTexts()));
  }

  async function counted(...args: readonly string[]): Promise<Row[]> {
    const outcome = await logtally([
      "counts",
      "--archive",
      join(folder, "archive"),
      "--json",
      "--no-sessions",
      ...args,
    ]);
    expect(outcome).toMatchObject({ code: 0 });
    return (JSON.parse(outcome.stdout) as { rows: Row[] }).rows;
  }

  const figure = (count: number) => count.toLocaleString("en-US");

  it("answers how many Git pushes there were by plan in the last 7 days, in two clicks from the printed address", async () => {
    const expected = (await counted("--event", "git_push", "--by", "plan", "--period", "7d"))
      .toSorted((a, b) => b.count - a.count)
      .map(({ key, count, unique_users: users }) => ["git_push", key, figure(count), figure(users)]);
    expect(expected.length).toBeGreaterThan(2);
    const seen = await look("/", async ({ page }) => {
      await page.getByRole("link", { name: "Git pushes by plan, 7 days" }).click();
      await page.locator("table.counts caption", { hasText: "in all, over 7 days" }).waitFor();
      expect(await page.locator("table.counts caption").innerText()).toMatch(/^590 in all, over 7 days, 2020-12-16/);
      return rowsOf(page);
    });
    expect(seen.map((cells) => [cells[0], cells[1], cells[2], cells[4]])).toEqual(expected);
  });

  it("takes the token out of the address, and shows the same to whoever opens it again", async () => {
    await look("/counts?event=rails_request&by=detail&period=28d", async ({ page, context }) => {
      const first = await rowsOf(page);
      expect(page.url()).toBe(`${explored.origin}/counts?event=rails_request&by=detail&period=28d`);
      const again = await context.newPage();
      await again.goto(page.url());
      expect(await rowsOf(again)).toEqual(first);
      await page.getByLabel("Over").selectOption("all time");
      await page.locator("table.counts caption", { hasText: "over all time" }).waitFor();
      await page.goBack();
      await page.locator("table.counts caption", { hasText: "over 28 days" }).waitFor();
    });
  });

  it("compares a span with the one before", async () => {
    await look("/counts?event=git_push&by=group&as_of=2020-12-24&compare=2020-12-23", async ({ page }) => {
      await page.getByRole("columnheader", { name: "Change" }).waitFor();
      const rows = await rowsOf(page);
      expect(rows.length).toBeGreaterThan(3);
      // The only day with lines is in both.
      expect(rows.every((cells) => cells[2] === cells[4] && cells[5] === "0.0 %")).toBe(true);
    });
  });

  it("leads from a number to its lines and to what it rests on", async () => {
    await look("/counts?event=git_push&by=group", async ({ page }) => {
      const row = page.locator("table.counts tbody tr").first();
      const href = await row.getByRole("link", { name: "lines" }).getAttribute("href");
      expect(href).toMatch(
        /^\/logs\?since=2020-12-16T00%3A00%3A00Z&until=2020-12-23T00%3A00%3A00Z&event=git_push&group=./,
      );
      await row.getByRole("link", { name: "proof" }).click();
      const proof = page.getByRole("region", { name: "What these counts rest on" });
      await proof.waitFor();
      expect(await proof.innerText()).toMatch(/objects? of the write-ahead log|manifests?, each with the hash/);
    });
  });

  it.each([
    ["csv", "CSV"],
    ["json", "JSON"],
    ["parquet", "Parquet"],
  ])("gives the same as a file: %s", async (format, words) => {
    const expected = await logtally([
      "counts",
      "--archive",
      join(folder, "archive"),
      "--event",
      "git_push",
      "--by",
      "plan",
      "--period",
      "7d",
      "--no-sessions",
      "--format",
      "csv",
    ]);
    await look("/counts?event=git_push&by=plan", async ({ page }) => {
      await rowsOf(page);
      const coming = page.waitForEvent("download");
      await page.getByRole("button", { name: `Download ${words}` }).click();
      const download = await coming;
      expect(download.suggestedFilename()).toBe(`counts-by-plan.${format}`);
      const bytes = await readFile(await download.path());
      if (format === "csv") expect(bytes.toString()).toBe(expected.stdout);
      if (format === "json") expect(JSON.parse(bytes.toString())).toMatchObject({ counts: { as_of: "2020-12-23" } });
      if (format === "parquet") expect(bytes.subarray(0, 4).toString()).toBe("PAR1");
    });
  });

  it("says what may not be asked, by which rule, and offers nothing else", async () => {
    await look("/counts?by=user", async ({ page }) => {
      await page.getByText("Totals only: the rule “saas-user-switched-off” forbids rows for each user.").waitFor();
      expect(await page.getByLabel("Persons").count()).toBe(0);
    });
    const { page, context } = await open(
      browser,
      `${explored.origin}/counts?by=user&level=identifiable&token=${explored.token}`,
    );
    await page.getByRole("alert").filter({ hasText: 'the rule "saas-user-switched-off" does not allow it' }).waitFor();
    await context.close();
  });

  it("has the guide's tables of what can be asked", async () => {
    const outcome = await logtally(["coverage", "--archive", join(folder, "archive"), "--json"]);
    const { history } = JSON.parse(outcome.stdout) as { history: { lines: number } };
    await look("/counts?show=coverage", async ({ page }) => {
      await page.getByRole("region", { name: "Availability" }).waitFor();
      expect(await page.locator("main").innerText()).toContain(
        `${figure(history.lines)} lines, from 2020-12-22 to 2020-12-22`,
      );
      expect(await page.getByRole("region", { name: "Reporting levels" }).innerText()).toContain(
        "no (saas-user-switched-off)",
      );
      expect(await barriers(page)).toEqual([]);
    });
  });

  it.each([
    ["in light", {}],
    ["in dark", { isDark: true }],
    ["on a narrow screen", { width: 380 }],
  ])("is there for everybody %s", async (_, options) => {
    await look(
      "/counts?event=git_push&by=plan&compare=before&proof=2020-12-16T00:00:00Z/2020-12-23T00:00:00Z",
      async ({ page }) => {
        await rowsOf(page);
        await page.getByRole("region", { name: "What these counts rest on" }).waitFor();
        expect(await barriers(page)).toEqual([]);
        expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      },
      options,
    );
  });

  it("says that nobody answers, and goes on once somebody does", async () => {
    const { page, context } = await open(browser, `${explored.origin}/counts?token=${explored.token}`);
    await rowsOf(page);
    await context.setOffline(true);
    await page.getByRole("combobox", { name: "By" }).selectOption("plan");
    await page.getByText("logtally does not answer").waitFor();
    await context.setOffline(false);
    await page.getByRole("button", { name: "Try again" }).click();
    expect((await rowsOf(page)).length).toBeGreaterThan(3);
    await context.close();
  });

  it("lets nobody look without the token, and says what to open", async () => {
    const { page, context } = await open(browser, `${explored.origin}/counts`);
    await page.getByText("open the address that logtally printed").waitFor();
    expect(await page.locator("main").innerText()).not.toContain("git_push");
    await context.close();
  });
});
