/**
 * Goal: the facts of an archive are those of its lines as they came in, each at the hour where it is filed.
 * Method: lines are decoded into an archive in memory, and read back from its bytes with the standard catalogue.
 */
import { describe, expect, it } from "vitest";
import { eachLine, listWal, openWalObject } from "../../src/archive/wal-reader.ts";
import { createWalWriter } from "../../src/archive/wal-writer.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import type { Payload } from "../../src/core/delivery.ts";
import { hourOf } from "../../src/core/hour.ts";
import { hourOfId, leafHash } from "../../src/core/identity.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { HOUR_MS, KIB, MINUTE_MS } from "../../src/core/units.ts";
import type { Fact } from "../../src/counts/fact.ts";
import { createFactReader } from "../../src/counts/fact-reader.ts";
import { createDecoder } from "../../src/decode/decoder.ts";
import { catalogueFields } from "../../src/derive/catalogue-fields.ts";
import { createDeriver } from "../../src/derive/deriver.ts";
import { createDimensions, DIMENSION_FIELDS } from "../../src/derive/dimensions.ts";
import { createPseudonyms } from "../../src/derive/pseudonym.ts";
import { STANDARD } from "../derive/standard-events.ts";

const AT_MS = Date.UTC(2020, 11, 22, 9, 30, 0, 123);
const HOUR = hourOf(AT_MS);
const PSEUDONYMS = createPseudonyms(Buffer.from("0123456789abcdef"));
const LIMITS = { maxDepth: 128, maxLineBytes: 256 * KIB, maxInflatedBytes: 256 * KIB };

const decoder = createDecoder({
  names: [...catalogueFields(STANDARD), ...DIMENSION_FIELDS],
  limits: LIMITS,
  identityFields: {},
  topic: "",
});
const READER = createFactReader({
  decoder,
  derive: createDeriver(STANDARD, decoder.slotOf),
  dimensionsOf: createDimensions(decoder.slotOf, { instance: null }),
  pseudonyms: PSEUDONYMS,
});

function apiLine(timeMs: number, change: Record<string, unknown> = {}): string {
  const time = new Date(timeMs).toISOString();
  const route = "/api/:version/projects";
  return JSON.stringify({ time, tag: "rails.api", method: "GET", route, status: 200, user_id: 101, ...change });
}

function file(...lines: readonly string[]): Payload {
  const buffer = Buffer.from(`\0${lines.join("\n")}\n`);
  const end = buffer.length;
  return { kind: "lines", buffer, start: 1, end, fingerprint: "f", offset: 0, continuesLine: false };
}

function message(data: string, publishedAtMs: number | null, attributes: Record<string, string> = {}): Payload {
  return { kind: "message", data: Buffer.from(data), info: { topic: "t", messageId: "1", publishedAtMs, attributes } };
}

async function archiveOf(...payloads: readonly Payload[]): Promise<ObjectStore> {
  const store = createMemoryStore();
  const clock = { nowMs: () => AT_MS, monotonicMs: () => 0 };
  const wal = createWalWriter({
    store,
    stream: "local",
    writer: "aa",
    clock,
    limits: { maxLines: 1000, maxBytes: 2 ** 20 },
  });
  for (const payload of payloads) {
    decoder.decode(payload, (line) => wal.append(line));
    await wal.commit();
  }
  return store;
}

async function factsOf(...payloads: readonly Payload[]): Promise<Fact[]> {
  const facts: Fact[] = [];
  const store = await archiveOf(...payloads);
  for await (const object of listWal(store, null)) {
    const segment = await openWalObject(store, object);
    for (const block of segment.blocks) {
      await eachLine(object, segment, block, (line) => {
        facts.push(...READER.factsOf(line, leafHash(line.buffer, line.start, line.end)));
      });
    }
  }
  return facts;
}

/** What places a fact in time, and its event. */
function places(facts: readonly Fact[]): unknown[] {
  return facts.map(({ id, event, timeMs }) => [event, hourOfId(id), timeMs]);
}

describe("the facts of an archive", () => {
  it("are one for each event of a line, with its dimensions, and no name of a user", async () => {
    const facts = await factsOf(file(apiLine(AT_MS, { "meta.root_namespace": "acme", environment: "gprd" })));
    expect(facts.map(({ event, operation, detail }) => [event, operation, detail])).toEqual([
      ["rest_request", "read", "GET /api/:version/projects"],
      ["record_read", "read", "GET /api/:version/projects"],
    ]);
    for (const fact of facts) {
      expect(fact).toMatchObject({ timeMs: AT_MS, instance: "gprd", group: "acme" });
      expect(fact.user).toBe(PSEUDONYMS.user("id:101"));
      expect(fact.visitor).toBe(PSEUDONYMS.visitor("id:101"));
      expect(fact.id).toBe(facts[0]?.id);
      expect(fact.id.slice(0, 8)).toBe(HOUR.toString(16).padStart(8, "0"));
    }
    expect(JSON.stringify(facts)).not.toContain("101");
  });

  it("are none for a line that derives nothing, in quarantine or not", async () => {
    expect(await factsOf(file(apiLine(AT_MS, { tag: "rails.audit" }), "no json"))).toEqual([]);
  });

  it("stand in the hour of publishing where a line runs more than an hour ahead of it", async () => {
    const early = AT_MS - HOUR_MS - MINUTE_MS;
    const facts = await factsOf(
      message(apiLine(AT_MS, { status: 500 }), AT_MS - HOUR_MS),
      message(apiLine(AT_MS, { status: 500 }), early),
    );
    expect(places(facts)).toEqual([
      ["rest_request", HOUR, AT_MS],
      ["rest_request", hourOf(early), hourOf(early) * HOUR_MS],
    ]);
  });

  it("stand at the time of publishing where a line has no time of its own", async () => {
    const facts = await factsOf(message(apiLine(AT_MS, { time: undefined, status: 500 }), AT_MS + 5));
    expect(places(facts)).toEqual([["rest_request", HOUR, AT_MS + 5]]);
  });

  it("tell the log by what the message said, and read a record that holds newlines", async () => {
    const pretty = JSON.stringify(JSON.parse(apiLine(AT_MS, { tag: undefined, status: 500 })), null, 2);
    const facts = await factsOf(message(pretty, AT_MS, { log: "rails.api" }), message(pretty, AT_MS, { log: "shell" }));
    expect(facts.map(({ event }) => event)).toEqual(["rest_request"]);
  });

  it("are there for each copy and variant, told apart by the hash of the bytes", async () => {
    const entry = (text: string): string =>
      JSON.stringify({
        logName: "projects/p/logs/rails.api",
        timestamp: "2020-12-22T09:30:00Z",
        insertId: "1",
        jsonPayload: JSON.parse(apiLine(AT_MS, { status: 500, text })) as unknown,
      });
    const facts = await factsOf(file(entry("a"), entry("a")), file(entry("b")));
    expect(new Set(facts.map(({ id }) => id)).size).toBe(1);
    expect(facts.map(({ variant }) => variant === facts[0]?.variant)).toEqual([true, true, false]);
  });
});
