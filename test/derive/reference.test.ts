/**
 * Goal: the compiled catalogue and the dimensions say what docs/reference/events.md says, on every line of the fixtures
 * and on lines near them.
 * Method: bytes through the real decoder and deriver, against a plain derivation that was written from the words alone
 * and shares no code with them.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { simulated } from "../generate/simulated.ts";
import { envelope, type LineObject, mutatedLine } from "./line-mutations.ts";
import { compareRecord, readByCode } from "./reference-check.ts";
import { STANDARD } from "./standard-events.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures");

/** A file of lines; those of a scenario are unwrapped. */
function fixture(path: string): Buffer {
  const bytes = readFileSync(join(FIXTURES, path));
  if (!path.includes("scenario_")) return bytes;
  const lines = bytes.toString().trimEnd().split("\n");
  const unwrapped = lines.map((line) => {
    const { _src: tag, record } = JSON.parse(line) as { readonly _src: string; readonly record: LineObject };
    return JSON.stringify({ ...record, tag });
  });
  return Buffer.from(unwrapped.join("\n"));
}

const FILES = ["samples", "local"].flatMap((folder) =>
  readdirSync(join(FIXTURES, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ndjson"))
    .map((name) => join(folder, name)),
);

/** Lines of events and of rare cases that the fixtures do not show. */
const MORE_LINES: readonly LineObject[] = [
  { controller: "SessionsController", action: "create", method: "POST", status: 302, params: [] },
  { controller: "Groups::OmniauthCallbacksController", action: "saml", method: "POST", status: 302, params: [] },
  { controller: "Projects::IssuesController", action: "destroy", method: "DELETE", status: 302, params: [] },
  { controller: "Projects::IssuesController", action: "new", method: "POST", status: 200, params: [] },
  { route: "/api/:version/jobs/:id", method: "PUT", status: 200, params: [] },
  {
    route: "/api/:version/internal/allowed",
    method: "POST",
    status: 200,
    params: [{ key: "action", value: "git-receive-pack" }, "..."],
  },
  {
    route: "/api/:version/internal/allowed",
    method: "POST",
    status: 503,
    params: { action: "git-receive-pack", changes: "0000 8f3a refs/heads/topic", protocol: "http" },
  },
  { query_string: "subscription issueUpdated { issueUpdated { id } }" },
].map((line) => ({ time: "2020-12-22T09:00:00Z", remote_ip: "203.0.113.10", ...line }));

describe("the standard catalogue and the reference agree", () => {
  it("on every line of the fixtures, and each event is among them", () => {
    const more = Buffer.from(MORE_LINES.map((line) => JSON.stringify(line)).join("\n"));
    const read = [...FILES.map(fixture), more].map(readByCode);
    const records = read.flatMap((file) => file.records);
    const events = new Set(records.flatMap(compareRecord));
    expect([...events].toSorted()).toEqual(STANDARD.events.map(({ event }) => event).toSorted());
    expect(records).toHaveLength(205);
    expect(read.flatMap(({ quarantined }) => quarantined)).toHaveLength(14);
  });

  it.each(["bare", "fluentd", "logentry"] as const)("on every line of simulated traffic, form %s", (form) => {
    const { rows } = simulated({ form, lines: 4000, seed: 7 });
    const { records, quarantined } = readByCode(Buffer.concat(rows.flatMap((row) => [row, Buffer.from("\n")])));
    expect(quarantined).toEqual([]);
    expect(records).toHaveLength(rows.length);
    const events = new Set(records.flatMap(compareRecord));
    expect([...events].toSorted()).toEqual(STANDARD.events.map(({ event }) => event).toSorted());
  });

  it("on lines near those, bare or in a log entry", () => {
    const simulatedLines = simulated({ lines: 400, seed: 8 }).rows;
    const files = [...FILES.map(fixture), Buffer.concat(simulatedLines.flatMap((row) => [row, Buffer.from("\n")]))];
    const records = files.flatMap((bytes) => readByCode(bytes).records);
    const bare = records.filter(({ text }) => !text.includes('"logName"'));
    const all = bare.map(({ text }) => JSON.parse(text) as LineObject);
    const telling = all.filter((_line, at) => (bare[at]?.reading.events ?? []).length > 0);
    // Most logs derive nothing: what is near a line that counts tells more.
    const near = fc.oneof(
      { weight: 3, arbitrary: fc.oneof(...[...telling, ...MORE_LINES].map(mutatedLine)) },
      { weight: 1, arbitrary: fc.oneof(...all.map(mutatedLine)) },
    );
    const line = fc.tuple(near, envelope).map(([text, wrap]) => wrap(text));
    const lines = fc.array(line, { minLength: 1, maxLength: 80, size: "max" });
    let received = 0;
    let compared = 0;
    fc.assert(
      fc.property(lines, (texts) => {
        const read = readByCode(Buffer.from(texts.join("\n")));
        for (const record of read.records) compareRecord(record);
        // A change may take the time of a line away; nothing else keeps it from being compared.
        expect(read.quarantined).toEqual(read.quarantined.map(() => "no_time"));
        expect(read.records.length + read.quarantined.length).toBe(texts.length);
        received += texts.length;
        compared += read.records.length;
      }),
      { numRuns: 300 },
    );
    expect(compared).toBeGreaterThan(0.9 * received);
  });
});
