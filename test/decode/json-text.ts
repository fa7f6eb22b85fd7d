import * as fc from "fast-check";

/**
 * JSON as text rather than as values: equal keys, escapes in keys, white space everywhere, odd numbers and lone
 * surrogates, which no serializer writes. The names are those that a reader of log lines treats in a special way.
 */

/** What the readers under test are made for. */
export const WANTED_NAMES = (
  [
    ["time", "status", "constructor", "__proto__", "params", "meta"],
    ["meta.user", "meta.user_id", "meta.__proto__", "exception.class", "grpc.code", "query_analysis.depth"],
    ["extra.n", "params.action", "params.changes", "params.__proto__"],
  ] as const
).flat();

const FAMILIES = ["meta", "exception", "grpc", "query_analysis", "extra", "other"];
const MEMBERS = ["user", "user_id", "class", "code", "depth", "n", "__proto__", "x"];
const PARAM_KEYS = ["action", "changes", "__proto__", "truncated", "x"];

const space = fc.constantFrom("", "", "", "", " ", "\t", "\n", "\r\n", "  \r ");

/** A string's text between its quotes: as it is, with some characters as escapes, or with an odd escape in it. */
function inQuotes(plain: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const escaped = fc.tuple(plain, fc.nat()).map(([text, bits]) => {
    const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
    return units
      .map((unit, at) => {
        const hex = unit.toString(16).padStart(4, "0");
        const escape = `\\u${bits % 2 === 0 ? hex : hex.toUpperCase()}`;
        return (bits >> (at % 30)) & 1 ? escape : JSON.stringify(String.fromCharCode(unit)).slice(1, -1);
      })
      .join("");
  });
  const written = plain.map((text) => JSON.stringify(text).slice(1, -1));
  return fc.oneof({ weight: 4, arbitrary: written }, { weight: 2, arbitrary: escaped });
}

const quoted = (plain: fc.Arbitrary<string>): fc.Arbitrary<string> => inQuotes(plain).map((text) => `"${text}"`);

const oddString = fc.constantFrom(
  ...[
    ['""', '"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\ude00"', '"\\u0000"', '"\\"\\\\\\/\\b\\f\\n\\r\\t"'],
    ['"é"', '"日本語"', '"😀"', '"\u2028\u007f"', '"\ufeff"', '"}"', '"]"', '"\\\\"', '"\\\\\\""', '"true"', '"null"'],
    ['"0017"', '"12345678901234567890"', '"1.0"', '"-1"', '"1e3"', '"..."', '"\\u002e.."', '"{}"', '"[FILTERED]"'],
  ].flat(),
);

const digits = fc.string({ unit: fc.nat({ max: 9 }).map(String), minLength: 1, maxLength: 25 });
const number = fc
  .tuple(
    fc.constantFrom("", "", "", "-"),
    digits.map((text) => text.replace(/^0+(?=.)/, "")),
    fc.oneof(
      fc.constant(""),
      fc.constantFrom(".0", ".000", ".50"),
      digits.map((text) => `.${text}`),
    ),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant("") },
      fc.constantFrom("e0", "E+2", "e-2", "e-0", "e5", "e-30", "E30"),
    ),
  )
  .map((parts) => parts.join(""));

const scalar = fc.oneof(
  { weight: 3, arbitrary: number },
  { weight: 2, arbitrary: quoted(fc.string({ unit: "binary", maxLength: 6 })) },
  { weight: 3, arbitrary: oddString },
  { weight: 2, arbitrary: fc.constantFrom("null", "true", "false", "{}", "[]", "{ }", "[\n]") },
  fc.constantFrom("0", "-0", "0.0", "1e400", "1e-400", "9007199254740993", "200.0", "2e2", "1.5"),
);

type Parts = { readonly value: string; readonly object: string };

