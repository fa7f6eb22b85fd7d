/** A token is its own character, or one of these. */
export const END = "end";
export const WORD = "word";
/** `...` */
export const SPREAD = "spread";
/** A string, closed. */
export const TEXT = "text";
/** A string without an end. */
export const UNCLOSED = "unclosed";

/** A place in a document. */
export interface Tokens {
  readonly text: string;
  /** First character of the token that was read last. */
  start: number;
  /** Behind its last. */
  end: number;
}

export function startTokens(text: string): Tokens {
  return { text, start: 0, end: 0 };
}

/** The characters of the token that was read last. */
export function tokenText(tokens: Tokens): string {
  return tokens.text.slice(tokens.start, tokens.end);
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const HASH = 0x23;
const DOT = 0x2e;
const BACKSLASH = 0x5c;
const BLOCK_QUOTE = '"""';

/** Reads on to the next token that is not passed over: white space, commas, BOMs and comments are. */
export function nextToken(tokens: Tokens): string {
  const { text } = tokens;
  let at = tokens.end;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === HASH) at = lineEnd(text, at);
    else if (isIgnored(code)) at += 1;
    else break;
  }
  tokens.start = at;
  tokens.end = at + 1;
  if (at >= text.length) {
    tokens.end = at;
    return END;
  }
  const code = text.charCodeAt(at);
  if (isWordPart(code)) {
    while (isWordPart(text.charCodeAt(tokens.end))) tokens.end += 1;
    return WORD;
  }
  if (code === QUOTE) {
    tokens.end = text.startsWith(BLOCK_QUOTE, at) ? blockStringEnd(text, at + 3) : stringEnd(text, at + 1);
    return tokens.end < 0 ? closeAll(tokens) : TEXT;
  }
  if (code === DOT && text.startsWith("...", at)) {
    tokens.end = at + 3;
    return SPREAD;
  }
  return text.charAt(at);
}

function closeAll(tokens: Tokens): string {
  tokens.end = tokens.text.length;
  return UNCLOSED;
}

/** Space, tab, line ends, comma and the byte order mark. */
function isIgnored(code: number): boolean {
  return code === 0x20 || code === NEWLINE || code === RETURN || code === 0x2c || code === 0x09 || code === 0xfeff;
}

/** Letters, digits and the underscore. A number reads as a word: nothing here asks for numbers. */
function isWordPart(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39) || code === 0x5f
  );
}

function lineEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === NEWLINE || code === RETURN) return at;
  }
  return text.length;
}

/** Behind the closing quote, or -1. */
function stringEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) at += 1;
  }
  return -1;
}

/** Behind the closing three quotes, or -1. In a block string only `\"""` is escaped. */
function blockStringEnd(text: string, from: number): number {
  let at = text.indexOf(BLOCK_QUOTE, from);
  while (at > from && text.charCodeAt(at - 1) === BACKSLASH) at = text.indexOf(BLOCK_QUOTE, at + 3);
  return at < 0 ? -1 : at + 3;
}
