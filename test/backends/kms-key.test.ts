/**
 * Goal: a key in Cloud KMS signs what it was given, and nothing that was damaged on the way is taken for its signature.
 * Method: a scripted server in the place of the service, with a key of its own, whose answers go wrong in every way.
 */
import { generateKeyPairSync, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { crc32c } from "../../src/backends/gcs/crc32c.ts";
import { type KmsKey, openKmsKey } from "../../src/backends/gcs/kms-key.ts";
import { createService } from "../../src/backends/gcs/service.ts";
import { type KmsMishap, startScriptedKms } from "../servers/scripted-kms.ts";

const NAME = "projects/p/locations/global/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1";
const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const BYTES = Buffer.from('{"format":1}');

/** With those mishaps: opens the key, and does something with it. */
async function withKey<Result>(
  mishaps: readonly (KmsMishap | null)[],
  work: (key: KmsKey) => Promise<Result>,
  { algorithm = "EC_SIGN_ED25519", name = NAME, said = [] as string[] } = {},
): Promise<{ readonly result: Result; readonly requests: readonly string[] }> {
  const server = await startScriptedKms(NAME, privateKey, mishaps, algorithm);
  let nowMs = 0;
  const backoff = {
    giveUpAfterMs: 1000,
    monotonicMs: () => nowMs,
    random: () => 0.5,
    sleep: async (ms: number) => {
      nowMs += ms;
    },
  };
  try {
    const service = createService({ endpoint: server.url });
    const key = await openKmsKey(service, name, { backoff, onTrouble: (message) => said.push(message) });
    return { result: await work(key), requests: server.requests };
  } finally {
    await server.close();
  }
}

it("sums bytes as the service does", () => {
  expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(0))).toBe(0);
});

describe("a key in Cloud KMS", () => {
  it("signs", async () => {
    const { result, requests } = await withKey([], (key) => key.sign(BYTES));
    expect(verify(null, BYTES, publicKey, result)).toBe(true);
    expect(requests).toEqual([`GET /v1/${NAME}/publicKey`, `POST /v1/${NAME}:asymmetricSign`]);
  });

  it.each<KmsMishap>([503, 429, "damaged", "not verified", "other version", "no JSON"])(
    "is asked again where the answer is %s",
    async (mishap) => {
      const said: string[] = [];
      const { result, requests } = await withKey([null, mishap], (key) => key.sign(BYTES), { said });
      expect(verify(null, BYTES, publicKey, result)).toBe(true);
      expect(requests).toHaveLength(3);
      expect(said).toEqual([expect.stringContaining(`sign with "${NAME}"`)]);
    },
  );

  it.each<KmsMishap>(["damaged", "other version", "no JSON", 500])(
    "is opened again where its public key is %s",
    async (mishap) => {
      const { result, requests } = await withKey([mishap], async ({ publicPem }) => publicPem);
      expect(result).toBe(publicKey.export({ type: "spki", format: "pem" }));
      expect(requests).toHaveLength(2);
    },
  );

  it("that always comes damaged signs nothing", async () => {
    const mishaps = [null, ...Array.from({ length: 50 }, (): KmsMishap => "damaged")];
    await expect(withKey(mishaps, (key) => key.sign(BYTES))).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("damaged on the way"),
    });
  });

  it("that may not be used, is not there or is of another kind is told in one line", async () => {
    const sign = (key: KmsKey): Promise<Buffer> => key.sign(BYTES);
    await expect(withKey([null, 403], sign)).rejects.toMatchObject({
      code: "denied",
      message: expect.stringMatching(/^sign with .*not today \(hint: .*roles\/cloudkms\.signer and/),
    });
    await expect(withKey([], sign, { name: `${NAME}2` })).rejects.toMatchObject({ code: "not_found" });
    await expect(withKey([], sign, { algorithm: "RSA_SIGN_PSS_2048_SHA256" })).rejects.toThrow(
      /it is of RSA_SIGN_PSS_2048_SHA256, not of EC_SIGN_ED25519 \(hint: gcloud kms keys create/,
    );
  });
});
