/** As much of Pub/Sub's wire format as a server needs. What a server sends often is made once, as bytes. */
// The package's own door opens differently in a test and in a program.
import protos from "@google-cloud/pubsub-api/build/protos/protos.js";
import { grpc } from "google-gax";

const { v1 } = protos.google.pubsub;
const { Duration } = protos.google.protobuf;

/** A dumped message, as `generate --form pubsub` writes it. */
interface Dump {
  readonly message: {
    readonly data: string;
    readonly attributes?: Readonly<Record<string, string>>;
    readonly publishTime: string;
  };
}

/** A `PubsubMessage` as bytes. Its time is that of the dump: lines without a time are counted by it. */
export function messageBytes(row: string, messageId: string): Buffer {
  const { data, attributes = {}, publishTime } = (JSON.parse(row) as Dump).message;
  const publishedAtMs = Date.parse(publishTime);
  const seconds = Math.floor(publishedAtMs / 1000);
  const nanos = (publishedAtMs % 1000) * 1e6;
  const message = { data: Buffer.from(data, "base64"), attributes, messageId, publishTime: { seconds, nanos } };
  return Buffer.from(v1.PubsubMessage.encode(message).finish());
}

const LENGTH_DELIMITED = 2;

/** A field with a length: bytes, a text, or a message. */
function field(number: number, content: Uint8Array | string): Buffer {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return Buffer.concat([varint(number * 8 + LENGTH_DELIMITED), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return Buffer.from([...bytes, rest]);
}

/** A message on loan: an entry of a `PullResponse`. */
export function receivedBytes(ackId: string, message: Buffer): Buffer {
  return field(1, Buffer.concat([field(1, ackId), field(2, message)]));
}

export function subscriptionBytes(name: string, topic: string, isExactlyOnce: boolean): Buffer {
  const messageRetentionDuration = Duration.create({ seconds: 7 * 86_400 });
  const subscription = { name, topic, messageRetentionDuration, enableExactlyOnceDelivery: isExactlyOnce };
  return Buffer.from(v1.Subscription.encode(subscription).finish());
}

/** A refusal of single ids, as subscriptions with exactly-once delivery answer: id → why. */
export function refusalOfIds(reasons: ReadonlyMap<string, string>): Partial<grpc.StatusObject> {
  const entries = [...reasons].map(([ackId, reason]) => field(3, Buffer.concat([field(1, ackId), field(2, reason)])));
  const info = Buffer.concat([field(1, "EXACTLY_ONCE_ACKID_FAILURE"), field(2, "pubsub.googleapis.com"), ...entries]);
  const detail = Buffer.concat([field(1, "type.googleapis.com/google.rpc.ErrorInfo"), field(2, info)]);
  const code = grpc.status.INVALID_ARGUMENT;
  const details = "Some acknowledgement ids in the request were invalid.";
  const metadata = new grpc.Metadata();
  const status = Buffer.concat([Buffer.from([8, code]), field(2, details), field(3, detail)]);
  metadata.set("grpc-status-details-bin", status);
  return { code, details, metadata };
}

export interface PullRequest {
  readonly maxMessages: number;
}

export interface IdsRequest {
  readonly ackIds: readonly string[];
  /** Of a change of deadlines. */
  readonly ackDeadlineSeconds: number | null;
}

function method<Request>(name: string, requestDeserialize: (bytes: Buffer) => Request) {
  return {
    path: `/google.pubsub.v1.Subscriber/${name}`,
    requestStream: false as const,
    responseStream: false as const,
    requestDeserialize,
    responseSerialize: (bytes: Buffer) => bytes,
    // Of a client, which this is not.
    requestSerialize: (): Buffer => Buffer.alloc(0),
    responseDeserialize: (bytes: Buffer) => bytes,
  };
}

export const SUBSCRIBER_SERVICE = {
  GetSubscription: method("GetSubscription", (bytes) => bytes),
  Pull: method("Pull", (bytes): PullRequest => ({ maxMessages: v1.PullRequest.decode(bytes).maxMessages })),
  Acknowledge: method("Acknowledge", (bytes): IdsRequest => {
    const { ackIds } = v1.AcknowledgeRequest.decode(bytes);
    return { ackIds, ackDeadlineSeconds: null };
  }),
  ModifyAckDeadline: method("ModifyAckDeadline", (bytes): IdsRequest => v1.ModifyAckDeadlineRequest.decode(bytes)),
};
