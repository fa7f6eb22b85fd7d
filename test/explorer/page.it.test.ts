/**
 * Goal: the page behaves as pages do, and says in words what keeps an answer from it.
 * Method: a real browser that gets the page from the server, and some answers from the test in place of it.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SearchPart } from "../../src/explorer/logs-answers.ts";
import { FIXTURES, run } from "../cli/logtally.ts";
import { CHROMIUM, type Explored, explore, type Opened, open, openBrowser } from "./explored.ts";

const PART: SearchPart = {
  rows: [],
  histogram: { from: "2020-12-22T00:00:00Z", step_ms: 3_600_000, counts: [1], is_of_all: true },
  facets: [],
  looked_lines: 1,
  looked_bytes: 1,
  found: 1,
  is_done: false,
  is_whole: false,
  remarks: [],
};

// Without Chromium there is nothing to look at the page with; on CI that is a failure.
describe.skipIf(CHROMIUM === null)("the page", () => {
  let archive: string;
  let explored: Explored;
  let browser: Browser;

  beforeAll(async () => {
    archive = await mkdtemp(join(tmpdir(), "logtally-page-"));
    await run(archive, [join(FIXTURES, "local/ssh_push/input.ndjson")]);
    explored = await explore(["--archive", archive]);
    browser = await openBrowser();
  });

  afterAll(async () => {
    expect(await explored.stop()).toBe("");
    await browser.close();
    await rm(archive, { recursive: true });
  });

  const openCounts = (): Promise<Opened> => open(browser, `${explored.origin}/counts?token=${explored.token}`);

  it.each([
    ["is cut off", { body: `${JSON.stringify(PART)}\n{"rows":[` }, "the answer broke off"],
    ["ends with a problem", { body: `${JSON.stringify(PART)}\n{"problem":"it is away"}\n` }, "it is away"],
    ["is one of a proxy", { status: 502, contentType: "text/html", body: "<h1>Bad Gateway</h1>" }, "does not answer"],
  ])("says so where an answer %s", async (_, answer, words) => {
    const { page, context } = await openCounts();
    await page.route("**/api/search*", (route) => route.fulfill(answer));
    await page.getByRole("link", { name: "Logs", exact: true }).click();
    expect(await page.getByRole("alert").innerText()).toContain(words);
    await context.close();
  });

  it("goes from view to view without being loaded anew, back again, and into another tab", async () => {
    const { page, context, troubles } = await openCounts();
    await page.evaluate("globalThis.isSame = true");
    const link = (name: string) => page.getByRole("link", { name, exact: true });
    await link("Logs").click();
    await page.getByRole("heading", { level: 1, name: "Logs" }).waitFor();
    expect(await page.title()).toBe("Logs – logtally");
    const opening = context.waitForEvent("page");
    await link("Archive").click({ modifiers: ["ControlOrMeta"] });
    const other = await opening;
    await other.getByRole("heading", { level: 1, name: "Archive" }).waitFor();
    expect(await page.title()).toBe("Logs – logtally");
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: "Counts" }).waitFor();
    expect(await page.title()).toBe("Counts – logtally");
    expect(await page.evaluate("globalThis.isSame")).toBe(true);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it("asks again for what was left while it was on its way", async () => {
    const { page, context } = await openCounts();
    const table = page.locator("table.counts");
    await table.waitFor();
    const held = Promise.withResolvers<void>();
    let asked = 0;
    await page.route("**/api/counts*", async (route) => {
      asked += 1;
      if (asked === 1) held.resolve();
      else await route.continue();
    });
    await page.getByRole("combobox", { name: "By" }).selectOption("plan");
    await held.promise;
    await page.getByRole("link", { name: "Logs", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Logs" }).waitFor();
    await page.goBack();
    await page.getByRole("columnheader", { name: /plan/i }).waitFor();
    await page.locator("[aria-busy=true]").waitFor({ state: "detached" });
    expect(asked).toBeGreaterThan(1);
    expect(await page.getByRole("alert").count()).toBe(0);
    await context.close();
  });
});
