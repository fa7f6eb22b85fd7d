/**
 * Goal: a document has each value of its record in a field whose type it fits, or among the others, marked; it says
 * when, what was counted and where the line is; and nothing secret gets into it.
 * Method: lines of each lane and form as decoding makes them; then a property over lines of arbitrary JSON and bytes.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ArchivedLine } from "../../src/core/archived-line.ts";
import { LANES, type Lane } from "../../src/core/line.ts";
import { type DecodedLine, decodeFile, decodeMessage, PUBLISHED_AT } from "../decode/decoded-line.ts";
import { brokenText, jsonText } from "../decode/json-text.ts";
import { anyLine, FIELDS, value } from "./any-line.ts";
import { archived, archivedText, publishedAt } from "./archived-line.ts";
import { sampleDocuments } from "./sample-documents.ts";

const TIME = "2020-09-14T09:00:42.123Z";
const TOKEN = "glpat-abcDEF0123456789wxyz";
const LIMITS = { maxDepth: 128, maxLineBytes: 300, maxInflatedBytes: 10_000 };

interface ParsedDocument {
  readonly gitlab?: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
}

const documents = sampleDocuments();
const parsed = (line: ArchivedLine): ParsedDocument =>
  JSON.parse(documents.documentOf(line).source.toString()) as ParsedDocument;

function only(lines: readonly DecodedLine[]): ArchivedLine {
  const [line, ...others] = lines;
  if (line === undefined || others.length > 0) throw new TypeError(`${lines.length} lines`);
  return archived(line);
}

/** The document of a line of the log with these members beside its time. */
const ofMembers = (members: string, log = "rails.api"): ParsedDocument =>
  parsed(only(decodeMessage(`{"time":"${TIME}",${members}}`, { attributes: { log } })));
const ofMessage = (data: string | Buffer): ParsedDocument =>
  parsed(only(decodeMessage(data, { topic: "tópico", messageId: '"7"' }, { limits: LIMITS })));

