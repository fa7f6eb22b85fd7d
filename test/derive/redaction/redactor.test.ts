/**
 * Goal: what is masked is masked to the byte, wherever and however it is written, and nothing else changes.
 * Method: single lines with what must become of them, and any lines at all as properties.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPseudonyms } from "../../../src/derive/pseudonym.ts";
import { createRedactor, needsPseudonyms, type RedactionRules } from "../../../src/derive/redaction/redactor.ts";

const SECRETS: RedactionRules = { secrets: true, fields: {}, addresses: "keep" };
const PSEUDONYMS = createPseudonyms(Buffer.alloc(32, 7));

/** The line as redacted; null where it stays. It stands in a larger buffer, which goes on with what looks like more of it. */
function redacted(line: string | Buffer, rules: Partial<RedactionRules> = {}): string | null {
  return redactedLine(line, rules)?.bytes.toString("utf8") ?? null;
}

function redactedLine(line: string | Buffer, rules: Partial<RedactionRules>) {
  const bytes = Buffer.from(line);
  const around = Buffer.concat([
    Buffer.from('"password":"'),
    bytes,
    Buffer.from('@x","token":"abc123def456","b":"192.0.2.1"}'),
  ]);
  return createRedactor({ ...SECRETS, ...rules }, PSEUDONYMS).redact(around, 12, 12 + bytes.length);
}

const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
const PEM = "-----BEGIN RSA PRIVATE KEY-----\\nMIIEowIBAAKCAQEA\\n-----END RSA PRIVATE KEY-----";

describe("a secret is masked, and its kind told", () => {
  it.each([
    ['{"a":"x glpat-abcDEF1234567890abcd."}', '{"a":"x [MASKED gitlab_token]."}'],
    ['{"a":"\\nghp_0123456789abcdefghijABCDEFGHIJ012345"}', '{"a":"\\n[MASKED github_token]"}'],
    ['{"a":"AKIAIOSFODNN7EXAMPLE,b"}', '{"a":"[MASKED aws_key_id],b"}'],
    [`{"a":"${JWT}"}`, '{"a":"[MASKED jwt]"}'],
    [`{"a":"x\\n${PEM}\\ny"}`, '{"a":"x\\n[MASKED private_key]\\ny"}'],
    [`private_key=${PEM}`, "private_key=[MASKED private_key]"],
    [`{"a":"${PEM.slice(0, 49)}`, '{"a":"[MASKED private_key]'],
    ['{"a":"https://alice:p@ss@h/x"}', '{"a":"https://alice:[MASKED url_password]@h/x"}'],
    ['{"a":"https:\\/\\/alice:pass@h\\/x"}', '{"a":"https:\\/\\/alice:[MASKED url_password]@h\\/x"}'],
    ['{"a":"https://glpat-abcDEF1234567890abcd:x@h"}', '{"a":"https://[MASKED gitlab_token]:[MASKED url_password]@h"}'],
    ['{"a":"Authorization: Basic YTpi, b"}', '{"a":"Authorization: [MASKED authorization], b"}'],
    ['{"a":"/x?private_token=a\\u0026b=c"}', '{"a":"/x?private_token=[MASKED token]\\u0026b=c"}'],
    ['{"a":"/x?user%5Bpassword%5D=a%20b&c"}', '{"a":"/x?user%5Bpassword%5D=[MASKED password]&c"}'],
    ['{"password":12345678}', '{"password":"[MASKED password]"}'],
    ['{"a":"{\\"password\\":12345678}"}', '{"a":"{\\"password\\":\\"[MASKED password]\\"}"}'],
    ['{"secret":["a","b",null],"c":"d"}', '{"secret":["[MASKED secret]","[MASKED secret]",null],"c":"d"}'],
    ['{"key":"password","value":"a\\"b"}', '{"key":"password","value":"[MASKED password]"}'],
    ['{"a":"{\\"token\\":\\"x\\\\\\"y\\\\\\\\\\"}","b":1}', '{"a":"{\\"token\\":\\"[MASKED token]\\"}","b":1}'],
    ['{"a":"\\u0067lpat-abcDEF1234567890abcd"}', '{"a":"[MASKED gitlab_token]"}'],
    ['{"a":"{\\"b\\":\\"\\\\u0067lpat-abcDEF1234567890abcd\\"}"}', '{"a":"{\\"b\\":\\"[MASKED gitlab_token]\\"}"}'],
    ['{"pass\\u0077ord":"x\\u0041"}', '{"pass\\u0077ord":"[MASKED password]"}'],
    [
      '{"a":"{\\u0022password\\u0022:\\u0022x\\u0022}"}',
      '{"a":"{\\u0022password\\u0022:\\u0022[MASKED password]\\u0022}"}',
    ],
    [
      '{"a":"X-Amz-Credential=b&X-Amz-Signature=0123456789abcdef0123"}',
      '{"a":"X-Amz-Credential=b&X-Amz-Signature=[MASKED signature]"}',
    ],
  ])("%s", (line, expected) => {
    expect(redacted(line)).toBe(expected);
  });

  it("is counted by kind, in order", () => {
    const line = '{"a":"glpat-abcDEF1234567890abcd glpat-abcDEF1234567890abcd","password":"x"}';
    expect(redactedLine(line, {})?.masked).toEqual([
      { kind: "gitlab_token", count: 2 },
      { kind: "password", count: 1 },
    ]);
  });

  it("stays where nobody asks for it", () => {
    expect(redacted('{"password":"x"}', { secrets: false })).toBeNull();
  });

  it("ends with its line", () => {
    expect(redacted('{"password":"x')).toBe('{"password":"[MASKED password]');
    expect(redacted("https://alice:abc")).toBeNull();
    expect(redacted("/x?token")).toBeNull();
  });
});

