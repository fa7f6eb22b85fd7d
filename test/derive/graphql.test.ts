/**
 * Goal: the kind, name and first field of a GraphQL request are those of its document, and no text can hurt the scan.
 * Method: a table of documents for each sentence of the rule; properties over random and hostile texts.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { graphqlRequest, scanGraphql } from "../../src/derive/graphql.ts";

/** `kind name rootField`, or `unparsable`. */
function scanned(document: string, operationName: string | null = null): string {
  const operation = scanGraphql(document, operationName);
  return operation === null ? "unparsable" : `${operation.kind} ${operation.name ?? "-"} ${operation.rootField ?? "-"}`;
}

/** `kind name field` of a request. */
function requested(isMutation: boolean | null, document: string | null, operationName: string | null = null): string {
  const request = graphqlRequest(isMutation, document, operationName);
  return request === null ? "no request" : `${request.kind} ${request.name} ${request.field ?? "-"}`;
}

describe("a document", () => {
  it.each([
    ["{ a }", "query - a"],
    ["query { a }", "query - a"],
    ["query q { a }", "query q a"],
    ["query q{a}", "query q a"],
    ["mutation m { a }", "mutation m a"],
    ["subscription s { a }", "subscription s a"],
    ["mutation ($a: Int) { a }", "mutation - a"],
    ["query query { query }", "query query query"],
    ["query mutation { a }", "query mutation a"],
    ["query @live { a }", "query - a"],
    ["query q @live(x: {y: 1}) { a }", "query q a"],
    ["mutation", "mutation - -"],
    ["query q", "query q -"],
    ["querys { a }", "unparsable"],
    ["Mutation { a }", "unparsable"],
  ])("%j has the operation %j", (document, expected) => {
    expect(scanned(document)).toBe(expected);
  });

  it.each([
    ["\ufeff{ a }", "query - a"],
    [" \t\r\n,,\ufeff , { a }", "query - a"],
    ["# mutation m { x }\n{ a }", "query - a"],
    ["# it's \"open\rmutation m { a }", "mutation m a"],
    ['"""mutation x {""" query q { a }', "query q a"],
    ["fragment f on T { mutation } mutation m { a }", "mutation m a"],
    ["fragment query on mutation { x } mutation m { a }", "mutation m a"],
    ["fragment f on T @d(x: {y: 1}) { a { b } } { c }", "query - c"],
    ["{ mutation m { subscription } }", "query - mutation"],
    ["query q { # mutation m {\n a }", "query q a"],
  ])("%j is read past what is skipped", (document, expected) => {
    expect(scanned(document)).toBe(expected);
  });

  it.each([
    ['query q($a: In = {x: "}"}) { a }', "query q a"],
    ["mutation m($a: In = {x: {y: 1}}, $b: [Int!]! = [1]) { createNote(input: $a) { id } }", "mutation m createNote"],
    ['{ a(x: "}{") { b } }', "query - a"],
    ['{ a(x: "\\"}") }', "query - a"],
    ['{ a(x: "\\\\") }', "query - a"],
    ['{ a(x: "") b(y: "") }', "query - a"],
    ['{ a(x: """ } " "" \\""" } """) }', "query - a"],
    ['{ a(x: """""") }', "query - a"],
    ['{ a(x: "one\ntwo") }', "query - a"],
    ['{ search(q: "\ud83d") { id } }', "query - search"],
    ["{ a(x: # )}\n 1) }", "query - a"],
  ])("%j hides its braces in strings, values and comments", (document, expected) => {
    expect(scanned(document)).toBe(expected);
  });

  it.each([
    "",
    " ",
    "#",
    "# {a}",
    "}",
    "{",
    "{ a",
    "{ a } }",
    "}{",
    "{ a } } {",
    "query q } {",
    "query q { a",
    "{ a(x: {y: 1) }",
    "[FILTERED]",
  ])("%j is unparsable", (document) => expect(scanned(document)).toBe("unparsable"));

  it.each([
    '{ a(x: "',
    '{ a(x: "b) }',
    '{ a(x: "b\\") }',
    '{ a(x: """b"") }',
    '{ a(x: """b\\""") }',
    '{ a } "',
    '{ a } """',
  ])("%j has an unclosed string", (document) => expect(scanned(document)).toBe("unparsable"));

  it.each(["fragment f on T { a }", "type query { a: Int }", "hello world", '"query q { a }"', "(query q { a })"])(
    "%j has no operation at depth 0",
    (document) => expect(scanned(document)).toBe("unparsable"),
  );

  it("with a bracket that is never closed is still told by its braces", () => {
    expect(scanned("mutation m { createNote(input: {a: 1} }")).toBe("mutation m createNote");
    expect(scanned("query q($a: Int { a }")).toBe("query q -");
    expect(scanned("{ a(x: 1 } mutation m { b }", "m")).toBe("mutation m b");
  });
});

describe("the operation's name", () => {
  const BOTH = "query a { x } fragment f on T { y } mutation b { z } subscription c { w }";

  it.each([
    [null, "query a x"],
    ["a", "query a x"],
    ["b", "mutation b z"],
    ["c", "subscription c w"],
    ["f", "query a x"],
    ["B", "query a x"],
    ["none", "query a x"],
  ])("%j chooses %j", (name, expected) => {
    expect(scanned(BOTH, name)).toBe(expected);
  });

  it("chooses behind a shorthand query as well, and the first of two equals", () => {
    expect(scanned("{ a } mutation m { b }", "m")).toBe("mutation m b");
    expect(scanned("query q { a } mutation q { b }", "q")).toBe("query q a");
  });
});

