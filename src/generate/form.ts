import { deflateSync } from "node:zlib";
import { COMPRESSION_ATTRIBUTE } from "../decode/inflate.ts";
import { badPayload } from "./bad-payload.ts";
import type { Chance } from "./chance.ts";
import { collected, ENVIRONMENT, respelled } from "./collector.ts";
import type { Fate, Piece, Row } from "./row.ts";
import type { LeftLine, Members } from "./scene.ts";

/** As a component writes its lines, as FluentD sends them on, as Cloud Logging exports them, as Pub/Sub delivers them. */
export const FORM_NAMES = ["bare", "fluentd", "logentry", "pubsub"] as const;

export type FormName = (typeof FORM_NAMES)[number];

/** Turns pieces into rows of output. */
export interface Form {
  /** What the form adds to each line as its environment; null: nothing. */
  readonly environment: string | null;
  record(line: LeftLine): Piece;
  /** Null while a batch is being filled. */
  take(piece: Piece): Row | null;
  /** What a batch still holds. */
  rest(): Row | null;
  /** Now and then a message that is bad as a whole; null: none this time. */
  badMessage(timeMs: number): Row | null;
}

export interface FormOptions {
  readonly name: FormName;
  /** Records of a compressed message; null: messages of one record each. */
  readonly batch: number | null;
}

export function createForm(chance: Chance, { name, batch }: FormOptions): Form {
  if (name === "pubsub") return createPubsubForm(chance, batch);
  return {
    environment: name === "bare" ? null : ENVIRONMENT,
    record: (line) => ({ bytes: textOf(chance, name, line), timeMs: line.timeMs, fate: "by_content" }),
    take: ({ bytes, fate }) => ({ bytes, fates: [fate], publishedAtMs: null, again: () => bytes }),
    rest: () => null,
    badMessage: () => null,
  };
}

function textOf(chance: Chance, name: "bare" | "fluentd" | "logentry", line: LeftLine): string {
  const members = respelled(chance, line.members);
  if (name === "bare") return JSON.stringify(members);
  const record = collected(chance, line.tag, members);
  return name === "fluentd" ? JSON.stringify(record) : entryText(chance, line, record);
}

/** Cloud Logging lifts time and severity out of the record; some numbers have become doubles on the way. */
function entryText(chance: Chance, { timeMs }: LeftLine, { time: _time, severity, tag, ...record }: Members): string {
  const name = String(tag);
  const timestamp = new Date(timeMs).toISOString().replace("Z", `${100_000 + chance.below(900_000)}Z`);
  const envelope = {
    labels: { "compute.googleapis.com/resource_name": record["hostname"] ?? "", tag: name },
    logName: `projects/gitlab-production/logs/${encodeURIComponent(name)}`,
    receiveTimestamp: new Date(timeMs + 2500).toISOString(),
    resource: { labels: { project_id: "gitlab-production", zone: "us-east1-c" }, type: "gce_instance" },
    severity: severity ?? "INFO",
    timestamp,
  };
  const insertId = chance.digits(14);
  if (chance.share(0.02)) return JSON.stringify({ insertId, textPayload: JSON.stringify(record), ...envelope });
  const text = JSON.stringify({ insertId, jsonPayload: record, ...envelope });
  return chance.share(0.1) ? text.replace(/"(status|user_id|meta\.user_id)":(\d+)([,}])/g, '"$1":$2.0$3') : text;
}

interface Message {
  readonly data: Buffer;
  readonly publishedAtMs: number;
  readonly attributes: Readonly<Record<string, string>>;
}

const RECORD_SEPARATOR = Buffer.from([0x1e]);
/** Compressing is not what is simulated: the fastest level does. */
const LEVEL = 1;
const FIRST_MESSAGE_ID = 1_500_000_000_000;
/** Of what goes bad, so much does as a message. */
const BAD_MESSAGE_SHARE = 0.2;

/** Dumped messages of Pub/Sub, with one record each or with a compressed batch. */
function createPubsubForm(chance: Chance, batch: number | null): Form {
  let messages = 0;
  let pieces: Piece[] = [];
  const newId = (): string => {
    messages += 1;
    return String(FIRST_MESSAGE_ID + messages);
  };
  const row = (message: Message, fates: readonly Fate[]): Row => {
    const id = newId();
    return {
      bytes: dump(message, id, 1),
      fates,
      publishedAtMs: message.publishedAtMs,
      again: (how) => (how === "redelivered" ? dump(message, id, 2) : dump(message, newId(), 1)),
    };
  };
  const close = (): Row | null => {
    if (pieces.length === 0) return null;
    const parts = pieces.flatMap(({ bytes }, index) => [
      ...(index === 0 ? [] : [RECORD_SEPARATOR]),
      Buffer.from(bytes),
    ]);
    const publishedAtMs = Math.max(...pieces.map(({ timeMs }) => timeMs)) + delayMs(chance);
    const data = deflateSync(Buffer.concat(parts), { level: LEVEL });
    const fates = pieces.map(({ fate }) => fate);
    pieces = [];
    return row({ data, publishedAtMs, attributes: { [COMPRESSION_ATTRIBUTE]: "zlib" } }, fates);
  };
  return {
    environment: ENVIRONMENT,
    record: (line) => ({ bytes: textOf(chance, "fluentd", line), timeMs: line.timeMs, fate: "by_content" }),
    take(piece) {
      if (batch === null) {
        const message = {
          data: Buffer.from(piece.bytes),
          publishedAtMs: piece.timeMs + delayMs(chance),
          attributes: {},
        };
        return row(message, [piece.fate]);
      }
      pieces.push(piece);
      return pieces.length < batch ? null : close();
    },
    rest: close,
    badMessage(timeMs) {
      if (!chance.share(BAD_MESSAGE_SHARE)) return null;
      const { fate, data, algorithm } = badPayload(chance);
      const attributes = { [COMPRESSION_ATTRIBUTE]: algorithm };
      return row({ data, publishedAtMs: timeMs + delayMs(chance), attributes }, [fate]);
    },
  };
}

function dump({ data, publishedAtMs, attributes }: Message, messageId: string, deliveryAttempt: number): string {
  const publishTime = new Date(publishedAtMs).toISOString();
  const message = { data: data.toString("base64"), attributes, messageId, publishTime };
  return JSON.stringify({ ackId: `ACK-${messageId}-${deliveryAttempt}`, message, deliveryAttempt });
}

function delayMs(chance: Chance): number {
  return 200 + chance.below(3000);
}
