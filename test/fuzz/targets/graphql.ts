import assert from "node:assert/strict";
import { graphqlRequest } from "../../../src/derive/graphql.ts";
import { referenceGraphql } from "../../derive/reference-graphql.ts";
import { isGraphql } from "../graphql-grammar.ts";
import type { FuzzTarget } from "../target.ts";

const NAMES = [null, "A", "B"];
export const graphql: FuzzTarget = {
  name: "graphql",
  holds: "kind, name and first field of a GraphQL document, against the reference where it is of the grammar",
  covers: ["src/derive/graphql.ts", "src/derive/graphql-tokens.ts"],
  seeds: () =>
    [
      "query A { currentUser { id } }",
      'mutation B($i: In = {a: [1]}) @d(x: {y: 1}) { alias: createNote(input: {body: "}"}) { id } }',
      'subscription { ...F ... on T @s(if: true) { x } y(z: """ " \\""" """) } fragment F on T { a }',
      "# c\n{ a, b } mutation A { updateC }",
    ].map((text) => Buffer.from(text)),
  words: [
    [
      "query",
      "mutation",
      "subscription",
      "fragment",
      "on",
      "{",
      "}",
      "(",
      ")",
      "[",
      "]",
      ":",
      "@",
      "...",
      '"""',
      '\\"',
    ],
    ['\\"""', "#", "\n", ",", "!", "$", "=", "&", "|", "A", "B", "createX", "{}", "()", '"a"', " "],
  ].flat(),
  mostBytes: 400,
  check(input) {
    const document = input.toString("utf8");
    for (const operationName of NAMES) {
      for (const isMutation of [null, true, false]) {
        const found = graphqlRequest(isMutation, document, operationName);
        assert(found !== null && ["query", "mutation", "subscription"].includes(found.kind));
        // An empty text is no field of a line.
        if (document === "" || !isGraphql(document)) continue;
        const wanted = referenceGraphql({
          query_string: document,
          ...(isMutation === null ? {} : { is_mutation: isMutation }),
          ...(operationName === null ? {} : { operation_name: operationName }),
        });
        assert.deepEqual([found.kind, found.name], [wanted?.kind, wanted?.detail]);
        // Only of a mutation does it decide anything.
        if (found.kind === "mutation") assert.equal(found.field, wanted?.decidingName);
      }
    }
  },
};
