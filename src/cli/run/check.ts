import { Command } from "commander";
import type { ArchiveSettings, PipelineSettings } from "../../config/pipeline.ts";
import { IoError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { archiveName, openArchiveStore } from "../open/archive/archive-store.ts";
import { describeKeeping } from "../open/archive/keeping-check.ts";
import { checkIndex } from "../open/cluster/index-check.ts";
import { checkPseudonymKey } from "../open/keys/pseudonym-key.ts";
import { checkKibana } from "../open/kibana/kibana-check.ts";
import { withPipelineOptions } from "../options/options.ts";
import { EXIT_OK, exitCodeOf, isToldError } from "../process/exit-code.ts";
import { loadCatalogue, loadSettings, type PipelineOptions } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { formatThings } from "../terminal/quantity.ts";
import { asLine } from "../terminal/tell.ts";
import { tellingOfWait } from "../terminal/waiting.ts";
import { describeRoads } from "./road-description.ts";
import { describeSource } from "./source-description.ts";

const ARCHIVE = "archive";
const KEY = "pseudonym key";
const ROADS = "roads";

/** What is not wrong, and better looked into. */
export interface Doubts {
  readonly doubts: readonly string[];
}

type Part = readonly [name: string, describe: () => Promise<string | Doubts>];

export function checkCommand(): Command {
  const command = new Command("check")
    .description("Validates every field of pipelines and reaches every service along its real path; writes nothing.")
    .argument("[pipeline...]", "pipeline files (default: pipelines/local.yaml)");
  return withPipelineOptions(command).action(async (pipelines: readonly string[], options: PipelineOptions) => {
    const exitCodes: number[] = [];
    for (const pipeline of pipelines.length === 0 ? [undefined] : pipelines) {
      exitCodes.push(await checkPipeline(pipeline, options));
    }
    process.exitCode = exitCodes.find((exitCode) => exitCode !== EXIT_OK) ?? EXIT_OK;
  });
}

/** Prints a line for each part, right ones to standard output, others and doubts to standard error. Resolves with the exit code. */
async function checkPipeline(pipeline: string | undefined, options: PipelineOptions): Promise<number> {
  const settings = await loadSettings(pipeline, options);
  const store = await openArchiveStore(settings.archive);
  const parts: readonly Part[] = [
    ["pipeline", () => Promise.resolve(`"${settings.name}", ${settings.deployment}`)],
    ["catalogue", () => describeCatalogue(settings.cataloguePath)],
    ["source", () => describeSource(settings)],
    [ARCHIVE, () => describeArchive(settings.archive, store)],
    [KEY, () => checkPseudonymKey(settings, store)],
    [ROADS, () => describeRoads(settings, store)],
    ...indexPart(settings),
  ];
  const exitCodes: number[] = [];
  let isArchiveAway = false;
  for (const [part, describe] of parts) {
    if ((part === KEY || part === ROADS) && isArchiveAway) {
      complain(part, ["not looked at, since the archive is away"]);
      continue;
    }
    try {
      const described = await tellingOfWait(part, describe());
      if (typeof described !== "string") complain(part, described.doubts, "warn");
      else await print(`ok   ${part.padEnd(13)}  ${asLine(described)}\n`);
    } catch (error) {
      if (!isToldError(error)) throw error;
      exitCodes.push(exitCodeOf(error));
      isArchiveAway ||= part === ARCHIVE && error instanceof IoError && error.code === "unavailable";
      complain(part, error.lines);
    }
  }
  return exitCodes[0] ?? EXIT_OK;
}

function complain(part: string, problems: readonly string[], word: "bad " | "warn" = "bad "): void {
  for (const problem of problems) process.stderr.write(`${word} ${part.padEnd(13)}  ${asLine(problem)}\n`);
}

function indexPart({ index }: PipelineSettings): Part[] {
  if (index === null) return [];
  const { kibana } = index;
  const ofKibana: Part[] = kibana === null ? [] : [["kibana", () => checkKibana({ ...index, kibana })]];
  return [["index", () => checkIndex(index)], ...ofKibana];
}

async function describeCatalogue(path: string | null): Promise<string> {
  const { events, digest } = await loadCatalogue(path);
  return `${formatThings(events.length, "event")}, ${digest}`;
}

async function describeArchive(archive: ArchiveSettings, store: ObjectStore): Promise<string> {
  await store.check("write");
  if (archive.kind === "folder") return `folder "${archiveName(archive)}" can be written`;
  return `bucket "${archiveName(archive)}" can be written, ${await describeKeeping(archive)}`;
}
