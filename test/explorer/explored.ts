import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { startLogtally } from "../cli/logtally.ts";

/** Where Debian, Ubuntu and others have it; another place is told by a variable. */
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const VARIABLE = "LOGTALLY_TEST_CHROMIUM";

/** The browser that tests look at the page with; null where there is none, which on CI is a failure. */
export const CHROMIUM = process.env[VARIABLE] ?? PLACES.find((path) => existsSync(path)) ?? null;
if (CHROMIUM === null && process.env["CI"] !== undefined) {
  throw new Error(`no Chromium: install it, or set ${VARIABLE}`);
}

/** A page that is served, as a user starts it. */
export interface Explored {
  /** With the token. */
  readonly url: string;
  readonly token: string;
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Ends the program, by default as Ctrl-C does; it has to end well. Resolves with what it has said on standard error. */
  stop(signal?: "SIGINT" | "SIGTERM"): Promise<string>;
}

/** Starts `logtally explore` with these arguments, on a port that is free. */
export async function explore(args: readonly string[]): Promise<Explored> {
  const { child, ended } = startLogtally(["explore", "--port", "0", ...args]);
  const url = await new Promise<string>((resolve, reject) => {
    let printed = "";
    child.stdout?.on("data", (bytes: Buffer) => {
      printed += String(bytes);
      const found = /http:\/\/\S+/.exec(printed);
      if (found !== null && printed.endsWith("\n\n")) resolve(found[0]);
    });
    void ended.then((outcome) => reject(new Error(`explore ended: ${JSON.stringify(outcome)}`)));
  });
  const { origin, searchParams } = new URL(url);
  return {
    url,
    origin,
    token: searchParams.get("token") ?? "",
    async stop(signal = "SIGINT") {
      child.kill(signal);
      const outcome = await ended;
      if (outcome.code !== 0) throw new Error(`explore ended: ${JSON.stringify(outcome)}`);
      return outcome.stderr;
    },
  };
}

/** A browser without a window; whoever opens it closes it. */
export function openBrowser(): Promise<Browser> {
  // A container has no user namespaces for its sandbox, and what is looked at is our own.
  return chromium.launch({ executablePath: CHROMIUM ?? "", args: ["--no-sandbox"] });
}

/** An open page, and what went wrong in it: errors of scripts, and what its policy has kept from it. */
export interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly troubles: readonly string[];
}

/** Opens an address in a browser that knows nothing yet. */
export async function open(
  browser: Browser,
  url: string,
  options: { readonly width?: number; readonly isDark?: boolean } = {},
): Promise<Opened> {
  const { width = 1280, isDark = false } = options;
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: isDark ? "dark" : "light",
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(message.text());
  });
  await page.goto(url);
  return { page, context, troubles };
}
