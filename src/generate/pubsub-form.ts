import { deflateSync } from "node:zlib";
import { COMPRESSION_ATTRIBUTE } from "../decode/inflate.ts";
import { badPayload } from "./bad-payload.ts";
import type { Chance } from "./chance.ts";
import { ENVIRONMENT } from "./collector.ts";
import type { Form } from "./form.ts";
import { lineText } from "./plain-form.ts";
import { poisoned } from "./poison.ts";
import type { Piece, Row } from "./row.ts";

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
export function createPubsubForm(chance: Chance, batch: number | null): Form {
  let messages = 0;
  let pieces: Piece[] = [];
  const newId = (): string => {
    messages += 1;
    return String(FIRST_MESSAGE_ID + messages);
  };
  const row = (message: Message, reasons: Row["reasons"]): Row => {
    const id = newId();
    return {
      bytes: dump(message, id, 1),
      reasons,
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
    const newestMs = pieces.reduce((newest, { timeMs }) => Math.max(newest, timeMs), 0);
    const publishedAtMs = newestMs + delayMs(chance);
    const data = deflateSync(Buffer.concat(parts), { level: LEVEL });
    const reasons = pieces.map(({ reason }) => reason);
    pieces = [];
    return row({ data, publishedAtMs, attributes: { [COMPRESSION_ATTRIBUTE]: "zlib" } }, reasons);
  };
  return {
    environment: ENVIRONMENT,
    record: (line) => ({ bytes: lineText(chance, "fluentd", line), timeMs: line.timeMs, reason: null }),
    take(piece) {
      if (batch === null) {
        const message = {
          data: Buffer.from(piece.bytes),
          publishedAtMs: piece.timeMs + delayMs(chance),
          attributes: {},
        };
        return row(message, [piece.reason]);
      }
      pieces.push(piece);
      return pieces.length < batch ? null : close();
    },
    rest: close,
    poison: (timeMs) => poisoned(chance, timeMs, { isPublished: true, mayBeLarge: batch === null }),
    badMessage(timeMs) {
      if (!chance.share(BAD_MESSAGE_SHARE)) return null;
      const { reason, data, algorithm } = badPayload(chance);
      const attributes = { [COMPRESSION_ATTRIBUTE]: algorithm };
      return row({ data, publishedAtMs: timeMs + delayMs(chance), attributes }, [reason]);
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