describe("a field", () => {
  const all = (name: string, treatment: "mask" | "pseudonym" | "drop") => ({
    secrets: false,
    fields: { [name]: treatment },
  });
  const pseudonym = (value: string) => `pseudonym-${PSEUDONYMS.field(value)}`;

  it("is found in every form of its name, and as often as it is there", () => {
    const line =
      '{"meta.user":"a","x":{"meta.user":"b"},"meta":{"user":"c","id":1},"meta_user":"d","meta.user":"e","meta":{"us\\u0065r":"f"}}';
    expect(redacted(line, all("meta.user", "mask"))).toBe(
      '{"meta.user":"[MASKED meta.user]","x":{"meta.user":"b"},"meta":{"user":"[MASKED meta.user]","id":1},"meta_user":"[MASKED meta.user]","meta.user":"[MASKED meta.user]","meta":{"us\\u0065r":"[MASKED meta.user]"}}',
    );
  });

  it("may be a parameter, and lie deeper", () => {
    const line = '{"params":[{"key":"note","value":{"a":1}},"...",{"value":"x","key":"note"}],"env":{"a.b":{"c":"x"}}}';
    expect(redacted(line, { secrets: false, fields: { "params.note": "mask", "env.a.b.c": "drop" } })).toBe(
      '{"params":[{"key":"note","value":"[MASKED params.note]"},"...",{"value":"[MASKED params.note]","key":"note"}],"env":{"a.b":{"c":null}}}',
    );
  });

  it("gets the same pseudonym for the same value, whatever its type and its escapes", () => {
    const line = '{"a":101,"b":{"a":"101"},"c":"\\u0031\\u00301"}';
    const fields = { a: "pseudonym", "b.a": "pseudonym", c: "pseudonym" } as const;
    const same = `"${pseudonym("101")}"`;
    expect(redacted(line, { secrets: false, fields })).toBe(`{"a":${same},"b":{"a":${same}},"c":${same}}`);
  });

  it("stays where it says nothing", () => {
    const line = '{"a":null,"b":"","c":null}';
    const fields = { a: "mask", b: "pseudonym", c: "drop" } as const;
    expect(redacted(line, { fields })).toBeNull();
  });

  it("is masked as a whole where it has no pseudonym", () => {
    expect(redacted('{"a":[1,{"b":2}]}', all("a", "pseudonym"))).toBe('{"a":"[MASKED a]"}');
  });

  it("is masked in what is no record any more", () => {
    expect(redacted('{"a":"alice","b":"cut', all("a", "mask"))).toBe("[MASKED text]");
  });

  it("is masked before secrets are looked for, and counted by its name", () => {
    const rules = { fields: { token: "drop", user: "mask" } } as const;
    const line = redactedLine('{"token":"abc123def","user":"x","b":"glpat-abcDEF1234567890abcd"}', rules);
    expect(line?.bytes.toString()).toBe('{"token":null,"user":"[MASKED user]","b":"[MASKED gitlab_token]"}');
    expect(line?.masked.map(({ kind }) => kind)).toEqual(["gitlab_token", "token", "user"]);
  });
});

