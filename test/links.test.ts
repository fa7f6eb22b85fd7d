/**
 * Goal: no link of the documentation leads nowhere.
 * Method: every relative link and anchor of every page, looked up in the checkout; first seen to catch planted ones.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKOUT, markdownPages } from "./markdown-pages.ts";

const PAGES = markdownPages();

/** The page as read, without blocks of code. */
function proseOf(text: string): string {
  return text.replace(/^ *```[^]*?^ *```$/gm, "");
}

/** Anchors as GitHub makes them of headings: of equal ones the second ends in `-1`. */
function anchorsOf(text: string): readonly string[] {
  const seen = new Map<string, number>();
  return [...proseOf(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-");
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
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

/** Files that a reader makes, and what a command leaves. */
const EXAMPLES = new Set(["pipelines/mine.yaml", "pipelines/prod.yaml", "bench/data"]);
const FILE = /`((?:src|test|bench|scripts|wasm|pipelines|deploy)\/[\w.@/-]+)`/g;

/** Files of the checkout that a page names and that are not there. */
function missingFiles(text: string): readonly string[] {
  const named = [...proseOf(text).matchAll(FILE)].map(([, name = ""]) => name);
  // A list of tests leaves their endings out.
  const isThere = (name: string): boolean =>
    ["", ".ts", ".test.ts"].some((ending) => existsSync(join(CHECKOUT, `${name}${ending}`)));
  return named.filter((name) => !EXAMPLES.has(name) && !isThere(name));
}

describe("files", () => {
  // What is no more has a place in the changelog.
  it.each(PAGES.filter((page) => page !== "CHANGELOG.md"))("that %s names are there", (page) => {
    expect(missingFiles(readFileSync(join(CHECKOUT, page), "utf8"))).toEqual([]);
  });

  it("that are not there are found", () => {
    expect(missingFiles("`src/engine/run.ts` `src/engine/ran.ts` `test/nowhere/`\n```text\n`src/x.ts`\n```\n")).toEqual(
      ["src/engine/ran.ts", "test/nowhere/"],
    );
  });
});

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
    ["a third heading of two", "# A\n# A\n[x](#a) [x](#a-1) [x](#a-2)", "#a-2"],
    ["a picture that is not there", "![x](images/none.png)", "images/none.png"],
  ])("to %s are found", (_name, text, link) => {
    expect(brokenLinks("docs/a.md", `${text}\n`)).toEqual([link]);
  });

  it("to what there is are left alone", () => {
    const text = "## `A` b: c_d\n[x](#a-b-c_d) [y](glossary.md#glossary) [z](https://example.org/#b) `[q]`(r)\n";
    expect(brokenLinks("docs/a.md", text)).toEqual([]);
  });
});
