/**
 * Goal: an analyst finds the counts on the page, as the command gives them.
 * Method: the page of a generated archive in a real browser, beside what `counts` prints.
 */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { logtally } from "../cli/logtally.ts";
import { barriers } from "./accessible.ts";
import { CHROMIUM, type Explored, explore, open, openBrowser } from "./explored.ts";

// Without Chromium there is nothing to look at the page with; on CI that is a failure.
describe.skipIf(CHROMIUM === null)("the view of counts", () => {
  let explored: Explored;
  let browser: Browser;

  beforeAll(async () => {
    const cwd = await tempFolder();
    expect(await logtally(["demo"], { cwd })).toMatchObject({ code: 0 });
    explored = await explore(["--archive", `${cwd}/archive`]);
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
    expect(await explored.stop()).toBe("");
  });

  it("has no barriers", async () => {
    const { page, context, troubles } = await open(browser, explored.url);
    await page.getByRole("heading", { name: "Counts" }).waitFor();
    expect(await barriers(page)).toEqual([]);
    expect(troubles).toEqual([]);
    await context.close();
  });
});
