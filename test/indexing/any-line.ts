import fc from "fast-check";
import { LOG_FIELDS } from "../../src/indexing/fields/log-fields.ts";
import { jsonText } from "../decode/json-text.ts";

/** Fields that documents have something of their own for: where types could be in conflict. */
export const FIELDS = [...new Set(LOG_FIELDS.flatMap(({ from }) => from.map(({ field }) => field)))];

/** Values that nearly fit some type. */
const NEARLY = [
  '"200"',
  '"200.0"',
  "200.5",
  "1e3",
  "1e400",
  "-9223372036854775809",
  "18446744073709551615",
  '"12.6ms"',
  '"1h2m"',
  '"2020-09-14T09:00:42Z"',
  '"0000-01-01T00:00:00Z"',
  '"99999-12-31T00:00:00Z"',
  '"2021-02-30T00:00:00Z"',
  "1600041604.5",
  '"203.0.113.10, 127.0.0.1"',
  '"203.0.113.300"',
  '"::1"',
  '"[::1]:80"',
  '"\\u0032.1.1.1"',
  "true",
  '"false"',
  '"OK"',
  '"HTTP/1.1"',
  '"user-101"',
  '[{"key":"a","value":{"b":1}},"..."]',
  '[{"key":"a","value":1},{"key":"a","value":2}]',
  '[{"key":"a"}]',
  '["a",["b"]]',
  '["a",null,1]',
  '{"user":"jane","a.b":1}',
  '{"class":{"a":1},"message":[]}',
  '{"":{"":1}}',
].map((text) => fc.constant(text));

const key = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...FIELDS) },
  { weight: 2, arbitrary: fc.constantFrom(...FIELDS).map((field) => field.split(".")[0] ?? "") },
  { weight: 1, arbitrary: fc.constantFrom(...FIELDS).map((field) => field.replace(".", "_")) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("", ".", "..", ".a.", "a..b", "gitlab", "archive", "@timestamp", "_id", "__proto__"),
  },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
);

/** JSON of a value. */
export const value = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(...NEARLY) },
  { weight: 2, arbitrary: jsonText },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }).map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String) },
);

const member = fc.tuple(key, value).map(([name, text]) => `${JSON.stringify(name)}:${text}`);

/** A line of one record with a time, of whichever log, whose fields hold anything. No two are alike. */
export const anyLine: fc.Arbitrary<string> = fc
  .tuple(fc.array(member, { maxLength: 12 }), fc.uuid(), fc.constantFrom("rails.api", "sidekiq", "gitaly", "x", ""))
  .map(([members, id, tag]) => {
    const own = [`"time":"2020-12-22T09:30:00.123Z"`, `"id":"${id}"`, `"tag":"${tag}"`];
    return `{${[...own, ...members].join(",").replaceAll("\n", " ")}}`;
  });
