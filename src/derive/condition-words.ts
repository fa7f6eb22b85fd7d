import { type Condition, isTests, listed, type Scalar, type Tests } from "./rule-schema.ts";

/** What a condition asks of its field, in words that stand behind "wanted": `200`, `"a" or "b"`, `present and not "x"`. */
export function wantedWords(condition: Condition): string {
  if (!isTests(condition)) return oneOf(listed(condition));
  return testsWords(condition).join(" and ");
}

/** The words of each test that is there, in the order in which they are written best. */
function testsWords({ present, string, not, prefix, suffix, last_segment: lastSegment, between }: Tests): string[] {
  const words: string[] = [];
  if (present !== undefined) words.push(present ? "present" : "absent");
  if (string === true) words.push("a text");
  if (prefix !== undefined) words.push(`beginning with ${oneOf(listed(prefix))}`);
  if (suffix !== undefined) words.push(`ending in ${oneOf(listed(suffix))}`);
  if (lastSegment !== undefined) words.push(`with the last segment ${oneOf(listed(lastSegment))}`);
  if (between !== undefined) words.push(`from ${between[0]} to ${between[1]}`);
  if (not !== undefined) words.push(notWords(not));
  return words;
}

function notWords(condition: Condition): string {
  if (!isTests(condition)) {
    const values = listed(condition);
    return values.length === 1 ? `not ${oneOf(values)}` : `none of ${values.map(quoted).join(", ")}`;
  }
  const words = testsWords(condition);
  return words.length === 1 ? `not ${words[0]}` : `not (${words.join(" and ")})`;
}

/** `"a"`, `"a" or "b"`, `"a", "b" or "c"` */
function oneOf(values: readonly Scalar[]): string {
  const words = values.map(quoted);
  const last = words.pop() ?? "";
  return words.length === 0 ? last : `${words.join(", ")} or ${last}`;
}

function quoted(value: Scalar): string {
  return JSON.stringify(value);
}
