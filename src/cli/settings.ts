import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type PipelineSettings, parsePipeline } from "../config/pipeline.ts";
import { UsageError } from "../core/fault.ts";
import { withoutPassword } from "../core/without-password.ts";
import { readCompiled } from "../derive/compiled-catalogue.ts";
import type { Catalogue } from "../derive/event-rules.ts";
import { readInput } from "./input-text.ts";

/** The options that every command on a pipeline or an archive takes. */
export interface PipelineOptions {
  readonly archive?: string;
  readonly set?: readonly string[];
}

const DEFAULT_PIPELINE = "pipelines/local.yaml";
/** Where the current folder has no pipeline: the one that comes with the program, with an archive in that folder. */
export const BUNDLED_PIPELINE = fileURLToPath(new URL(`../../${DEFAULT_PIPELINE}`, import.meta.url));
const BUNDLED_ARCHIVE = "archive";
const STANDARD_CATALOGUE = fileURLToPath(new URL("../derive/standard-catalogue.yaml", import.meta.url));
const COMPILED_CATALOGUE = fileURLToPath(new URL("../derive/standard-catalogue.json", import.meta.url));

/** The file that is read for the pipeline of that name, or where none is named; as the user wrote it. */
export function pipelinePath(pipeline: string | undefined): string {
  return isBundled(pipeline) ? BUNDLED_PIPELINE : (pipeline ?? DEFAULT_PIPELINE);
}

/** Reads a pipeline, with what the command line overrides. Rejects with `UsageError`. */
export async function loadSettings(pipeline: string | undefined, options: PipelineOptions): Promise<PipelineSettings> {
  const path = pipelinePath(pipeline);
  // Nobody wants an archive inside the installed program.
  const archive = options.archive ?? (isBundled(pipeline) ? BUNDLED_ARCHIVE : undefined);
  const overrides = [...archiveOverride(archive), ...(options.set ?? [])];
  refuseArchive(path);
  const text = await readInput(path, "pipeline");
  refuseLines(text, path);
  return parsePipeline(text, path, overrides, process.cwd());
}

/** What is often named where a pipeline is expected. Throws `UsageError`. */
function refuseArchive(path: string): void {
  if (!["wal", "vault", "ctl"].some((folder) => existsSync(join(path, folder)))) return;
  throw new UsageError(`read pipeline "${path}": an archive, no pipeline (hint: --archive ${path})`);
}

/** The same of logs, in which everything would be wrong. */
function refuseLines(text: string, path: string): void {
  const isOfLines = /^\s*\{[^\n]*\}\s*\n\s*\{/.test(text);
  if (!isOfLines && !text.includes("\0")) return;
  const found = isOfLines ? "a file of lines" : "no text";
  throw new UsageError(`read pipeline "${path}": ${found}, no pipeline (hint: logtally run --from ${path} for lines)`);
}

/** Reads the catalogue of that path, which may extend the standard one; null: that one. Rejects with `UsageError`. */
export async function loadCatalogue(path: string | null): Promise<Catalogue> {
  const standard = { text: await readInput(STANDARD_CATALOGUE, "catalogue"), file: STANDARD_CATALOGUE };
  if (path === null) {
    const compiled = readCompiled(await readInput(COMPILED_CATALOGUE, "catalogue"), standard.text);
    if (compiled !== null) return compiled;
  }
  const { parseCatalogue } = await import("../derive/catalogue.ts");
  if (path === null) return parseCatalogue(standard, null);
  return parseCatalogue({ text: await readInput(path, "catalogue"), file: shownPath(path) }, standard);
}

/** As the user would write it in the current folder; as it is where it lies outside. */
export function shownPath(path: string): string {
  const shown = relative(process.cwd(), path);
  return shown.startsWith("..") ? path : shown;
}

function isBundled(pipeline: string | undefined): boolean {
  return pipeline === undefined && !existsSync(DEFAULT_PIPELINE);
}

function archiveOverride(archive: string | undefined): string[] {
  if (archive === undefined) return [];
  const [, bucket, prefix] = /^gs:\/\/([^/]*)\/?(.*?)\/?$/.exec(archive) ?? [];
  if (bucket === undefined && /^(?:[a-z][a-z0-9+.-]*:\/\/|~(?:\/|$))/i.test(archive)) {
    throw new UsageError(
      `--archive "${withoutPassword(archive)}": expected a folder or gs://BUCKET/PREFIX, no other URL and no ~`,
    );
  }
  if (bucket === undefined) return [`archive=${JSON.stringify({ kind: "folder", path: resolve(archive) })}`];
  return [`archive=${JSON.stringify({ kind: "gcs", bucket, ...(prefix === "" ? {} : { prefix }) })}`];
}
