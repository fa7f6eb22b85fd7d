import fc from "fast-check";

/** Names that an `operation_name` may be: of operations below, and one that names none. */
export const OPERATION_NAMES = [
  "A",
  "B",
  "updateC",
  "D",
  "R",
  "S",
  "query",
  "nothing",
  "createNothing",
  "NoteDelete",
  null,
  "",
];

/** Definitions, whole. */
const DEFINITIONS = [
  "{ currentUser { id } }",
  "query A { a }",
  'query A($x: In = {a: 1, b: ["{"]}) @dir(x: {y: 1}) { a }',
  "query($x: ID!) { a(id: $x) { mutation { query } } }",
  "query query { a }",
  'mutation B { createNote(input: {body: "}"}) { id } }',
  "mutation B($input: In!) { alias: destroyNote(input: $input) { id } }",
  "mutation updateC { ...F }",
  "mutation { ...F @include(if: $x) noteDelete { id } }",
  "mutation D @live { ... on Mutation { createX } removeX }",
  "mutation D { ... @skip(if: true) { createX } xUpdate }",
  "mutation NoteRemove { Create }",
  "mutation E { one: two: three }",
  "mutation { on { a } }",
  "mutation D{...on Mutation{createX}...F removeX:update_x(x:{createY:[1,2]}){id}}",
  "mutation M { alias # createX }\n : , createY }",
  "query R($a: [Int!]! = [1, 2] @b, $c: Boolean = true) { a } ",
  'subscription S { s(x: "é 𝄞") }',
  "query\u00A0R\u2028{ a }",
  "query\uFEFFR { a }",
  "mutation\u00A0{\u2028createX\u00A0}",
  "fragment F on Query { a }",
  "fragment mutation on T { createX }",
  'query G { a(x: """{ "}" \\""" """) }',
  "mutation H { # createX }\n deleteX }",
];

/** What stands between definitions and is skipped. */
const SEPARATORS = [
  "",
  " ",
  "\n",
  ",",
  "\uFEFF",
  "\u00A0",
  "\u2028",
  "\f",
  "# mutation X { createX }\n",
  "#{\r",
  '"text { \\" "',
  '"""block\n{ """',
];

/** What breaks a document, or is no document at all. */
const BREAKERS = [
  "{",
  "}",
  '"',
  '"""',
  '"a\n"',
  "}{",
  "type T { query: Q }",
  "foo",
  "query Y",
  "mutation Z",
  "{}",
  "mutation {}",
  " ",
];

const definition = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...DEFINITIONS) },
  { weight: 1, arbitrary: fc.constantFrom(...BREAKERS) },
);

/** Documents of all shapes: several operations, fragments, aliases, comments, block strings, broken ones. */
export const documents: fc.Arbitrary<string> = fc
  .array(fc.tuple(fc.constantFrom(...SEPARATORS), definition), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.map(([separator, part]) => `${separator}${part}`).join(""));
