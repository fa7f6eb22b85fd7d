/**
 * Goal: what is sealed lies in a bucket of its own where that is asked for, and cannot be removed for as long as is asked
 * for or as a hold says; `check` says what is missing, weaker or works against it; nothing is locked unasked.
 * Method: the program as a user starts it, on a scripted service that keeps holds and policies as Cloud Storage does.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { download, makeBucket } from "../servers/bucket.ts";
import { type ScriptedGcs, startScriptedGcs } from "../servers/scripted-gcs.ts";
import { expectOneLine, FIXTURES, logtally, type Outcome } from "./logtally.ts";

const gcsUrl = inject("gcsUrl") ?? "";
const INPUT = join(FIXTURES, "local/ssh_push/input.ndjson");
const LATE = join(FIXTURES, "local/web_commit/input.ndjson");
const KEY = "k".repeat(32);
const DAY_SECONDS = 86_400;

let server: ScriptedGcs;
beforeEach(async () => {
  server = await startScriptedGcs([]);
});
afterEach(() => server.close());

async function pipeline(archive: string, url = server.url): Promise<string> {
  const path = join(await tempFolder(), "p.yaml");
  const text = `name: local\nsource: {kind: stdin}\narchive: {kind: gcs, endpoint: "${url}", ${archive}}\npseudonym_key: {env: TEST_KEY}\n`;
  await writeFile(path, text);
  return path;
}

function on(args: readonly string[], options: { readonly input?: string } = {}): Promise<Outcome> {
  return logtally(args, { env: { TEST_KEY: KEY }, ...options });
}

async function fine(args: readonly string[]): Promise<string> {
  const outcome = await on(args);
  expect(outcome).toMatchObject({ code: 0 });
  return outcome.stdout;
}

const held = (): string[] =>
  [...server.metadata].filter(([, { temporaryHold }]) => temporaryHold === true).map(([name]) => name);

/** Two days of sealed and signed lines. */
async function sealed(path: string): Promise<void> {
  for (const file of [INPUT, LATE]) await fine(["run", path, "--from", file]);
  await fine(["seal", path]);
  const key = join(await tempFolder(), "key.pem");
  const { generateKeyPairSync } = await import("node:crypto");
  const { privateKey } = generateKeyPairSync("ed25519");
  await writeFile(key, privateKey.export({ type: "pkcs8", format: "pem" }));
  await fine(["sign", path, "--set", `signing_key.file=${key}`]);
}

/** Objects, each with what it says of itself. */
type Content = readonly (readonly [name: string, content: Buffer, metadata: Readonly<Record<string, unknown>>])[];

/** What each way to fill a bucket has left in it. */
const made = new Map<(path: string) => Promise<unknown>, Promise<Content>>();

async function contentOf(fill: (path: string) => Promise<unknown>): Promise<Content> {
  const own = await startScriptedGcs([]);
  try {
    await fill(await pipeline("bucket: a-bucket", own.url));
    return [...own.objects].map(([name, content]) => [name, content, own.metadata.get(name) ?? {}] as const);
  } finally {
    await own.close();
  }
}

/** Fills the bucket as a run has filled another one: it takes some seconds, and is the same for each test. */
async function filledBy(fill: (path: string) => Promise<unknown>): Promise<string> {
  const content = made.get(fill) ?? contentOf(fill);
  made.set(fill, content);
  for (const [name, bytes, metadata] of await content) server.put(name, bytes, metadata);
  return pipeline("bucket: a-bucket");
}

const archived = (path: string): Promise<string> => fine(["run", path, "--from", INPUT]);

