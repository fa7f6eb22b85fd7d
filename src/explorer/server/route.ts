/** What the page asks of an address. */
export interface Asked {
  readonly params: URLSearchParams;
  /** Of a POST the text of its body, else empty. */
  readonly body: string;
  /** Aborts once nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** Hands over a part of an answer; resolves when more may come. */
export type Send = (part: string | Uint8Array) => Promise<void>;

/** An answer as a whole, or, where it takes long, in parts. */
export type Reply = WholeReply | ReplyInParts;

interface WholeReply {
  readonly mediaType: string;
  readonly content: string | Uint8Array;
}

interface ReplyInParts {
  readonly mediaType: string;
  /** May reject after the first part: JSON lines end with one of the error then, other answers are cut off. */
  readonly sendParts: (send: Send) => Promise<void>;
}

/** An address of the interface under which the page gets its data. */
export interface Route {
  readonly method: "GET" | "POST";
  /** As it stands in URLs: `/api/counts`. */
  readonly path: string;
  /** Rejects with `UsageError` for what makes no sense, and with `IoError`. */
  readonly answer: (asked: Asked) => Promise<Reply>;
}

const JSON_TYPE = "application/json; charset=utf-8";
export const JSON_LINES_TYPE = "application/x-ndjson; charset=utf-8";

export function jsonReply(value: unknown): Reply {
  return { mediaType: JSON_TYPE, content: JSON.stringify(value) };
}

/** An answer of JSON lines, sent as they are made. */
export function jsonLinesReply(sendLines: (send: (line: object) => Promise<void>) => Promise<void>): Reply {
  return {
    mediaType: JSON_LINES_TYPE,
    sendParts: (send) => sendLines((line) => send(`${JSON.stringify(line)}\n`)),
  };
}
