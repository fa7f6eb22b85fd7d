/**
 * Goal: no link of the documentation leads nowhere.
 * Method: every relative link and anchor of every page, looked up in the checkout; first seen to catch planted ones.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, it } from "vitest";

const CHECKOUT = join(import.meta.dirname, "..");
const PAGES = [
  "README.md",
  "AGENTS.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "SECURITY.md",
  ...readdirSync(join(CHECKOUT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => posix.join("docs", name)),
];

/** The page as read, without blocks of code. */
function proseOf(text: string): string {
  return text.replace(/^```[^]*?^```$/gm, "");
}

/** Anchors as GitHub makes them of headings; of equal ones only the first is known here. */
function anchorsOf(text: string): readonly string[] {
  return [...proseOf(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** The links of a page that lead to no file, or to no heading of it. */
function brokenLinks(page: string, text: string): readonly string[] {
  const links = [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : posix.join(posix.dirname(page), path);
    if (path !== "" && !existsSync(join(CHECKOUT, target))) return true;
    if (anchor === undefined) return false;
    const targetText = path === "" ? text : readFileSync(join(CHECKOUT, target), "utf8");
    return !anchorsOf(targetText).includes(anchor);
  });
}

describe("links", () => {
  it.each(PAGES)("of %s lead somewhere", (page) => {
    expect(brokenLinks(page, readFileSync(join(CHECKOUT, page), "utf8"))).toEqual([]);
  });

  it.each([
    ["a page that is not there", "[x](nowhere.md)", "nowhere.md"],
    ["a heading that is not there", "# A\n[x](#b)", "#b"],
    ["a heading of another page", "[x](glossary.md#no-such)", "glossary.md#no-such"],
    ["a folder above", "[x](../docs/README.md#decision)", "../docs/README.md#decision"],
    ["a heading in code", "```\n# a\n```\n[x](#a)", "#a"],
  ])("to %s are found", (_name, text, link) => {
    expect(brokenLinks("docs/a.md", `${text}\n`)).toEqual([link]);
  });

  it("to what there is are left alone", () => {
    const text = "## `A` b: c_d\n[x](#a-b-c_d) [y](glossary.md#glossary) [z](https://example.org/#b) `[q]`(r)\n";
    expect(brokenLinks("docs/a.md", text)).toEqual([]);
  });
});
