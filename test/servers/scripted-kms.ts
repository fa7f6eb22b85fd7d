import { createPublicKey, type KeyObject, sign } from "node:crypto";
import { createServer } from "node:http";
import { crc32c } from "../../src/backends/gcs/crc32c.ts";
import { type LoopbackServer, listenOnLoopback, receive } from "./loopback-http.ts";

/** What goes wrong with an answer. */
export type KmsMishap = number | "damaged" | "not verified" | "other version" | "no JSON" | "other key";

export interface ScriptedKms extends LoopbackServer {
  /** Requests until now, as `METHOD PATH`. */
  readonly requests: readonly string[];
}

/** As much of Cloud KMS as a signer needs: one version of a key. Mishaps come in the order of the requests. */
export async function startScriptedKms(
  name: string,
  key: KeyObject,
  mishaps: readonly (KmsMishap | null)[] = [],
  algorithm = "EC_SIGN_ED25519",
): Promise<ScriptedKms> {
  const script = [...mishaps];
  const requests: string[] = [];
  const sumOf = (bytes: Uint8Array, mishap: KmsMishap | null): string =>
    String(mishap === "damaged" ? crc32c(bytes) ^ 1 : crc32c(bytes));
  const server = createServer((request, response) => {
    const answered = receive(request).then((body) => {
      requests.push(`${request.method} ${request.url}`);
      const mishap = script.shift() ?? null;
      const answer = (status: number, value: unknown): void => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(mishap === "no JSON" ? "<html>" : JSON.stringify(value));
      };
      const said = mishap === "other version" ? `${name}0` : name;
      if (typeof mishap === "number") answer(mishap, { error: { code: mishap, message: "not today" } });
      else if (request.method === "GET" && request.url === `/v1/${name}/publicKey`) {
        const pem = createPublicKey(key).export({ type: "spki", format: "pem" });
        answer(200, { name: said, pem, pemCrc32c: sumOf(Buffer.from(pem), mishap), algorithm });
      } else if (request.method === "POST" && request.url === `/v1/${name}:asymmetricSign`) {
        const { data, dataCrc32c } = JSON.parse(body.toString()) as { data: string; dataCrc32c: string };
        const bytes = Buffer.from(data, "base64");
        const signature = sign(null, mishap === "other key" ? Buffer.from("else") : bytes, key);
        const isVerified = mishap !== "not verified" && dataCrc32c === String(crc32c(bytes));
        answer(200, {
          name: said,
          signature: signature.toString("base64"),
          signatureCrc32c: sumOf(signature, mishap),
          verifiedDataCrc32c: isVerified,
        });
      } else answer(404, { error: { code: 404, message: "no such key" } });
    });
    answered.catch(() => response.destroy());
  });
  return { requests, ...(await listenOnLoopback(server)) };
}
