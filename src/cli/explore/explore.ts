import { randomBytes } from "node:crypto";
import { Command, InvalidArgumentError } from "commander";
import type { PipelineSettings } from "../../config/pipeline.ts";
import { startExplorer } from "../../explorer/server/explorer-server.ts";
import { archiveName, openArchiveStore } from "../open/archive/archive-store.ts";
import { isPort } from "../options/listen-at.ts";
import { collect, withPipelineOptions } from "../options/options.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { loadCatalogue, loadSettings, type PipelineOptions } from "../settings.ts";
import { tellCrash } from "../terminal/crash.ts";
import { print } from "../terminal/print.ts";
import { isLogJson, notify } from "../terminal/tell.ts";
import { LOOPBACK, reachedAt } from "./machine-addresses.ts";
import { openPageFiles } from "./page-files.ts";
import { explorerRoutes } from "./routes.ts";

/** Of a URL that is kept as a bookmark. */
const DEFAULT_PORT = 8740;
const TOKEN_BYTES = 16;

export interface ExploreOptions extends PipelineOptions {
  readonly port?: number;
  readonly listen: string;
  readonly name?: readonly string[];
}

/** Where the page is served. */
export interface ServedAt {
  readonly address: string;
  /** Null for the usual one, or any that is free where somebody else listens there. */
  readonly port: number | null;
  /** Other names by which it is called, as in a URL. */
  readonly names: readonly string[];
}

/** For this machine alone. */
export const AT_HOME: ServedAt = { address: LOOPBACK, port: null, names: [] };

const EXAMPLES = `
Examples:
  logtally explore --archive my-archive
  logtally explore --port 0
  logtally explore --listen 0.0.0.0 --name logs.example.com   # behind TLS only: whoever has the token sees every line
`;

export function exploreCommand(): Command {
  const command = new Command("explore")
    .description(
      "Serves a page on this machine to look at an archive: lines as they come, searched lines, counts, and the proof. It " +
        "needs nothing else, loads nothing from elsewhere, and writes nothing. The address that it prints has a token, " +
        "without which nobody gets an answer. Ends with Ctrl-C or SIGTERM, and with exit code 0.",
    )
    .argument("[pipeline]", "the pipeline whose archive it is (default: pipelines/local.yaml)")
    .option("--port <n>", `the port to listen at, 0 for any that is free (default: ${DEFAULT_PORT}, or any)`, port)
    .option(
      "--listen <address>",
      "the address to listen at, 0.0.0.0 for all of this machine; any but the default lets others in",
      LOOPBACK,
    )
    .option("--name <host>", "another name by which the page is called; repeatable", collect(host));
  return withPipelineOptions(command).addHelpText("after", EXAMPLES).action(explore);
}

function port(value: string): number {
  if (isPort(value)) return Number(value);
  throw new InvalidArgumentError(`It must be a whole number from 0 to 65535.`);
}

/** Browsers name the port too, unless it is the usual one. */
function host(value: string): string {
  const url = URL.parse(`http://${value}/`);
  if (url !== null && url.href === `http://${url.host}/`) return url.host;
  throw new InvalidArgumentError("It must be a host as in an address, such as logs.example.com.");
}

async function explore(pipeline: string | undefined, options: ExploreOptions): Promise<void> {
  const settings = await loadSettings(pipeline, options);
  const { listen: address, port: asked = null, name: names = [] } = options;
  await servePage(settings, { address, port: asked, names });
}

/** Serves the page of an archive, says where, and ends with a signal. Rejects with `UsageError` or `IoError`. */
export async function servePage(settings: PipelineSettings, at: ServedAt): Promise<void> {
  const catalogue = await loadCatalogue(settings.cataloguePath);
  const store = await openArchiveStore(settings.archive);
  await store.check("read");
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const explorer = await startExplorer({
    address: at.address,
    port: at.port ?? DEFAULT_PORT,
    takesOther: at.port === null,
    reachedAt: reachedAt(at.address),
    names: at.names,
    token,
    routes: explorerRoutes({ settings, catalogue, store, clock: SYSTEM_CLOCK }),
    pageFile: openPageFiles(),
    onCrash: tellCrash,
  });
  const isElsewhere = at.port === null && new URL(explorer.url).port !== String(DEFAULT_PORT);
  const why = isElsewhere ? `port ${DEFAULT_PORT} is taken, so the page is at another one\n` : "";
  const stopped = untilStopped();
  await sayWhere(`${why}the archive "${archiveName(settings.archive)}"`, `${explorer.url}?token=${token}`);
  await stopped;
  await explorer.close();
}

/** In the log of a service too: whoever is to see the page learns its token there. */
async function sayWhere(what: string, url: string): Promise<void> {
  if (isLogJson()) notify("page_served", `${what} is shown at ${url}`);
  else await print(`${what}, until Ctrl-C:\n\n  ${url}\n\n`);
}

/** Resolves with the first signal. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}
