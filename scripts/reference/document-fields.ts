import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LOG_ALIASES } from "../../src/decode/log-name.ts";
import type { Conversion, FieldSource, IndexField } from "../../src/indexing/fields/index-field.ts";
import { LOG_FIELDS } from "../../src/indexing/fields/log-fields.ts";
import { markdownTable } from "./markdown.ts";

/** Documents of the sample lines of each log, which a test holds against what is made of them. */
const GOLDEN = join(import.meta.dirname, "../../test/indexing/golden");

const CONVERSIONS: Readonly<Record<Conversion, string>> = {
  s: "seconds",
  ms: "milliseconds",
  s_to_ns: "seconds",
  ms_to_ns: "milliseconds",
  address: "the first address",
  ip: "the first address",
  lower: "in lower case",
  path: "without its query",
  http_version: "without HTTP/",
  user_id: "its number",
  retries: "false is 0, true is 25",
  by_key: "by key",
  http_outcome: "below 400 or not",
  job_outcome: "done or fail",
  grpc_outcome: "OK or not",
};

/** All fields of documents: what they are made of, their types, and what they say. */
export function documentFields(): string {
  return markdownTable(
    ["field", "type", "is", "from, the first that is there and fits"],
    LOG_FIELDS.map(({ name, type, description, from }) => [
      `\`${name}\``,
      type,
      description,
      from.length === 0 ? "logtally" : from.map(sourceText).join(", "),
    ]),
  );
}

function sourceText({ field, as, says, logs }: FieldSource): string {
  const how = [as === undefined ? [] : CONVERSIONS[as], says === undefined ? [] : `says ${says}`].flat();
  const where = logs === undefined ? [] : [`in ${logs.join(", ")}`];
  const remarks = [...how, ...where].join("; ");
  return `\`${field}\`${remarks === "" ? "" : ` (${remarks})`}`;
}

/** A table for each log: the fields that its sample lines fill. */
export function fieldsOfLogs(): string {
  const byName = new Map(LOG_FIELDS.map((field) => [field.name, field]));
  return logFiles()
    .map(({ log, file }) => {
      const found = new Set(
        (JSON.parse(readFileSync(join(GOLDEN, `${file}.json`), "utf8")) as object[]).flatMap((each) =>
          namesIn(each, ""),
        ),
      );
      const fields = LOG_FIELDS.filter(({ name, from }) => found.has(name) && from.length > 0);
      const rows = fields.map((field) => [`\`${field.name}\``, field.type, sourcesIn(field, log)]);
      const named = [...found].filter((name) => byName.has(name) && (byName.get(name)?.from.length ?? 0) === 0);
      return `### ${log}\n\n${markdownTable(["field", "type", "from"], rows)}\nBy logtally: ${named
        .sort()
        .map((name) => `\`${name}\``)
        .join(", ")}.\n`;
    })
    .join("\n");
}

/** What of a log may fill the field. */
function sourcesIn({ from }: IndexField, log: string): string {
  const sources = from.filter(({ logs }) => logs === undefined || logs.includes(log));
  return sources.map(({ field }) => `\`${field}\``).join(", ");
}

/** The sample files of known logs, in order of logs. */
function logFiles(): { readonly log: string; readonly file: string }[] {
  const own = ["sidekiq", "workhorse", "gitaly", "registry", "pages"].map((log) => ({ log, file: log }));
  const aliases = Object.entries(LOG_ALIASES).map(([file, log]) => ({ log, file }));
  return [...aliases.filter(({ file }) => file.endsWith("_json") || file === "gitlab_shell"), ...own].toSorted(
    (a, b) => (a.log < b.log ? -1 : 1),
  );
}

/** Dotted names of the leaves of a document; what is flattened is one. */
function namesIn(value: object, prefix: string): string[] {
  return Object.entries(value).flatMap(([key, inside]) => {
    const name = `${prefix}${key}`;
    const isGroup = typeof inside === "object" && inside !== null && !Array.isArray(inside);
    return isGroup && name !== "gitlab.other" && name !== "gitlab.params"
      ? namesIn(inside as object, `${name}.`)
      : [name];
  });
}
