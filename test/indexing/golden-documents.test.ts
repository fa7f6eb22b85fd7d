/**
 * Goal: the lines of every known log become the documents that were looked at and found right, in every envelope.
 * Method: the sample lines, as messages of their log, against a file of documents for each; `npx vitest run
 * test/indexing/golden-documents.test.ts -u` writes these anew, and the difference is to be read.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { KNOWN_LOGS, knownLog } from "../../src/decode/log-name.ts";
import { decodeFile, decodeMessage } from "../decode/decoded-line.ts";
import { archived } from "./archived-line.ts";
import { sampleDocuments } from "./sample-documents.ts";

const SAMPLES = join(import.meta.dirname, "../../fixtures/samples");
const GOLDEN = join(import.meta.dirname, "golden");
/** Sample files, each of the log that the collector would name so. */
const LOGS: Readonly<Record<string, string>> = {
  production_json: "rails.production",
  api_json: "rails.api",
  graphql_json: "rails.graphql",
  audit_json: "rails.audit",
  auth_json: "rails.auth",
  application_json: "rails.application",
  exceptions_json: "rails.exceptions",
  integrations_json: "rails.integrations",
  features_json: "rails.features",
  git_json: "rails.git",
  sidekiq: "sidekiq",
  gitlab_shell: "shell",
  workhorse: "workhorse",
  gitaly: "gitaly",
  registry: "registry",
  pages: "pages",
};
/** The log is unknown, or the envelope says it. */
const OTHERS = [
  "database_load_balancing",
  "envelope_fluentd_record",
  "envelope_gcs_logentry",
  "envelope_pubsub_pull",
  "envelope_pubsubbeat_doc",
];

const documents = sampleDocuments();

/** The documents of a sample file, a line for each field, so that a difference shows. */
function documentsOf(file: string, log: string | null): string {
  const text = readFileSync(join(SAMPLES, `${file}.ndjson`));
  const lines = log === null ? decodeFile(text) : decodeMessage(text, { attributes: { log }, topic: "t" });
  const made = lines.map((line) => JSON.parse(documents.documentOf(archived(line)).source.toString()) as unknown);
  return `${JSON.stringify(made, null, 2)}\n`;
}

describe("documents", () => {
  it.each(Object.entries(LOGS))("of %s are those of %s that were found right", async (file, log) => {
    const text = documentsOf(file, log);
    expect(text).toContain(`"dataset": "gitlab.${log}"`);
    await expect(text).toMatchFileSnapshot(join(GOLDEN, `${file}.json`));
  });

  it.each(OTHERS)("of %s are those that were found right", async (file) => {
    await expect(documentsOf(file, null)).toMatchFileSnapshot(join(GOLDEN, `${file}.json`));
  });

  it("are there for every known log", () => {
    expect(Object.values(LOGS).sort()).toEqual([...KNOWN_LOGS].sort());
    for (const [file, log] of Object.entries(LOGS)) expect(knownLog(file)).toBe(log);
  });
});
