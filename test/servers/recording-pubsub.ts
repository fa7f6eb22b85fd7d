import { once } from "node:events";
import {
  type ClientHttp2Stream,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";

/** A call of Pub/Sub as it went through. */
export interface PassedCall {
  /** `Pull`, `CreateTopic`, … */
  readonly method: string;
  /** What it is about, as the client routes it: `projects/…`. */
  readonly on: string;
  /** The request, in which names stand as they are. */
  readonly body: string;
}

/** A way to a server of Pub/Sub on which every call is noted. */
export interface RecordingPubsub {
  /** `HOST:PORT` */
  readonly host: string;
  /** What was called since last asked. */
  take(): readonly PassedCall[];
  close(): Promise<void>;
}

/** `target` is the `HOST:PORT` of a server without TLS. */
export async function openRecordingPubsub(target: string): Promise<RecordingPubsub> {
  const passed: PassedCall[] = [];
  const far = connect(`http://${target}`);
  const server = createServer();
  server.on("stream", (near: ServerHttp2Stream, headers) => {
    const chunks: Buffer[] = [];
    near.on("data", (chunk: Buffer) => chunks.push(chunk));
    near.on("end", () => passed.push(callOf(headers, Buffer.concat(chunks))));
    passOn(near, far.request(headers));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    take: () => passed.splice(0),
    async close() {
      far.destroy();
      server.close();
    },
  };
}

function callOf(headers: IncomingHttpHeaders, body: Buffer): PassedCall {
  const params = new URLSearchParams(String(headers["x-goog-request-params"] ?? ""));
  const [on = ""] = params.values();
  return { method: String(headers[":path"]).split("/").at(-1) ?? "", on, body: body.toString("latin1") };
}

function passOn(near: ServerHttp2Stream, onward: ClientHttp2Stream): void {
  let trailers: IncomingHttpHeaders = {};
  onward.on("trailers", (found) => {
    trailers = found;
  });
  onward.on("response", (answer) => {
    if (near.destroyed) return;
    // A refusal is nothing but headers.
    if (answer["grpc-status"] !== undefined) return near.respond(answer, { endStream: true });
    near.respond(answer, { waitForTrailers: true });
    near.on("wantTrailers", () => near.sendTrailers(trailers));
    onward.pipe(near);
  });
  near.pipe(onward);
  near.on("close", () => onward.close());
  // Whoever is called off, or ends, cuts what is under way.
  near.on("error", () => undefined);
  onward.on("error", () => near.destroy());
}
