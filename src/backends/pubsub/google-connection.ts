import pubsub from "@google-cloud/pubsub-api";
import { GoogleAuth, grpc } from "google-gax";
import { MIB } from "../../core/units.ts";
import { isTimeout, subscriberError } from "./google-error.ts";
import { openOnce } from "./open-once.ts";

export type Client = InstanceType<typeof pubsub.v1.SubscriberClient>;

const SCOPE = "https://www.googleapis.com/auth/pubsub";
/** Messages have at most 10 MB, and a pull asks for about a mebibyte. */
const MOST_ANSWER_BYTES = 32 * MIB;
const CHANNEL = {
  "grpc.max_receive_message_length": MOST_ANSWER_BYTES,
  // A client that is made anew must not find the connection of the one before.
  "grpc.use_local_subchannel_pool": 1,
};

type Send<T> = (client: Client) => Promise<T>;

/** A client, and another one once its connection has died. */
export interface Connection {
  /** How many requests were answered, in whatever way. */
  readonly answers: number;
  /** Rejects with `SubscriberError`. */
  readonly request: <T>(send: Send<T>) => Promise<T>;
  /**
   * Sends something that should be answered at once; where it is not, the next request goes over a new connection.
   * Resolves with true for whoever of several callers has replaced it.
   */
  replaceIfDead(probe: Send<unknown>): Promise<boolean>;
  readonly close: () => Promise<void>;
}

/** Nothing is reached yet. `emulator` as in `GoogleSubscriberOptions`. */
export function createConnection(emulator: string | null): Connection {
  const client = openOnce(() => openClient(emulator));
  let answers = 0;

  async function request<T>(send: Send<T>): Promise<T> {
    try {
      const result = await send(await client.get());
      answers += 1;
      return result;
    } catch (error) {
      const failed = subscriberError(error);
      if (!isTimeout(failed)) answers += 1;
      throw failed;
    }
  }

  return {
    get answers() {
      return answers;
    },
    request,
    async replaceIfDead(probe) {
      const before = client.opened;
      try {
        await request(probe);
        return false;
      } catch (error) {
        // Any other error is an answer. Somebody else may have been faster.
        if (!isTimeout(error) || client.opened !== before) return false;
        client.forget();
        await closeClient(before);
        return true;
      }
    },
    close: () => closeClient(client.opened),
  };
}

async function closeClient(opened: Promise<Client> | null): Promise<void> {
  const client = await opened?.catch(() => null);
  await client?.close();
}

/** Looks for credentials first: a client that finds none leaves rejections that nobody can catch. */
async function openClient(emulator: string | null): Promise<Client> {
  if (emulator !== null) return new pubsub.v1.SubscriberClient(serverOptions(emulator));
  const auth = new GoogleAuth({ scopes: SCOPE });
  await auth.getClient();
  const client = new pubsub.v1.SubscriberClient({ ...CHANNEL, auth });
  await client.initialize();
  return client;
}

/** Of plain HTTP, which a URL leaves out. */
const DEFAULT_PORT = 80;

/** For a client of a test server. */
export function serverOptions(address: string) {
  const { hostname: servicePath, port } = new URL(`http://${address.replace(/^https?:\/\//, "")}`);
  // Otherwise the client asks the machine for credentials, only to learn the domain of the service.
  const auth = new GoogleAuth({ clientOptions: { universeDomain: "googleapis.com" } });
  return {
    ...CHANNEL,
    servicePath,
    port: Number(port || DEFAULT_PORT),
    sslCreds: grpc.credentials.createInsecure(),
    auth,
  };
}
