/** Goal: a condition says in words what it asks for, and nothing else. Method: a table. */
import { expect, it } from "vitest";
import { wantedWords } from "../../src/derive/condition-words.ts";
import type { Condition } from "../../src/derive/rule-language.ts";

const ROWS: readonly (readonly [condition: Condition, words: string])[] = [
  ["web", '"web"'],
  ['a "b"\n', String.raw`"a \"b\"\n"`],
  [200, "200"],
  [true, "true"],
  [["ssh"], '"ssh"'],
  [["ssh", "http"], '"ssh" or "http"'],
  [["a", 200, false], '"a", 200 or false'],
  [{ present: true }, "present"],
  [{ present: false }, "absent"],
  [{ string: true }, "a text"],
  [{ prefix: "a" }, 'beginning with "a"'],
  [{ prefix: ["a", "b"] }, 'beginning with "a" or "b"'],
  [{ suffix: ["/a", "/b", "/c"] }, 'ending in "/a", "/b" or "/c"'],
  [{ last_segment: "A" }, 'with the last segment "A"'],
  [{ between: [200, 299] }, "from 200 to 299"],
  [{ not: "_any" }, 'not "_any"'],
  [{ not: ["a", "b"] }, 'none of "a", "b"'],
  [{ not: { prefix: ["a", "b"] } }, 'not beginning with "a" or "b"'],
  [{ not: { prefix: "a", suffix: "b" } }, 'not (beginning with "a" and ending in "b")'],
  [{ not: { not: 5 } }, "not not 5"],
  [{ not: "_any", present: true }, 'present and not "_any"'],
  [{ string: true, not: ["a", "b"], suffix: "c" }, 'a text and ending in "c" and none of "a", "b"'],
];

it.each(ROWS)("%j is wanted as %s", (condition, words) => {
  expect(wantedWords(condition)).toBe(words);
});
