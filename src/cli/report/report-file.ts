import { dirname, resolve } from "node:path";
import { type SecretReference, secretReference } from "../../config/secret.ts";
import type { UsageError } from "../../core/fault.ts";
import type { FieldProblem } from "../../yaml/problem.ts";
import { checkSchema } from "../../yaml/schema-problem.ts";
import { fileFault, readYamlFile } from "../../yaml/yaml-file.ts";
import { type AskedOptions, type Spelling, vainOption } from "../counts/asked-options.ts";
import { type ReportConfig, reportSchema } from "./report-schema.ts";

/** A report file, as checked. Every path is absolute. */
export interface Report {
  /** As named in messages. */
  readonly file: string;
  readonly name: string;
  /** Null for the pipeline that is taken where none is named. */
  readonly pipelinePath: string | null;
  readonly options: AskedOptions;
  /** `YYYY-MM-DD`, or `today`; null: the day after the newest filed hour. */
  readonly asOf: string | null;
  readonly destination: Destination;
  /** The error that tells what is wrong with a field, at its line. */
  faultAt(field: keyof ReportConfig, what: string): UsageError;
}

export type Destination = { readonly kind: "stdout" } | FileDestination | ClusterDestination;

export interface FileDestination {
  readonly kind: "file";
  /** The path of an answer as of that day, `YYYY-MM-DD`. */
  pathOn(asOf: string): string;
}

export interface ClusterDestination {
  readonly kind: "elasticsearch";
  /** Null: those of the pipeline's index. */
  readonly urls: readonly string[] | null;
  /** Null: that of the pipeline, where the URLs are the pipeline's. */
  readonly apiKey: SecretReference | null;
  readonly isKeyOverHttp: boolean;
  /** Null: likewise. */
  readonly caFile: string | null;
  /** Null: the pipeline's. */
  readonly prefix: string | null;
}

/** What the file calls otherwise than the command line. */
const FIELDS: Readonly<Partial<Record<keyof AskedOptions, keyof ReportConfig>>> = {
  event: "events",
  period: "periods",
};

/**
 * Reads and checks a report. `file` is the name of the text in messages, and the paths in it are relative to its folder.
 * Throws `UsageError` with a line for every problem.
 */
export function parseReport(text: string, file: string, cwd: string): Report {
  const yaml = readYamlFile(text, file, "report", '"version: 1", "name:" and "destination:"');
  if (yaml.fields === null) throw fileFault(yaml, []);
  const { data, problems } = checkSchema(reportSchema, yaml.fields);
  if (data === undefined || yaml.problems.length > 0) throw fileFault(yaml, problems);
  const folder = dirname(resolve(cwd, file));
  const { options, given } = askedBy(data, yaml.fields);
  const vain = data.destination.kind === "elasticsearch" ? vainForDocuments(given, data) : null;
  const found = vain ?? vainField(options, given);
  if (found !== null) throw fileFault(yaml, [found]);
  return {
    file,
    name: data.name,
    pipelinePath: data.pipeline === undefined ? null : resolve(folder, data.pipeline),
    options,
    asOf: data.as_of ?? null,
    destination: toDestination(data, (written) => resolve(folder, written)),
    faultAt: (field, what) => fileFault(yaml, [{ path: [field], what, hint: null }]),
  };
}

/** The same as a command line would ask; `given` are the options that stand in the file. */
function askedBy(
  { by, level, events, periods, days, sessions, format, destination }: ReportConfig,
  fields: Readonly<Record<string, unknown>>,
): { readonly options: AskedOptions; readonly given: readonly string[] } {
  const period = periods ?? (destination.kind === "elasticsearch" ? (["daily"] as const) : undefined);
  const options = {
    by,
    level,
    days,
    sessions,
    format,
    ...(events === undefined ? {} : { event: events }),
    ...(period === undefined ? {} : { period }),
  };
  const names = Object.entries(FIELDS);
  const given = Object.keys(fields).map((field) => names.find(([, name]) => name === field)?.[0] ?? field);
  return { options, given };
}

const asField: Spelling = (option, value) => {
  const field = FIELDS[option] ?? option;
  if (value === undefined) return `"${field}"`;
  return option === "period" ? `"${field}: [${value}]"` : `"${field}: ${value}"`;
};

function vainField(options: AskedOptions, given: readonly string[]): FieldProblem | null {
  const vain = vainOption(options, given, asField);
  if (vain === null) return null;
  return { path: [FIELDS[vain.option] ?? vain.option], what: vain.message, hint: null };
}

function vainForDocuments(given: readonly string[], { periods }: ReportConfig): FieldProblem | null {
  if (given.includes("format")) {
    return { path: ["format"], what: 'publish counts: "format" has no meaning there', hint: "leave it out" };
  }
  const other = periods?.find((period) => period !== "daily");
  if (other === undefined) return null;
  const what = `publish counts: only days are published, not "${other}"`;
  return { path: ["periods"], what, hint: "leave it out" };
}

function toDestination({ name, destination }: ReportConfig, resolvePath: (written: string) => string): Destination {
  if (destination.kind === "stdout") return { kind: "stdout" };
  if (destination.kind === "file") {
    // Before the folder comes in, whose name may look like a placeholder.
    const path = destination.path.replaceAll("{name}", name);
    return { kind: "file", pathOn: (asOf) => resolvePath(path.replaceAll("{as_of}", asOf)) };
  }
  const { urls, api_key: key, ca_file: file, prefix } = destination;
  return {
    kind: "elasticsearch",
    urls: urls ?? null,
    apiKey: key === undefined ? null : secretReference(key, resolvePath),
    isKeyOverHttp: key?.plain_http === true,
    caFile: file === undefined ? null : resolvePath(file),
    prefix: prefix ?? null,
  };
}
