/**
 * Goal: a query of a source means the same in Kibana's query language; what has no such words is refused at its place.
 * Method: queries and their words by hand; the words of random queries, read by a reader of this test that knows the
 * language's own precedence, against a plain reading of the query, on random documents.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kqlOf } from "../../../src/indexing/kibana/kql.ts";
import { kqlHolds, queryHolds } from "./query-oracle.ts";

interface Refusal {
  readonly path: string;
  readonly what: string;
}

function translated(query: unknown): { readonly kql: string; readonly refused: readonly Refusal[] } {
  const refused: Refusal[] = [];
  const kql = kqlOf(query, ["query"], (path, what) => refused.push({ path: path.join("."), what }));
  return { kql, refused };
}

const FIELD = fc.constantFrom("a", "b.c", "@timestamp");
const VALUE = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom("x", 'say "x" \\ and', "or not (x)"),
  fc.boolean(),
);
const { query: QUERY } = fc.letrec<{ query: unknown }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.tuple(FIELD, VALUE).map(([field, value]) => ({ term: { [field]: value } })),
    fc
      .tuple(FIELD, fc.array(VALUE, { minLength: 1, maxLength: 3 }))
      .map(([field, values]) => ({ terms: { [field]: values } })),
    fc
      .tuple(FIELD, fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }))
      .map(([field, gte, lt]) => ({ range: { [field]: { gte, lt } } })),
    FIELD.map((field) => ({ exists: { field } })),
    fc
      .record(
        {
          filter: fc.array(tie("query"), { minLength: 1, maxLength: 3 }),
          must_not: fc.array(tie("query"), { minLength: 1, maxLength: 3 }),
          should: fc.array(tie("query"), { minLength: 1, maxLength: 3 }),
        },
        { requiredKeys: [] },
      )
      .filter((clauses) => Object.keys(clauses).length > 0)
      .map((clauses) => ({ bool: "should" in clauses ? { ...clauses, minimum_should_match: 1 } : clauses })),
  ),
}));
const DOCUMENT = fc.dictionary(FIELD, VALUE, { maxKeys: 3 });

describe("a query in Kibana's language", () => {
  it.each<[unknown, string]>([
    [{ term: { "event.action": "git_push" } }, 'event.action: "git_push"'],
    [{ term: { "gitlab.is_mutation": true } }, "gitlab.is_mutation: true"],
    [{ terms: { status: [500, 502] } }, "status: (500 or 502)"],
    [{ range: { status: { gte: 400, lt: 500 } } }, "status >= 400 and status < 500"],
    [{ exists: { field: "trace.id" } }, "trace.id: *"],
    [{ term: { a: 'with "quotes" and \\' } }, 'a: "with \\"quotes\\" and \\\\"'],
    [
      {
        bool: {
          filter: [{ exists: { field: "a" } }, { range: { b: { gte: 1, lt: 2 } } }],
          must_not: [{ term: { c: 3 } }],
        },
      },
      "a: * and (b >= 1 and b < 2) and not c: 3",
    ],
    [{ bool: { should: [{ term: { a: 1 } }, { term: { b: 2 } }] } }, "(a: 1 or b: 2)"],
  ])("%j", (query, kql) => {
    expect(translated(query)).toEqual({ kql, refused: [] });
  });

  it("holds for the same documents", () => {
    fc.assert(
      fc.property(QUERY, fc.array(DOCUMENT, { minLength: 1, maxLength: 10 }), (query, documents) => {
        const { kql, refused } = translated(query);
        expect(refused).toEqual([]);
        for (const document of documents) {
          expect({ kql, document, holds: kqlHolds(kql, document) }).toEqual({
            kql,
            document,
            holds: queryHolds(query, document),
          });
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each<[unknown, string, string]>([
    [{ match: { message: "x" } }, "query.match", 'no query "match"'],
    [{ bool: { filter: [{ script: {} }] } }, "query.bool.filter.0.script", 'no query "script"'],
    [{ bool: { filter: [{ term: { a: 1 } }], should: [{ term: { b: 1 } }] } }, "query.bool.should", 'clause "should"'],
    [{ bool: { minimum_should_match: 2 } }, "query.bool.minimum_should_match", "cannot be said"],
    [{ bool: {} }, "query.bool", "mapping of clauses"],
    [{ range: { a: { from: 1 } } }, "query.range.a.from", 'no bound "from"'],
    [{ terms: { a: [] } }, "query.terms.a", "at least one value"],
    [{ term: { a: { value: 1 } } }, "query.term.a", "expected a text"],
    [{ term: { "a*": 1 } }, "query.term", "name of one field"],
    [{ term: { a: 1 }, exists: { field: "b" } }, "query", "one kind"],
    [{ exists: "a" }, "query.exists", "name of a field"],
  ])("is refused for %j", (query, path, what) => {
    expect(translated(query).refused).toEqual([{ path, what: expect.stringContaining(what) as string }]);
  });
});
