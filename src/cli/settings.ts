import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type PipelineSettings, parsePipeline } from "../config/pipeline.ts";
import { UsageError } from "../core/fault.ts";
import { withoutPassword } from "../core/without-password.ts";
import { readCompiled } from "../derive/compiled-catalogue.ts";
import type { Catalogue } from "../derive/event-rules.ts";

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
  return parsePipeline(await readInput(path, "pipeline"), path, overrides, process.cwd());
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

/** The text of a file; `what` it is, for the message. Rejects with `UsageError`. */
export async function readInput(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "no such file" : message;
    throw new UsageError(`read ${what} "${path}": ${why}`, { cause: error });
  }
}
