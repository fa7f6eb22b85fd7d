/**
 * Goal: an expectation says all that counting makes of lines, in totals that add up, and differs where that does.
 * Method: a few lines of each kind, whole; every sample beside what the deriver counts; texts changed by hand.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createExpectation, type Expectation } from "../../src/cases/expectation.ts";
import { expectationDiff } from "../../src/cases/expectation-diff.ts";
import type { Payload } from "../../src/core/delivery.ts";
import { createDecoder, type DecoderOptions } from "../../src/decode/decoder.ts";
import { catalogueFields } from "../../src/derive/catalogue-fields.ts";
import { DIMENSION_FIELDS } from "../../src/derive/dimensions.ts";
import type { Catalogue } from "../../src/derive/event-rules.ts";
import { decode, fileOf, messageOf } from "../decode/decoded-line.ts";
import { STANDARD, teamCatalogue } from "../derive/standard-events.ts";

const FIXTURES = new URL("../../fixtures/", import.meta.url);
const SAMPLES = readdirSync(new URL("samples", FIXTURES)).filter((name) => !name.startsWith("scenario_"));

interface Options extends Partial<DecoderOptions> {
  readonly catalogue?: Catalogue;
  readonly instance?: string;
}

function expectationOf(
  payloads: readonly Payload[],
  { catalogue = STANDARD, instance, ...rest }: Options = {},
): Expectation {
  const decoder = createDecoder({
    names: [...catalogueFields(catalogue), ...DIMENSION_FIELDS],
    limits: { maxDepth: 128, maxLineBytes: 4 * 2 ** 20, maxInflatedBytes: 32 * 2 ** 20 },
    identityFields: {},
    topic: "",
    ...rest,
  });
  const expectation = createExpectation(catalogue, decoder.slotOf, instance ?? null);
  for (const payload of payloads) decoder.decode(payload, (line, fields) => expectation.add(line, fields));
  return expectation.finish();
}

const VIEW = {
  tag: "rails.production",
  correlation_id: "c",
  time: "2020-12-22T09:00:00Z",
  method: "GET",
  path: "/a/b",
  format: "html",
  controller: "ProjectsController",
  action: "show",
  status: 200,
  remote_ip: "192.0.2.1",
  ua: "Mozilla\u001b",
};
const lineOf = (fields: object): string => JSON.stringify({ ...VIEW, ...fields });

/** The content of an expectation, in so far as tests ask for it. */
interface Content {
  readonly totals: {
    readonly lines: number;
    readonly duplicates?: number;
    readonly eventless?: number;
    readonly quarantined?: Readonly<Record<string, number>>;
    readonly events?: Readonly<Record<string, number>>;
  };
  readonly lines: readonly { readonly id: string; readonly reason?: string; readonly events?: readonly string[] }[];
}

