/**
 * Goal: a bucket is an object store like every other.
 * Method: the contract on a server of Cloud Storage's API; pages, prefixes and wrong places on the same server.
 */
import { describe, expect, inject, it } from "vitest";
import { createGcsRemover } from "../../src/backends/gcs/gcs-remover.ts";
import { createGcsStore } from "../../src/backends/gcs/gcs-store.ts";
import { createService } from "../../src/backends/gcs/service.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { testObjectRemover } from "../contract/object-remover.ts";
import { testObjectStore } from "../contract/object-store.ts";
import { makeBucket } from "../servers/bucket.ts";

const url = inject("gcsUrl") ?? "";
const NO_RETRY = { giveUpAfterMs: 0, monotonicMs: () => 0, random: () => 0, sleep: () => Promise.resolve() };

const OPTIONS = { backoff: NO_RETRY, onTrouble: () => undefined };

const service = createService({ endpoint: url });

const storeIn = (bucket: string, prefix: string): ObjectStore =>
  createGcsStore(service, { bucket, prefix, endpoint: url }, OPTIONS);

// Without Go there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(url === "")("on a server of Cloud Storage", () => {
  for (const prefix of ["", "a/b"]) {
    testObjectStore(`a bucket, prefix "${prefix}",`, async () => ({
      store: storeIn(await makeBucket(url), prefix),
      close: () => Promise.resolve(),
    }));

    testObjectRemover(`a bucket, prefix "${prefix}"`, async () => {
      const bucket = await makeBucket(url);
      const remover = createGcsRemover(service, { bucket, prefix, endpoint: url }, OPTIONS);
      return { store: storeIn(bucket, prefix), remover, close: () => Promise.resolve() };
    });
  }

  it("stores below prefixes do not see each other", async () => {
    const bucket = await makeBucket(url);
    const [a, ab] = [storeIn(bucket, "a"), storeIn(bucket, "ab")];
    await a.create("wal/1", Buffer.from("of a"));
    await ab.create("wal/1", Buffer.from("of ab"));
    const names: string[] = [];
    for await (const { name } of a.list("")) names.push(name);
    expect(names).toEqual(["wal/1"]);
    expect((await ab.read("wal/1", 0, 10)).toString()).toBe("of ab");
  });

  it("asks for a cold storage class for sealed segments alone, whatever the bucket's own is", async () => {
    const bucket = await makeBucket(url);
    const store = storeIn(bucket, "a");
    const classOf = async (name: string): Promise<unknown> => {
      await store.create(name, Buffer.from(name));
      const answer = await fetch(`${url}/storage/v1/b/${bucket}/o/${encodeURIComponent(`a/${name}`)}`);
      return ((await answer.json()) as { storageClass?: string }).storageClass;
    };
    expect(await classOf("wal/gitlab/1")).toBe("STANDARD");
    expect(await classOf("ctl/index/1")).toBe("STANDARD");
    for (const name of ["000001-10001.ndjson.zst", "000001-10001.meta.ndjson.zst"]) {
      expect(await classOf(`vault/v1/gitlab/2020-12-22/09/${name}`)).toBe("COLDLINE");
    }
    expect(await classOf("vault/v1/gitlab/2020-12-22/09/000001.manifest.json")).toBe("STANDARD");
    expect(await classOf("vault/v1/gitlab/digest/00000001.json")).toBe("STANDARD");
  });

  it("lists more objects than a page holds", async () => {
    const store = storeIn(await makeBucket(url), "");
    const names = Array.from({ length: 1203 }, (_, index) => `wal/${String(index).padStart(5, "0")}`);
    for (let begin = 0; begin < names.length; begin += 50) {
      await Promise.all(names.slice(begin, begin + 50).map((name) => store.create(name, Buffer.from(name))));
    }
    const listed: string[] = [];
    for await (const { name } of store.list("wal/")) listed.push(name);
    expect(listed).toEqual(names);
  });

  it("names a bucket that is not there, and the command that makes it", async () => {
    const store = storeIn("logtally-no-such-bucket", "");
    const missing = {
      code: "not_found",
      message: expect.stringMatching(/gs:\/\/logtally-no-such-bucket.*\(hint: .*gcloud storage buckets create/),
    };
    await expect(store.check("write")).rejects.toMatchObject(missing);
    await expect(store.create("a", Buffer.from("a"))).rejects.toMatchObject(missing);
  });

  it("says that a bucket without lines is no archive", async () => {
    const store = storeIn(await makeBucket(url), "x");
    await expect(store.check("read")).rejects.toThrow(/^open archive "gs:\/\/.*\/x": no archive there \(hint: /);
  });
});