describe("a hold", () => {
  it("keeps the sealed objects of a span and what proves them, and nothing else, until it is released", async () => {
    const path = await filledBy(sealed);
    const days = [...server.objects.keys()].filter((name) => name.startsWith("vault/v1/local/20"));
    const outcome = await fine([
      "archive",
      "hold",
      "set",
      path,
      "--until",
      "2020-12-23",
      "--since",
      "2020-12-22",
      "--reason",
      "case 1",
      "--json",
    ]);
    const { hold, held: count } = JSON.parse(outcome) as { readonly hold: string; readonly held: number };
    const expected = [...server.objects.keys()].filter((name) =>
      /^vault\/v1\/(?:local\/(?:2020-12-22|digest)|keys)\//.test(name),
    );
    expect(held().toSorted()).toEqual(expected.toSorted());
    expect(count).toBe(expected.length);
    expect(expected.some((name) => name.endsWith(".manifest.json"))).toBe(true);
    expect(expected.some((name) => name.endsWith(".meta.ndjson.zst"))).toBe(true);
    expect(days.length).toBeGreaterThan(0);

    const name = expected[0] ?? "";
    const removal = await fetch(`${server.url}/storage/v1/b/a-bucket/o/${encodeURIComponent(name)}`, {
      method: "DELETE",
    });
    expect(removal.status).toBe(403);

    const record = [...server.objects].find(([each]) => each.startsWith("ctl/hold/"));
    expect(record?.[0]).toBe(`ctl/hold/${hold}.set.json`);
    expect(JSON.parse(record?.[1].toString() ?? "")).toMatchObject({
      hold,
      action: "set",
      reason: "case 1",
      since: "2020-12-22T00:00:00.000Z",
    });

    await fine(["archive", "hold", "release", hold, path, "--reason", "closed"]);
    expect(held()).toEqual([]);
    const again = await on(["archive", "hold", "release", hold, path, "--reason", "closed"]);
    expect(again.code).toBe(2);
    expectOneLine(again.stderr, "released at");
  });

  it("of another span keeps what both cover when one is released", async () => {
    const path = await pipeline("bucket: a-bucket, prefix: a/b");
    await sealed(path);
    const set = async (...span: readonly string[]): Promise<string> => {
      const text = await fine(["archive", "hold", "set", path, ...span, "--reason", "r", "--json"]);
      return (JSON.parse(text) as { readonly hold: string }).hold;
    };
    const all = await set();
    const allNames = held();
    const one = await set("--since", "2020-12-22", "--until", "2020-12-23");
    await fine(["archive", "hold", "release", all, path, "--reason", "r"]);
    const kept = held();
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.every((name) => /^a\/b\/vault\/v1\/(?:local\/(?:2020-12-22|digest)|keys)\//.test(name))).toBe(true);
    expect(kept.some((name) => name.includes("/digest/"))).toBe(true);
    await fine(["archive", "hold", "release", one, path, "--reason", "r"]);
    expect(held()).toEqual([]);
    expect(allNames.length).toBeGreaterThan(kept.length - 1);
  });

  it("says what it cannot hold yet, and is renewed; check finds what is not held", async () => {
    const path = await filledBy(archived);
    const set = await on(["archive", "hold", "set", path, "--reason", "r", "--json"]);
    expect(set.code).toBe(0);
    const { hold, unsealed } = JSON.parse(set.stdout) as { readonly hold: string; readonly unsealed: number };
    expect(unsealed).toBe(1);
    expect(set.stderr).toContain(`logtally archive hold renew ${hold}`);
    await fine(["seal", path]);
    const missing = await on(["archive", "hold", "list", path, "--check", "--json"]);
    expect(missing.code).toBe(1);
    expect(JSON.parse(missing.stdout)).toMatchObject({ hold, held: 0, reason: "r" });
    await fine(["archive", "hold", "renew", hold, path]);
    const listed = JSON.parse(await fine(["archive", "hold", "list", path, "--check", "--json"])) as Record<
      string,
      number
    >;
    expect(listed["held"]).toBe(listed["objects"]);
    expect(await fine(["archive", "hold", "list", path])).toContain(hold);
  });

  it("is set and released around what is not there any more, which is told", async () => {
    const path = await filledBy(sealed);
    const objects = server.objects as Map<string, Buffer>;
    const [segment = ""] = [...objects.keys()].filter((name) => /^vault\/.*\.zst$/.test(name));
    objects.delete(segment);
    const set = await on(["archive", "hold", "set", path, "--reason", "r", "--json"]);
    expect(set.code).toBe(1);
    expectOneLine(set.stderr, `"${segment}" is not there (hint: logtally archive verify)`);
    const { hold, held: count } = JSON.parse(set.stdout) as { readonly hold: string; readonly held: number };
    expect(held()).toHaveLength(count);
    expect(count).toBe([...objects.keys()].filter((name) => name.startsWith("vault/")).length);
    const released = await on(["archive", "hold", "release", hold, path, "--reason", "r"]);
    expect(released.code).toBe(0);
    expect(released.stderr).toContain("is not there");
    expect(held()).toEqual([]);
    const later = await on(["archive", "hold", "set", path, "--since", "2030-01-01", "--reason", "r"]);
    expect(later).toMatchObject({ code: 0, stderr: expect.stringContaining("nothing of that span is archived") });
  });

  it("keeps what it holds when another is released that did not know of it", async () => {
    let isArmed = false;
    const other = "20301222T090000Z-0123abcd";
    await server.close();
    server = await startScriptedGcs(() => {
      // The other one is noted, and holds its objects, when the release has looked at the notes and takes holds away.
      if (isArmed && server.requests.at(-1)?.method === "PATCH") {
        isArmed = false;
        const set = {
          hold: other,
          action: "set",
          at: "2030-12-22T09:00:00.000Z",
          reason: "r",
          since: null,
          until: null,
        };
        const note = Buffer.from(JSON.stringify({ format: 1, ...set }));
        (server.objects as Map<string, Buffer>).set(`ctl/hold/${other}.set.json`, note);
      }
      return null;
    });
    const path = await filledBy(sealed);
    const text = await fine(["archive", "hold", "set", path, "--reason", "r", "--json"]);
    const all = held().toSorted();
    isArmed = true;
    await fine(["archive", "hold", "release", (JSON.parse(text) as { hold: string }).hold, path, "--reason", "r"]);
    expect(isArmed).toBe(false);
    expect(held().toSorted()).toEqual(all);
  });

  it("is refused in one line where there is none", async () => {
    const folder = await tempFolder();
    const refused = await on(["archive", "hold", "set", "--archive", folder, "--reason", "r"]);
    expect(refused.code).toBe(2);
    expectOneLine(refused.stderr, "a folder has no holds", "hint: copy it");
    const path = await filledBy(archived);
    const unknown = await on(["archive", "hold", "renew", "20201222T090000Z-0123abcd", path]);
    expect(unknown.code).toBe(2);
    expectOneLine(unknown.stderr, "there is none");
    const nameless = await on(["archive", "hold", "set", path, "--reason", " "]);
    expect(nameless.code).toBe(2);
  });
});

describe("a vault in a bucket of its own", () => {
  const KEPT = "bucket: hot-bucket, vault_bucket: cold-bucket, retention_days: 30, storage_class: archive";

  it("gets what is asked for by setup, and the lock only when that is said", async () => {
    await filledBy(archived);
    const path = await pipeline(KEPT);
    const missing = await on(["check", path]);
    expect(missing.code).toBe(3);
    expect(missing.stderr).toContain(
      "retention of gs://cold-bucket: none, asked for are 30 days (hint: logtally setup",
    );

    const plan = await fine(["setup", path, "--dry-run"]);
    expect(plan).toContain("create   retention of 30 days in gs://cold-bucket (not done: dry run)\n");
    expect(server.bucket("cold-bucket")["retentionPolicy"]).toBeUndefined();
    expect(await fine(["setup", path])).toContain("create   retention of 30 days in gs://cold-bucket\n");
    expect(server.bucket("cold-bucket")["retentionPolicy"]).toEqual({ retentionPeriod: String(30 * DAY_SECONDS) });
    expect(await fine(["setup", path])).toContain("there    retention of 30 days in gs://cold-bucket\n");
    expect(await fine(["check", path])).toContain(
      "sealed in gs://cold-bucket as ARCHIVE, kept for 30 days, not locked",
    );
    const wanting = await on(["check", path, "--set", "archive.retention_locked=true"]);
    expect(wanting.code).toBe(3);
    expect(wanting.stderr).toContain("retention of gs://cold-bucket: not locked (hint: ");
    const longer = await on(["check", path, "--set", "archive.retention_days=31"]);
    expect(longer.stderr).toContain("retention of gs://cold-bucket: 30 days, asked for are 31 days (hint: ");

    const unasked = await on(["setup", path, "--lock-retention"]);
    expect(unasked.code).toBe(2);
    expectOneLine(unasked.stderr, "lock the retention of gs://cold-bucket: nobody can be asked (hint: --yes");
    expect(server.bucket("cold-bucket")["retentionPolicy"]).not.toHaveProperty("isLocked");
    await fine(["setup", path, "--lock-retention", "--dry-run"]);
    expect(server.bucket("cold-bucket")["retentionPolicy"]).not.toHaveProperty("isLocked");
    expect(await fine(["setup", path, "--lock-retention", "--yes"])).toContain(
      "create   lock of that retention in gs://cold-bucket\n",
    );
    expect(server.bucket("cold-bucket")["retentionPolicy"]).toMatchObject({ isLocked: true });
    expect(await fine(["setup", path, "--lock-retention", "--yes"])).toContain("there    lock of that retention");
    expect(await fine(["check", path, "--set", "archive.retention_locked=true"])).toContain("kept for 30 days, locked");

    server.bucket("hot-bucket")["retentionPolicy"] = { retentionPeriod: "86400" };
    const keepsWal = await on(["check", path]);
    expect(keepsWal.code).toBe(3);
    expect(keepsWal.stderr).toContain("retention of gs://hot-bucket: it keeps gc from removing write-ahead objects");
  });

  it("is described with what else its buckets do, and what of that keeps write-ahead objects is bad", async () => {
    await filledBy(archived);
    const path = await pipeline("bucket: hot-bucket, vault_bucket: cold-bucket");
    server.bucket("cold-bucket")["versioning"] = { enabled: true };
    server.bucket("cold-bucket")["autoclass"] = { enabled: true };
    server.bucket("hot-bucket")["softDeletePolicy"] = { retentionDurationSeconds: String(7 * DAY_SECONDS) };
    expect(await fine(["check", path])).toContain(
      "sealed in gs://cold-bucket as Autoclass chooses, no retention, what is removed from gs://hot-bucket goes 7 days later",
    );
    server.bucket("hot-bucket")["versioning"] = { enabled: true };
    server.bucket("hot-bucket")["defaultEventBasedHold"] = true;
    const { code, stderr } = await on(["check", path]);
    expect(code).toBe(3);
    expect(stderr).toContain("versions of gs://hot-bucket: what gc removes stays for ever, and is charged for");
    expect(stderr).toContain("holds of gs://hot-bucket: each new object gets one, which keeps gc from removing");
    server.bucket("hot-bucket")["defaultEventBasedHold"] = false;
    const old = { action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 3 } };
    server.bucket("hot-bucket")["lifecycle"] = { rule: [old] };
    await fine(["check", path]);
  });

  it("is never locked for longer than was asked for", async () => {
    const path = await pipeline(KEPT);
    server.bucket("cold-bucket")["retentionPolicy"] = { retentionPeriod: String(3650 * DAY_SECONDS) };
    const refused = await on(["setup", path, "--lock-retention", "--yes"]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("it is 3650 days, and archive.retention_days asks for 30 days");
    expect(server.bucket("cold-bucket")["retentionPolicy"]).not.toHaveProperty("isLocked");
  });

  it("is not set where nobody may look whether it is longer already", async () => {
    await server.close();
    const isOfRules = (): boolean => server.requests.at(-1)?.query["fields"]?.includes("retentionPolicy") === true;
    server = await startScriptedGcs(() => (isOfRules() ? 403 : null));
    server.bucket("cold-bucket")["retentionPolicy"] = { retentionPeriod: String(3650 * DAY_SECONDS) };
    const refused = await on(["setup", await pipeline(KEPT)]);
    expect(refused.code).toBe(3);
    expectOneLine(refused.stderr, "set the retention of gs://cold-bucket: its rules may not be looked at");
    expect(server.bucket("cold-bucket")["retentionPolicy"]).toEqual({ retentionPeriod: String(3650 * DAY_SECONDS) });
  });

  it("has its segments in the class that is asked for", async () => {
    const path = await pipeline(KEPT);
    await sealed(path);
    const classes = [...server.metadata].map(([name, { storageClass }]) => [name, storageClass] as const);
    for (const [name, storageClass] of classes) {
      expect([name, storageClass]).toEqual([name, /^vault\/.*\.zst$/.test(name) ? "ARCHIVE" : "STANDARD"]);
    }
    const dry = await fine(["archive", "replay", path, "--to", "-", "--dry-run", "--json"]);
    const estimate = JSON.parse(dry) as {
      readonly classes: readonly { readonly class: string }[];
      readonly charge_usd: number;
    };
    expect(estimate.classes.map((each) => each.class)).toEqual(["ARCHIVE"]);
    expect(estimate.charge_usd).toBeGreaterThan(0);
    const dear = await on(["archive", "replay", path, "--to", "-", "--price", "archive=0,100000"]);
    expect(dear.code).toBe(2);
    expect(dear.stderr).toContain("say --yes");
    expect(dear.stdout).toBe("");
    expect((await on(["archive", "replay", path, "--to", "-", "--price", "archive=0,100000", "--yes"])).code).toBe(0);
  });

  it.each([
    [{ action: { type: "Delete" }, condition: { age: 400 } }, /gs:\/\/cold-bucket removes what is sealed and signed/],
    [
      { action: { type: "Delete" }, condition: { age: 30, matchesPrefix: ["wal/", "x"] } },
      /gs:\/\/hot-bucket removes write-ahead objects/,
    ],
    [
      { action: { type: "SetStorageClass", storageClass: "NEARLINE" }, condition: { age: 3 } },
      /moves wal\/ to NEARLINE/,
    ],
    [
      {
        action: { type: "SetStorageClass", storageClass: "ARCHIVE" },
        condition: { age: 3, matchesPrefix: ["vault/"] },
      },
      /gs:\/\/cold-bucket moves manifests and digests to ARCHIVE.*matchesSuffix \.zst/,
    ],
  ])("is bad where a rule of the bucket works against it: %j", async (rule, message) => {
    await filledBy(archived);
    const path = await pipeline("bucket: hot-bucket, vault_bucket: cold-bucket");
    for (const name of ["hot-bucket", "cold-bucket"]) server.bucket(name)["lifecycle"] = { rule: [rule] };
    const { code, stderr } = await on(["check", path]);
    expect(code).toBe(3);
    expect(stderr).toMatch(message);
  });

  it.each([
    { action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 3 } },
    { action: { type: "Delete" }, condition: { age: 3, matchesPrefix: ["facts/", "other/"] } },
    { action: { type: "Delete" }, condition: { age: 3, matchesSuffix: [".tmp"] } },
    {
      action: { type: "SetStorageClass", storageClass: "ARCHIVE" },
      condition: { age: 3, matchesPrefix: ["vault/"], matchesSuffix: [".zst"] },
    },
    { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 3 } },
  ])("is fine where a rule does no harm: %j", async (rule) => {
    await filledBy(archived);
    const path = await pipeline("bucket: hot-bucket");
    server.bucket("hot-bucket")["lifecycle"] = { rule: [rule] };
    expect(await fine(["check", path])).toContain("sealed as COLDLINE, no retention");
  });

  it.each([
    ["bucket: a-bucket, retention_days: 30", "expected archive.vault_bucket as well"],
    ["bucket: a-bucket, vault_bucket: a-bucket", "expected another bucket"],
    ["bucket: a-bucket, vault_bucket: b-bucket, retention_locked: true", "expected archive.retention_days as well"],
    ["bucket: a-bucket, storage_class: warm", '"coldline" or "archive", found text "warm"'],
  ])("is refused where settings do not fit: %s", async (archive, message) => {
    const { code, stderr } = await on(["check", await pipeline(archive)]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

// Without Go there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(gcsUrl === "")("two buckets of a real service", () => {
  it("hold the archive between them, and answer as one", async () => {
    const [hot, cold] = [await makeBucket(gcsUrl), await makeBucket(gcsUrl)];
    const path = await pipeline(`bucket: ${hot}, vault_bucket: ${cold}, prefix: logs`, gcsUrl);
    await sealed(path);
    const roots = async (bucket: string): Promise<string[]> => {
      const names = [...(await download(gcsUrl, bucket)).keys()];
      return [...new Set(names.map((name) => name.split("/").slice(0, 2).join("/")))].toSorted();
    };
    expect(await roots(cold)).toEqual(["logs/vault"]);
    expect(await roots(hot)).toEqual(["logs/ctl", "logs/facts", "logs/wal"]);

    const one = await pipeline(`bucket: ${await makeBucket(gcsUrl)}`, gcsUrl);
    await sealed(one);
    for (const command of [["counts"], ["archive", "find"], ["archive", "replay", "--to", "-"]]) {
      // In the order in which they were archived, by names that chance gives.
      const answer = async (of: string): Promise<string[]> => (await fine([...command, of])).split("\n").toSorted();
      expect(await answer(path)).toEqual(await answer(one));
    }
    await fine(["gc", path]);
    expect(await roots(hot)).toEqual(["logs/ctl", "logs/facts"]);
    expect((await fine(["archive", "find", path])).length).toBeGreaterThan(0);
    expect(await fine(["archive", "hold", "set", path, "--reason", "r"])).toMatch(/: \d+ objects held/);
  });
});
