import { randomBytes } from "node:crypto";
import { Command, InvalidArgumentError } from "commander";
import { type Explorer, startExplorer } from "../../explorer/server/explorer-server.ts";
import { archiveName, openArchiveStore } from "../open/archive-store.ts";
import { collect, withPipelineOptions } from "../options/options.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { loadCatalogue, loadSettings, type PipelineOptions } from "../settings.ts";
import { crashText } from "../terminal/crash.ts";
import { print } from "../terminal/print.ts";
import { openPageFiles } from "./page-files.ts";
import { explorerRoutes } from "./routes.ts";

const LOOPBACK = "127.0.0.1";
/** Of a URL that is kept as a bookmark; any other where it is taken. */
const DEFAULT_PORT = 8740;
const MOST_PORT = 65_535;
const TOKEN_BYTES = 16;

export interface ExploreOptions extends PipelineOptions {
  readonly port: number;
  readonly listen: string;
  readonly name?: readonly string[];
}

const EXAMPLES = `
Examples:
  logtally explore --archive my-archive
  logtally explore --port 0
  logtally explore --listen 0.0.0.0 --name logs.example.com   # behind TLS only: whoever has the token sees every line
`;

export function exploreCommand(): Command {
  const command = new Command("explore")
    .summary("a local page over the same data")
    .description(
      "Serves a page on this machine to look at an archive: lines as they come, searched lines, counts, and the proof. It " +
        "needs nothing else, loads nothing from elsewhere, and writes nothing. The address that it prints has a token, " +
        "without which nobody gets an answer. Ends with Ctrl-C.",
    )
    .argument("[pipeline]", "the pipeline whose archive it is (default: pipelines/local.yaml)")
    .option("--port <n>", "the port to listen at, 0 for any that is free", port, DEFAULT_PORT)
    .option(
      "--listen <address>",
      "the address to listen at; any but that of this machine itself lets others in",
      LOOPBACK,
    )
    .option("--name <host>", "another name by which the page is called; repeatable", collect(String));
  return withPipelineOptions(command).addHelpText("after", EXAMPLES).action(explore);
}

function port(value: string): number {
  if (/^\d{1,5}$/.test(value) && Number(value) <= MOST_PORT) return Number(value);
  throw new InvalidArgumentError(`It must be a whole number from 0 to ${MOST_PORT}.`);
}

async function explore(pipeline: string | undefined, options: ExploreOptions): Promise<void> {
  const { explorer, text } = await openExplorer(pipeline, options);
  await print(text);
  await untilStopped();
  await explorer.close();
}

/** The page of an archive, and what is to be printed of it. Rejects with `UsageError` or `IoError`. */
async function openExplorer(
  pipeline: string | undefined,
  options: ExploreOptions,
): Promise<{ readonly explorer: Explorer; readonly text: string }> {
  const settings = await loadSettings(pipeline, options);
  const catalogue = await loadCatalogue(settings.cataloguePath);
  const store = await openArchiveStore(settings.archive);
  await store.check("read");
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const explorer = await startExplorer({
    address: options.listen,
    port: options.port,
    names: options.name ?? [],
    token,
    routes: explorerRoutes({ settings, catalogue, store, clock: SYSTEM_CLOCK }),
    pageFile: openPageFiles(),
    onCrash: (error) => process.stderr.write(crashText(error)),
  });
  return {
    explorer,
    text: `the archive "${archiveName(settings.archive)}", until Ctrl-C:\n\n  ${explorer.url}?token=${token}\n\n`,
  };
}

/** Resolves with the first signal. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}
