/**
 * Goal: a line is proved by the commands of the page, and what cannot be proved, or does not hold, is told in one line.
 * Method: lines archived, sealed and signed by the commands; the proof checked in a folder that holds nothing else.
 */
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { expectOneLine, FIXTURES, logtally, type Outcome, run } from "./logtally.ts";

const INPUT = join(FIXTURES, "local/ssh_push/input.ndjson");
const LATE = join(FIXTURES, "local/web_commit/input.ndjson");

interface FoundLine {
  readonly id: string;
}

async function idsOf(archive: string): Promise<string[]> {
  const { stdout } = await logtally(["archive", "find", "--archive", archive, "--meta"]);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as FoundLine).id);
}

async function sealAndSign(archive: string): Promise<void> {
  expect(await logtally(["seal", "--archive", archive])).toMatchObject({ code: 0 });
  expect(await logtally(["sign", "--archive", archive])).toMatchObject({ code: 0 });
}

const prove = (archive: string, id: string, ...more: readonly string[]): Promise<Outcome> =>
  logtally(["archive", "prove", id, "--archive", archive, ...more]);

/** For all tests of this file. */
let shared = "";
let archive = "";
let ids: string[] = [];
/** A folder with a proof and the public key, and nothing else. */
let desk = "";
let proof = "";
const check = (file: string, ...more: readonly string[]): Promise<Outcome> =>
  logtally(["archive", "check-proof", file, "--key", "auditor.pub", ...more], { cwd: desk });

beforeAll(async () => {
  shared = await mkdtemp(join(tmpdir(), "logtally-prove-"));
  archive = join(shared, "archive");
  await run(archive, [INPUT]);
  await sealAndSign(archive);
  ids = await idsOf(archive);
  desk = join(shared, "desk");
  await mkdir(desk);
  proof = join(desk, "proof.json");
  const [key = ""] = await readdir(join(archive, "vault/v1/keys"));
  await copyFile(join(archive, "vault/v1/keys", key), join(desk, "auditor.pub"));
  expect(await prove(archive, ids[0] ?? "", "--output", proof)).toMatchObject({ code: 0, stdout: "" });
});

afterAll(() => rm(shared, { recursive: true, force: true }));

describe("archive prove", () => {
  it("writes a proof of a few kilobytes that holds with the public key alone", async () => {
    const { code, stdout, stderr } = await check("proof.json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^proved: the line was archived, sealed and signed\n/);
    for (const said of [ids[0] ?? "", "digest 1", 'stream "local"', "the key given", "not signed here"]) {
      expect(stdout).toContain(said);
    }
    expect((await readFile(proof)).length).toBeLessThan(8000);
  });

  it("prints the proof where no file is named, and nothing but the proof", async () => {
    const printed = await prove(archive, ids[0] ?? "");
    expect(printed.code).toBe(0);
    expect(printed.stdout).toBe(await readFile(proof, "utf8"));
    expectOneLine(printed.stderr, "KiB of proof", 'digest 1 of stream "local"');
    expect(
      (await logtally(["archive", "check-proof", "-", "--key", join(desk, "auditor.pub")], { input: printed.stdout }))
        .code,
    ).toBe(0);
  });

  it("leaves a file that is there as it is, unless told otherwise", async () => {
    const there = join(await tempFolder(), "there");
    await writeFile(there, "mine");
    const refused = await prove(archive, ids[0] ?? "", "--output", there);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(refused.stderr, there, "--force");
    expect(await readFile(there, "utf8")).toBe("mine");
    expect(await prove(archive, ids[0] ?? "", "--output", there, "--force")).toMatchObject({ code: 0 });
    expect(await readFile(there, "utf8")).toBe(await readFile(proof, "utf8"));
  });

  it("says what is missing where a line is not sealed or not signed yet, and writes nothing", async () => {
    const fresh = await tempFolder();
    await run(fresh, [LATE]);
    const [id = ""] = await idsOf(fresh);
    const output = join(await tempFolder(), "p.json");
    const unsealed = await prove(fresh, id, "--output", output);
    expect(unsealed).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(unsealed.stderr, id, '"wal/local/', "not sealed yet", "logtally seal, from 20", "logtally sign");
    expect(await logtally(["seal", "--archive", fresh])).toMatchObject({ code: 0 });
    const unsigned = await prove(fresh, id, "--output", output);
    expect(unsigned).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(unsigned.stderr, id, ".manifest.json", "no signed digest", "logtally sign)");
    await expect(readFile(output)).rejects.toThrow("ENOENT");
    // Of a stream with digests the next one has a time.
    await sealAndSign(fresh);
    await run(fresh, [INPUT]);
    expect(await logtally(["seal", "--archive", fresh])).toMatchObject({ code: 0 });
    expectOneLine((await prove(fresh, ids[0] ?? "")).stderr, "logtally sign, due by 20");
  });

  it("says that it knows no such line, and what is no id", async () => {
    const unknown = await prove(archive, "0".repeat(32));
    expect(unknown).toMatchObject({ code: 1, stdout: "" });
    expectOneLine(unknown.stderr, "no line with this id");
    // As other programs show it.
    const pasted = await prove(archive, (ids[0] ?? "").toUpperCase());
    expect(pasted).toMatchObject({ code: 0, stdout: await readFile(proof, "utf8") });
    expect(await prove(archive, "x")).toMatchObject({ code: 2, stdout: "" });
    const stream = await prove(archive, ids[0] ?? "", "--stream", "other");
    expect(stream.code).toBe(2);
    expectOneLine(stream.stderr, 'stream "other"', '"local"');
  });

  it("tells of other lines with the id, and of other streams", async () => {
    const both = await tempFolder();
    const entry = (n: number) =>
      `{"logName":"l","timestamp":"2020-12-22T09:00:00Z","insertId":"1","jsonPayload":{"time":"2020-12-22T09:00:00.${n}Z"}}`;
    const input = join(await tempFolder(), "input.ndjson");
    await writeFile(input, `${entry(1)}\n${entry(2)}\n`);
    await run(both, [input]);
    await logtally(["run", "--archive", both, "--set", "name=other", "--from", input]);
    await sealAndSign(both);
    const [id = ""] = await idsOf(both);
    const { stderr, code } = await prove(both, id);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /is in conflict: this proves the one that stands \(hint: for others --variant [0-9a-f]{64}\)/,
    );
    expect(stderr).toContain("also in other streams (hint: for those --stream other)");
    const variant = /--variant ([0-9a-f]{64})/.exec(stderr)?.[1] ?? "";
    const other = await prove(both, id, "--variant", variant, "--stream", "other");
    expect(other.stderr).toContain("this proves not the one that stands");
    expect(other.stdout).toContain('"segment":"vault/v1/other/');
  });
});

