import { END, nextToken, SPREAD, startTokens, type Tokens, tokenText, UNCLOSED, WORD } from "./graphql-tokens.ts";

export type GraphqlKind = "query" | "mutation" | "subscription";

/** What a line of the log of GraphQL says about its one request. */
export interface GraphqlRequest {
  readonly kind: GraphqlKind;
  /** The operation's name, `(anonymous)` or `(unparsable)`. */
  readonly name: string;
  /** The name that tells what a mutation does: its first root field, else the operation's own; null without both. */
  readonly field: string | null;
}

/** One operation of a document. */
export interface GraphqlOperation {
  readonly kind: GraphqlKind;
  readonly name: string | null;
  /** First field of the selection set, behind an alias; fragments, spread or inline, are passed over. */
  readonly rootField: string | null;
}

/**
 * The request behind `is_mutation`, `query_string` and `operation_name`; null where neither of the first two is
 * there. A document that cannot be read says nothing: not its kind, and not its first field.
 */
export function graphqlRequest(
  isMutation: boolean | null,
  document: string | null,
  operationName: string | null,
): GraphqlRequest | null {
  if (isMutation === null && document === null) return null;
  const operation = document === null ? null : scanGraphql(document, operationName);
  const kind = kindOf(isMutation, operation);
  const ownName = operationName ?? operation?.name ?? null;
  const field = operation?.rootField ?? ownName;
  if (document === null || operation !== null) return { kind, name: ownName ?? "(anonymous)", field };
  // Only the word of `is_mutation` lets a name stand beside a document that cannot be read.
  return { kind, name: (isMutation === true ? operationName : null) ?? "(unparsable)", field };
}

function kindOf(isMutation: boolean | null, operation: GraphqlOperation | null): GraphqlKind {
  if (isMutation === true) return "mutation";
  if (operation === null || (isMutation === false && operation.kind === "mutation")) return "query";
  return operation.kind;
}

/** Where in a definition the scan stands, while no brace is open. */
type TopPlace = "between" | "name" | "header" | "skipped";

/** What the next word of a root selection is. */
type RootPlace = "field" | "spread" | "condition" | "directive" | "aliased";

interface Scan {
  readonly tokens: Tokens;
  readonly operationName: string | null;
  /** Braces that are open, those of object values included: only their balance makes a document parsable. */
  depth: number;
  /** Round brackets that are open: what is in them selects nothing. */
  brackets: number;
  /** Braces that were open where the first of the brackets opened. */
  bracketDepth: number;
  top: TopPlace;
  root: RootPlace;
  /** A word that is a field, unless a colon follows and makes it an alias. */
  candidate: string | null;
  current: { -readonly [Key in keyof GraphqlOperation]: GraphqlOperation[Key] } | null;
  first: GraphqlOperation | null;
  named: GraphqlOperation | null;
}

/**
 * The operation of a GraphQL document that `operationName` names, else its first; null where the document has no
 * operation, its braces do not balance or a string does not end. Takes any text, in linear time and without
 * recursion, and never throws. A line break does not end a string: the parser behind the older logs let it pass.
 */
export function scanGraphql(document: string, operationName: string | null): GraphqlOperation | null {
  const scan: Scan = {
    tokens: startTokens(document),
    operationName,
    depth: 0,
    brackets: 0,
    bracketDepth: 0,
    top: "between",
    root: "field",
    candidate: null,
    current: null,
    first: null,
    named: null,
  };
  for (;;) {
    const token = nextToken(scan.tokens);
    if (token === END) break;
    if (token === UNCLOSED) return null;
    if (scan.brackets === 0) read(scan, token);
    balance(scan, token);
    if (scan.depth < 0) return null;
  }
  return scan.depth === 0 ? (scan.named ?? scan.first) : null;
}

function read(scan: Scan, token: string): void {
  if (scan.depth === 0) readTop(scan, token);
  else if (scan.depth === 1 && scan.current !== null && scan.current.rootField === null) readRoot(scan, token);
}

/** Keeps count of what is open. Closing the last brace ends a definition. */
function balance(scan: Scan, token: string): void {
  if (token === "{") scan.depth += 1;
  if (token === "(") {
    if (scan.brackets === 0) scan.bracketDepth = scan.depth;
    scan.brackets += 1;
  }
  if (token === ")" && scan.brackets > 0) scan.brackets -= 1;
  if (token !== "}") return;
  scan.depth -= 1;
  // A brace that closes around an open bracket: the bracket was never closed.
  if (scan.depth < scan.bracketDepth) scan.brackets = 0;
  if (scan.depth > 0 || scan.brackets > 0) return;
  scan.top = "between";
  scan.current = null;
}

function readTop(scan: Scan, token: string): void {
  if (token === "{") {
    if (scan.top === "between") open(scan, "query");
    scan.root = "field";
    scan.candidate = null;
  } else if (token === WORD) {
    readTopWord(scan, tokenText(scan.tokens));
  } else if (scan.top === "name") {
    scan.top = "header";
  }
}

function readTopWord(scan: Scan, word: string): void {
  if (scan.top === "name" && scan.current !== null) {
    scan.current.name = word;
    if (word === scan.operationName) scan.named ??= scan.current;
    scan.top = "header";
  } else if (scan.top === "between") {
    if (word === "query" || word === "mutation" || word === "subscription") open(scan, word);
    // A fragment, or nothing that a request may hold: passed over up to the end of its braces.
    else scan.top = "skipped";
  }
}

function open(scan: Scan, kind: GraphqlKind): void {
  scan.current = { kind, name: null, rootField: null };
  scan.first ??= scan.current;
  scan.top = "name";
}

function readRoot(scan: Scan, token: string): void {
  const { candidate } = scan;
  if (token === ":" && candidate !== null) {
    scan.candidate = null;
    scan.root = "aliased";
    return;
  }
  if (candidate !== null) {
    if (scan.current !== null) scan.current.rootField = candidate;
    return;
  }
  if (token === WORD) readRootWord(scan, tokenText(scan.tokens));
  else if (token === SPREAD) scan.root = "spread";
  else if (token === "@") scan.root = "directive";
  else scan.root = "field";
}

function readRootWord(scan: Scan, word: string): void {
  if (scan.root === "field" || scan.root === "aliased") scan.candidate = word;
  // `... on Type {` has one word more than `...Name`.
  scan.root = scan.root === "spread" && word === "on" ? "condition" : "field";
}
