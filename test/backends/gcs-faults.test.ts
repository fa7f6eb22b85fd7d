/**
 * Goal: whatever goes wrong on the way to a bucket, an object is there whole or not at all, once; and what does not
 * pass by itself is told at once, with what to do.
 * Method: a scripted server that fails on demand; waits are numbers, so that nothing waits.
 */
import { afterEach, describe, expect, it } from "vitest";
import { gcsError, passes } from "../../src/backends/gcs/gcs-error.ts";
import { createGcsRemover } from "../../src/backends/gcs/gcs-remover.ts";
import { createGcsStore } from "../../src/backends/gcs/gcs-store.ts";
import { CredentialError, createService } from "../../src/backends/gcs/service.ts";
import type { ObjectRemover } from "../../src/core/object-remover.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { scriptedBackoff } from "../core/scripted-backoff.ts";
import { type Mishap, type ScriptedGcs, startScriptedGcs } from "../servers/scripted-gcs.ts";

const GIVE_UP_AFTER_MS = 60_000;
const NAME = "wal/a/1";
const CONTENT = Buffer.from("of no great size\r\n--");

let gcs: ScriptedGcs | null = null;
afterEach(async () => {
  await gcs?.close();
  gcs = null;
});

interface Stage {
  readonly store: ObjectStore;
  readonly remover: ObjectRemover;
  readonly gcs: ScriptedGcs;
  /** How long the store waited between its tries. */
  readonly waits: readonly number[];
  readonly told: readonly string[];
}

/** A store on a server with these mishaps. */
async function storeAmid(...mishaps: readonly (Mishap | null)[]): Promise<Stage> {
  gcs = await startScriptedGcs(mishaps);
  const told: string[] = [];
  const { backoff, waits } = scriptedBackoff(GIVE_UP_AFTER_MS);
  const place = { bucket: "bucket", prefix: "", endpoint: gcs.url };
  const service = createService({ endpoint: gcs.url, timeoutMs: 200 });
  const options = { backoff, onTrouble: (message: string) => told.push(message) };
  const store = createGcsStore(service, place, options);
  return { store, remover: createGcsRemover(service, place, options), gcs, waits, told };
}

describe("an upload", () => {
  it("asks that the name is free, for a class that costs nothing to read, and for a check of its bytes", async () => {
    const { store, gcs } = await storeAmid();
    expect(await store.create(NAME, CONTENT)).toBe("created");
    expect(gcs.requests).toMatchObject([
      {
        method: "POST",
        query: { ifGenerationMatch: "0", uploadType: "multipart" },
        metadata: { name: NAME, storageClass: "STANDARD", md5Hash: expect.stringMatching(/^[A-Za-z0-9+/]{22}==$/) },
        isSigned: false,
      },
    ]);
    expect(gcs.objects.get(NAME)).toEqual(CONTENT);
  });

  it.each<[string, Mishap]>([
    ["is lost", "reply lost"],
    ["is a page of something in between", "no JSON"],
  ])("whose reply %s after it landed finds its own object", async (_what, mishap) => {
    const { store, gcs } = await storeAmid(mishap);
    expect(await store.create(NAME, CONTENT)).toBe("exists");
    expect(await store.read(NAME, 0, 100)).toEqual(CONTENT);
    expect(gcs.requests.map(({ method }) => method)).toEqual(["POST", "POST", "GET"]);
  });

  it("to a name that is taken is told so by whoever may not delete", async () => {
    const message = "a@b.c does not have storage.objects.delete access to the Google Cloud Storage object.";
    const { store } = await storeAmid({ status: 403, message });
    expect(await store.create(NAME, CONTENT)).toBe("exists");
  });

  it.each<[string, readonly Mishap[]]>([
    ["is torn", ["torn", "torn"]],
    ["is never answered", ["no answer", "no answer"]],
    ["meets a service that is overloaded", [429, { status: 403, message: "slow down", reason: "rateLimitExceeded" }]],
    ["meets a service that fails", [500, 504]],
    ["is damaged on the way", [{ status: 400, message: "Provided MD5 hash doesn't match calculated MD5 hash." }, 503]],
  ])("that %s is tried again, later each time", async (_what, mishaps) => {
    const { store, gcs, waits } = await storeAmid(...mishaps);
    expect(await store.create(NAME, CONTENT)).toBe("created");
    expect(gcs.objects.get(NAME)).toEqual(CONTENT);
    expect(waits).toEqual([150, 300]);
  });

  it("is given up after a while, and says so", async () => {
    const { store, gcs, waits, told } = await storeAmid(...Array.from({ length: 100 }, () => 503));
    await expect(store.create(NAME, CONTENT)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(
        /^create "wal\/a\/1" in gs:\/\/bucket: status 503 \(hint: .*running again is safe/,
      ),
    });
    const waitedMs = waits.reduce((sum, ms) => sum + ms, 0);
    expect(waitedMs).toBeGreaterThan(GIVE_UP_AFTER_MS / 2);
    expect(waitedMs).toBeLessThanOrEqual(GIVE_UP_AFTER_MS);
    expect(told).toEqual(['create "wal/a/1" in gs://bucket: status 503']);
    expect(gcs.requests.length).toBe(waits.length + 1);
    expect(gcs.objects.size).toBe(0);
  });

  it("of which other bytes are stored is no success", async () => {
    const { store } = await storeAmid("bit flipped");
    await expect(store.create(NAME, CONTENT)).rejects.toMatchObject({ code: "corrupt" });
  });

  it.each<[number, string, string, string]>([
    [401, "Invalid Credentials", "denied", "gcloud auth application-default login"],
    [
      403,
      "a does not have storage.objects.create access",
      "denied",
      "--member=PRINCIPAL --role=roles/storage.objectCreator",
    ],
    [403, "The billing account for the project is disabled", "denied", "does not allow it"],
    [404, "The specified bucket does not exist.", "not_found", "gcloud storage buckets create gs://bucket"],
    [400, "Bucket is a requester pays bucket", "denied", "bucket's settings"],
  ])("that is refused with %i %j is not tried again", async (status, message, code, hint) => {
    const { store, gcs, told } = await storeAmid({ status, message });
    await expect(store.create(NAME, CONTENT)).rejects.toMatchObject({ code, message: expect.stringContaining(hint) });
    expect(gcs.requests).toHaveLength(1);
    expect(told).toEqual([]);
  });
});

