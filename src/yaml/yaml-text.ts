import {
  type Document,
  type ErrorCode,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml";
import type { FieldPath } from "./field-schema.ts";
import type { Problem } from "./problem.ts";

/** Aliases may save typing, not build a bomb. */
const MAX_ALIAS_COUNT = 100;
const MOST_SYNTAX_ERRORS = 3;
const MOST_MESSAGE_CHARS = 200;

const SYNTAX_HINTS: Partial<Record<ErrorCode, string>> = {
  BAD_SCALAR_START: "quote the value",
  BLOCK_AS_IMPLICIT_KEY: 'indent alike, and quote a value that holds ": "',
  BAD_INDENT: "check indentation and closing brackets",
  TAB_AS_INDENT: "indent with spaces",
  TAG_RESOLVE_FAILED: "quote a value that begins with !",
};

/** A YAML text that was read, and where its parts stand in it. */
export interface YamlText {
  /** Undefined where the syntax is so wrong that the value would mislead. */
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
  /** Line, from 1, of the entry at the path; null where the text has no such entry. The empty path is the text's. */
  lineOf(path: FieldPath): number | null;
  /** True where the text is a block mapping or block list, not a scalar or a flow collection. */
  readonly isBlock: boolean;
}

const UNREADABLE = { value: undefined, problems: [] };

export interface YamlProblem extends Omit<Problem, "place"> {
  /** From 1. */
  readonly line: number;
}

/** Reads one YAML 1.2 document; `noun` (`pipeline`) says what it holds. Pure; what is wrong with it is in `problems`. */
export function readYaml(text: string, noun: string): YamlText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const problems = toldErrors([...document.errors, ...document.warnings]).map((error) => {
    return { line: lineAt(error.pos[0]), ...inWords(error, document, noun) };
  });
  // A key given twice leaves the rest of the text in order, so the other problems can be told as well.
  const isReadable = document.errors.every((error) => error.code === "DUPLICATE_KEY");
  const { value, problems: aliasProblems } = isReadable ? toValue(document, lineAt) : UNREADABLE;
  return {
    value,
    problems: [...problems, ...aliasProblems],
    lineOf: (path) => {
      const offset = offsetOf(document, path);
      return offset === null ? null : lineAt(offset);
    },
    isBlock: isCollection(document.contents) && document.contents.flow !== true,
  };
}

/** Of errors of syntax the first ones: all after them may come of these. */
function toldErrors(errors: readonly YAMLError[]): readonly YAMLError[] {
  const isOfSyntax = ({ code }: YAMLError): boolean => code !== "DUPLICATE_KEY";
  const told = new Set(errors.filter(isOfSyntax).slice(0, MOST_SYNTAX_ERRORS));
  return errors.filter((error) => !isOfSyntax(error) || told.has(error));
}

function inWords({ code, message, pos }: YAMLError, document: Document.Parsed, noun: string) {
  if (code === "DUPLICATE_KEY") {
    return { what: `field ${JSON.stringify(keyAt(document, pos[0]))} is given twice`, hint: "keep one" };
  }
  if (code === "MULTIPLE_DOCS") {
    return { what: "read YAML: a second document begins", hint: `one file holds one ${noun}` };
  }
  // It quotes what it did not expect, however long that is.
  const what = `read YAML: ${message.slice(0, 1).toLowerCase()}${message.slice(1, MOST_MESSAGE_CHARS)}`;
  return { what, hint: SYNTAX_HINTS[code] ?? "check quotes and brackets" };
}

function toValue(document: Document.Parsed, lineAt: (offset: number) => number): Pick<YamlText, "value" | "problems"> {
  const problems: YamlProblem[] = [];
  let firstAliasLine: number | null = null;
  visit(document, {
    Alias: (_key, alias) => {
      const line = lineAt(alias.range?.[0] ?? 0);
      firstAliasLine ??= line;
      const named = alias.resolve(document);
      if (named === undefined) {
        const what = `read YAML: alias "*${alias.source}" has no anchor "&${alias.source}" before it`;
        problems.push({ line, what, hint: "quote a value that begins with *" });
      } else if (isInside(alias, named)) {
        // A value without end: nothing that walks it would come back.
        problems.push({
          line,
          what: `read YAML: alias "*${alias.source}" stands in what it names`,
          hint: "write it out",
        });
      }
    },
  });
  if (problems.length > 0) return { value: undefined, problems };
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIAS_COUNT }), problems };
  } catch (error) {
    // What is left to fail in a document without syntax errors: its aliases stand for too much.
    if (firstAliasLine === null) throw error;
    const what = `read YAML: aliases stand for over ${MAX_ALIAS_COUNT} values`;
    return { value: undefined, problems: [{ line: firstAliasLine, what, hint: "write them out" }] };
  }
}

function isInside(inner: Node, outer: Node): boolean {
  const [innerStart = 0] = inner.range ?? [];
  const [outerStart = 0, outerEnd = 0] = outer.range ?? [];
  return innerStart >= outerStart && innerStart < outerEnd;
}

/** Offset of the key of a mapping's entry, or of a list's element; of the first key at the top. */
function offsetOf(document: Document.Parsed, path: FieldPath): number | null {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const key of path) {
    const section = isAlias(node) ? node.resolve(document) : node;
    if (isMap(section)) {
      // Of equal keys the last wins, in the value too.
      const pair = section.items.findLast((item) => keyText(item.key) === key);
      if (pair === undefined) return null;
      offset = (pair.key as ParsedNode).range[0];
      node = pair.value;
    } else if (isSeq(section)) {
      node = section.items[Number(key)];
      if (node === undefined) return null;
      offset = (node as ParsedNode).range[0];
    } else return null;
  }
  return offset;
}

function keyAt(document: Document.Parsed, offset: number): string {
  let found = "";
  visit(document, {
    Pair: (_key, pair) => {
      if ((pair.key as ParsedNode | null)?.range[0] !== offset) return undefined;
      found = keyText(pair.key);
      return visit.BREAK;
    },
  });
  return found;
}

/** The key as it is in the value; a list or mapping as key is no right name anyway. */
function keyText(key: unknown): string {
  const name = isScalar(key) ? (key.value ?? "") : key;
  return typeof name === "string" ? name : JSON.stringify(name);
}
