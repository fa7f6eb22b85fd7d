/**
 * Goal: an analyst finds lines on the page as the commands do, and learns what happened, why it counts, and that it is proved.
 * Method: the page of a sealed and signed archive in a real browser, beside what `archive find`, `explain` and `prove` print.
 */
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logtally } from "../cli/logtally.ts";
import { barriers } from "./accessible.ts";
import { CHROMIUM, type Explored, explore, type Opened, open, openBrowser } from "./explored.ts";

const DAY = ["--since", "2020-12-22", "--until", "2020-12-23"];
const WEEK = ["--since", "2020-12-16", "--until", "2020-12-23"];

interface MetaLine {
  readonly id: string;
  readonly time: string;
}

// Without Chromium there is nothing to look at the page with; on CI that is a failure.
describe.skipIf(CHROMIUM === null)("the view of logs", () => {
  let cwd = "";
  let archive = "";
  let explored: Explored;
  let browser: Browser;

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), "logtally-logs-view-"));
    archive = `${cwd}/archive`;
    for (const command of [["demo"], ["seal", "--archive", archive], ["sign", "--archive", archive]]) {
      expect(await logtally(command, { cwd })).toMatchObject({ code: 0 });
    }
    explored = await explore(["--archive", archive]);
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
    expect(await explored.stop()).toBe("");
    await rm(cwd, { recursive: true });
  });

  const openLogs = (query = "", options: Parameters<typeof open>[2] = {}): Promise<Opened> =>
    open(browser, `${explored.origin}/logs?token=${explored.token}${query}`, options);

  const found = async (...args: string[]): Promise<MetaLine[]> => {
    const { stdout } = await logtally(["archive", "find", "--archive", archive, "--meta", ...DAY, ...args]);
    return stdout
      .trimEnd()
      .split("\n")
      .map((text) => JSON.parse(text) as MetaLine);
  };

  it("begins with the newest lines of the last day", async () => {
    const { page, context, troubles } = await openLogs();
    const all = await found();
    await page
      .getByText(`${count(all.length)} found`)
      .and(page.getByText(/found$/))
      .waitFor();
    const newest = all.map(({ time }) => time).toSorted();
    const shown = await rowsOf(page);
    expect(shown.map(({ time }) => time)).toEqual(newest.toReversed().slice(0, 100));
    const times = new Map(all.map(({ id, time }) => [id, time]));
    expect(shown.filter(({ id, time }) => times.get(id) !== time)).toEqual([]);
    expect(await histogramSum(page)).toBe(all.length);
    expect(await barriers(page)).toEqual([]);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it("tells which controller fails most, by a click on the view of counts", async () => {
    const { page, context, troubles } = await open(browser, `${explored.origin}/counts?token=${explored.token}`);
    await page.getByRole("link", { name: "What fails most, 7 days" }).click();
    const failed = await found("--since", "2020-12-16", "--status", "5xx");
    await page
      .getByText(`${count(failed.length)} found`)
      .and(page.getByText(/found$/))
      .waitFor();
    expect(await page.getByRole("textbox", { name: "From (UTC)" }).inputValue()).toBe("2020-12-16 00:00:00");
    expect(await histogramSum(page)).toBe(failed.length);
    expect(await page.locator("table.lines tbody tr").count()).toBe(Math.min(failed.length, 100));
    const { controllers, actions } = await countsOfFailed(archive);
    expect(await facetOf(page, "Controller")).toEqual(controllers);
    expect((await facetOf(page, "Action, route or job")).slice(0, 10)).toEqual(actions.slice(0, 10));
    const [most = "", times] = controllers[0] ?? [];
    await page.getByRole("region", { name: "Controller", exact: true }).getByRole("link", { name: most }).click();
    await page
      .getByText(`${times} found`)
      .and(page.getByText(/found$/))
      .waitFor();
    expect(new URL(page.url()).searchParams.getAll("field")).toEqual([`controller=${most}`]);
    expect(new URL(page.url()).searchParams.get("span")).toBe("7d");
    expect(troubles).toEqual([]);
    await context.close();
  });

  it("looks closer where somebody drags over the histogram", async () => {
    const { page, context } = await openLogs();
    await page.getByText(/found$/).waitFor();
    const plot = page.locator(".chart .u-over");
    const box = await plot.boundingBox();
    if (box === null) throw new Error("no histogram");
    const at = (share: number): [number, number] => [box.x + box.width * share, box.y + box.height / 2];
    await page.mouse.move(...at(0.252));
    await page.mouse.down();
    await page.mouse.move(...at(0.497), { steps: 5 });
    await page.mouse.up();
    await page.waitForURL(/since=2020-12-22T06%3A00%3A00Z&until=2020-12-22T12%3A00%3A00Z/);
    const lines = await found("--since", "2020-12-22T06:00:00Z", "--until", "2020-12-22T12:00:00Z");
    await page
      .getByText(`${count(lines.length)} found`)
      .and(page.getByText(/found$/))
      .waitFor();
    expect(await histogramSum(page)).toBe(lines.length);
    await page.getByRole("button", { name: "Zoom out" }).click();
    await page.waitForURL(/since=2020-12-22T03%3A00%3A00Z&until=2020-12-22T15%3A00%3A00Z/);
    await context.close();
  });

  it("opens a failed line to its rule, its request and its proof", async () => {
    const [line] = await found("--status", "5xx", "--event", "rest_request");
    const { page, context, troubles } = await openLogs(`&status=5xx&line=${line?.id}&part=events`);
    const raw = (await logtally(["archive", "get", line?.id ?? "", "--archive", archive])).stdout;
    const explained = JSON.parse((await logtally(["explain", "--json"], { input: raw })).stdout) as Explained;
    const [event] = explained.events;
    const rule = page.getByRole("region", { name: event?.event ?? "", exact: true });
    await rule.getByText(`by rule ${event?.rule} of this event`).waitFor();
    expect(await rule.locator("tbody tr").allInnerTexts()).toEqual(
      event?.conditions.map(({ field, value, wanted }) => [field, value, wanted].join("\t")),
    );
    expect(await barriers(page)).toEqual([]);

    await page.getByRole("link", { name: "Whole request" }).click();
    const { correlation_id: request } = JSON.parse(raw) as { correlation_id: string };
    const trace = await found("--correlation-id", request);
    const bars = page.locator("table.trace tbody tr");
    await bars.first().waitFor();
    const ids = (await page.locator("table.trace tbody th a").all()).map(lineIdOf);
    expect((await Promise.all(ids)).toSorted()).toEqual(trace.map(({ id }) => id).toSorted());
    expect(await page.locator("table.trace svg rect").count()).toBe(trace.length);
    const times = await page.locator("table.trace tbody th time").all();
    const began = await Promise.all(times.map((time) => time.getAttribute("datetime")));
    expect(began).toEqual(began.toSorted((a, b) => Date.parse(a ?? "") - Date.parse(b ?? "")));
    // Workhorse gives whole seconds, and receives a request before Rails does.
    const first = await bars.first().innerText();
    expect(first).toContain("workhorse");
    expect(first).toContain("start known to the second only");
    expect(await barriers(page)).toEqual([]);

    await page.getByRole("link", { name: "Place and proof" }).click();
    const sealed = await page.locator("table.place tr", { hasText: "yes, by" }).innerText();
    expect(existsSync(`${archive}/${/vault\S+/.exec(sealed)?.[0]}`)).toBe(true);
    await page.getByRole("button", { name: "Verify this line" }).click();
    await page.getByText("Proved: this line was archived, sealed and signed").waitFor();
    const waiting = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download the proof" }).click();
    const proof = await (await waiting).path();
    const keys = (await logtally(["archive", "check-proof", proof, "--key", await publicKey(archive), "--line"]))
      .stdout;
    expect(keys).toBe(raw);
    expect(await barriers(page)).toEqual([]);

    await page.getByRole("link", { name: "Raw line" }).click();
    expect(await page.getByLabel("Raw line", { exact: true }).innerText()).toBe(raw.trimEnd());
    await page.getByRole("link", { name: "Fields", exact: true }).click();
    expect(await page.getByRole("link", { name: "Search for this status" }).getAttribute("href")).toMatch(
      /^\/logs\?status=5xx&field=status%3D5\d\d$/,
    );
    expect(troubles).toEqual([]);
    await context.close();
  });

  it("has no barriers in the dark and on a phone", async () => {
    const [line] = await found("--status", "5xx", "--event", "rest_request");
    for (const part of ["fields", "trace"]) {
      const query = `&status=5xx&line=${line?.id}&part=${part}`;
      const { page, context } = await openLogs(query, { isDark: true, width: 380 });
      await page.locator(`table.${part} tbody tr`).first().waitFor();
      await page.getByText(/found$/).waitFor();
      expect(await barriers(page)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(380);
      await context.close();
    }
  });

  it("keeps chosen columns in the address", async () => {
    const { page, context } = await openLogs("&status=5xx&columns=log,path");
    await page.getByText(/found$/).waitFor();
    const heads = (): Promise<string[]> => page.locator("table.lines thead th").allInnerTexts();
    expect(await heads()).toEqual(["Time (UTC)", "Log", "Path"]);
    await page.getByText("Columns", { exact: true }).click();
    await page.getByRole("checkbox", { name: "Size" }).check();
    await page.waitForURL(/columns=log%2Cpath%2Csize/);
    expect(await heads()).toEqual(["Time (UTC)", "Log", "Path", "Size"]);
    await context.close();
  });

  it("says what is wrong with a search, and what to do where nothing is found", async () => {
    const { page, context } = await openLogs("&status=teapot");
    await page.getByRole("alert").getByText('find status "teapot": no status of HTTP').waitFor();
    await page.getByRole("textbox", { name: "Status" }).fill("");
    await page.getByRole("textbox", { name: "Text" }).fill("such a text is nowhere");
    await page.getByRole("textbox", { name: "From (UTC)" }).fill("2020-12-22 10:00:00");
    await page.getByRole("textbox", { name: "To (UTC, left out)" }).fill("2020-12-22T11:00:00Z");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.waitForURL(/since=2020-12-22T10%3A00%3A00Z&until=2020-12-22T11%3A00%3A00Z&text=such/);
    await page.getByText("Nothing found. Take out one of the conditions above").waitFor();
    expect(await barriers(page)).toEqual([]);
    await context.close();
  });
});

interface Explained {
  readonly events: readonly {
    readonly event: string;
    readonly rule: number;
    readonly conditions: readonly { readonly field: string; readonly value: unknown; readonly wanted: string }[];
  }[];
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

async function rowsOf(page: Page): Promise<{ readonly id: string; readonly time: string }[]> {
  const links = await page.locator("table.lines tbody th a").all();
  return Promise.all(
    links.map(async (link) => ({
      id: await lineIdOf(link),
      time: (await link.locator("time").getAttribute("datetime")) ?? "",
    })),
  );
}

async function lineIdOf(link: { getAttribute(name: string): Promise<string | null> }): Promise<string> {
  return new URL((await link.getAttribute("href")) ?? "", "http://page").searchParams.get("line") ?? "";
}

/** Of the histogram's table. */
async function histogramSum(page: Page): Promise<number> {
  const cells = await page.locator(".histogram td.number").allTextContents();
  return cells.reduce((sum, text) => sum + Number(text.replaceAll(",", "")), 0);
}

/** Of failed requests, the most frequent first: controllers, and these with their actions beside routes. */
async function countsOfFailed(archive: string): Promise<Record<"controllers" | "actions", [string, number][]>> {
  const { stdout } = await logtally(["archive", "find", "--archive", archive, "--status", "5xx", ...WEEK]);
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((text) => JSON.parse(text) as Record<string, string>);
  const countsOf = (whatOf: (line: Record<string, string>) => string | undefined): [string, number][] => {
    const counts = new Map<string, number>();
    for (const line of lines) {
      const what = whatOf(line);
      if (what === undefined || what === "" || what.startsWith("^")) continue;
      counts.set(what, (counts.get(what) ?? 0) + 1);
    }
    return [...counts].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  };
  return {
    controllers: countsOf(({ controller }) => controller),
    actions: countsOf(({ controller, action, route }) =>
      controller === undefined ? route : `${controller}#${action}`,
    ),
  };
}

/** All values of a facet, also those that are shown on demand. */
async function facetOf(page: Page, title: string): Promise<[string, number][]> {
  const facet = page.getByRole("region", { name: title, exact: true });
  const more = facet.getByText(/^and \d+ more$/);
  if ((await more.count()) === 1) await more.click();
  const texts = await facet.getByRole("listitem").allInnerTexts();
  return texts.map((text) => text.trim().split(/\s+/)).map(([value = "", times]) => [value, Number(times)]);
}

async function publicKey(archive: string): Promise<string> {
  const folder = `${archive}/vault/v1/keys`;
  const [name = ""] = (await readdir(folder)).filter((each) => each.endsWith(".pub"));
  return `${folder}/${name}`;
}
