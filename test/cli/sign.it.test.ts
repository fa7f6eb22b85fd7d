/**
 * Goal: whoever has openssl and sha256sum can check what `sign` wrote, and `gc` removes what that covers, and no more.
 * Method: lines archived, sealed, signed and collected by the commands; the page's own
 * commands, by bash, on archives that are whole and such as are not.
 */
import { spawnSync } from "node:child_process";
import { createHash, createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { cp, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Digest } from "../../src/archive/digest/digest.ts";
import { manifestBytes } from "../../src/archive/manifest.ts";
import { readSealedPlans } from "../../src/archive/sealed-plan.ts";
import { recordName } from "../../src/archive/vault-name.ts";
import { createFolderStore } from "../../src/backends/files/folder-store.ts";
import { openArchiveStore } from "../../src/cli/open/archive/archive-store.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { makeBucket } from "../servers/bucket.ts";
import { startScriptedKms } from "../servers/scripted-kms.ts";
import { countsOf, expectOneLine, FIXTURES, filesBelow, logtally, type Outcome, run, succeeds } from "./logtally.ts";

const INPUT = join(FIXTURES, "local/ssh_push/input.ndjson");
const LATE = join(FIXTURES, "local/web_commit/input.ndjson");
const PAGE = join(import.meta.dirname, "../../docs/reference/archive-format.md");
const gcsUrl = inject("gcsUrl") ?? "";

async function seal(...place: readonly string[]): Promise<void> {
  expect(await logtally(["seal", ...place])).toMatchObject({ code: 0, stderr: "" });
}

/** Made once: each test changes a copy of its own. */
let original = "";
beforeAll(async () => {
  original = await mkdtemp(join(tmpdir(), "logtally-test-"));
  await run(original, [INPUT]);
  await seal("--archive", original);
});
afterAll(() => rm(original, { recursive: true }));

/** An archive whose lines are sealed. */
async function sealedArchive(): Promise<string> {
  const archive = await tempFolder();
  await cp(original, archive, { recursive: true });
  return archive;
}

const sign = (archive: string, ...more: readonly string[]): Promise<Outcome> =>
  logtally(["sign", "--archive", archive, ...more]);
const gc = (archive: string, ...more: readonly string[]): Promise<Outcome> =>
  logtally(["gc", "--archive", archive, ...more]);

interface SignedRow {
  readonly stream: string;
  readonly sequence: number;
  readonly name: string;
  readonly sha256: string;
  readonly key: string;
}

function rowsOf<Row>({ code, stdout, stderr }: Outcome): Row[] {
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row);
}

/** Makes a key as the messages say. */
async function opensslKey(): Promise<string> {
  const path = join(await tempFolder(), "signing.key");
  expect(succeeds("openssl", ["genpkey", "-algorithm", "ed25519", "-out", path])).toBe(true);
  return path;
}

it("a key in Cloud KMS signs, also in the place of one that lay in a file", async () => {
  const archive = await sealedArchive();
  const file = await opensslKey();
  rowsOf<SignedRow>(await sign(archive, "--set", `signing_key.file=${file}`, "--json"));
  const name = "projects/p/locations/global/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1";
  const { privateKey } = generateKeyPairSync("ed25519");
  const kms = await startScriptedKms(name, privateKey, [null, null, null, "other key"]);
  try {
    const inKms = ["--set", `signing_key.kms=${name}`, "--set", `signing_key.endpoint=${kms.url}`];
    await run(archive, [LATE]);
    await seal("--archive", archive);
    const [signed] = rowsOf<SignedRow>(await sign(archive, ...inKms, "--old-key", file, "--json"));
    expect(signed).toMatchObject({ sequence: 2 });
    const verified = await logtally(["archive", "verify", "--archive", archive, "--key", signed?.key ?? ""]);
    expect(verified).toMatchObject({ code: 0, stderr: "" });
    await run(archive, [join(FIXTURES, "local/http_push/input.ndjson")]);
    await seal("--archive", archive);
    const wrong = await sign(archive, ...inKms);
    expect(wrong).toMatchObject({ code: 3, stdout: "" });
    expectOneLine(wrong.stderr, `sign with "${name}": what it gives is no signature by key`);
  } finally {
    await kms.close();
  }
});

