/**
 * Goal: an auditor sees on the page what is there of an archive, whether it is intact, and takes evidence along.
 * Method: the page of a generated archive in a real browser, from before the first seal until something was altered and
 * removed; beside it what the commands say.
 */
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LedgerReport, LedgerRow } from "../../src/counts/ledger/ledger-report.ts";
import { generated } from "../cli/generated.ts";
import { filesBelow, logtally, run } from "../cli/logtally.ts";
import { barriers } from "./accessible.ts";
import { CHROMIUM, type Explored, explore, type Opened, open, openBrowser } from "./explored.ts";

const DAY = "2020-12-22";
const MISSING = "missing, something that was sealed is not there or not to be trusted";
const count = new Intl.NumberFormat("en-US");

// Without Chromium there is nothing to look at the page with; on CI that is a failure.
describe.skipIf(CHROMIUM === null)("the view of the archive", () => {
  let folder = "";
  let archive = "";
  let late = "";
  let explored: Explored;
  let browser: Browser;

  beforeAll(async () => {
    // One story on one archive, so that it stays from test to test.
    folder = await mkdtemp(join(tmpdir(), "logtally-test-"));
    archive = join(folder, "archive");
    const { path } = await generated("--lines", "3000", "--seed", "7");
    const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
    const early = join(folder, "early.ndjson");
    late = join(folder, "late.ndjson");
    await writeFile(early, `${lines.filter((_, at) => at % 10 !== 0).join("\n")}\n`);
    await writeFile(late, `${lines.filter((_, at) => at % 10 === 0).join("\n")}\n`);
    await run(archive, [early]);
    explored = await explore(["--archive", archive]);
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
    expect(await explored.stop()).toBe("");
    await rm(folder, { recursive: true });
  });

  async function command<Printed>(args: readonly string[], code = 0): Promise<Printed> {
    const outcome = await logtally([...args, "--archive", archive]);
    expect(outcome).toMatchObject({ code });
    return (args.includes("--json") ? JSON.parse(outcome.stdout) : null) as Printed;
  }

  const openAt = (path: string, options?: Parameters<typeof open>[2]): Promise<Opened> =>
    open(browser, `${explored.origin}${path}${path.includes("?") ? "&" : "?"}token=${explored.token}`, options);

  /** What a screen reader says of the hours of the day. */
  async function hoursOn(page: Page): Promise<string[]> {
    const row = page.getByRole("row", { name: DAY });
    return row.locator("td.hour .unseen").allTextContents();
  }

  /** The same as the ledger has it; `words` says it of an hour that has lines. */
  async function hoursInLedger(words: (row: LedgerRow) => string): Promise<string[]> {
    const { hours } = await command<LedgerReport>(["ledger", "--json"]);
    return Array.from({ length: 24 }, (_, at) => {
      const clock = String(at).padStart(2, "0");
      const row = hours.find(({ hour }) => hour === `${DAY}T${clock}:00:00Z`);
      return `${DAY} ${clock}:00, ${row === undefined ? "no line" : words(row)}`;
    });
  }

  /** The hours of the day, `09:00`, of which a screen reader says that. */
  async function hoursWith(page: Page, words: string): Promise<string[]> {
    const found = (await hoursOn(page)).filter((each) => each.includes(words));
    return found.map((each) => each.slice(DAY.length + 1, DAY.length + 6));
  }

  /** Those that a file of a segment has lines of, by the word of its manifest. */
  async function hoursOfSegment(name: string): Promise<string[]> {
    const manifest = join(archive, name.replace(/-\d+\.ndjson\.zst$/, ".manifest.json"));
    const { by_hour: byHour } = JSON.parse(await readFile(manifest, "utf8")) as {
      readonly by_hour: Readonly<Record<string, { readonly archived: number; readonly conflicts: number }>>;
    };
    const withLines = Object.entries(byHour).filter(([, { archived, conflicts }]) => archived + conflicts > 0);
    return withLines.map(([hour]) => hour.slice(11, 16)).toSorted();
  }

  const sealedWords = ({ archived, conflicts }: LedgerRow, times = ""): string => {
    const lines = archived + conflicts;
    return `sealed${times}, ${count.format(lines)} line${lines === 1 ? "" : "s"}`;
  };

  it("before the first seal every hour is open, and nobody can say whether it is intact", async () => {
    const { page, context, troubles } = await openAt("/archive");
    await page.getByText("Nobody can say yet whether the archive is intact").waitFor();
    expect(await hoursOn(page)).toEqual(await hoursInLedger(() => "open, nothing sealed yet"));
    await page.getByText("Nothing of stream local is signed").waitFor();
    expect(await page.getByRole("button", { name: /^Verify only/ }).count()).toBe(0);
    await page.getByRole("button", { name: "Verify now" }).click();
    await page.getByText("nothing is proved, because nothing of the archive is signed").waitFor();
    await page.getByText("all days, nothing is proved, as nothing was signed.").waitFor();
    expect(await page.getByText("1 finding").count()).toBe(0);
    const nine = page.getByRole("row", { name: DAY }).locator("td.hour").nth(9);
    expect(await nine.getAttribute("title")).toMatch(/^2020-12-22 09:00 UTC, .*\n.*9:00:00.* \(local\)$/);
    await page.getByRole("button", { name: "Build evidence pack" }).click();
    await page.getByText("no line that matches can be proved yet").waitFor();
    // That the browser tells of the refused request is no trouble.
    expect(troubles.filter((each) => !each.includes("400"))).toEqual([]);
    await context.close();
  });

  it("after the seal they are sealed, after that of late lines revised, and the day shows its ledger", async () => {
    await command(["seal"]);
    const { page, context, troubles } = await openAt("/archive");
    await page.getByRole("link", { name: DAY }).waitFor();
    expect(await hoursOn(page)).toEqual(await hoursInLedger((row) => sealedWords(row)));
    const before = await command<LedgerReport>(["ledger", "--json"]);
    await run(archive, [late]);
    await command(["seal"]);
    await page.reload();
    await page.getByRole("link", { name: DAY }).waitFor();
    const linesBefore = new Map(before.hours.map((row) => [row.hour, row.archived + row.conflicts]));
    const isRevised = (row: LedgerRow): boolean => linesBefore.get(row.hour) !== row.archived + row.conflicts;
    const expected = await hoursInLedger((row) => sealedWords(row, isRevised(row) ? " 2 times" : ""));
    expect(await hoursOn(page)).toEqual(expected);
    expect(expected.some((each) => each.includes("2 times"))).toBe(true);

    await page.getByRole("link", { name: DAY }).click();
    await page.getByText("The books balance").waitFor();
    expect(new URL(page.url()).searchParams.get("day")).toBe(DAY);
    const span = ["--since", DAY, "--until", "2020-12-23"];
    const { total, hours } = await command<LedgerReport>(["ledger", "--json", "--no-index", ...span]);
    const table = page.getByRole("region", { name: "Ledger of the day" });
    const figures = [total.received, total.archived, total.duplicates, total.conflicts, total.counted, total.eventless];
    const cells = await table.locator("tfoot td.number").allTextContents();
    expect(cells).toEqual([...figures, total.quarantined, total.unsealed].map((each) => count.format(each)));
    expect(await table.locator("tbody tr").count()).toBe(hours.length);
    const stored = await logtally(["archive", "stats", "--archive", archive, "--json", ...span]);
    const { lines } = JSON.parse(stored.stdout.split("\n")[0] ?? "") as { lines: number };
    expect(await page.locator("dl.facts div", { hasText: "Sealed lines" }).locator("dd").textContent()).toBe(
      count.format(lines),
    );
    expect(await page.getByRole("link", { name: "Lines of this day" }).getAttribute("href")).toBe(
      "/logs?since=2020-12-22T00%3A00%3A00Z&until=2020-12-23T00%3A00%3A00Z",
    );
    expect(troubles).toEqual([]);
    await context.close();
  });

  it("has no barriers, in light and dark, and fits a narrow screen", async () => {
    await command(["sign"]);
    for (const options of [{}, { isDark: true, width: 380 }]) {
      const { page, context, troubles } = await openAt(`/archive?day=${DAY}`, options);
      await page.getByText("The books balance").waitFor();
      await page.getByRole("button", { name: "Verify now" }).click();
      // What it said before is on the page already.
      await page.locator(".outcome").waitFor();
      await page.getByText("Yes, all days are intact").waitFor();
      expect(await barriers(page)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(options.width ?? 1280);
      expect(troubles).toEqual([]);
      await context.close();
    }
  });

  it("verifies the newest whole day with one click, and remembers it", async () => {
    const { page, context } = await openAt("/archive");
    await page.getByRole("button", { name: `Verify only ${DAY}` }).click();
    await page.getByText(`Yes, ${DAY} is intact: nothing that was signed is missing, extra or altered.`).waitFor();
    await page.reload();
    await page.getByText(new RegExp(String.raw`Verified \d+ s ago, at [^:]+:\d\d:\d\d: ${DAY}, verified`)).waitFor();
    await page.getByText(/Verified \d+ s ago, at [^:]+:\d\d:\d\d: all days, verified/).waitFor();
    await page.getByText(`Yes, ${DAY} is intact`).waitFor();
    const { streams } = await command<{ streams: readonly { newest: { sha256: string } | null }[] }>([
      "archive",
      "verify",
      "--json",
    ]);
    const newest = page.getByRole("cell", { name: streams[0]?.newest?.sha256 ?? "none" });
    await newest.waitFor();
    expect(await newest.count()).toBe(1);
    await context.close();
  });

  it("tells how far a verification is, and takes only one at a time", async () => {
    const post = (signal: AbortSignal): Promise<Response> =>
      fetch(`${explored.origin}/api/verify`, {
        method: "POST",
        headers: { Authorization: `Bearer ${explored.token}`, "Content-Type": "application/json" },
        body: JSON.stringify({ level: "full" }),
        signal,
      });
    const parts = (await (await post(AbortSignal.timeout(60_000))).text())
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { part: string; of?: string; done?: number; total?: number });
    expect(parts[0]).toEqual({ part: "progress", of: "digests", done: 0, total: 1 });
    expect(parts.find(({ of }) => of === "bytes")?.total).toBeGreaterThan(0);
    expect(parts.at(-1)).toMatchObject({ part: "report", report: { verified: true, level: "full" } });

    const stop = new AbortController();
    const first = await post(stop.signal);
    const second = await post(AbortSignal.timeout(60_000));
    expect([second.status, await second.text()]).toEqual([400, expect.stringContaining("a verification is under way")]);
    stop.abort();
    await expect(first.text()).rejects.toThrow("aborted");
    await expect.poll(async () => (await post(AbortSignal.timeout(60_000))).status).toBe(200);
  });

  it("hands out an evidence pack that the auditor's command accepts", async () => {
    const { page, context, troubles } = await openAt(`/archive?day=${DAY}`);
    await page.getByLabel("Event").selectOption("git_push");
    const waiting = page.waitForEvent("download");
    await page.getByRole("button", { name: "Build evidence pack" }).click();
    const download = await waiting;
    const name = "evidence-2020-12-22-to-2020-12-23.tar.gz";
    expect(download.suggestedFilename()).toBe(name);
    const pack = join(folder, name);
    await download.saveAs(pack);
    const sha256 = createHash("sha256")
      .update(await readFile(pack))
      .digest("hex");
    await page.getByText(sha256).waitFor();
    await page.getByText(`logtally archive check-proof ${name} --key auditor.pub`).waitFor();
    const key = (await filesBelow(archive)).find((each) => each.endsWith(".pub")) ?? "";
    const checked = await logtally(["archive", "check-proof", pack, "--key", join(archive, key)]);
    const output = join(folder, "by-command.tar.gz");
    const span = ["--since", DAY, "--until", "2020-12-23", "--event", "git_push"];
    const exported = await command<{ lines: number }>(["archive", "export", ...span, "--output", output, "--json"]);
    expect(checked.code).toBe(0);
    expect(checked.stdout).toMatch(new RegExp(String.raw`lines\s+${exported.lines},`));
    expect(troubles).toEqual([]);
    await context.close();
  });

  it("says what is wrong with an address, and what to do when the server is gone", async () => {
    const { page, context } = await openAt("/archive?month=2020-13");
    await page.getByText("It must be a month: YYYY-MM.").waitFor();
    await page.goto(`${explored.origin}/archive?day=2020-99-99`);
    await page.getByText('There is no day "2020-99-99": write it as YYYY-MM-DD.').waitFor();
    await page.goto(`${explored.origin}/archive?month=2019-01`);
    await page.getByText("No line was filed in 2019-01. Lines are there from 2020-12 to 2020-12.").waitFor();
    await context.setOffline(true);
    await page.getByRole("button", { name: "Verify now" }).click();
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.textContent()).toContain("logtally does not answer (hint: is it still running?");
    await context.close();
  });

  it("names what was altered and what is missing, as the commands do", async () => {
    const names = await filesBelow(archive);
    const segment = names.find((name) => name.includes(`/${DAY}/`) && /-\d+\.ndjson\.zst$/.test(name)) ?? "";
    const bytes = await readFile(join(archive, segment));
    const altered = Buffer.from(bytes);
    altered[100] = (altered[100] ?? 0) ^ 1;
    await writeFile(join(archive, segment), altered);
    const { page, context } = await openAt("/archive");
    await page.getByRole("button", { name: "Verify now" }).click();
    await page.getByText(`No, ${DAY} is not intact: 1 finding.`).waitFor();
    const { findings } = await command<{ findings: readonly { object: string; what: string }[] }>(
      ["archive", "verify", "--json"],
      1,
    );
    expect(findings.map(({ object }) => object)).toEqual([segment]);
    const table = page.getByRole("region", { name: "Findings" });
    const hours = await hoursOfSegment(segment);
    // Who comes again has to find it too.
    for (const again of [() => Promise.resolve(null), () => page.reload()]) {
      await again();
      await page.getByText(`No, ${DAY} is not intact: 1 finding.`).waitFor();
      expect(await table.locator("tbody code").allTextContents()).toEqual([segment]);
      expect(await table.locator("tbody tr").textContent()).toContain(findings[0]?.what);
      expect(await hoursWith(page, "altered, something of it is not as it was written or signed")).toEqual(hours);
    }
    expect(await barriers(page)).toEqual([]);
    await writeFile(join(archive, segment), bytes);
    await page.getByRole("button", { name: "Verify now" }).click();
    await page.getByText("Yes, all days are intact").waitFor();
    expect(await hoursWith(page, "altered")).toEqual([]);

    await rm(join(archive, segment));
    await page.reload();
    await page.getByText("Not intact: 1 thing missing, altered, or not to be trusted.").waitFor();
    await page.getByText("That was before what is missing now").waitFor();
    expect(await table.locator("tbody code").allTextContents()).toEqual([segment]);
    expect(await hoursWith(page, MISSING)).toEqual(hours);
    await writeFile(join(archive, segment), bytes);

    const manifest = names.find((name) => name.includes(`/${DAY}/`) && name.endsWith("1.manifest.json")) ?? "";
    const said = await readFile(join(archive, manifest));
    await writeFile(join(archive, manifest), "no manifest");
    await page.reload();
    await page.getByText("Not intact: 1 thing missing, altered, or not to be trusted.").waitFor();
    await page.getByRole("region", { name: "Findings" }).getByText(manifest).first().waitFor();
    expect(await hoursWith(page, MISSING)).not.toEqual([]);
    await writeFile(join(archive, manifest), said);
    await page.reload();
    await page.getByRole("button", { name: "Verify now" }).waitFor();
    expect(await page.getByText("Not intact").count()).toBe(0);

    await rm(join(archive, manifest));
    await page.reload();
    await page.getByText("Not intact").waitFor();
    const { problems } = await command<LedgerReport>(["ledger", "--json"], 1);
    expect(problems.map(({ object }) => object)).toContain(manifest);
    await page.getByRole("region", { name: "Findings" }).getByText(manifest).first().waitFor();
    expect(await hoursWith(page, MISSING)).toHaveLength(24);
    await context.close();
  });
});