describe("the first root field", () => {
  it.each([
    ["{ a: createNote(input: {}) { id } }", "createNote"],
    ["{ a :\n # why\n createNote }", "createNote"],
    ["{ a: b c: d }", "b"],
    ["{ createNote @include(if: true) }", "createNote"],
    ["{ createNote{id} }", "createNote"],
    ["{ createNote(a: 1) b: c }", "createNote"],
    ["{ ...F createNote }", "createNote"],
    ["{ ... F @include(if: $x) createNote }", "createNote"],
    ["{ ... on Mutation { deleteX } createNote }", "createNote"],
    ["{ ...on Mutation @skip(if: true) { deleteX } createNote }", "createNote"],
    ["{ ... { deleteX } createNote }", "createNote"],
    ["{ ... @skip(if: true) { deleteX } createNote }", "createNote"],
    ["{ ...onMutation createNote }", "createNote"],
    ["{ on }", "on"],
    ["{ ...F }", "-"],
    ["{ ... on Mutation { deleteX } }", "-"],
    ["{ }", "-"],
  ])("of %j is %j", (selection, field) => {
    expect(scanned(`mutation m ${selection}`)).toBe(`mutation m ${field}`);
  });
});

describe("a request", () => {
  const NOTE = "mutation m { createNote { id } }";

  it.each([
    [true, "{ a }", null, "mutation (anonymous) a"],
    [true, NOTE, null, "mutation m createNote"],
    [true, null, "noteDestroy", "mutation noteDestroy noteDestroy"],
    [true, null, null, "mutation (anonymous) -"],
    [false, NOTE, null, "query m createNote"],
    [false, "subscription s { a }", null, "subscription s a"],
    [false, null, null, "query (anonymous) -"],
    [null, NOTE, null, "mutation m createNote"],
    [null, null, "m", "no request"],
  ])("of is_mutation %j, document %j and name %j is %j", (isMutation, document, name, expected) => {
    expect(requested(isMutation, document, name)).toBe(expected);
  });

  it("has the name that the line gives, else the document's", () => {
    expect(requested(null, NOTE, "m")).toBe("mutation m createNote");
    expect(requested(null, NOTE, "other")).toBe("mutation other createNote");
    expect(requested(null, "mutation { a }")).toBe("mutation (anonymous) a");
    expect(requested(null, "mutation createX { ...F }")).toBe("mutation createX createX");
    expect(requested(null, "mutation createX { ...F }", "updateY")).toBe("mutation updateY updateY");
  });

  it("with a document that cannot be read is a query, and a mutation by the word of is_mutation only", () => {
    for (const isMutation of [null, false]) {
      expect(requested(isMutation, "mutation m {")).toMatch(/^query \(unparsable\) /);
      expect(requested(isMutation, "mutation m {", "m")).toMatch(/^query \(unparsable\) /);
    }
    expect(requested(true, "mutation m { createX ")).toBe("mutation (unparsable) -");
    expect(requested(true, "mutation m { createX ", "m")).toBe("mutation m m");
  });
});

describe("any text", () => {
  const piece = fc.constantFrom(
    ...'{ } ( ) [ ] : @ ... " """ \\ # , ! $ = & | \n \r \ufeff \ud83d é query mutation subscription fragment on a b 1'.split(
      " ",
    ),
    "\n",
    " ",
  );
  const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(""));

  it("is scanned without a throw, and to its kind", () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: "binary" })), fc.option(piece), (document, name) => {
        const operation = scanGraphql(document, name);
        if (operation !== null) expect(["query", "mutation", "subscription"]).toContain(operation.kind);
      }),
      { numRuns: 300 },
    );
  });

  it("means the same with white space, commas and comments between its words", () => {
    const words = fc.array(
      fc.constantFrom("{", "}", "(", ")", ":", "...", "@", "query", "mutation", "fragment", "on", "a", "b"),
      { maxLength: 30 },
    );
    const gap = fc.constantFrom(" ", "\n", ",", "\ufeff ", ' # } " { mutation\n');
    fc.assert(
      fc.property(words, gap, (parts, between) => {
        expect(scanGraphql(parts.join(between), "a")).toEqual(scanGraphql(parts.join(" "), "a"));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["open braces", "{"],
    ["closed braces", "{}"],
    ["open brackets", "{a("],
    ["quotes", '"'],
    ["escapes", '"\\'],
    ["block quotes", '"""'],
    ["escaped block quotes", '\\"""'],
    ["comments", "#"],
    ["comment lines", "#\n"],
    ["spreads", "{..."],
    ["dots", "."],
    ["letters", "a"],
    ["operations", "query q{a}"],
    ["colons", "{a:"],
    ["commas", ","],
  ])("of 1 MB of %s is scanned in linear time", (_name, unit) => {
    for (const start of ["", "{ a ", '{ a(x: "', '{ a(x: """']) {
      const document = start + unit.repeat(Math.ceil(1_000_000 / unit.length));
      const startedMs = performance.now();
      scanGraphql(document, "q");
      // Generous: a quadratic scan of this length takes minutes.
      expect(performance.now() - startedMs).toBeLessThan(1000);
    }
  });
});