describe("a download", () => {
  it("that is torn, or fails on the way, is tried again until it is whole", async () => {
    const { store, gcs, waits } = await storeAmid("reply lost", 412, "torn", 503, "no answer");
    expect(await store.create(NAME, CONTENT)).toBe("exists");
    expect(await store.read(NAME, 0, CONTENT.length)).toEqual(CONTENT);
    expect(gcs.requests.map(({ method }) => method)).toEqual(["POST", "POST", "GET", "GET", "GET", "GET"]);
    expect(waits).toEqual([150, 150, 300, 600]);
  });

  it("gives the range that was asked for, also where the whole object comes", async () => {
    const { store } = await storeAmid("reply lost", 412, "whole object");
    await store.create(NAME, CONTENT);
    expect((await store.read(NAME, 3, 5)).toString()).toBe("no");
    expect((await store.read(NAME, 3, 5)).toString()).toBe("no");
  });

  it("of what is not there is not tried again", async () => {
    const { store, gcs } = await storeAmid();
    await expect(store.read(NAME, 0, 1)).rejects.toMatchObject({ code: "not_found" });
    expect(gcs.requests).toHaveLength(1);
  });
});

it("a list asks for all that is told of an object, and for no more", async () => {
  const { store, gcs } = await storeAmid();
  for await (const _ of store.list("wal/")) break;
  expect(gcs.requests).toMatchObject([
    { query: { fields: "items(name,size,timeCreated,storageClass),nextPageToken" } },
  ]);
});

it("a list goes on where a page ends, also over a page that fails at first", async () => {
  const { store, gcs } = await storeAmid(null, 503);
  const names = Array.from({ length: 2500 }, (_, n) => `wal/${String(n).padStart(4, "0")}`);
  for (const name of [...names, "z/1"]) (gcs.objects as Map<string, Buffer>).set(name, CONTENT);
  expect((await Array.fromAsync(store.list("wal/"))).map(({ name }) => name)).toEqual(names);
  expect(gcs.requests).toHaveLength(4);
});

