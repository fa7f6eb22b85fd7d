import { quoteList } from "../core/choice.ts";
import { type Condition, isTests, listed, type Tests } from "./rule-language.ts";

/** What a condition asks of its field, in words that stand behind "wanted": `200`, `"a" or "b"`, `present and not "x"`. */
export function wantedWords(condition: Condition): string {
  if (!isTests(condition)) return quoteList(listed(condition));
  return testsWords(condition).join(" and ");
}

/** The words of each test that is there, in the order in which they are written best. */
function testsWords({ present, string, not, prefix, suffix, last_segment: lastSegment, between }: Tests): string[] {
  const words: string[] = [];
  if (present !== undefined) words.push(present ? "present" : "absent");
  if (string === true) words.push("a text");
  if (prefix !== undefined) words.push(`beginning with ${quoteList(listed(prefix))}`);
  if (suffix !== undefined) words.push(`ending in ${quoteList(listed(suffix))}`);
  if (lastSegment !== undefined) words.push(`with the last segment ${quoteList(listed(lastSegment))}`);
  if (between !== undefined) words.push(`from ${between[0]} to ${between[1]}`);
  if (not !== undefined) words.push(notWords(not));
  return words;
}

function notWords(condition: Condition): string {
  if (!isTests(condition)) {
    const values = listed(condition);
    if (values.length === 1) return `not ${quoteList(values)}`;
    return `none of ${values.map((value) => JSON.stringify(value)).join(", ")}`;
  }
  const words = testsWords(condition);
  return words.length === 1 ? `not ${words[0]}` : `not (${words.join(" and ")})`;
}
