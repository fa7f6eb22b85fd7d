import type { QuarantineReason } from "../core/fault.ts";
import type { Lane, Line, MessageInfo } from "../core/line.ts";

/** What a line itself lacks. One JSON line per raw line, in the same order and block. */
export interface Meta {
  readonly id: string;
  readonly lane: Lane;
  readonly log: string;
  /** Milliseconds since 1970, null without a time. */
  readonly timeMs: number | null;
  readonly reason: QuarantineReason | null;
  readonly message: MessageInfo | null;
}

/** The JSON of a meta line: what does not apply is left out. */
interface MetaJson {
  readonly id: string;
  readonly lane: Lane;
  readonly log: string;
  readonly time?: string;
  readonly topic?: string;
  readonly message_id?: string;
  readonly published_at?: string;
  /** The attributes, or the row (in this block, from 0) of the line that has the same ones. */
  readonly attributes?: Readonly<Record<string, string>> | number;
  readonly reason?: QuarantineReason;
}

/** Collects the meta lines of one block. Equal sets of attributes are written once and then named by row. */
export interface MetaBlock {
  append(line: Line): void;
  /** The block's text, each line ended by LF; the block is empty afterwards. */
  take(): Buffer;
}

export function createMetaBlock(): MetaBlock {
  let lines: string[] = [];
  const rowOfAttributes = new Map<string, number>();
  return {
    append(line) {
      const time = line.timeMs === null ? "" : `,"time":"${new Date(line.timeMs).toISOString()}"`;
      const message = line.message === null ? "" : messageJson(line.message, rowOfAttributes, lines.length);
      const reason = line.reason === null ? "" : `,"reason":"${line.reason}"`;
      lines.push(`{"id":"${line.id}","lane":"${line.lane}","log":"${line.log}"${time}${message}${reason}}\n`);
    },
    take() {
      const text = Buffer.from(lines.join(""), "utf8");
      lines = [];
      rowOfAttributes.clear();
      return text;
    },
  };
}

function messageJson(message: MessageInfo, rowOfAttributes: Map<string, number>, row: number): string {
  const topic = message.topic === "" ? "" : `,"topic":${JSON.stringify(message.topic)}`;
  const published =
    message.publishedAtMs === null ? "" : `,"published_at":"${new Date(message.publishedAtMs).toISOString()}"`;
  const head = `${topic},"message_id":${JSON.stringify(message.messageId)}${published}`;
  const attributes = JSON.stringify(message.attributes);
  if (attributes === "{}") return head;
  const known = rowOfAttributes.get(attributes);
  if (known !== undefined) return `${head},"attributes":${known}`;
  rowOfAttributes.set(attributes, row);
  return `${head},"attributes":${attributes}`;
}

/** Reads the meta lines of one block; throws a `SyntaxError` where they are no JSON. */
export function parseMetaBlock(text: string): Meta[] {
  const metas: Meta[] = [];
  let last: MessageInfo | null = null;
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf("\n", at);
    const json = JSON.parse(text.slice(at, end)) as MetaJson;
    const message: MessageInfo | null =
      json.message_id === undefined ? null : readMessage(json, json.message_id, metas, last);
    last = message;
    metas.push({
      id: json.id,
      lane: json.lane,
      log: json.log,
      timeMs: json.time === undefined ? null : Date.parse(json.time),
      reason: json.reason ?? null,
      message,
    });
    at = end + 1;
  }
  return metas;
}

/** The lines of one message share one object. */
function readMessage(json: MetaJson, messageId: string, metas: readonly Meta[], last: MessageInfo | null): MessageInfo {
  if (last !== null && last.messageId === messageId && last.topic === (json.topic ?? "")) return last;
  const { attributes = {} } = json;
  return {
    topic: json.topic ?? "",
    messageId,
    publishedAtMs: json.published_at === undefined ? null : Date.parse(json.published_at),
    attributes: typeof attributes === "number" ? (metas[attributes]?.message?.attributes ?? {}) : attributes,
  };
}
