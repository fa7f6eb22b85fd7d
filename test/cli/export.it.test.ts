/**
 * Goal: a pack holds what `archive find` finds, and is checked by the command, or by the commands that stand in it.
 * Method: lines archived, sealed and signed by the commands; the README's own commands, by bash, in the unpacked folder.
 */
import { spawnSync } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MIB } from "../../src/core/units.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import {
  expectOneLine,
  FIXTURES,
  filesBelow,
  logtally,
  type Outcome,
  run,
  startLogtally,
  succeeds,
} from "./logtally.ts";

const INPUT = join(FIXTURES, "local/*/input.ndjson");

/** For all tests of this file. */
let shared = "";
let archive = "";
/** A folder with a pack and the public key, and nothing else. */
let desk = "";
let pack = "";

const exported = (output: string, ...more: readonly string[]): Promise<Outcome> =>
  logtally(["archive", "export", "--archive", archive, "--output", output, ...more]);
const check = (file: string, ...more: readonly string[]): Promise<Outcome> =>
  logtally(["archive", "check-proof", file, "--key", join(desk, "auditor.pub"), ...more]);

beforeAll(async () => {
  shared = await mkdtemp(join(tmpdir(), "logtally-export-"));
  archive = join(shared, "archive");
  await run(archive, [INPUT]);
  expect(await logtally(["seal", "--archive", archive])).toMatchObject({ code: 0 });
  expect(await logtally(["sign", "--archive", archive])).toMatchObject({ code: 0 });
  desk = join(shared, "desk");
  await mkdir(desk);
  const [key = ""] = await readdir(join(archive, "vault/v1/keys"));
  await copyFile(join(archive, "vault/v1/keys", key), join(desk, "auditor.pub"));
  pack = join(desk, "evidence.tar.gz");
  const made = await exported(pack, "--event", "git_push");
  expect(made).toMatchObject({ code: 0, stderr: "" });
  expect(made.stdout).toMatch(
    /^3 lines, signed by 1 digest, of 3 segments searched\nSHA-256 of the pack {2}[0-9a-f]{64}\n$/,
  );
});

afterAll(() => rm(shared, { recursive: true, force: true }));

/** The pack as tar unpacks it. */
async function unpacked(): Promise<string> {
  const folder = await tempFolder();
  expect(succeeds("tar", ["-xzf", pack, "-C", folder])).toBe(true);
  return folder;
}