/** The commands of the page, in the folder of the archive. */
async function checkByHand(archive: string): Promise<{ readonly code: number | null; readonly stdout: string }> {
  const page = await readFile(PAGE, "utf8");
  const [, script = ""] = /## Digests[\s\S]*?```sh\n([\s\S]*?)```/.exec(page) ?? [];
  expect(script).toContain("openssl pkeyutl -verify");
  const { status, stdout } = spawnSync("bash", ["-c", script], { cwd: archive, encoding: "utf8" });
  return { code: status, stdout };
}

describe("sign", () => {
  it("writes digests that the page's own commands verify, also after a change of the key", async () => {
    const archive = await sealedArchive();
    const [first] = rowsOf<SignedRow>(await sign(archive, "--json"));
    expect(first).toMatchObject({ stream: "local", sequence: 1, name: "vault/v1/local/digest/00000001.json" });
    expect(await sign(archive)).toMatchObject({ code: 0, stdout: "nothing due\n", stderr: "" });
    expect(rowsOf(await sign(archive, "--json"))).toEqual([]);

    await run(archive, [LATE]);
    await seal("--archive", archive);
    const changed = ["--set", `signing_key.file=${await opensslKey()}`, "--json"];
    const [second] = rowsOf<SignedRow>(await sign(archive, ...changed, "--old-key", join(archive, "ctl/signing.key")));
    expect(second?.sequence).toBe(2);
    expect(second?.key).not.toBe(first?.key);
    const outcome = await checkByHand(archive);
    expect(outcome).toEqual({ code: 0, stdout: expect.stringMatching(new RegExp(`ends in ${second?.sha256}\n$`)) });
    // Of two digests, and of the statement between them.
    expect(outcome.stdout.match(/Signature Verified Successfully/g)).toHaveLength(3);
    const statement = join(archive, `vault/v1/keys/${second?.key}.statement`);
    const verify = [
      "pkeyutl",
      "-verify",
      "-pubin",
      "-inkey",
      join(archive, `vault/v1/keys/${first?.key}.pub`),
      "-rawin",
    ];
    expect(succeeds("openssl", [...verify, "-in", `${statement}.json`, "-sigfile", `${statement}.sig`])).toBe(true);
    // A key that nobody has vouched for.
    await rm(`${statement}.json`);
    expect((await checkByHand(archive)).code).not.toBe(0);
  });

  it("tells totals that are those of the lines", async () => {
    const archive = await tempFolder();
    await run(archive, [INPUT, LATE]);
    await run(archive, [INPUT]);
    await seal("--archive", archive);
    await sign(archive);
    const text = await readFile(join(archive, "vault/v1/local/digest/00000001.json"), "utf8");
    const { totals, objects } = JSON.parse(text) as Digest;
    const input = (await readFile(INPUT, "utf8")).trimEnd().split("\n").length;
    const late = (await readFile(LATE, "utf8")).trimEnd().split("\n").length;
    expect(totals).toMatchObject({ objects: objects.length, lines: input + late, archived: input + late });
    expect(totals).toMatchObject({ received: 2 * input + late, duplicates: input, conflicts: 0 });
    expect(totals.counted + totals.eventless + totals.quarantined).toBe(totals.archived);
    expect(Object.values(totals.counts)).toEqual([await countsOf(archive)]);
  });

  it("shows by the page's commands what was altered, removed or exchanged", async () => {
    const archive = await sealedArchive();
    await sign(archive);
    const [plan] = await readSealedPlans(createFolderStore(archive, Date.now), "local");
    const lines = plan?.manifest.outputs[0]?.lines.name ?? "";
    const digest = "vault/v1/local/digest/00000001.json";
    const changes: readonly ((copy: string) => Promise<void>)[] = [
      (copy) => rm(join(copy, lines)),
      async (copy) =>
        writeFile(join(copy, lines), Buffer.concat([await readFile(join(copy, lines)), Buffer.from("x")])),
      (copy) => rm(join(copy, plan?.name ?? "")),
      async (copy) =>
        writeFile(join(copy, digest), (await readFile(join(copy, digest), "utf8")).replace('"format":1', '"format":2')),
      (copy) => rm(join(copy, digest.replace("json", "sig"))),
    ];
    for (const change of changes) {
      const copy = await tempFolder();
      await cp(archive, copy, { recursive: true });
      expect((await checkByHand(copy)).code).toBe(0);
      await change(copy);
      expect((await checkByHand(copy)).code).not.toBe(0);
    }
  });

  it("makes a key of its own in a folder, for its owner only, whose fingerprint the page tells", async () => {
    const archive = await sealedArchive();
    const [row] = rowsOf<SignedRow>(await sign(archive, "--json"));
    const path = join(archive, "ctl/signing.key");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const own = createPublicKey(await readFile(path)).export({ type: "spki", format: "pem" });
    expect(await readFile(join(archive, `vault/v1/keys/${row?.key}.pub`), "utf8")).toBe(own);
    const page = await readFile(PAGE, "utf8");
    const [, command = ""] = /```sh\n(openssl pkey -pubin.*)\n```/.exec(page) ?? [];
    const script = command.replace("FINGERPRINT", row?.key ?? "");
    expect(spawnSync("bash", ["-c", script], { cwd: archive, encoding: "utf8" }).stdout).toBe(`${row?.key}\n`);
  });

  it("makes no other key in the place of one that is gone", async () => {
    const archive = await sealedArchive();
    await sign(archive);
    await rm(join(archive, "ctl/signing.key"));
    const refused = await sign(archive);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(refused.stderr, "ctl/signing.key", "signing_key.file");
    expect(await filesBelow(join(archive, "ctl"))).not.toContain("signing.key");
  });

  it("refuses another key without the old one, and what is no key", async () => {
    const archive = await sealedArchive();
    await sign(archive);
    const other = await opensslKey();
    const refused = await sign(archive, "--set", `signing_key.file=${other}`);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(refused.stderr, "--old-key FILE");
    const missing = await sign(archive, "--set", "signing_key.file=/nowhere/key");
    expect(missing.code).toBe(2);
    expectOneLine(missing.stderr, '"/nowhere/key": no such file (hint: look at', "openssl genpkey -algorithm ed25519");
    const missingOld = await sign(archive, "--set", `signing_key.file=${other}`, "--old-key", "/nowhere/old");
    expect(missingOld.code).toBe(2);
    const hint = "(hint: the file of the key that signed until now; without it the chain cannot go on)";
    expectOneLine(missingOld.stderr, `read old signing key: file "/nowhere/old": no such file ${hint}`);
    const args = ["sign", "--archive", archive, "--set", "signing_key.env=TEST_KEY"];
    const text = await logtally(args, { env: { TEST_KEY: "no key" } });
    expect(text.code).toBe(2);
    expectOneLine(text.stderr, '"TEST_KEY"', "openssl genpkey -algorithm ed25519");
    expect(text.stderr).not.toContain("no key\n");
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const rsa = privateKey.export({ type: "pkcs8", format: "pem" });
    expectOneLine((await logtally(args, { env: { TEST_KEY: rsa } })).stderr, "a key of rsa");
  });

  it("takes its key from the environment", async () => {
    const archive = await sealedArchive();
    const key = await readFile(await opensslKey(), "utf8");
    const args = ["sign", "--archive", archive, "--set", "signing_key.env=TEST_KEY", "--json"];
    expect(rowsOf<SignedRow>(await logtally(args, { env: { TEST_KEY: key } }))).toHaveLength(1);
    expect(await filesBelow(join(archive, "ctl"))).not.toContain("signing.key");
  });

  it("names an object that is not as it was sealed, and signs nothing", async () => {
    const archive = await sealedArchive();
    const [plan] = await readSealedPlans(createFolderStore(archive, Date.now), "local");
    const name = plan?.manifest.outputs[0]?.lines.name ?? "";
    await rm(join(archive, name));
    const refused = await sign(archive);
    expect(refused).toMatchObject({ code: 3, stdout: "" });
    expectOneLine(refused.stderr, `"${name}"`, "missing");
    expect(await filesBelow(join(archive, "vault/v1/local/digest"))).toEqual([]);
  });

  it("signs and prints the other streams where one is not as it was sealed, and ends with its exit code", async () => {
    const archive = await tempFolder();
    const names = ["first", "local", "other"];
    for (const name of names) await run(archive, [INPUT, "--set", `name=${name}`]);
    await seal("--archive", archive);
    const store = createFolderStore(archive, Date.now);
    const [[first], [local]] = [await readSealedPlans(store, "first"), await readSealedPlans(store, "local")];
    await rm(join(archive, local?.manifest.outputs[0]?.lines.name ?? ""));
    const missing = await sign(archive, "--json");
    expect(missing.code).toBe(3);
    expectOneLine(missing.stderr, "/local/", "missing");
    const signed = missing.stdout.trimEnd().split("\n");
    expect(signed.map((line) => (JSON.parse(line) as SignedRow).stream)).toEqual(["first", "other"]);
    expect(await sign(archive)).toMatchObject({ code: 3, stdout: "" });

    // Also where a manifest is none.
    for (const name of ["first", "other"]) await rm(join(archive, `vault/v1/${name}/digest`), { recursive: true });
    const path = join(archive, first?.name ?? "");
    await writeFile(path, JSON.stringify({ ...(JSON.parse(await readFile(path, "utf8")) as object), by_hour: null }));
    const broken = await sign(archive);
    expect(broken).toMatchObject({ code: 3, stdout: expect.stringContaining("other") });
    expect(broken.stderr).toMatch(/first.*"by_hour" is not an object/);
    expect(broken.stderr).toMatch(/local.* missing/);
  });

  it("may be done by many at once", async () => {
    const archive = await sealedArchive();
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => sign(archive, "--json")));
    const rows = outcomes.flatMap((outcome) => rowsOf<SignedRow>(outcome));
    expect(new Set(rows.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(await filesBelow(join(archive, "vault/v1/local/digest"))).toEqual(["00000001.json", "00000001.sig"]);
    expect((await checkByHand(archive)).code).toBe(0);
  });

  it("tells that a bucket needs a key from elsewhere, before it is reached", async () => {
    const refused = await sign("gs://no-such-bucket");
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(refused.stderr, "gs://no-such-bucket", "openssl genpkey -algorithm ed25519 -out FILE");
  });
});

