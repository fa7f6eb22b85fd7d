import { Command } from "commander";
import { createCountingStore } from "../../../archive/counting-store.ts";
import { createSignedManifests } from "../../../archive/digest/signed-manifests.ts";
import {
  estimateBytes,
  type FindQuery,
  type FindVisitor,
  findPlaces,
  mayHold,
  type SearchPlace,
  searchPlaces,
} from "../../../archive/find.ts";
import { createTrace } from "../../../archive/trace.ts";
import type { ArchivedLine } from "../../../core/archived-line.ts";
import { UsageError } from "../../../core/fault.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import { GIB } from "../../../core/units.ts";
import { openArchiveStore } from "../../open/archive/archive-store.ts";
import { integerUpTo, withPipelineOptions } from "../../options/options.ts";
import { size } from "../../options/size.ts";
import { checkSpan } from "../../options/time-span.ts";
import { EXIT_INTERRUPTED } from "../../process/exit-code.ts";
import { stopOnSignals } from "../../process/stop-signal.ts";
import { loadCatalogue, loadSettings } from "../../settings.ts";
import { print } from "../../terminal/print.ts";
import { createProgress } from "../../terminal/progress.ts";
import { formatThings } from "../../terminal/quantity.ts";
import { tell } from "../../terminal/tell.ts";
import { costText } from "./cost-text.ts";
import { createLineFilter } from "./line-filter.ts";
import { lineOutput } from "./line-output.ts";
import { type LineQueryOptions, withLineQuery, withQuarantined } from "./line-query.ts";
import { openNarrowing } from "./narrowing.ts";
import { refuseLargeSearch } from "./search-guard.ts";

export interface FindOptions extends LineQueryOptions {
  readonly trace?: string;
  readonly meta?: true;
  readonly limit?: number;
  readonly lookups: boolean;
  readonly mostBytes: number;
  readonly yes?: true;
}

const MOST_LIMIT = 999_999_999;

const EXAMPLES = `
Examples:
  logtally archive find --event git_push --since 2020-12-22 --until 2020-12-23
  logtally archive find --trace 01HWX0Q0000000000000000009 --meta
  logtally archive find --user 101 --event any --since 2020-12-22 --until 2020-12-23
  logtally archive find --log workhorse --status 5xx --field method=POST --since 7d --limit 100
  logtally archive find --quarantined any --meta
  logtally archive find --log sidekiq --text PostReceive --since 7d | wc -l
`;

export function findCommand(): Command {
  const command = new Command("find")
    .description("Prints the raw lines that match all that is asked, exactly as received, each ended by LF.")
    .argument("[pipeline]", "the pipeline whose archive it is (default: pipelines/local.yaml)");
  withQuarantined(withLineQuery(command))
    .option("--trace <id>", "lines of this correlation_id, put into the order of time over all components")
    .option("--meta", "print JSON lines instead: identity, place, and what the transport said")
    .option("--limit <n>", "end after so many lines", integerUpTo(MOST_LIMIT))
    .option("--no-lookups", "believe neither look-ups nor facts: read every block of the span")
    .option("--most-bytes <size>", "ask for --yes where more stored bytes would be read", size, GIB)
    .option("--yes", "read them all the same");
  return withPipelineOptions(command).addHelpText("after", EXAMPLES).action(find);
}

async function find(pipeline: string | undefined, options: FindOptions): Promise<void> {
  checkSpan(options, "find lines");
  checkTrace(options);
  const settings = await loadSettings(pipeline, options);
  const catalogue = await loadCatalogue(settings.cataloguePath);
  const asked = { ...options, ...(options.trace === undefined ? {} : { correlationId: options.trace }) };
  const matches = createLineFilter(asked, catalogue, settings);
  const archived = await openArchiveStore(settings.archive);
  await archived.check("read");
  const { store, cost } = createCountingStore(archived);
  const stop = new AbortController();
  const releaseSignals = stopOnSignals(stop, "what was found so far is printed");
  const narrowing = await openNarrowing(settings, catalogue, store, asked, matches);
  try {
    const query: FindQuery = {
      sinceMs: options.since ?? null,
      untilMs: options.until ?? null,
      matches: narrowing.matches,
      blocksOf: narrowing.blocksOf,
      lookups: options.lookups,
      limit: options.limit,
      signal: stop.signal,
    };
    const places = await placesOf(store, query);
    const bytes = estimateBytes(places);
    refuseLargeSearch(bytes, options.mostBytes, options.yes === true, settings.archive);
    const progress = process.stdout.isTTY ? null : createProgress("searching", bytes);
    const found = await (options.trace === undefined ? printFound : printTrace)(options, (visitor) =>
      searchPlaces(places, query, { ...visitor, onBytes: progress?.add ?? (() => undefined) }),
    ).finally(() => progress?.stop());
    tell(`${formatThings(found, "line")} found; ${costText(cost())}`);
  } finally {
    releaseSignals();
    narrowing.close();
  }
  if (!stop.signal.aborted) return;
  tell("interrupted; there may be more lines");
  process.exitCode = EXIT_INTERRUPTED;
}

/** Whoever believes no look-up wants every line. Rejects with `IoError`, also where a manifest that was signed is missing. */
async function placesOf(store: ObjectStore, query: FindQuery): Promise<SearchPlace[]> {
  const seen = new Set<string>();
  const places = await findPlaces(store, query, ({ name }) => seen.add(name));
  if (query.lookups === false) {
    // One that is gone takes its lines with it, and nothing else tells.
    await createSignedManifests(store).refuseMissing((first, last) => mayHold(first, last, query), seen);
  }
  return places;
}

/** Throws `UsageError` for what does not go together. */
function checkTrace({ trace, correlationId, limit }: FindOptions): void {
  if (trace === undefined) return;
  const other = correlationId !== undefined ? "--correlation-id" : limit !== undefined ? "--limit" : null;
  if (other === null) return;
  throw new UsageError(`find lines: --trace with ${other} (hint: a trace is all lines of one correlation id)`);
}

type Search = (visitor: Pick<FindVisitor, "visit" | "endOfBlock">) => Promise<unknown>;

/** Prints lines while they are found; resolves with how many. */
async function printFound({ meta }: FindOptions, search: Search): Promise<number> {
  const output: Buffer[] = [];
  let found = 0;
  await search({
    visit(line) {
      found += 1;
      output.push(lineOutput(line, meta === true));
    },
    endOfBlock: () => print(Buffer.concat(output.splice(0))),
  });
  return found;
}

/** Prints the lines of a request once all are known; resolves with how many. */
async function printTrace({ meta, trace: request = "" }: FindOptions, search: Search): Promise<number> {
  const trace = createTrace(request);
  await search({ visit: (line: ArchivedLine) => trace.add(line), endOfBlock: () => Promise.resolve() });
  const lines = trace.inOrder();
  for (const line of lines) await print(lineOutput(line, meta === true));
  return lines.length;
}