describe("a removal", () => {
  it("that fails on the way is tried again, and is done where its reply was lost", async () => {
    const { store, remover, gcs, waits } = await storeAmid(null, 503, "reply lost");
    await store.create(NAME, CONTENT);
    await remover.remove(NAME);
    expect(gcs.requests.map(({ method }) => method)).toEqual(["POST", "DELETE", "DELETE", "DELETE"]);
    expect(waits).toEqual([150, 300]);
    expect(gcs.objects.size).toBe(0);
  });

  it("names the right that is missing, and a role that has no more than that", async () => {
    const message = "a does not have storage.objects.delete access to the Google Cloud Storage object.";
    const { remover, gcs } = await storeAmid({ status: 403, message });
    await expect(remover.remove(NAME)).rejects.toMatchObject({
      code: "denied",
      message: expect.stringMatching(
        /^remove "wal\/a\/1" in gs:\/\/bucket: .* \(hint: .*--role=roles\/storage\.objectAdmin, or a role .* storage\.objects\.delete\)$/,
      ),
    });
    expect(gcs.requests).toHaveLength(1);
  });
});

describe("the check", () => {
  const refused = (right: string): Mishap => ({
    status: 403,
    message: `a does not have storage.objects.${right} access`,
  });

  it.each<[string, string, number]>([
    ["list", "roles/storage.objectViewer", 1],
    ["get", "roles/storage.objectViewer", 2],
    ["create", "roles/storage.objectCreator", 3],
  ])("names the right to %s where it is missing", async (right, role, request) => {
    // The answers before that one are the server's own.
    const { store, gcs } = await storeAmid(...Array.from({ length: request - 1 }, () => null), refused(right));
    await expect(store.check("write")).rejects.toMatchObject({
      code: "denied",
      message: expect.stringContaining(role),
    });
    expect(gcs.requests).toHaveLength(request);
  });

  it("asks for all of them where a worker has them, and creates nothing", async () => {
    const { store, gcs } = await storeAmid();
    await store.check("write");
    expect(gcs.requests.map(({ method }) => method)).toEqual(["GET", "GET", "POST"]);
    expect(gcs.requests[2]?.metadata).toMatchObject({ name: expect.stringMatching(/^wal\//) });
    expect(gcs.objects.size).toBe(0);
  });
});

it("a request after the end is none, and does not wait for credentials", async () => {
  const stop = AbortSignal.abort();
  const service = createService({ endpoint: "https://127.0.0.1:9", signal: stop });
  await expect(service.send({ path: "/" })).rejects.toBe(stop.reason);
});

describe("credentials", () => {
  const hintOf = (cause: unknown): string =>
    gcsError("create", "bucket", "roles/storage.objectCreator", new CredentialError(cause)).message;

  it.each<[string, Error]>([
    ["are not there", new Error("Could not load the default credentials. Browse to …\nmore")],
    [
      "name a file that is not there",
      Object.assign(new Error("Unable to read the credential file"), { code: "ENOENT" }),
    ],
    ["hold a bad key", Object.assign(new Error("unsupported"), { code: "ERR_OSSL_UNSUPPORTED" })],
    ["are refused", Object.assign(new Error("invalid_grant"), { code: 400 })],
    ["belong to an account that is gone", Object.assign(new Error("not found"), { code: 404 })],
  ])("that %s are not asked for again, and told", (_what, cause) => {
    expect(passes(new CredentialError(cause))).toBe(false);
    expect(hintOf(cause)).toMatch(/^create: [^\n]* \(hint: give credentials: /);
  });

  it.each<[string, Error]>([
    ["fails", Object.assign(new Error("later"), { code: 503 })],
    ["does not answer", Object.assign(new Error("connect"), { code: "ECONNREFUSED" })],
  ])("are asked for again where their server %s", (_what, cause) => {
    expect(passes(new CredentialError(cause))).toBe(true);
  });

  it("have nothing to do with a URL that cannot be, which is not tried again", async () => {
    const backoff = {
      giveUpAfterMs: 0,
      monotonicMs: () => 0,
      random: () => 0,
      sleep: () => Promise.reject(new Error()),
    };
    const place = { bucket: "bucket", prefix: "", endpoint: "http://127.0.0.1:1" };
    const store = createGcsStore(createService(place), place, { backoff, onTrouble: () => undefined });
    await expect(store.read("a", 0, 1)).rejects.toThrow(
      /^read "a" in gs:\/\/bucket: bad port \(hint: look at archive.endpoint\)$/,
    );
  });

  it("are no matter where a certificate is not trusted", () => {
    const cause = Object.assign(new Error("self-signed certificate"), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    const error = new TypeError("fetch failed", { cause });
    expect(passes(error)).toBe(false);
    expect(gcsError("create", "bucket", "roles/storage.objectViewer", error).message).toContain("NODE_EXTRA_CA_CERTS");
  });
});