interface GcRow {
  readonly removed: { readonly objects: number; readonly bytes: number };
  readonly kept: Readonly<Record<string, { readonly objects: number; readonly bytes: number }>>;
  readonly oldest_unsealed_s: number | null;
  readonly would_remove?: readonly string[];
}

describe("gc", () => {
  it("removes what is signed, says what stays and why, and first only shows it", async () => {
    const archive = await sealedArchive();
    const [wal = ""] = await filesBelow(join(archive, "wal"));
    const unsigned = await gc(archive);
    expect(unsigned).toMatchObject({ code: 0, stderr: "" });
    expect(unsigned.stdout).toMatch(/^stream local: removed 0 objects, 0 B\n {2}kept, sealed, not signed: 1 object, /);
    await sign(archive);
    await run(archive, [LATE]);
    const [shown] = rowsOf<GcRow>(await gc(archive, "--dry-run", "--json"));
    const { size } = await stat(join(archive, "wal", wal));
    expect(shown).toMatchObject({
      dry_run: true,
      removed: { objects: 1, bytes: size },
      kept: { not_sealed: { objects: 1 }, not_signed: { objects: 0 }, not_indexed: { objects: 0 } },
      oldest_unsealed_s: expect.any(Number),
      would_remove: [`wal/${wal}`],
    });
    expect((await gc(archive, "--dry-run")).stdout).toContain(`would remove wal/${wal}\n`);
    expect(await filesBelow(join(archive, "wal"))).toHaveLength(2);
    const done = await gc(archive);
    expect(done).toMatchObject({ code: 0, stderr: "" });
    expect(done.stdout).toMatch(
      /^stream local: removed 1 object, .*\n.*not sealed: 1 object.*\n.*oldest not sealed: \d+ /,
    );
    expect(await filesBelow(join(archive, "wal"))).not.toContain(wal);
    expect(await filesBelow(join(archive, "wal"))).toHaveLength(1);
  });

  it("keeps and tells an object that a worker has put in the place of another (exit code 1)", async () => {
    const archive = await sealedArchive();
    await sign(archive);
    const [wal = ""] = await filesBelow(join(archive, "wal"));
    await writeFile(join(archive, "wal", wal), "another");
    const outcome = await gc(archive);
    expect(outcome).toMatchObject({ code: 1, stdout: expect.stringContaining("kept, altered: 1 object") });
    expectOneLine(outcome.stderr, `"wal/${wal}" stays`, "7 bytes");
    expect(await readFile(join(archive, "wal", wal), "utf8")).toBe("another");
  });

  it("keeps and tells an object of which a record says what is not so (exit code 1)", async () => {
    const archive = await sealedArchive();
    await sign(archive);
    await run(archive, [LATE]);
    const store = createFolderStore(archive, Date.now);
    const [plan] = await readSealedPlans(store, "local");
    if (plan === undefined) throw new Error("nothing is sealed");
    const { manifest } = plan;
    const known = manifest.inputs.map(({ name }) => name);
    const [late = ""] = (await filesBelow(join(archive, "wal"))).filter((name) => !known.includes(`wal/${name}`));
    const bytes = await readFile(join(archive, "wal", late));
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const inputs = [{ name: `wal/${late}`, size_bytes: bytes.length, sha256, hours: [manifest.first_hour] }];
    const record = recordName(plan.span, 2);
    await store.create(
      record,
      manifestBytes({ ...manifest, plan: 2, revision: 0, inputs, outputs: [], duplicates: [] }),
    );
    const outcome = await gc(archive);
    expect(outcome).toMatchObject({ code: 1, stdout: expect.stringContaining("kept, not in the vault: 1 object") });
    const lines = (await readFile(LATE, "utf8")).trimEnd().split("\n").length;
    expectOneLine(outcome.stderr, `"wal/${late}" stays`, `${lines} lines`, `"${record}"`, "remove that record");
    expect(await filesBelow(join(archive, "wal"))).toEqual([late]);
    const json = await gc(archive, "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ kept: { not_in_vault: { objects: 1, bytes: bytes.length } } });
  });

  it("removes nothing where the chain does not hold together", async () => {
    const archive = await sealedArchive();
    await sign(archive);
    await rm(join(archive, "vault/v1/local/digest/00000001.json"));
    const refused = await gc(archive);
    expect(refused).toMatchObject({ code: 3, stdout: "" });
    expectOneLine(refused.stderr, "00000001.json");
    expect(await filesBelow(join(archive, "wal"))).toHaveLength(1);
  });
});

// Without Go there is no server; on CI that fails in test/servers/setup.ts.
it.skipIf(gcsUrl === "")("a bucket is signed and collected like a folder", async () => {
  const bucket = await makeBucket(gcsUrl);
  const place = ["--archive", `gs://${bucket}/a`, "--set", `archive.endpoint=${gcsUrl}`];
  const key = { env: { TEST_KEY: randomBytes(32).toString("hex") } };
  const ran = await logtally(["run", ...place, "--set", "pseudonym_key.env=TEST_KEY", "--from", INPUT], key);
  expect(ran).toMatchObject({ code: 0 });
  const sealed = await logtally(["seal", ...place, "--set", "pseudonym_key.env=TEST_KEY"], key);
  expect(sealed).toMatchObject({ code: 0, stderr: "" });
  const signed = ["--set", `signing_key.file=${await opensslKey()}`, "--json"];
  expect(rowsOf<SignedRow>(await logtally(["sign", ...place, ...signed]))).toHaveLength(1);
  const [row] = rowsOf<GcRow>(await logtally(["gc", ...place, "--json"]));
  expect(row?.removed.objects).toBe(1);
  const keeping = { vaultBucket: null, storageClass: "COLDLINE", retentionMs: null, isLocked: false };
  const store = await openArchiveStore({ kind: "gcs", bucket, prefix: "a", endpoint: gcsUrl, keeping });
  for await (const { name } of store.list("wal/")) throw new Error(`"${name}" is there`);
});
