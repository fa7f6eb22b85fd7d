import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import pubsub from "@google-cloud/pubsub-api";
import { GoogleAuth, grpc } from "google-gax";

/** The shortest that there is: messages of a killed reader come again soon. */
const ACK_DEADLINE_SECONDS = 10;
const MESSAGES_IN_REQUEST = 500;

/** A dumped message, as `generate --form pubsub` writes it. */
interface Dump {
  readonly message: { readonly data: string; readonly attributes?: Readonly<Record<string, string>> };
}

/** A topic and its subscription, of one's own, on a test server. */
export interface Topic {
  readonly subscription: string;
  /** Publishes each of the dumped messages of a file, in order. */
  readonly publishFile: (path: string) => Promise<void>;
  /** What is not lent to anybody; asks once. */
  pull(): Promise<number>;
  close(): Promise<void>;
}

type Publisher = InstanceType<typeof pubsub.v1.PublisherClient>;

function serverOf(host: string) {
  const [servicePath = "", port = ""] = host.split(":");
  const auth = new GoogleAuth({ clientOptions: { universeDomain: "googleapis.com" } });
  return { servicePath, port: Number(port), sslCreds: grpc.credentials.createInsecure(), auth };
}

/** The caller closes it. */
export function openPublisher(host: string): Publisher {
  return new pubsub.v1.PublisherClient(serverOf(host));
}

/** Publishes each of the dumped messages of a file, in order. */
export async function publishDump(publisher: Publisher, topic: string, path: string): Promise<void> {
  const rows = (await readFile(path, "utf8")).trimEnd().split("\n");
  const messages = rows.map((row) => {
    const { data, attributes = {} } = (JSON.parse(row) as Dump).message;
    return { data: Buffer.from(data, "base64"), attributes: { ...attributes } };
  });
  for (let start = 0; start < messages.length; start += MESSAGES_IN_REQUEST) {
    await publisher.publish({ topic, messages: messages.slice(start, start + MESSAGES_IN_REQUEST) });
  }
}

export async function makeTopic(host: string): Promise<Topic> {
  const server = serverOf(host);
  const publisher = openPublisher(host);
  const subscriber = new pubsub.v1.SubscriberClient(server);
  const id = randomBytes(6).toString("hex");
  const topic = `projects/test/topics/pubsub-rails-inf-${id}`;
  const subscription = `projects/test/subscriptions/logtally-${id}`;
  await publisher.createTopic({ name: topic });
  await subscriber.createSubscription({
    name: subscription,
    topic,
    ackDeadlineSeconds: ACK_DEADLINE_SECONDS,
    expirationPolicy: {},
  });
  return {
    subscription,
    publishFile: (path) => publishDump(publisher, topic, path),
    async pull() {
      const [{ receivedMessages }] = await subscriber.pull({ subscription, maxMessages: 1000 });
      return receivedMessages?.length ?? 0;
    },
    async close() {
      await subscriber.deleteSubscription({ subscription });
      await publisher.deleteTopic({ topic });
      await Promise.all([publisher.close(), subscriber.close()]);
    },
  };
}