describe("an expectation", () => {
  it("says of each line what counting would, and leaves out what is not there", () => {
    const user = lineOf({ user_id: 7, host: "gitlab.example.com", "meta.project": "a/b" });
    const file = fileOf(`${user}\n${lineOf({})}\n\n{"time":\n${user}\n{"time":"2020-12-22T09:00:00Z"}\n`);
    const message = messageOf(JSON.stringify({ time: "2021-12-22T09:00:00Z" }), { messageId: "15" });
    expect(expectationOf([file, message]).text).toMatchInlineSnapshot(`
      "# What the lines beside this file become. Written by logtally test --update.
      totals:
        lines: 6
        duplicates: 1
        eventless: 2
        quarantined:
          not_json: 1
        events:
          pageview: 2
          rails_request: 2
          record_read: 2
      lines:
      - id: 0006d179011700dbbee4cd91b9d9d657 by content
        log: rails.production
        time: 2020-12-22T09:00:00.000Z
        instance: gitlab.example.com
        group: a
        project: a/b
        user: id:7
        events:
        - rails_request read ProjectsController#show
        - pageview read ProjectsController#show
        - record_read read ProjectsController#show
      - id: 0006d17929e982dc662f69ca74fb932a by content
        log: rails.production
        time: 2020-12-22T09:00:00.000Z
        visitor: "ip:192.0.2.1\\nMozilla\\e"
        events:
        - rails_request read ProjectsController#show
        - pageview read ProjectsController#show
        - record_read read ProjectsController#show
      - id: 000000005b0cd440d7d253b2ca0351b1 by place
        log: unknown
        lane: quarantine
        reason: not_json
      - id: 0006d179011700dbbee4cd91b9d9d657 by content
        log: rails.production
        time: 2020-12-22T09:00:00.000Z
        duplicate: true
        instance: gitlab.example.com
        group: a
        project: a/b
        user: id:7
        events:
        - rails_request read ProjectsController#show
        - pageview read ProjectsController#show
        - record_read read ProjectsController#show
      - id: 0006d1790c98a8ac53b89bff9572529b by place
        log: unknown
        time: 2020-12-22T09:00:00.000Z
      - id: 0006c8311ceb93c481a92102b940d39f by place
        log: unknown
        time: 2021-12-22T09:00:00.000Z
        hour: 2020-09-14T09:00:00Z
        lane: future
        message: "15"
      "
    `);
  });

  it.each(SAMPLES)("agrees with the decoder on each line of %s, in totals that add up", (name) => {
    const file = fileOf(readFileSync(new URL(`samples/${name}`, FIXTURES)));
    const found = expectationOf([file]);
    const { totals, lines } = parse(found.text) as Content;
    const decoded = decode([file]);
    expect(lines.map(({ id, reason }) => [id, reason ?? null])).toEqual(
      decoded.map(({ id, identifiedBy, reason }) => [`${id} by ${identifiedBy}`, reason]),
    );
    expect(totals.lines).toBe(lines.length);
    const once = [...new Map(lines.toReversed().map((line) => [line.id, line])).values()];
    expect(totals.duplicates ?? 0).toBe(lines.length - once.length);
    expect(totals.eventless ?? 0).toBe(once.filter((line) => !("events" in line) && !("reason" in line)).length);
    const counts: Record<string, number> = {};
    for (const event of once.flatMap(({ events = [] }) => events)) {
      const [eventName = ""] = event.split(" ");
      counts[eventName] = (counts[eventName] ?? 0) + 1;
    }
    expect(totals.events ?? {}).toEqual(counts);
    expect(found).toMatchObject({ lines: lines.length, events: Object.values(counts).reduce((a, b) => a + b, 0) });
  });

  it("is the same for the same lines, and depends on every setting that counts", () => {
    const files = [fileOf(`${lineOf({ user_id: 7 })}\n[1]\n`)];
    const { text } = expectationOf(files);
    expect(expectationOf(files).text).toBe(text);
    const catalogue = teamCatalogue("version: 1\nevents: { seen: { log: rails.production } }");
    const others: readonly Options[] = [
      { catalogue },
      { instance: "gprd" },
      { identityFields: { "rails.production": "path" } },
      { limits: { maxDepth: 128, maxLineBytes: 10, maxInflatedBytes: 1000 } },
    ];
    for (const other of others) expect(expectationOf(files, other).text).not.toBe(text);
  });

  it("of no lines says so", () => {
    expect(parse(expectationOf([]).text)).toEqual({ totals: { lines: 0 }, lines: [] });
  });
});

describe("what differs", () => {
  const { text } = expectationOf([fileOf([1, 2, 3].map((id) => `${lineOf({ user_id: id })}\n`).join(""))]);

  it("is nothing for equal lines, however they end", () => {
    expect(expectationDiff(text, text)).toEqual([]);
    expect(expectationDiff(text.replaceAll("\n", "\r\n"), text)).toEqual([]);
    expect(expectationDiff(text.trimEnd(), text)).toEqual([]);
    expect(expectationDiff(`${text}\n`, text)).not.toEqual([]);
  });

  it.each([
    ["  lines: 3", "  lines: 4", "totals"],
    ["  user: id:2\n", "", "line 2"],
    ["  user: id:2\n", "  user: id:2\n  visitor: x\n", "line 2"],
    ["  user: id:3\n", "  user: id:4\n", "line 3"],
    ["- id: ", "- id: x", "line 1"],
  ])("where %j becomes %j is told with its place", (before, after, place) => {
    const changed = text.replace(before, after);
    const titles = (diff: readonly string[]) =>
      diff.flatMap((line) => (line.startsWith("@@") ? [line.split(" @@ ")[1]] : []));
    expect(changed).not.toBe(text);
    expect(titles(expectationDiff(text, changed))).toEqual([place]);
    expect(titles(expectationDiff(changed, text))).toEqual([place]);
  });
});
