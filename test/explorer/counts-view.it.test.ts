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

interface Manifest {
  readonly name: string;
  readonly sha256: string;
}

interface Answer {
  readonly rows: readonly Row[];
  readonly evidence?: { readonly sets: readonly { readonly manifests: readonly Manifest[] }[] };
}

interface Covered {
  readonly history: { readonly lines: number; readonly sealed_through: string };
  readonly availability: readonly { readonly event: string; readonly events: number; readonly share: number }[];
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

  async function answered(...args: readonly string[]): Promise<Answer> {
    const outcome = await logtally([
      "counts",
      "--archive",
      join(folder, "archive"),
      "--json",
      "--no-sessions",
      ...args,
    ]);
    expect(outcome).toMatchObject({ code: 0 });
    return JSON.parse(outcome.stdout) as Answer;
  }

  const figure = (count: number) => count.toLocaleString("en-US");

  it("answers how many Git pushes there were by plan in the last 7 days, in two clicks from the printed address", async () => {
    const expected = (await answered("--event", "git_push", "--by", "plan", "--period", "7d")).rows
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
    expect(seen.every((cells) => cells[5] === "sealed")).toBe(true);
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
      await page.getByLabel("Compare with").selectOption("the 7 days before");
      await page.getByText("before it to count or to compare with", { exact: false }).waitFor();
      expect((await rowsOf(page)).every((cells) => cells[4] === "no archive" && cells[5] === "–")).toBe(true);
    });
  });

  it("compares with nothing until a day is chosen, and says where the archive begins", async () => {
    await look("/counts?event=git_push&by=plan&as_of=2020-12-24", async ({ page }) => {
      await rowsOf(page);
      await page
        .getByText("The archive begins on 2020-12-22 (UTC): there is nothing before it to count.", { exact: true })
        .waitFor();
      await page.getByLabel("Compare with").selectOption("what was before a day");
      const day = page.getByLabel("choose it to compare");
      await day.waitFor();
      await page.locator(".days .chart canvas").waitFor();
      expect(await page.getByRole("alert").count()).toBe(0);
      await day.fill("2020-12-23");
      await page.getByRole("columnheader", { name: "Change" }).waitFor();
      expect((await rowsOf(page)).every((cells) => cells[2] === cells[4])).toBe(true);
      await page.getByLabel("That day").fill("");
      await page.getByLabel("choose it to compare").waitFor();
      expect(await page.getByRole("alert").count()).toBe(0);
    });
  });

  it("names the day that it ends before, also where nobody has chosen one", async () => {
    await look("/counts?event=git_push&by=plan", async ({ page }) => {
      await rowsOf(page);
      const day = page.getByLabel("Ending before");
      expect(await day.inputValue()).toBe("2020-12-23");
      await day.fill("2020-12-24");
      await page.locator("table.counts caption", { hasText: "2020-12-17 00:00:00 to before 2020-12-24" }).waitFor();
      await day.fill("");
      await page.locator("table.counts caption", { hasText: "2020-12-16 00:00:00 to before 2020-12-23" }).waitFor();
      expect(await day.inputValue()).toBe("2020-12-23");
      expect(await page.locator("table.counts caption time").first().getAttribute("title")).toContain("(local)");
    });
  });

  it("says which word of an address means nothing, and counts without it", async () => {
    await look("/counts?event=git_push&by=banana", async ({ page }) => {
      await page
        .getByRole("alert")
        .filter({ hasText: 'ask with by="banana": It must be one of: instance, plan,' })
        .waitFor();
      await page.getByRole("link", { name: "Count without it" }).click();
      expect((await rowsOf(page)).length).toBe(1);
    });
  });

  it.each([
    ["plan", "git_push", "lines of the event"],
    ["group", "git_push", "lines"],
    ["project", "git_push", "lines"],
    ["category", "rails_request", "lines"],
    ["detail", "rails_request", "lines"],
    ["detail", "rest_request", "lines"],
    ["operation", "git_push", "lines"],
    ["operation", "rest_request", "lines of the event"],
    ["user", "git_push", "lines"],
  ])("leads from counts by %s of %s to just the lines that they count, or to %s", async (by, event, others) => {
    const { rows } = await answered("--event", event, "--by", by, "--period", "7d");
    await look(`/counts?event=${event}&by=${by}`, async ({ page }) => {
      expect(await rowsOf(page)).toHaveLength(rows.length);
      const shown = page.locator("table.counts tbody tr");
      expect(new Set(await shown.locator("td:last-child a:first-child").allInnerTexts()).has(others)).toBe(true);
      const exact = shown.filter({ has: page.getByRole("link", { name: "lines", exact: true }) });
      expect((await exact.count()) > 0).toBe(by !== "operation" || others === "lines");
      for (const row of (await exact.count()) === 0 ? [] : [exact.first(), exact.last()]) {
        const key = by === "user" ? null : await row.locator("td.key").innerText();
        const { count } = rows.find((each) => each.key === key) ?? {};
        await row.getByRole("link", { name: "lines", exact: true }).click();
        await page
          .getByText(`looked at, ${figure(count ?? -1)} found`)
          .filter({ hasNotText: "so far" })
          .waitFor();
        await page.goBack();
        await rowsOf(page);
      }
    });
  });

  it("marks what is not sealed yet, and nothing else", async () => {
    await look("/counts?event=git_push&as_of=2020-12-24", async ({ page }) => {
      expect((await rowsOf(page)).map((cells) => cells[4])).toEqual(["sealed"]);
      await page.locator(".days .chart canvas").waitFor();
      expect(await page.getByText("Of paler days").count()).toBe(0);
      await page.goto(`${explored.origin}/counts?event=git_push&period=all&as_of=2099-01-01`);
      expect((await rowsOf(page)).map((cells) => cells[4])).toEqual(["not all sealed"]);
      await page.getByText("Of paler days some hours are not sealed yet").waitFor();
    });
  });

  it("leads from a number to what it rests on, and to its lines", async () => {
    const { evidence } = await answered("--event", "git_push", "--by", "group", "--period", "7d", "--evidence");
    await look("/counts?event=git_push&by=group", async ({ page }) => {
      const row = page.locator("table.counts tbody tr").first();
      await row.waitFor();
      const [, , count] = await row.locator("th, td").allInnerTexts();
      await row.getByRole("link", { name: "proof" }).click();
      const proof = page.getByRole("region", { name: "What these counts rest on" });
      await proof.waitFor();
      const text = await proof.innerText();
      expect(text).toContain("lines of 2020-12-16 00:00:00 to before 2020-12-23 00:00:00");
      const manifests = evidence?.sets[0]?.manifests ?? [];
      expect(text).toContain(`${manifests.length} manifest`);
      expect(manifests.filter(({ name, sha256 }) => !text.includes(`${sha256}  ${name}`))).toEqual([]);
      await row.getByRole("link", { name: "lines" }).click();
      await page.getByText(`looked at, ${count} found`, { exact: false }).waitFor();
      const { searchParams } = new URL(page.url());
      expect(searchParams.get("since")).toBe("2020-12-16T00:00:00Z");
      expect(searchParams.get("until")).toBe("2020-12-23T00:00:00Z");
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
      "group",
      "--period",
      "28d",
      "--as-of",
      "2020-12-24",
      "--no-sessions",
      "--format",
      "csv",
    ]);
    await look("/counts?event=git_push&by=group&period=28d&as_of=2020-12-24", async ({ page }) => {
      await rowsOf(page);
      await page.getByText("The files have all rows of the table, without sessions.").waitFor();
      const coming = page.waitForEvent("download");
      await page.getByRole("button", { name: `Download ${words}` }).click();
      const download = await coming;
      expect(download.suggestedFilename()).toBe(`counts-by-group.${format}`);
      const bytes = await readFile(await download.path());
      if (format === "csv") expect(bytes.toString()).toBe(expected.stdout);
      if (format === "json") expect(JSON.parse(bytes.toString())).toMatchObject({ counts: { as_of: "2020-12-24" } });
      if (format === "parquet") expect(bytes.subarray(0, 4).toString()).toBe("PAR1");
    });
  });

  it("says what may not be asked, by which rule, and offers nothing else", async () => {
    await look("/counts?by=user", async ({ page }) => {
      await page.getByText("Totals only: the rule “saas-user-switched-off” forbids rows for each user.").waitFor();
      expect(await page.getByLabel("Rows for").count()).toBe(0);
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
    const { history, availability } = JSON.parse(outcome.stdout) as Covered;
    const pushes = availability.filter(({ event }) => event === "git_push");
    await look("/counts?show=coverage", async ({ page }) => {
      await page.getByRole("region", { name: "Availability" }).waitFor();
      expect(await page.locator("main").innerText()).toContain(
        `${figure(history.lines)} lines, from 2020-12-22 to 2020-12-22`,
      );
      const sealed = page.getByText("sealed is everything before").locator("time");
      expect(Date.parse((await sealed.getAttribute("datetime")) ?? "")).toBe(Date.parse(history.sealed_through));
      expect(await sealed.innerText()).toBe("2020-12-23 00:00:00");
      const cells = await page
        .getByRole("row", { name: /^git_push / })
        .getByRole("cell")
        .allInnerTexts();
      expect(cells.map((text) => Number.parseFloat(text))).toEqual([
        pushes[0]?.events,
        ...pushes.map(({ share }) => Number((share * 100).toFixed(2))),
      ]);
      const periods = page.getByRole("region", { name: "Periods" });
      expect(await periods.getByRole("row", { name: /^7 days / }).innerText()).toContain("1 of 7");
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
