/**
 * Goal: no text makes a regular expression of ours take more than linear time, and nothing that a user or a log says
 * becomes one: the language of catalogues has none (docs/decisions/0009-catalogue-as-data.md).
 * Method: every regular expression in src, on long texts that a backtracking one is lost in. One that takes quadratic time
 * takes minutes for these, a linear one milliseconds: there is room for any machine between them.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const SRC = join(import.meta.dirname, "../../src");
const CHARS = 100_000;
const MOST_MS = 4000;

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
const sources = files.map((name) => ({ name, text: readFileSync(join(SRC, name), "utf8") }));

interface Found {
  readonly file: string;
  readonly literal: string;
  readonly expression: RegExp;
}

/** The literals of a file: Biome lets them stand only behind one of these, and one slash of a division has spaces. */
function expressionsOf(file: string, text: string): Found[] {
  const code = text.replace(/^[ \t]*\/\*[\s\S]*?\*\//gm, "").replace(/(^|\s)\/\/.*$/gm, "$1");
  const literals = code.matchAll(
    /(?:[(,=:?[!&|]|\breturn|=>)\s*\/((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+)\/([gimsuvy]*)/g,
  );
  return [...literals].map(([, source = "", flags = ""]) => ({
    file,
    literal: `/${source}/${flags}`,
    expression: new RegExp(source, flags),
  }));
}

const expressions = sources.flatMap(({ name, text }) => expressionsOf(name, text));

const PIECES = [
  " ",
  "a",
  "A",
  "0",
  "/",
  ".",
  "-",
  "_",
  ":",
  "<",
  ">",
  "=",
  "@",
  "\n",
  "\\",
  '"',
  "'",
  "{",
  "[",
  "é",
  "\u202e",
  "\ud800",
  "a.",
  "0.",
  "a/",
  "./",
  "../",
  "//",
  "<a",
  "://",
  " a",
  "a-",
  "a=",
  "0e",
  "1:",
  "\r\n",
  "gs://",
  "https://",
  "(((",
  "wal/a/",
];
const ENDS = ["", "!", "\0", "\n"];
const BEGINNINGS = [
  "wal/local/2020-12-22/aa/",
  "vault/v1/a/",
  "gs://aaa/",
  "projects/a/subscriptions/",
  "https://",
  '{"payload_base64":"',
];

const TEXTS = PIECES.flatMap((piece) => {
  const long = piece.repeat(CHARS / piece.length);
  return [...ENDS.map((end) => long + end), ...BEGINNINGS.map((beginning) => `${beginning}${long}!`)];
});

describe("the regular expressions of src", () => {
  it("are found", () => {
    expect(expressions.length).toBeGreaterThan(90);
    const all = expressions.map(({ literal }) => literal);
    for (const known of ["/^\\d{1,20}$/", "/^[0-9a-f]{32}$/", "/<[^<>]*>/g"]) expect(all).toContain(known);
  });

  it("are none that is made when the program runs", () => {
    const made = /\bRegExp\(|\.(?:match|matchAll|search|replace|replaceAll|split)\((?:new|[a-z]\w*\.source)/;
    expect(sources.filter(({ text }) => made.test(text)).map(({ name }) => name)).toEqual([]);
  });

  it.each(expressions.map(({ file, literal, expression }) => [literal, file, expression] as const))(
    "take linear time: %s of %s",
    (_literal, _file, expression) => {
      for (const text of TEXTS) {
        expression.lastIndex = 0;
        const startedMs = performance.now();
        // What replaces or finds all looks at every place.
        if (expression.global) void text.replace(expression, "");
        else expression.test(text);
        expect(performance.now() - startedMs).toBeLessThan(MOST_MS);
      }
    },
  );
});
