/**
 * Takes the pictures of the page in docs/images, of a simulated day: `npm run pictures`. Needs Chromium.
 */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { logtally, PROGRAM } from "../test/cli/logtally.ts";
import { type Explored, explore, openBrowser } from "../test/explorer/explored.ts";

const IMAGES = join(import.meta.dirname, "../docs/images");
const SIZE = { width: 1280, height: 860 };
/** Long enough for some batches of live lines. */
const LIVE_MS = 90_000;

/** A picture: its file, the address, and what is done there before it is taken. */
interface Picture {
  readonly name: string;
  readonly path: string;
  readonly isDark?: true;
  readonly prepare: (page: Page) => Promise<void>;
}

const PICTURES: readonly Picture[] = [
  {
    name: "counts",
    path: "/counts?event=git_push&by=plan",
    prepare: (page) => page.locator("table.counts tbody tr").first().waitFor(),
  },
  {
    name: "logs",
    path: "/logs?status=5xx",
    prepare: async (page) => {
      await page.locator("tbody tr:visible").first().waitFor();
      await page.getByText("found so far").waitFor({ state: "detached" });
    },
  },
  {
    name: "archive",
    path: "/archive",
    prepare: async (page) => {
      await page
        .getByRole("button", { name: /^Verify/ })
        .first()
        .click();
      await page.getByText("nothing is missing, extra or altered").first().waitFor();
    },
  },
];

const folder = await mkdtemp(join(tmpdir(), "logtally-pictures-"));
try {
  await done(["demo"]);
  const explored = await explore(["--archive", join(folder, "archive")]);
  try {
    for (const picture of PICTURES) await take(explored, picture);
  } finally {
    await explored.stop();
  }
  await takeLive();
} finally {
  await rm(folder, { recursive: true });
}

async function done(args: readonly string[]): Promise<void> {
  const outcome = await logtally(args, { cwd: folder });
  if (outcome.code !== 0) throw new Error(`${args.join(" ")}: ${JSON.stringify(outcome)}`);
}

async function take({ origin, token }: Explored, { name, path, isDark, prepare }: Picture): Promise<void> {
  const browser = await openBrowser();
  const page = await browser.newPage({ viewport: SIZE, colorScheme: isDark === true ? "dark" : "light" });
  await page.goto(`${origin}${path}${path.includes("?") ? "&" : "?"}token=${token}`);
  await prepare(page);
  // Charts are drawn in the next frame.
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(IMAGES, `page-${name}.png`) });
  process.stderr.write(`page-${name}.png\n`);
  await browser.close();
}

/** While a worker takes in what a simulated instance writes. */
async function takeLive(): Promise<void> {
  const archive = join(folder, "live");
  await mkdir(archive);
  const lines = ["generate", "--seconds", "3600", "--rate", "150", "--seed", "2", "--start", "now"];
  const instance = spawn(process.execPath, [PROGRAM, ...lines], { stdio: ["ignore", "pipe", "ignore"] });
  const taking = ["run", "--archive", archive, "--set", "batch.max_age_ms=2000", "--from", "-"];
  const worker = spawn(process.execPath, [PROGRAM, ...taking], { stdio: ["pipe", "ignore", "ignore"] });
  instance.stdout.pipe(worker.stdin);
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  const explored = await explore(["--archive", archive]);
  try {
    const prepare = (page: Page): Promise<void> => page.waitForTimeout(LIVE_MS);
    await take(explored, { name: "live", path: "/live?minutes=5", isDark: true, prepare });
  } finally {
    instance.kill("SIGTERM");
    await ended;
    await explored.stop();
  }
}