describe("archive check-proof", () => {
  it("prints the line alone, or JSON", async () => {
    const line = await check("proof.json", "--line");
    expect(line).toMatchObject({ code: 0, stderr: "" });
    expect((await readFile(INPUT, "utf8")).split("\n")).toContain(line.stdout.replace(/\n$/, ""));
    const { stdout } = await check("proof.json", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      proved: true,
      id: ids[0],
      stream: "local",
      digest: { sequence: 1, key_changes: 0 },
      variants: 1,
      stands: true,
      stated: { id: ids[0] },
    });
    expect((await check("proof.json", "--json", "--line")).code).toBe(2);
  });

  it("says in one line why a proof does not hold (exit code 1)", async () => {
    const bytes = await readFile(proof);
    await writeFile(join(desk, "cut.json"), bytes.subarray(0, bytes.length / 2));
    const cut = await check("cut.json");
    expect(cut).toMatchObject({ code: 1, stdout: "" });
    expectOneLine(cut.stderr, 'check proof "cut.json"', "cut or altered");
    const altered = bytes.toString("utf8").replace('"row":', '"row":1');
    await writeFile(join(desk, "altered.json"), altered);
    const json = await check("altered.json", "--json");
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toEqual({ proved: false, why: expect.stringContaining("altered.json") });
    await writeFile(join(desk, "empty.json"), "");
    expect(await check("empty.json")).toMatchObject({ code: 1, stdout: "" });
  });

  it("says what is wrong with the files that it is given (exit code 2)", async () => {
    const missing = await check("missing.json");
    expect(missing).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(missing.stderr, '"missing.json"', "no such file");
    const folder = await check(".");
    expect(folder).toMatchObject({ code: 2, stdout: "" });
    const noKey = await logtally(["archive", "check-proof", proof, "--key", proof]);
    expect(noKey).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(noKey.stderr, "no public key of Ed25519");
    const secret = await logtally(["archive", "check-proof", proof, "--key", join(archive, "ctl/signing.key")]);
    expect(secret).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(secret.stderr, "private key: whoever has it can sign (hint: openssl pkey -in FILE -pubout");
    expect(await logtally(["archive", "check-proof", proof])).toMatchObject({ code: 2, stdout: "" });
  });
});
