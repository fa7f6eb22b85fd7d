/**
 * Goal: whoever has zstdcat, sha256sum and openssl checks a digest down to its lines without this program, by the
 * commands of the page, and they find what is not so; also what whoever has the key signed though it is not so.
 * Method: the commands as they stand, by bash, in archives that were sealed and signed, whole and changed.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Digest, digestBytes } from "../../src/archive/digest/digest.ts";
import { parseSigningKey } from "../../src/archive/digest/signing-key.ts";
import { type Manifest, manifestBytes } from "../../src/archive/manifest.ts";
import { newKey } from "../archive/sample-signing.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { blocksOf } from "../page-blocks.ts";
import { FIXTURES, filesBelow, logtally, run, succeeds } from "./logtally.ts";

const PAGE = join(import.meta.dirname, "../../docs/reference/archive-format.md");
const HAS_TOOLS = succeeds("zstdcat", ["--version"]) && succeeds("openssl", ["version"]);
// Who has no zstd or openssl at hand can still run the rest; on CI both are there.
const CANNOT_RUN = !HAS_TOOLS && process.env["CI"] === undefined;
const DIGEST = "vault/v1/local/digest/00000001.json";

/** Sealed and signed, with a second digest that names nothing. */
let original = "";
let script = "";
let names: readonly string[] = [];

beforeAll(async () => {
  original = await mkdtemp(join(tmpdir(), "logtally-by-hand-"));
  for (const name of ["ssh_push", "web_commit"]) {
    await run(original, [join(FIXTURES, "local", name, "input.ndjson")]);
    expect(await logtally(["seal", "--archive", original])).toMatchObject({ code: 0, stderr: "" });
  }
  expect(await logtally(["sign", "--archive", original])).toMatchObject({ code: 0, stderr: "" });
  names = (await filesBelow(join(original, "vault"))).map((name) => `vault/${name}`);
  await sleep(1100);
  await logtally(["sign", "--archive", original, "--set", "sign.interval_ms=1000"]);
  const page = await readFile(PAGE, "utf8");
  script = blocksOf(page.slice(page.indexOf("\n### One digest by hand\n")))[0]?.text ?? "";
});

afterAll(() => rm(original, { recursive: true }));

function byHand(cwd: string, text = script): { readonly status: number | null; readonly stdout: string } {
  return spawnSync("bash", ["-c", text], { cwd, encoding: "utf8" });
}

async function copied(): Promise<string> {
  const copy = join(await tempFolder(), "copy");
  await cp(original, copy, { recursive: true });
  return copy;
}

type Change = (bytes: Buffer) => Buffer;

/** Changes a file, or removes it. */
async function change(copy: string, name: string, how: Change | null): Promise<void> {
  if (how === null) await rm(join(copy, name));
  else await writeFile(join(copy, name), how(await readFile(join(copy, name))));
}

async function swap(copy: string, a: string, b: string): Promise<void> {
  await rename(join(copy, a), join(copy, "kept"));
  await rename(join(copy, b), join(copy, a));
  await rename(join(copy, "kept"), join(copy, b));
}

/** The digest says something else, and is signed again by the key of the archive. */
async function signAnew(copy: string, how: (digest: Digest) => Digest): Promise<void> {
  const key = parseSigningKey(await readFile(join(copy, "ctl/signing.key")));
  await change(copy, DIGEST, (bytes) => digestBytes(how(JSON.parse(bytes.toString()) as Digest)));
  await writeFile(join(copy, DIGEST.replace(".json", ".sig")), await key.sign(await readFile(join(copy, DIGEST))));
}