describe("a value", () => {
  it.each([
    ["a number as text", '"status":"200"', { http: { response: { status_code: 200 } } }],
    ["a double without fraction", '"status":200.0', { http: { response: { status_code: 200 } } }],
    ["a whole number with exponent", '"status":2e2', { http: { response: { status_code: 200 } } }],
    ["an id above 2^53", '"user_id":18446744073709551615', { user: { id: "18446744073709551615" } }],
    ["an id within a text", '"user_id":"user-101"', { user: { id: "101" } }],
    ["a number where a text is wanted", '"gl_key_id":11', { gitlab: { gl_key_id: "11" } }],
    ["a list of texts", '"api_error":["a","b"]', { gitlab: { api_error: ["a", "b"] } }],
    ["seconds as text", '"db_duration_s":"0.25"', { gitlab: { db_duration_s: 0.25 } }],
    ["milliseconds of an old log", '"db":14.59', { gitlab: { db_duration_s: 0.01459 } }],
    ["a duration", '"duration_s":0.25', { event: { duration: 250_000_000 }, gitlab: { duration_s: 0.25 } }],
    ["milliseconds", '"duration_ms":74', { event: { duration: 74_000_000 }, gitlab: { duration_s: 0.074 } }],
    ["the first of some addresses", '"remote_ip":"203.0.113.10, 127.0.0.1"', { source: { ip: "203.0.113.10" } }],
    ["an address with port", '"remote_ip":"203.0.113.10:80"', { source: { ip: "203.0.113.10" } }],
    ["an IPv6 address with port", '"remote_ip":"[::1]:80"', { source: { ip: "::1", address: "::1" } }],
    ["a severity", '"severity":"WARN"', { log: { level: "warn" } }],
    ["a path with query", '"path":"/a/b?c=d"', { url: { path: "/a/b" } }],
    ["a text as boolean", '"is_mutation":"true"', { gitlab: { is_mutation: true } }],
    ["epoch seconds", '"created_at":1600075319.93', { gitlab: { created_at: "2020-09-14T09:21:59.930Z" } }],
    [
      "a time with offset",
      '"created_at":"2020-09-14T11:00:42+02:00"',
      { gitlab: { created_at: TIME.replace("123", "000") } },
    ],
    [
      "a list of keys and values",
      '"params":[{"key":"a","value":{"b":1}},{"key":"c","value":"d"}]',
      { gitlab: { params: { a: { b: 1 }, c: "d" } } },
    ],
    [
      "a list that was cut",
      '"params":[{"key":"a","value":"b"},"..."]',
      { gitlab: { params: { a: "b", truncated: "..." } } },
    ],
    [
      "an escaped key",
      '"st\\u0061tus":404',
      { http: { response: { status_code: 404 } }, event: { outcome: "failure" } },
    ],
    ["a text with escapes", '"username":"a\\"\\u00e9\\n"', { user: { name: 'a"é\n' } }],
  ])("fits its type: %s", (_, members, wanted) => {
    const document = ofMembers(members);
    expect(document).toMatchObject(wanted);
    expect(document.gitlab ?? {}).not.toHaveProperty("misfits");
    expect(document.gitlab ?? {}).not.toHaveProperty("other");
  });

  it.each([
    ["12.6ms", 0.0126],
    ["1h2m3s", 3723],
    ["1.5µs", 0.0000015],
    ["800ns", 8e-7],
  ])("may be a duration as Go writes it: %s", (written, seconds) => {
    const { gitlab, event } = ofMembers(`"http.response.duration":"${written}"`, "registry");
    expect(gitlab).toEqual({ duration_s: seconds });
    expect(event).toMatchObject({ duration: Math.round(seconds * 1e9) });
  });

  it("are nanoseconds of a duration however many digits it has, as a parser of JSON reads them", () => {
    const digits = (least: number) => fc.stringMatching(new RegExp(`^\\d{${least},20}$`));
    const number = fc
      .tuple(fc.constantFrom("", "-"), fc.oneof(fc.nat(9999).map(String), fc.constant("0")), digits(0), fc.nat(9))
      .map(([sign, whole, fraction, exponent]) => {
        return `${sign}${whole}${fraction === "" ? "" : `.${fraction}`}${exponent > 6 ? `e${exponent - 8}` : ""}`;
      });
    fc.assert(
      fc.property(
        number,
        fc.constantFrom(["duration_s", 1e9] as const, ["duration_ms", 1e6] as const),
        (text, unit) => {
          const [name, nanoseconds] = unit;
          // Zero has no sign there.
          const duration = Math.round(Number(text) * nanoseconds) + 0;
          expect(ofMembers(`"${name}":${text}`)["event"]).toMatchObject({ duration });
          expect(ofMembers(`"${name}":"${text}"`)["event"]).toMatchObject({ duration });
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    ["a text that is no number", '"status":"active"', "status", "active"],
    ["a number with fraction", '"status":200.5', "status", 200.5],
    ["an object", '"status":{"a":1}', "status", { a: 1 }],
    ["a list of lists", '"username":["a",["b"]]', "username", ["a", ["b"]]],
    ["an object as text", '"controller":{"a":1}', "controller", { a: 1 }],
    ["a long beyond all", '"redis_calls":9223372036854775808', "redis_calls", 9223372036854775808],
    ["a time of year 0", '"created_at":"0000-01-01T00:00:00Z"', "created_at", "0000-01-01T00:00:00Z"],
    ["a time of year 99999", '"created_at":"99999-01-01T00:00:00Z"', "created_at", "99999-01-01T00:00:00Z"],
    ["a day that no calendar has", '"created_at":"2021-02-30T00:00:00Z"', "created_at", "2021-02-30T00:00:00Z"],
    ["no unit of time", '"duration_ms":"5 parsecs"', "duration_ms", "5 parsecs"],
    ["a list of something else", '"params":[{"key":"a"}]', "params", [{ key: "a" }]],
    ["two of a kind in a list", '"params":[{"key":"a","value":1,"x":2}]', "params", [{ key: "a", value: 1, x: 2 }]],
  ])("that does not fit is kept, with a mark: %s", (_, members, name, value) => {
    expect(ofMembers(members).gitlab).toMatchObject({ misfits: [name], other: { [name]: value } });
  });

  it("that is no address is one as a text alone", () => {
    expect(ofMembers('"remote_ip":"unknown"')["source"]).toEqual({ address: "unknown" });
  });

  it.each(["null", '""', "{}", "[]", "[ ]"])("that says nothing is nowhere: %s", (text) => {
    expect(ofMembers(`"status":${text},"new_field":${text}`)).not.toHaveProperty("gitlab");
  });
});

describe("a field", () => {
  it.each(['"meta.user":"jane"', '"meta":{"user":"jane"}', '"meta_user":"jane"'])(
    "comes in each form: %s",
    (members) => {
      expect(ofMembers(members)).toMatchObject({ user: { name: "jane" }, gitlab: { meta: { user: "jane" } } });
    },
  );

  it("counts dotted before nested before underscored, and the last of equal keys; others stay", () => {
    const members = '"meta_user":"c","meta":{"user":"b","new":1},"meta.user":"a","status":200,"status":404';
    expect(ofMembers(members)).toMatchObject({
      user: { name: "a" },
      http: { response: { status_code: 404 } },
      gitlab: { meta: { user: "a" }, other: { meta_user: "c", "meta.user": "b", "meta.new": 1, status: 200 } },
    });
  });

  it("is found in objects within objects", () => {
    const members = '"grpc":{"code":"OK","request":{"glProjectPath":"a/b"},"request.repoStorage":"s","x":{"y":1}}';
    expect(ofMembers(members, "gitaly").gitlab).toEqual({
      grpc: { code: "OK", request: { glProjectPath: "a/b", repoStorage: "s" } },
      other: { "grpc.x": { y: 1 } },
    });
  });

  it("is a field in the logs alone that mean it so", () => {
    expect(ofMembers('"env":"throttle"', "rails.auth").gitlab).toEqual({ env: "throttle" });
    expect(ofMembers('"env":{"A":"b"}', "shell").gitlab).toEqual({ other: { env: { A: "b" } } });
  });

  it("of names that JavaScript or Elasticsearch know stays among the others", () => {
    const members = '"__proto__":{"a":1},"constructor":1,"_id":"x",".a.":2,"":3';
    expect(documents.documentOf(only(decodeFile(`{"time":"${TIME}",${members}}`))).source.toString()).toContain(
      `"gitlab":{"other":{${members}}}`,
    );
  });
});

describe("a document", () => {
  it("says when, which line, what it counts, and of what", () => {
    const line = only(
      decodeMessage(
        `{"time":"${TIME}","route":"/api/:version/projects","method":"POST","status":201,"meta.subscription_plan":"gold",` +
          '"meta.project":"acme/widgets","environment":"gprd"}',
        { topic: "projects/p/topics/rails.api", messageId: "7" },
      ),
    );
    expect(parsed(line)).toMatchObject({
      "@timestamp": TIME,
      archive: {
        stream: "local",
        id: line.meta.id,
        log: "rails.api",
        lane: "line",
        topic: "projects/p/topics/rails.api",
        message_id: "7",
        published_at: PUBLISHED_AT,
        lag_s: 1.389,
      },
      event: {
        module: "gitlab",
        dataset: "gitlab.rails.api",
        action: ["rest_request", "record_create"],
        created: PUBLISHED_AT,
      },
      counted: { plan: "gold", group: "acme", project: "acme/widgets", instance: "gprd", operation: ["create"] },
      service: { name: "gitlab-rails", environment: "gprd" },
    });
  });

  it("has the time of its publication where the line has none, and none where nobody knows one", () => {
    expect(ofMessage('{"a":1}')["@timestamp"]).toBe(PUBLISHED_AT);
    const without = parsed(archivedText("{}", { timeMs: null, message: publishedAt(null) }));
    expect(without).not.toHaveProperty("@timestamp");
    expect(without["archive"]).not.toHaveProperty("published_at");
  });

  it("of a record with newlines stands on one line", () => {
    const line = only(decodeMessage(`{\n\r\n"time":"${TIME}",\n"a\\nb": {\n"c":\n"d\\n"\n}\n}`));
    expect(line.meta.lane).toBe("wrapped");
    expect(documents.documentOf(line).source.includes("\n")).toBe(false);
    expect(parsed(line).gitlab).toEqual({ other: { "a\nb": { c: "d\n" } } });
  });

  it("of an entry of Cloud Logging has the fields of its payload, and the entry's own apart", () => {
    const payload = '"status":500,"message":"m"';
    const entry = `{"insertId":"i","logName":"projects/p/logs/rails.api","severity":"ERROR","timestamp":"${TIME}","jsonPayload":{${payload}}}`;
    expect(parsed(only(decodeFile(entry)))).toMatchObject({
      "@timestamp": TIME,
      message: "m",
      log: { level: "error" },
      http: { response: { status_code: 500 } },
      gitlab: { other: { "entry.insertId": "i", "entry.logName": "projects/p/logs/rails.api" } },
    });
    const text = entry.replace(/"jsonPayload":.*/, `"textPayload":${JSON.stringify(`{${payload}}`)}}`);
    expect(parsed(only(decodeFile(text)))).toMatchObject({ message: "m", http: { response: { status_code: 500 } } });
    const plain = entry.replace(/"jsonPayload":.*/, '"textPayload":"words"}');
    expect(parsed(only(decodeFile(plain)))).toMatchObject({ message: "words" });
  });

  it("of a text has it as message, and why it is no record", () => {
    const text = 'no "JSON"\\ \t\u2028 日本';
    expect(ofMessage(text)).toMatchObject({
      "@timestamp": PUBLISHED_AT,
      archive: { lane: "quarantine", reason: "not_json", topic: "tópico", message_id: '"7"' },
      message: text,
    });
  });

  it("of bytes that are not UTF-8 shows what can be read of them; of a long text the beginning; of a blob nothing", () => {
    const latin = Buffer.from("caf\xe9 \x00 cr\xe8me", "latin1");
    expect(parsed(only(decodeFile(latin)))).toMatchObject({ message: "caf\ufffd \0 cr\ufffdme" });
    const { message } = parsed(only(decodeFile("x".repeat(100_000))));
    expect(message).toBe("x".repeat(8192));
    const blob = parsed(only(decodeFile("x".repeat(LIMITS.maxLineBytes + 1), { limits: LIMITS })));
    expect(blob).not.toHaveProperty("message");
    expect(blob).toMatchObject({ archive: { reason: "too_large" } });
  });

  it("has no secret of the line, and says that it was there", () => {
    const lines = [
      `{"time":"${TIME}","message":"uses ${TOKEN}"}`,
      `{"time":"${TIME}","params":[{"key":"note","value":"${TOKEN}"}]}`,
      `{\n"time":"${TIME}","new":{"a":["${TOKEN}"]}}`,
      `{"insertId":"i","logName":"l","timestamp":"${TIME}","jsonPayload":{"message":"${TOKEN}"}}`,
      `{"insertId":"i","logName":"l","timestamp":"${TIME}","textPayload":"{\\"message\\":\\"${TOKEN}\\"}"}`,
      `no JSON ${TOKEN}`,
    ];
    for (const text of lines) {
      const { source, masked } = documents.documentOf(only(decodeMessage(text)));
      expect(source.toString()).not.toContain(TOKEN.slice(6));
      expect(masked).toEqual([{ kind: "gitlab_token", count: 1 }]);
      expect(JSON.parse(source.toString())).toMatchObject({ archive: { masked: ["gitlab_token"] } });
    }
    expect(documents.mask(`in ${TOKEN} words`)).not.toContain(TOKEN);
    expect(documents.textOf(only(decodeMessage(lines[0] ?? ""))).text).not.toContain(TOKEN);
  });

  it("has no secret in what it counts", () => {
    const lines: readonly [string, string][] = [
      ["rails.graphql", `"operation_name":"${TOKEN}","is_mutation":false`],
      [
        "rails.graphql",
        `"query_string":"query ${TOKEN.replace("-", "_")} { a }","operation_name":"AKIAIOSFODNN7EXAMPLE"`,
      ],
      ["rails.api", `"method":"GET","status":200,"route":"/api/:version/${TOKEN}"`],
    ];
    for (const [log, members] of lines) {
      const text = JSON.stringify(ofMembers(members, log));
      expect(text).toContain('"action":[');
      expect(text).not.toContain(TOKEN);
      expect(text).not.toContain("AKIAIOSFODNN7EXAMPLE");
    }
  });

  it("has nothing of a field that is to be masked, in whatever envelope, and in no text of it", () => {
    const masking = sampleDocuments({
      secrets: true,
      fields: { username: "mask", "params.note": "drop", "meta.user": "pseudonym", operation_name: "mask" },
      addresses: "keep",
    });
    const record = `{"time":"${TIME}","username":"alice","meta":{"user":"alice"},"operation_name":"alice","is_mutation":true,"params":[{"key":"note","value":"alice"}]}`;
    const entry = `"insertId":"i","logName":"projects/p/logs/rails.graphql","timestamp":"${TIME}"`;
    const lines = [
      record,
      ` ${record}`,
      record.replace("{", "{\n"),
      `{${entry},"jsonPayload":${record}}`,
      `{${entry},"textPayload":${JSON.stringify(record)}}`,
      record.slice(0, -2),
      `I, not JSON: ${record}`,
      `{"time":"${TIME}","filler":"${"x".repeat(10_000)}","username":"alice"}`,
    ];
    for (const text of lines) {
      const line = only(decodeMessage(text, { attributes: { log: "rails.graphql" } }));
      expect(masking.documentOf(line).source.toString()).not.toContain("alice");
      expect(masking.textOf(line).text).not.toContain("alice");
      expect(masking.textOf(line).text?.length).toBeGreaterThan(0);
      expect(masking.documentOf(line).masked).not.toEqual([]);
    }
  });

  it("of a record with spaces around keeps its fields when something in it is masked", () => {
    const line = only(decodeMessage(` {"time":"${TIME}","tag":"rails.api","a":"token=" , "bb":"${TOKEN}" }`));
    expect(parsed(line).gitlab).toMatchObject({ tag: "rails.api", other: { bb: "[MASKED gitlab_token]" } });
  });

  it("of any line is JSON on one line that says which it is, and has all that stands in its record", () => {
    const content = fc.oneof(
      { weight: 3, arbitrary: jsonText },
      { weight: 4, arbitrary: anyLine },
      brokenText,
      fc.uint8Array({ maxLength: 400 }),
    );
    const seen = new Set<Lane>();
    fc.assert(
      fc.property(content, fc.boolean(), (bytes, isMessage) => {
        const decode = isMessage ? decodeMessage : decodeFile;
        for (const decoded of decode(Buffer.from(bytes as string), {}, { limits: { ...LIMITS, maxLineBytes: 3000 } })) {
          seen.add(decoded.lane);
          const text = documents.documentOf(archived(decoded)).source.toString();
          expect(text).not.toContain("\n");
          expect(JSON.parse(text)).toMatchObject({ archive: { id: decoded.id, lane: decoded.lane } });
          if (decoded.lane === "line") expectAllOf(decoded.text, text);
        }
      }),
      { numRuns: 500 },
    );
    expect(seen.size).toBeGreaterThanOrEqual(LANES.length - 2);
  });

  it("has all of a record with very many members, and nothing of it is in the next one", () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_none, number) => [`own-${number}`, number]));
    expect(ofMembers(JSON.stringify(many).slice(1, -1)).gitlab).toEqual({ other: many });
    expect(ofMembers('"own":1').gitlab).toEqual({ other: { own: 1 } });
  });

  it("is the same whatever lines came before", () => {
    const FEW = 4;
    const similar = fc.record({
      keys: fc.array(fc.constantFrom(...FIELDS), { minLength: 1, maxLength: FEW }),
      lines: fc.array(
        fc.record({
          log: fc.constantFrom("rails.api", "sidekiq", "gitaly"),
          values: fc.array(value, { minLength: FEW, maxLength: FEW }),
        }),
        { minLength: 2, maxLength: 8 },
      ),
    });
    fc.assert(
      fc.property(similar, ({ keys, lines }) => {
        for (const { log, values } of lines) {
          const members = keys.map((key, at) => `${JSON.stringify(key)}:${values[at]}`);
          const [line] = decodeMessage(`{"time":"${TIME}",${members.join(",")}}`, { attributes: { log } });
          if (line === undefined) throw new TypeError("no line");
          const first = sampleDocuments().documentOf(archived(line)).source.toString();
          expect(documents.documentOf(archived(line)).source.toString()).toBe(first);
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** Texts of a record that are told apart from all others are somewhere in its document. */
function expectAllOf(record: string, document: string): void {
  const texts: string[] = [];
  JSON.parse(record, (_, value: unknown) => {
    if (typeof value === "string" && /^[a-z0-9-]{20,}$/.test(value)) texts.push(value);
    return value;
  });
  for (const text of texts) expect(document).toContain(text);
}