/** `{`, members and `}` with white space at each place where it may stand. */
function objectOf(members: fc.Arbitrary<readonly [key: string, value: string]>): fc.Arbitrary<string> {
  const member = fc.tuple(space, members, space, space, space);
  return fc.tuple(fc.array(member, { maxLength: 5 }), space).map(([all, inside]) => {
    const texts = all.map(([a, [key, value], b, c, d]) => `${a}${key}${b}:${c}${value}${d}`);
    return texts.length === 0 ? `{${inside}}` : `{${texts.join(",")}}`;
  });
}

function listOf(elements: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .array(
      fc.tuple(space, elements, space).map((parts) => parts.join("")),
      { maxLength: 5 },
    )
    .map((parts) => `[${parts.join(",")}]`);
}

const { value, object } = fc.letrec<Parts>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    { weight: 4, arbitrary: scalar },
    { weight: 1, arbitrary: listOf(tie("value")) },
    { weight: 1, arbitrary: tie("object") },
  ),
  object: objectOf(
    fc.oneof(
      fc.tuple(quoted(fc.constantFrom(...WANTED_NAMES, ...MEMBERS, "")), tie("value")),
      fc.tuple(quoted(fc.string({ unit: "grapheme", maxLength: 4 })), tie("value")),
    ),
  ),
}));

const sentinel = fc.constantFrom(
  '"..."',
  '{"key":"truncated","value":"..."}',
  '{ "value" : "..." , "key" : "truncated" }',
  '{"k\\u0065y":"truncated","value":"\\u002e.."}',
  '"\\u002e.."',
  '{"key":"truncated","value":"...","key":"x"}',
);
const pair = objectOf(
  fc.oneof(
    fc.tuple(quoted(fc.constant("key")), quoted(fc.constantFrom(...PARAM_KEYS))),
    fc.tuple(quoted(fc.constant("value")), value),
    fc.tuple(quoted(fc.constantFrom("key", "value", "x")), value),
  ),
);
const wholePair = fc
  .tuple(quoted(fc.constantFrom(...PARAM_KEYS)), value)
  .map(([key, content]) => `{"key":${key},"value":${content}}`);
const params = fc.oneof(
  { weight: 3, arbitrary: listOf(fc.oneof({ weight: 3, arbitrary: wholePair }, pair, sentinel, value)) },
  objectOf(fc.tuple(quoted(fc.constantFrom(...PARAM_KEYS)), value)),
  fc.tuple(wholePair, sentinel).map(([first, last]) => `[${first},${last}]`),
  value,
);

const family = fc.constantFrom(...FAMILIES);
const members = fc.constantFrom(...MEMBERS);
const logMember = fc.oneof(
  fc.tuple(quoted(fc.constantFrom(...WANTED_NAMES)), value),
  fc.tuple(quoted(fc.tuple(family, fc.constantFrom(".", "_"), members).map((parts) => parts.join(""))), value),
  fc.tuple(quoted(family), objectOf(fc.tuple(quoted(members), value))),
  fc.tuple(quoted(fc.constant("params")), params),
  fc.tuple(quoted(fc.string({ unit: "grapheme", maxLength: 4 })), value),
);

/** A text that is valid JSON: an object like a log line, more often than not. */
export const jsonText = fc
  .tuple(space, fc.oneof({ weight: 6, arbitrary: objectOf(logMember) }, object, value), space)
  .map((parts) => parts.join(""));

const INSERTIONS = [
  ['"', "\\", "{", "}", "[", "]", ",", ":", "0", "-", ".", "e", "+", "n", "t", "u", " ", "\n", "\r", "/"],
  ["NaN", "Infinity", "\u0000", "\u001f", "\u00a0", "\ufeff", "\u000b", ",]", ",}", "//", "'", "\\x", "\\u12", "true"],
].flat();

/** A text that was JSON before some of it was cut, replaced or added; it may still be. */
export const brokenText = fc
  .tuple(
    jsonText,
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.constantFrom("", ...INSERTIONS)), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([text, changes]) => {
    let changed = text;
    for (const [place, cut, added] of changes) {
      const at = place % (changed.length + 1);
      changed = changed.slice(0, at) + added + changed.slice(at + cut);
    }
    return changed.isWellFormed() ? changed : changed.toWellFormed();
  });
