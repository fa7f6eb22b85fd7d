import { field, flag, type ReferenceRecord, text } from "./reference-fields.ts";

type Kind = "query" | "mutation" | "subscription";

interface Operation {
  readonly kind: Kind;
  /** Null for an anonymous one. */
  readonly name: string | null;
  /** Name of the first field below it, behind an alias; fragments are passed over. Null where there is none. */
  readonly rootField: string | null;
}

export interface ReferenceGraphql {
  readonly kind: Kind;
  readonly detail: string;
  /** By whose name a mutation's operation goes. */
  readonly decidingName: string | null;
}

/**
 * Kind and name of what a line of rails.graphql did. Null: neither `query_string` nor `is_mutation`, no event.
 * Where the page is silent: an `is_mutation` that is neither true nor false is not there; a `query_string` that is no
 * text is a document that cannot be read; without any document the name is `operation_name`, else `(anonymous)`; a line
 * break does not end a string.
 */
export function referenceGraphql(record: ReferenceRecord): ReferenceGraphql | null {
  const document = field(record, "query_string");
  const isMutation = flag(record, "is_mutation");
  const operationName = text(record, "operation_name");
  if (document === undefined) return withoutDocument(isMutation, operationName);

  const operations = typeof document === "string" ? operationsOf(document) : null;
  const named = operations?.find(({ name }) => name !== null && name === operationName);
  const chosen = named ?? operations?.[0];
  if (chosen === undefined) {
    if (isMutation !== true) return { kind: "query", detail: "(unparsable)", decidingName: null };
    return { kind: "mutation", detail: operationName ?? "(unparsable)", decidingName: operationName };
  }

  const name = operationName ?? chosen.name;
  const detail = name ?? "(anonymous)";
  const decidingName = chosen.rootField ?? name;
  if (isMutation === true) return { kind: "mutation", detail, decidingName };
  if (isMutation === false && chosen.kind === "mutation") return { kind: "query", detail, decidingName };
  return { kind: chosen.kind, detail, decidingName };
}

function withoutDocument(isMutation: boolean | null, operationName: string | null): ReferenceGraphql | null {
  if (isMutation === null) return null;
  const detail = operationName ?? "(anonymous)";
  return { kind: isMutation ? "mutation" : "query", detail, decidingName: operationName };
}

/** All operations of a document in order; null where its braces do not match or a string is not closed. */
function operationsOf(document: string): readonly Operation[] | null {
  const tokens = tokensOf(document);
  if (tokens === null || !isBalanced(tokens)) return null;
  const operations: Operation[] = [];
  for (const { header, body } of definitionsOf(withoutArguments(tokens))) {
    const start = header.findIndex(isName);
    const [keyword, name] = start < 0 ? [] : header.slice(start);
    const rootField = firstField(body);
    if (keyword === "query" || keyword === "mutation" || keyword === "subscription") {
      operations.push({ kind: keyword, name: name !== undefined && isName(name) ? name : null, rootField });
    }
    // `{ … }` alone is a query; `fragment … { … }` and whatever else is no operation.
    if (keyword === undefined) operations.push({ kind: "query", name: null, rootField });
  }
  return operations;
}

/** Comments, strings, commas, BOM and white space go; what is left are names, `...` and single signs. */
function tokensOf(document: string): readonly string[] | null {
  const white = /[ \t\r\n,\uFEFF]+/y;
  const comment = /#[^\n\r]*/y;
  const blockString = /"""(?:\\"""|(?!\\?""")[^])*"""/y;
  const string = /"(?!"")(?:\\[^]|[^"\\])*"/y;
  // A number is a word as any other: what reads documents here asks for none, and a letter behind a digit begins no name.
  const word = /\w+|\.\.\./y;
  const sign = /[^"]/y;
  const tokens: string[] = [];
  let at = 0;
  while (at < document.length) {
    const kind = [white, comment, blockString, string, word, sign].find((pattern) => {
      pattern.lastIndex = at;
      return pattern.test(document);
    });
    // Only a quote without its end matches nothing.
    if (kind === undefined) return null;
    if (kind === word || kind === sign) tokens.push(document.slice(at, kind.lastIndex));
    at = kind.lastIndex;
  }
  return tokens;
}

function isName(token: string): boolean {
  return /^\w/.test(token);
}

function isBalanced(tokens: readonly string[]): boolean {
  let depth = 0;
  for (const token of tokens) {
    if (token === "{") depth += 1;
    if (token === "}") depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

/** Variables and arguments go, with the braces of their values: they hold no fields. */
function withoutArguments(tokens: readonly string[]): readonly string[] {
  let depth = 0;
  return tokens.filter((token) => {
    if (token === "(") depth += 1;
    const outside = depth === 0;
    if (token === ")" && depth > 0) depth -= 1;
    return outside;
  });
}

interface Definition {
  /** What stands before the opening brace. */
  readonly header: readonly string[];
  /** What stands between the braces. */
  readonly body: readonly string[];
}

function definitionsOf(tokens: readonly string[]): readonly Definition[] {
  const definitions: Definition[] = [];
  let header: string[] = [];
  let body: string[] = [];
  let depth = 0;
  for (const token of tokens) {
    if (token === "}") depth -= 1;
    if (depth > 0) body.push(token);
    else if (token === "}") {
      definitions.push({ header, body });
      header = [];
      body = [];
    } else if (token !== "{") header.push(token);
    if (token === "{") depth += 1;
  }
  // An operation without braces stands alone at the end of the document.
  if (header.some(isName)) definitions.push({ header, body });
  return definitions;
}

function firstField(body: readonly string[]): string | null {
  let depth = 0;
  for (let at = 0; at < body.length; at += 1) {
    const token = body[at] ?? "";
    if (token === "{") depth += 1;
    if (token === "}") depth -= 1;
    if (depth > 0) continue;
    // `...Name` and `... on Type`: the names are no fields. `@name` neither.
    if (token === "...") at += body[at + 1] === "on" ? 2 : isName(body[at + 1] ?? "") ? 1 : 0;
    else if (token === "@") at += 1;
    else if (isName(token)) return body[at + 1] === ":" ? (body[at + 2] ?? null) : token;
  }
  return null;
}