describe("addresses", () => {
  const truncated = (text: string) => redacted(text, { secrets: false, addresses: "truncate" });

  it.each([
    [
      '{"remote_ip":"203.0.113.10, 127.0.0.1, 2001:db8:1:2::3"}',
      '{"remote_ip":"203.0.113.0, 127.0.0.1, 2001:db8:1::"}',
    ],
    [
      '{"remote_addr":"198.51.100.50:51515","b":"[2001:db8::1]:443"}',
      '{"remote_addr":"198.51.100.0:51515","b":"[2001:db8:0::]:443"}',
    ],
    ['{"a":"::ffff:192.0.2.7"}', '{"a":"192.0.2.0"}'],
    ['{"a":"from ip:192.0.2.7. Again\\n192.0.2.8"}', '{"a":"from ip:192.0.2.0. Again\\n192.0.2.0"}'],
    [
      '{"a":"http://192.0.2.7/x","b":"/ip/192.0.2.7","c":"192.0.2.7/32"}',
      '{"a":"http://192.0.2.0/x","b":"/ip/192.0.2.0","c":"192.0.2.0/32"}',
    ],
    ['{"a":"\\u0031\\u00392.0.2.7"}', '{"a":"192.0.2.0"}'],
    ["192.0.2.7 - - GET /", "192.0.2.0 - - GET /"],
  ])("keep their network: %s", (line, expected) => {
    expect(truncated(line)).toBe(expected);
  });

  it.each([
    '{"ua":"Chrome/4.0.249.0 (a) Firefox/78.0","v":"gitlab-13.3.1.2","w":"1.2.3.4-beta"}',
    '{"class":"EE::Feed","b":"Ci::Build","c":"12:34:56","d":"aa:bb:cc:dd:ee:ff","e":"::1","f":"::"}',
    '{"a":1.5,"b":"300.1.2.3","c":"1.2.3","d":"1.2.3.4.5","e":"127.0.0.1","f":"192.0.2.0","g":"2001:db8:1::"}',
    '{"time":"2020-09-14T09:00:42.123Z","a":"\\f::1"}',
  ])("are not %s", (line) => {
    expect(truncated(line)).toBeNull();
  });

  it("are equal as pseudonyms if they are equal, and addresses still", () => {
    const line = '{"a":"192.0.2.7","b":"::ffff:192.0.2.7","c":"2001:DB8:0::1","d":"2001:db8::1"}';
    const found = JSON.parse(redacted(line, { secrets: false, addresses: "pseudonym" }) ?? "") as Record<
      string,
      string
    >;
    expect(found["a"]).toMatch(/^100::[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){3}$/);
    expect(found["b"]).toBe(found["a"]);
    expect(found["d"]).toBe(found["c"]);
    expect(found["c"]).not.toBe(found["a"]);
    const inUrl = redacted('{"a":"http://192.0.2.7/x 192.0.2.7:80"}', { secrets: false, addresses: "pseudonym" });
    expect(inUrl).toBe(`{"a":"http://[${found["a"]}]/x [${found["a"]}]:80"}`);
  });
});

it("needs a key for pseudonyms, and for nothing else", () => {
  expect(needsPseudonyms({ ...SECRETS, fields: { a: "mask", b: "drop" }, addresses: "truncate" })).toBe(false);
  const rules: RedactionRules = { ...SECRETS, fields: { a: "pseudonym" } };
  expect(needsPseudonyms(rules)).toBe(true);
  expect(needsPseudonyms({ ...SECRETS, addresses: "pseudonym" })).toBe(true);
  expect(() => createRedactor(rules, null)).toThrow("no key for pseudonyms");
});

