/**
 * Goal: whatever goes wrong on the way to a bucket, an object is there whole or not at all, once; and what does not
 * pass by itself is told at once, with what to do.
 * Method: a scripted server that fails on demand; time is a number, so that nothing waits.
 */
import { afterEach, describe, expect, it } from "vitest";
import { createGcsStore } from "../../src/backends/gcs/gcs-store.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { type Mishap, type ScriptedGcs, startScriptedGcs } from "../servers/scripted-gcs.ts";

const GIVE_UP_AFTER_MS = 60_000;
const NAME = "wal/a/1";
const CONTENT = Buffer.from("of no great size");

let gcs: ScriptedGcs | null = null;
afterEach(async () => {
  await gcs?.close();
  gcs = null;
});

/** A store on a server with these mishaps, and how long it waited between its tries. */
async function storeAmid(
  ...mishaps: readonly Mishap[]
): Promise<{ store: ObjectStore; gcs: ScriptedGcs; waits: number[]; told: string[] }> {
  gcs = await startScriptedGcs(mishaps);
  const waits: number[] = [];
  const told: string[] = [];
  const backoff = {
    giveUpAfterMs: GIVE_UP_AFTER_MS,
    monotonicMs: () => waits.reduce((sum, ms) => sum + ms, 0),
    random: () => 0.5,
    sleep: async (ms: number) => {
      waits.push(ms);
    },
  };
  const place = { bucket: "bucket", prefix: "", endpoint: gcs.url };
  const store = createGcsStore(place, backoff, (message) => told.push(message));
  return { store, gcs, waits, told };
}

describe("an upload", () => {
  it("asks that the name is free, for a class that costs nothing to read, and for a check of its bytes", async () => {
    const { store, gcs } = await storeAmid();
    expect(await store.create(NAME, CONTENT)).toBe("created");
    expect(gcs.requests).toMatchObject([
      {
        method: "POST",
        name: NAME,
        query: { ifGenerationMatch: "0", uploadType: "multipart" },
        metadata: { storageClass: "STANDARD", md5Hash: expect.stringMatching(/^[A-Za-z0-9+/]{22}==$/) },
      },
    ]);
    expect(gcs.objects.get(NAME)).toEqual(CONTENT);
  });

  it("whose reply is lost after it landed finds its own object", async () => {
    const { store, gcs } = await storeAmid("reply lost");
    expect(await store.create(NAME, CONTENT)).toBe("exists");
    expect(await store.read(NAME, 0, 100)).toEqual(CONTENT);
    expect(gcs.requests.map(({ method }) => method)).toEqual(["POST", "POST", "GET"]);
  });

  it.each<[string, readonly Mishap[]]>([
    ["is torn", ["torn", "torn"]],
    ["meets a service that is overloaded", [429, 503]],
    ["meets a service that fails", [500, 504]],
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

  it.each([
    [401, "denied", "gcloud auth application-default login"],
    [403, "denied", "gs://bucket --member=PRINCIPAL --role=roles/storage.objectCreator"],
    [404, "not_found", "gcloud storage buckets create gs://bucket"],
  ])("that is refused with %i is not tried again", async (status, code, hint) => {
    const { store, gcs } = await storeAmid(status);
    await expect(store.create(NAME, CONTENT)).rejects.toMatchObject({ code, message: expect.stringContaining(hint) });
    expect(gcs.requests).toHaveLength(1);
  });
});

describe("a download", () => {
  it("that is torn, or fails on the way, is tried again until it is whole", async () => {
    const { store, gcs, waits } = await storeAmid("reply lost", 412, "torn", 503);
    expect(await store.create(NAME, CONTENT)).toBe("exists");
    expect(await store.read(NAME, 0, CONTENT.length)).toEqual(CONTENT);
    expect(gcs.requests.map(({ method }) => method)).toEqual(["POST", "POST", "GET", "GET", "GET"]);
    expect(waits).toEqual([150, 150, 300]);
  });

  it("of what is not there is not tried again", async () => {
    const { store, gcs } = await storeAmid();
    await expect(store.read(NAME, 0, 1)).rejects.toMatchObject({ code: "not_found" });
    expect(gcs.requests).toHaveLength(1);
  });
});

describe("the check", () => {
  it.each([
    ["to list", [403], "roles/storage.objectViewer"],
    ["to read", [200, 403], "roles/storage.objectViewer"],
    ["to create", [200, 404, 403], "roles/storage.objectCreator"],
  ])("names the right that is missing %s", async (_what, answers, role) => {
    const { store, gcs } = await storeAmid(...answers);
    await expect(store.check("write")).rejects.toMatchObject({
      code: "denied",
      message: expect.stringContaining(role),
    });
    expect(gcs.requests).toHaveLength(answers.length);
    expect(gcs.objects.size).toBe(0);
  });

  it("creates nothing where all is well", async () => {
    const { store, gcs } = await storeAmid(200, 404, 412);
    await store.check("write");
    expect(gcs.objects.size).toBe(0);
    expect(gcs.requests.at(-1)).toMatchObject({ method: "POST", query: { ifGenerationMatch: "1" } });
  });
});
