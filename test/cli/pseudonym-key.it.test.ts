/**
 * Goal: an archive keeps to one key of its pseudonyms, nobody else can read it, and a change needs a word.
 * Method: `counts` with the archive's own key, and with keys from the environment and from a file.
 */
import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { expectOneLine, FIXTURES, filesBelow, logtally, type Outcome, run } from "./logtally.ts";

const INPUT = join(FIXTURES, "local/ssh_push/input.ndjson");
const FROM_ENV = ["--set", "pseudonym_key.env=TEST_KEY"];
const [ONE, OTHER] = ["0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"] as const;

async function archiveOf(): Promise<string> {
  const archive = await tempFolder();
  await run(archive, [INPUT], {});
  return archive;
}

function counts(archive: string, options: readonly string[] = [], key = ONE as string): Promise<Outcome> {
  const args = ["counts", "--archive", archive, "--period", "all", "--format", "json", ...options];
  return logtally(args, { env: { TEST_KEY: key } });
}

function fingerprintIn({ code, stdout, stderr }: Outcome): string {
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return (JSON.parse(stdout) as { pseudonym_key: string }).pseudonym_key;
}

describe("the key of the pseudonyms", () => {
  it("is made in the archive, for its owner only, and stays", async () => {
    const archive = await archiveOf();
    const path = join(archive, "ctl/pseudonym.key");
    const first = fingerprintIn(await counts(archive));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(archive, "ctl/pseudonym.fingerprint"))).mode & 0o077).toBe(0);
    const key = await readFile(path, "utf8");
    expect(key).toMatch(/^[0-9a-f]{64}\n$/);
    expect(first).toMatch(/^[0-9a-f]{16}$/);
    expect(fingerprintIn(await counts(archive))).toBe(first);
    expect(await readFile(path, "utf8")).toBe(key);
    expect(fingerprintIn(await counts(await archiveOf()))).not.toBe(first);
  });

  it("is refused where it was changed, unless that is accepted", async () => {
    const archive = await archiveOf();
    const own = fingerprintIn(await counts(archive));
    const refused = await counts(archive, FROM_ENV);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(refused.stderr, own, "pseudonym_key.accept_change=true");
    const accepted = await counts(archive, [...FROM_ENV, "--set", "pseudonym_key.accept_change=true"]);
    expect(fingerprintIn(accepted)).not.toBe(own);
  });

  it("of a deployment that is not at hand is not replaced by a new one", async () => {
    const archive = await tempFolder();
    await logtally(["run", "--archive", archive, "--from", INPUT, ...FROM_ENV], { env: { TEST_KEY: ONE } });
    const hint =
      "(hint: name the key that the workers use, by --set pseudonym_key.file=FILE or pseudonym_key.env=NAME)";
    // Accepted or not: the workers, which have the old key, would be refused from then on.
    for (const accepting of [[], ["--set", "pseudonym_key.accept_change=true"]]) {
      const refused = await counts(archive, accepting);
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      expectOneLine(refused.stderr, "use a new pseudonym key", hint);
      const checked = await logtally(["check", "--archive", archive, ...accepting]);
      expect(checked.code).toBe(2);
      expect(checked.stderr).toMatch(
        /^bad {2}pseudonym key +use a new pseudonym key: .* name the key that the workers use/m,
      );
    }
    expect(await filesBelow(join(archive, "ctl"))).toEqual(["pseudonym.fingerprint"]);
    expect((await counts(archive, FROM_ENV)).code).toBe(0);
  });

  it("that the archive made for itself is not offered where the archive was used with another since", async () => {
    const archive = await archiveOf();
    fingerprintIn(await counts(archive, [...FROM_ENV, "--set", "pseudonym_key.accept_change=true"]));
    const refused = await counts(archive);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(refused.stderr, "use pseudonym key", "name the key that the workers use");
    expect(refused.stderr).not.toContain("accept_change");
  });

  it("that the archive made for itself is the same one where its text comes from elsewhere", async () => {
    const archive = await archiveOf();
    const path = join(archive, "ctl/pseudonym.key");
    const own = fingerprintIn(await counts(archive));
    expect(fingerprintIn(await counts(archive, ["--set", `pseudonym_key.file=${path}`]))).toBe(own);
    expect(fingerprintIn(await counts(archive, FROM_ENV, await readFile(path, "utf8")))).toBe(own);
  });

  it("comes from the environment or a file alike, and is not written down", async () => {
    const archive = await tempFolder();
    const path = join(await tempFolder(), "key");
    await writeFile(path, `${ONE}\n`, { mode: 0o600 });
    const input = ["run", "--archive", archive, "--from", INPUT];
    expect((await logtally([...input, ...FROM_ENV], { env: { TEST_KEY: ONE } })).code).toBe(0);
    const fromEnv = fingerprintIn(await counts(archive, FROM_ENV));
    expect(fingerprintIn(await counts(archive, ["--set", `pseudonym_key.file=${path}`]))).toBe(fromEnv);
    expect((await counts(archive, FROM_ENV, OTHER)).code).toBe(2);
    await expect(stat(join(archive, "ctl/pseudonym.key"))).rejects.toMatchObject({ code: "ENOENT" });
    expect(await readFile(join(archive, "ctl/pseudonym.fingerprint"), "utf8")).toBe(`${fromEnv}\n`);
  });

  it("that is missing or too short is said so", async () => {
    const archive = await archiveOf();
    const short = await counts(archive, FROM_ENV, "short");
    expect(short.code).toBe(2);
    expectOneLine(short.stderr, '"TEST_KEY"', "5 bytes");
    expect(short.stderr).not.toContain('"short"');
    const missing = await counts(archive, ["--set", "pseudonym_key.file=/nowhere/key"]);
    expect(missing.code).toBe(2);
    expectOneLine(missing.stderr, '"/nowhere/key"');
  });

  it("leaves no user's name in what is printed", async () => {
    const archive = await archiveOf();
    await chmod(join(archive, "ctl/pseudonym.key"), 0o400);
    const { stdout } = await counts(archive, ["--by", "user"]);
    expect(stdout).not.toMatch(/alice|id:101/);
  });
});