/** A manifest says something else of its first segment, and a digest that is signed again names it so. */
async function sealAnew(copy: string, how: (output: Manifest["outputs"][number]) => object): Promise<void> {
  const name = names.find((each) => each.endsWith(".manifest.json")) ?? "";
  await change(copy, name, (bytes) => {
    const manifest = JSON.parse(bytes.toString()) as Manifest;
    const [first, ...others] = manifest.outputs;
    if (first === undefined) throw new Error("no segment");
    return manifestBytes({ ...manifest, outputs: [{ ...first, ...how(first) }, ...others] });
  });
  const bytes = await readFile(join(copy, name));
  const said = { name, size_bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  await signAnew(copy, (digest) => ({
    ...digest,
    objects: digest.objects.map((object) => (object.name === name ? said : object)),
  }));
}

// Without the tools there is nothing to check with.
describe.skipIf(CANNOT_RUN)("the commands for one digest", () => {
  it("prove it, and one that names nothing", async () => {
    expect(byHand(original)).toMatchObject({ status: 0, stdout: expect.stringMatching(/: 16 lines\n$/) });
    const second = byHand(original, script.replace("00000001", "00000002"));
    expect(second).toMatchObject({ status: 0, stdout: expect.stringMatching(/: 0 lines\n$/) });
  });

  it.each<[string, Change | null]>([
    ["is missing", null],
    ["has another bit", (bytes) => Buffer.from(bytes.map((byte, at) => (at === bytes.length >> 1 ? byte ^ 1 : byte)))],
    ["is cut", (bytes) => bytes.subarray(0, -1)],
    ["goes on", (bytes) => Buffer.concat([bytes, Buffer.from("x")])],
    ["is empty", () => Buffer.alloc(0)],
  ])("fail where any object %s", async (what, how) => {
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) {
      // A line that ends in PEM is the same key without its end, or with more behind it.
      if ((what === "goes on" || what === "is cut") && name.endsWith(".pub")) continue;
      const copy = await copied();
      await change(copy, name, how);
      expect(byHand(copy).status, `with another ${name}`).not.toBe(0);
    }
  });

  it("fail where two objects of a kind are exchanged", async () => {
    for (const kind of ["-10001.ndjson.zst", ".meta.ndjson.zst", ".manifest.json"]) {
      const [a = "", b = ""] = names.filter((name) => name.endsWith(kind));
      const copy = await copied();
      await swap(copy, a, b);
      expect(byHand(copy).status, `of two ${kind}`).not.toBe(0);
    }
    const copy = await copied();
    for (const ending of ["json", "sig"]) {
      await swap(copy, DIGEST.replace("json", ending), DIGEST.replace("1.json", `2.${ending}`));
    }
    expect(byHand(copy).status).not.toBe(0);
  });

  it("fail where somebody else has signed, under the name of the key", async () => {
    const copy = await copied();
    const thief = newKey();
    const [name = ""] = names.filter((each) => each.endsWith(".pub"));
    await writeFile(join(copy, name), thief.publicPem);
    await writeFile(join(copy, DIGEST.replace(".json", ".sig")), await thief.sign(await readFile(join(copy, DIGEST))));
    expect(byHand(copy).status).not.toBe(0);
  });

  it.each<[string, (copy: string) => Promise<void>]>([
    ["more lines", (copy) => signAnew(copy, ({ totals, ...rest }) => ({ ...rest, totals: { ...totals, lines: 17 } }))],
    ["more rows", (copy) => sealAnew(copy, ({ rows }) => ({ rows: rows + 1 }))],
    ["fewer bytes", (copy) => sealAnew(copy, ({ raw_bytes: bytes }) => ({ raw_bytes: bytes - 1 }))],
    ["other lines", (copy) => sealAnew(copy, ({ lines }) => ({ lines: { ...lines, sha256: "0".repeat(64) } }))],
    ["other meta", (copy) => sealAnew(copy, ({ meta }) => ({ meta: { ...meta, sha256: "0".repeat(64) } }))],
    ["a stray segment", (copy) => sealAnew(copy, ({ lines }) => ({ lines: { ...lines, name: DIGEST } }))],
  ])("fail where whoever has the key signed %s", async (_what, lie) => {
    const copy = await copied();
    await lie(copy);
    expect(byHand(copy).status).not.toBe(0);
  });
});
