/**
 * Goal: whatever stands in a line is shown as text: nothing runs, nothing hides, nothing turns what is around it.
 * Method: lines that try, in an archive that is not sealed; the page in a real browser, and then without its server.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logtally, run } from "../cli/logtally.ts";
import { barriers } from "./accessible.ts";
import { CHROMIUM, type Explored, explore, type Opened, open, openBrowser } from "./explored.ts";

const SCRIPT = `"><script>globalThis.stolen = 1</script><img src=x onerror="globalThis.stolen = 1">`;
const TURNED = "user\u202egnp.exe\u2066\u200b";
const COLOURED = "\u001b[31mred\u001b[0m\u0007";
/** Three of them are about as long as a line may be. */
const LONG = "m".repeat(300 * 1024);

function line(second: number, more: Readonly<Record<string, unknown>>): Buffer {
  const time = `2020-12-22T10:00:0${second}.000Z`;
  const usual = {
    time,
    severity: "INFO",
    route: "/api/:version/projects",
    params: [],
    correlation_id: `hostile${second}`,
  };
  return Buffer.from(`${JSON.stringify({ ...usual, ...more })}\n`);
}

const LINES = [
  line(1, { route: SCRIPT, "meta.user": SCRIPT, "meta.root_namespace": SCRIPT, [SCRIPT]: SCRIPT }),
  line(2, { route: `/${TURNED}`, path: TURNED }),
  line(3, { path: COLOURED, "meta.user": COLOURED }),
  line(4, { route: LONG, "meta.user": LONG, big: LONG }),
  Buffer.concat([
    Buffer.from('{"time":"2020-12-22T10:00:05.000Z","broken":"'),
    Buffer.of(0xff, 0xfe),
    Buffer.from('"}\n'),
  ]),
];

// Without Chromium there is nothing to look at the page with; on CI that is a failure.
describe.skipIf(CHROMIUM === null)("hostile lines", () => {
  let folder = "";
  let explored: Explored;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "logtally-hostile-"));
    await writeFile(`${folder}/api_json.log`, Buffer.concat(LINES));
    await run(`${folder}/archive`, [`${folder}/api_json.log`]);
    explored = await explore(["--archive", `${folder}/archive`]);
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  const openLogs = (query = ""): Promise<Opened> =>
    open(browser, `${explored.origin}/logs?token=${explored.token}&span=all${query}`);

  const idOf = async (...args: string[]): Promise<string> => {
    const { stdout } = await logtally(["archive", "find", "--archive", `${folder}/archive`, "--meta", ...args]);
    return (JSON.parse(stdout) as { id: string }).id;
  };

  it("are listed as text, cut and made visible", async () => {
    const { page, context, troubles } = await openLogs("&columns=log,what,path,user,group");
    await page.getByText("5 lines looked at, 5 found").waitFor();
    const table = page.locator("table.lines tbody");
    expect(await table.locator("tr").count()).toBe(5);
    const texts = (await table.innerText()).replaceAll("\n", " ");
    expect(texts).toContain(SCRIPT);
    expect(texts).toContain("user⟨U+202E⟩gnp.exe⟨U+2066⟩⟨U+200B⟩");
    expect(texts).toContain("␛[31mred␛[0m␇");
    expect(texts).toContain("m …");
    expect(texts.length).toBeLessThan(4000);
    expect(await page.locator("main script, main img, main [onerror]").count()).toBe(0);
    expect(await page.evaluate("globalThis.stolen")).toBeUndefined();
    expect(await barriers(page)).toEqual([]);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it("open to fields that are whole on demand", async () => {
    const { page, context, troubles } = await openLogs(`&line=${await idOf("--correlation-id", "hostile1")}`);
    const fields = page.locator("table.fields tbody");
    await fields.waitFor();
    expect(await fields.getByText(SCRIPT).count()).toBe(5);
    await page.goto(`${explored.origin}/logs?span=all&line=${await idOf("--correlation-id", "hostile4")}&part=raw`);
    const raw = page.getByLabel("Raw line", { exact: true });
    await raw.waitFor();
    expect((await raw.innerText()).length).toBeLessThan(5000);
    await page.getByRole("button", { name: "Show all" }).click();
    expect((await raw.innerText()).length).toBe(256 * 1024);
    const waiting = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download all bytes" }).click();
    expect(await readFile(await (await waiting).path())).toEqual(LINES[3]?.subarray(0, -1));
    expect(await page.evaluate("globalThis.stolen")).toBeUndefined();
    expect(troubles).toEqual([]);
    await context.close();
  });

  it("are told where they are no UTF-8, and not sealed", async () => {
    const { page, context } = await openLogs(`&line=${await idOf("--text", "broken")}&part=raw`);
    await page.getByText("Some of its bytes are no UTF-8").waitFor();
    await page.getByRole("link", { name: "Place and proof" }).click();
    await page.getByRole("button", { name: "Verify this line" }).click();
    await page.getByText("Not sealed yet.").waitFor();
    expect(await page.locator("table.lines tbody tr.opened").count()).toBe(1);
    await context.close();
  });

  it("leave a page that says that logtally does not answer once it is gone", async () => {
    const { page, context } = await openLogs();
    await page.getByText("5 lines looked at, 5 found").waitFor();
    expect(await explored.stop()).toBe("");
    await page.getByRole("textbox", { name: "Status" }).fill("500");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.getByRole("alert").getByText("logtally does not answer").waitFor();
    await context.close();
  });
});