describe("archive export", () => {
  it("writes a pack with the lines that find finds, which holds with the public key alone", async () => {
    const { code, stdout, stderr } = await check(pack);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^proved: every line of the pack was archived, sealed and signed/);
    expect(stdout).toContain("3, in 2 segments; of 3 the id is proved too");
    const folder = await unpacked();
    const names = (await filesBelow(join(folder, "lines"))).filter((name) => name.endsWith(".ndjson"));
    const texts = await Promise.all(names.map((name) => readFile(join(folder, "lines", name), "utf8")));
    const found = await logtally(["archive", "find", "--archive", archive, "--event", "git_push"]);
    expect(texts.join("").split("\n").toSorted()).toEqual(found.stdout.split("\n").toSorted());
    const report = await readFile(join(folder, "report.txt"), "utf8");
    for (const said of ['"git_push"', "Not proved: that the query found every line", "3, of "])
      expect(report).toContain(said);
  });

  it("has commands in it that check it without logtally, and fail where something was altered", async () => {
    const folder = await unpacked();
    const readme = await readFile(join(folder, "README.md"), "utf8");
    const [, ...scripts] = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, script = ""]) => script);
    expect(scripts).toHaveLength(3);
    await copyFile(join(desk, "auditor.pub"), join(folder, "AUDITOR.pub"));
    const outcomes = () =>
      scripts.map((script) => spawnSync("bash", ["-c", script], { cwd: folder, encoding: "utf8" }));
    const codes = (): (number | null)[] => outcomes().map(({ status }) => status);
    expect(codes()).toEqual([0, 0, 0]);
    const names = await filesBelow(folder);
    for (const [index, ending] of [".sig", "manifest.json", ".ndjson"].entries()) {
      const path = join(folder, names.find((name) => name.endsWith(ending)) ?? "");
      const bytes = await readFile(path);
      await writeFile(path, Buffer.concat([Buffer.from("{"), bytes.subarray(1, -1), Buffer.from(" ")]));
      const { status, stdout, stderr } = outcomes()[index] ?? {};
      expect(status).not.toBe(0);
      // Whoever puts the commands into a terminal sees no exit code.
      expect(`${stdout ?? ""}${stderr ?? ""}`).toMatch(/not signed|Signature Verification Failure|AssertionError/);
      await writeFile(path, bytes);
    }
    expect(codes()).toEqual([0, 0, 0]);
  });

  it("leaves a file that is there as it is, unless told otherwise, and no part of one", async () => {
    const folder = await tempFolder();
    const there = join(folder, "there.tar.gz");
    await writeFile(there, "mine");
    const refused = await exported(there);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(refused.stderr, there, "--force");
    expect(await readFile(there, "utf8")).toBe("mine");
    // Nothing comes of it where the archive cannot be trusted.
    const copy = join(folder, "copy");
    expect(succeeds("cp", ["-r", archive, copy])).toBe(true);
    const digest = join(copy, "vault/v1/local/digest/00000001.json");
    await writeFile(digest, (await readFile(digest, "utf8")).replace('"lines":', '"lines":1'));
    const broken = await logtally(["archive", "export", "--archive", copy, "--output", there, "--force"]);
    expect(broken).toMatchObject({ code: 3, stdout: "" });
    expectOneLine(broken.stderr, "00000001.json");
    expect(await readdir(folder)).toEqual(["copy", "there.tar.gz"]);
    expect(await readFile(there, "utf8")).toBe("mine");
    const forced = await exported(there, "--force", "--json");
    expect(forced).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(forced.stdout)).toMatchObject({
      lines: 51,
      not_sealed: 0,
      pack_sha256: expect.stringMatching(/^\w{64}$/),
    });
    expect(await check(there)).toMatchObject({ code: 0 });
    const nowhere = await exported(join(folder, "no/such.tar.gz"));
    expect(nowhere).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(nowhere.stderr, "make its folder first");
  });

  it("asks before it reads more than it may", async () => {
    const folder = await tempFolder();
    const output = join(folder, "e.tar.gz");
    const refused = await exported(output, "--event", "git_push", "--most-bytes", "1");
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(refused.stderr, "export lines: about ", "more than 1 B", "--yes");
    expect(await readdir(folder)).toEqual([]);
    expect(await exported(output, "--event", "git_push", "--most-bytes", "1", "--yes")).toMatchObject({ code: 0 });
  });

  it("tells of lines that match and are not signed yet", async () => {
    const fresh = await tempFolder();
    await run(fresh, [INPUT]);
    const output = join(await tempFolder(), "e.tar.gz");
    const { code, stdout, stderr } = await logtally(["archive", "export", "--archive", fresh, "--output", output]);
    expect({ code, stdout: stdout.split("\n")[0] }).toEqual({
      code: 0,
      stdout: "0 lines, signed by 0 digests, of 0 segments searched",
    });
    expectOneLine(stderr, "0 lines", "51 not sealed", "logtally sign");
  });
});

describe("archive check-proof of a pack", () => {
  it("reads it from standard input, and prints JSON", async () => {
    const { child, ended } = startLogtally([
      "archive",
      "check-proof",
      "-",
      "--key",
      join(desk, "auditor.pub"),
      "--json",
    ]);
    child.stdin?.end(await readFile(pack));
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      proved: true,
      lines: 3,
      ids_proved: 3,
      stated: { query: { event: "git_push" }, segments_without: 1 },
    });
  });

  it("says in one line why it does not hold (exit code 1)", async () => {
    const bytes = await readFile(pack);
    const cut = join(desk, "cut.tar.gz");
    await writeFile(cut, bytes.subarray(0, bytes.length - 30));
    const outcome = await check(cut);
    expect(outcome).toMatchObject({ code: 1, stdout: "" });
    expectOneLine(outcome.stderr, `check proof "${cut}"`, "cut or altered");
    const altered = Buffer.from(bytes);
    const middle = Math.floor(bytes.length / 2);
    altered[middle] = (altered[middle] ?? 0) ^ 1;
    await writeFile(cut, altered);
    expect(await check(cut)).toMatchObject({ code: 1, stdout: "" });
    await writeFile(cut, Buffer.concat([bytes, Buffer.from("more")]));
    expect(await check(cut)).toMatchObject({ code: 1, stdout: "" });
    await writeFile(cut, Buffer.concat([bytes, bytes]));
    expect(await check(cut)).toMatchObject({ code: 1, stdout: "" });
    for (const behind of [10, MIB]) {
      await writeFile(cut, Buffer.concat([bytes, Buffer.alloc(behind)]));
      const longer = await check(cut);
      expect(longer).toMatchObject({ code: 1, stdout: "" });
      expectOneLine(longer.stderr, "something was put behind it");
    }
    expect(await check(pack, "--line")).toMatchObject({ code: 2, stdout: "" });
  });
});