describe("whatever comes", () => {
  /** Pieces of secrets and of JSON, in any order: most bugs are between two of them. */
  const fragment = fc.constantFrom(
    '"',
    '\\"',
    '\\\\\\"',
    "'",
    "\\",
    "\\\\",
    ":",
    "=",
    "=>",
    ",",
    " ",
    "{",
    "}",
    "[",
    "]",
    "&",
    "\\u0026",
    "\\u0067",
    "\\/",
    "/",
    "@",
    ".",
    "-",
    "password",
    '"token"',
    '"key":"secret","value":',
    "private_token=",
    "api_key: ",
    "Authorization: Basic ",
    "Bearer ",
    "://a:b",
    "https://",
    "glpat-",
    "glpat-abcDEF1234567890abcd",
    "ghp_",
    "AKIAIOSFODNN7EXAMPLE",
    "eyJhbGciOi",
    JWT,
    "-----BEGIN PRIVATE KEY-----",
    "-----END ",
    "a",
    "A1",
    "123456",
    "\\n",
    "\\u000a",
    "é",
    "\u0000",
    "[FILTERED]",
    "[MASKED token]",
    "192.0.2.7",
    "2001:db8::1",
    "user",
    "xoxb-1",
  );
  const text = fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join(""));
  const value = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      text,
      text.map((inner) => JSON.stringify({ password: inner, a: inner })),
      fc.integer(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(
        fc.oneof(text, fc.constantFrom("password", "token", "user", "meta", "key", "value", "params")),
        tie("value"),
        { maxKeys: 4 },
      ),
    ),
  })).value;
  const rules: fc.Arbitrary<RedactionRules> = fc.record({
    secrets: fc.boolean(),
    fields: fc.constantFrom({}, {
      user: "mask",
      "meta.user": "pseudonym",
      "params.token": "drop",
      value: "pseudonym",
    } as const),
    addresses: fc.constantFrom("keep", "truncate", "pseudonym"),
  });
  const again = (line: string | Buffer, with_: RedactionRules) => redactedLine(line, with_)?.bytes ?? Buffer.from(line);

  it("is valid JSON if it was, and is not changed by a second look", () => {
    fc.assert(
      fc.property(fc.dictionary(text, value), rules, (record, which) => {
        const once = again(JSON.stringify(record), which);
        expect(() => JSON.parse(once.toString()) as unknown).not.toThrow();
        expect(again(once, which).toString()).toBe(once.toString());
      }),
      { numRuns: 300 },
    );
  });

  it("keeps all bytes but those of masked values", () => {
    fc.assert(
      fc.property(fc.dictionary(text, value), (record) => {
        const line = JSON.stringify(record);
        const masks = redactedLine(line, SECRETS)?.bytes.toString() ?? line;
        // The kept parts stand in the line, in their order.
        let at = 0;
        for (const kept of masks.split(/\\*"?\[MASKED [a-z_]+\]\\*"?/)) {
          const found = line.indexOf(kept, at);
          expect(found).toBeGreaterThanOrEqual(at);
          at = found + kept.length;
        }
      }),
      { numRuns: 300 },
    );
  });

  it("throws nothing, whether it is text, JSON or neither, and then is not changed by a second look either", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each)),
      fc
        .tuple(text, fc.uint8Array({ maxLength: 3 }), text)
        .map(([a, b, c]) => Buffer.concat([Buffer.from(a), b, Buffer.from(c)])),
      text.map((each) => Buffer.from(each)),
    );
    fc.assert(
      fc.property(bytes, rules, (line, which) => {
        const once = again(line, which);
        expect(again(once, which).equals(once)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe("the work", () => {
  /** Counts each byte that is read. */
  function counting(bytes: Buffer): { buffer: Buffer; reads: () => number } {
    let reads = 0;
    const buffer = new Proxy(bytes, {
      get(target, key) {
        if (typeof key === "string" && /^\d/.test(key)) reads += 1;
        const member: unknown = Reflect.get(target, key, target);
        if (typeof member !== "function") return member;
        return (...given: unknown[]): unknown => {
          const [from = 0, to = bytes.length] = given.filter((each) => typeof each === "number");
          reads += to - from;
          return Reflect.apply(member, target, given);
        };
      },
    });
    return { buffer, reads: () => reads };
  }

  function readsOf(piece: string, bytes: number): number {
    const line = Buffer.from(piece.repeat(Math.ceil(bytes / piece.length)).slice(0, bytes));
    const { buffer, reads } = counting(line);
    const which: RedactionRules = {
      secrets: true,
      fields: { a: "pseudonym", "meta.user": "mask" },
      addresses: "truncate",
    };
    createRedactor(which, PSEUDONYMS).redact(buffer, 0, bytes);
    return reads();
  }

  it.each([
    "eyJ",
    "eyJhbGciOi",
    ".eyJhbGciOi.",
    "%20eyJh",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN A PRIVATE KEY----- -----END ",
    "password=",
    "password=password=",
    'password="',
    '"password":',
    '"password":"',
    '"password":["a",',
    '\\"token\\":\\"',
    '\\\\\\"token',
    "token:token:",
    "token:a-",
    "token=,a",
    "token=a,b:",
    "?sig=a",
    "&signature=a1",
    "%3Ftoken%3D",
    '"key":"token","value"',
    "'token':'",
    "token = ",
    "token     ",
    "://a:",
    "://a:a",
    "x://a:a@",
    "Basic YWE6",
    "Basic ",
    "Bearer ",
    "authorization: basic ",
    "authorization:",
    "glpat-",
    "glpat-a1.",
    "xoxe.",
    "AKIA",
    "\\",
    '\\"',
    "\\u0067",
    "\\u0067lpat-a1",
    "\\/",
    "hooks.slack.com/",
    "*",
    "token=*",
    '{"a":',
    '{"meta":{"user":',
    "1.2.3.4",
    "1.2.3.4:",
    "::1",
    ":",
    "a",
  ])("grows with the line, and no faster: %s", (piece) => {
    const small = readsOf(piece, 2000);
    const large = readsOf(piece, 8000);
    expect(large).toBeLessThan(4.2 * small + 1000);
    expect(large).toBeLessThan(40 * 8000);
  });
});
