/**
 * Goal: whatever is wrong with what an auditor was given, each command says it in one clear line, and nothing that lacks
 * something passes for evidence.
 * Method: an archive sealed and signed by the commands, and copies of it that are not whole, altered, of a newer version or
 * under way; a bucket that may be listed and not read.
 */
import { cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { type Mishap, startScriptedGcs } from "../servers/scripted-gcs.ts";
import { expectOneLine, FIXTURES, filesBelow, logtally, type Outcome, run } from "./logtally.ts";

const SEALED = [join(FIXTURES, "local/ssh_push/input.ndjson"), join(FIXTURES, "local/graphql_multiplex/input.ndjson")];
const LATE = join(FIXTURES, "local/ssh_push_gitlab_13_4/input.ndjson");
/** A push of 2020-12-22 in `SEALED`. */
const ID = "0006d179495ab6a5616989e3e5c96344";
const DAY = "vault/v1/local/2020-12-22/00";

/** For all tests of this file. */
let shared = "";
let original = "";

beforeAll(async () => {
  shared = await mkdtemp(join(tmpdir(), "logtally-auditor-"));
  original = join(shared, "archive");
  await run(original, SEALED);
  for (const command of ["seal", "sign", "gc"]) {
    expect(await logtally([command, "--archive", original])).toMatchObject({ code: 0, stderr: "" });
  }
});

afterAll(() => rm(shared, { recursive: true, force: true }));

interface Answers {
  readonly verify: Outcome;
  readonly prove: Outcome;
  readonly pack: Outcome;
}

/** What the three commands say that make evidence. */
async function ask(archive: string, ...more: readonly string[]): Promise<Answers> {
  const place = ["--archive", archive, ...more];
  const output = join(await tempFolder(), "evidence.tar.gz");
  return {
    verify: await logtally(["archive", "verify", ...place]),
    prove: await logtally(["archive", "prove", ID, ...place]),
    pack: await logtally(["archive", "export", "--event", "git_push", "--output", output, ...place]),
  };
}

/** One finding, and two commands that end in one line. */
function expectRefusal({ verify, prove, pack }: Answers, finding: string, line: string): void {
  expect(verify).toMatchObject({ code: 1, stderr: "" });
  expect(verify.stdout).toMatch(/not verified: 1 finding\n$/);
  expect(verify.stdout.split("\n")[0]).toContain(finding);
  for (const refused of [prove, pack]) {
    expect(refused).toMatchObject({ code: 3, stdout: "" });
    expectOneLine(refused.stderr, line);
  }
}

const newer = (text: string): string => text.replace('"format":1', '"format":2');

describe("an auditor is told", () => {
  it.each<readonly [what: string, change: (vault: string) => Promise<void>, finding: string, line: string]>([
    [
      "a copy without a segment",
      (copy) => rm(join(copy, DAY, "000001-10001.ndjson.zst")),
      `"${DAY}/000001-10001.ndjson.zst": it is missing, and was signed`,
      `"${DAY}/000001-10001.ndjson.zst"`,
    ],
    [
      "a copy of which a segment was cut",
      (copy) => truncate(join(copy, DAY, "000001-10001.ndjson.zst"), 1000),
      `"${DAY}/000001-10001.ndjson.zst": it was cut`,
      "the file was cut",
    ],
    [
      "a copy without a manifest, whose lines nothing else misses",
      (copy) => rm(join(copy, DAY, "000001.manifest.json")),
      `"${DAY}/000001.manifest.json": it is missing, and was signed`,
      `"${DAY}/000001.manifest.json": it is missing, and with it lines of its hours`,
    ],
    [
      "a manifest of a newer version",
      async (copy) => {
        const path = join(copy, DAY, "000001.manifest.json");
        await writeFile(path, newer(await readFile(path, "utf8")));
      },
      `"${DAY}/000001.manifest.json": its bytes are not those that were signed`,
      "use a newer logtally",
    ],
  ])("%s", async (_what, change, finding, line) => {
    const copy = join(await tempFolder(), "copy");
    await cp(original, copy, { recursive: true });
    await change(copy);
    expectRefusal(await ask(copy), finding, line);
  });

  it.each<
    readonly [
      what: string,
      change: (copy: string) => Promise<void>,
      finding: string,
      codes: readonly number[],
      line: string,
    ]
  >([
    [
      "a key that is missing",
      (copy) => rm(join(copy, "vault/v1/keys"), { recursive: true }),
      "its key",
      [3, 3],
      "is missing",
    ],
    [
      "a digest of a newer version",
      async (copy) => {
        const path = join(copy, "vault/v1/local/digest/00000001.json");
        await writeFile(path, newer(await readFile(path, "utf8")));
      },
      "use a newer logtally",
      [3, 3],
      "use a newer logtally",
    ],
    [
      "a copy without digests",
      (copy) => rm(join(copy, "vault/v1/local/digest"), { recursive: true }),
      "no signed digest at all",
      [2, 0],
      "not signed yet",
    ],
  ])("%s", async (_what, change, finding, codes, line) => {
    const copy = join(await tempFolder(), "copy");
    await cp(original, copy, { recursive: true });
    await change(copy);
    const { verify, prove, pack } = await ask(copy);
    expect(verify).toMatchObject({ code: 1, stderr: "" });
    expect(verify.stdout).toContain(finding);
    expect([prove.code, pack.code]).toEqual(codes);
    expectOneLine(prove.stderr, codes[0] === 2 ? "no signed digest" : line);
    expectOneLine(pack.stderr, line);
  });

  it("not that there is no such line, where the manifest of its hour is gone", async () => {
    const copy = join(await tempFolder(), "copy");
    await cp(original, copy, { recursive: true });
    await rm(join(copy, DAY, "000001.manifest.json"));
    const refused = await logtally(["archive", "get", ID, "--archive", copy]);
    expect(refused).toMatchObject({ code: 3, stdout: "" });
    expectOneLine(refused.stderr, `"${DAY}/000001.manifest.json": it is missing`);
    const every = ["archive", "find", "--event", "git_push", "--no-lookups", "--archive", copy];
    const lacking = await logtally(every);
    expect(lacking).toMatchObject({ code: 3, stdout: "" });
    expectOneLine(lacking.stderr, `"${DAY}/000001.manifest.json": it is missing`);
    expect(await logtally([...every, "--until", "2020-12-22"])).toMatchObject({ code: 0, stdout: "" });
    const unknown = await logtally(["archive", "get", ID.replace(/.{4}$/, "0000"), "--archive", original]);
    expect(unknown).toMatchObject({ code: 1, stdout: "" });
    expectOneLine(unknown.stderr, "no line has the id");
  });

  it("a key of somebody else", async () => {
    const foreign = "0123456789abcdef";
    const outcome = await logtally(["archive", "verify", "--archive", original, "--key", foreign]);
    expect(outcome).toMatchObject({ code: 1, stderr: "" });
    expect(outcome.stdout.split("\n")[0]).toContain(
      `to which no statement leads from the key that was given, ${foreign}`,
    );
    const checked = await logtally(["archive", "check-proof", "nothing.json", "--key", foreign]);
    expect(checked).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(checked.stderr, `"${foreign}": a fingerprint is no key`, "vault/v1/keys");
  });

  it("that a seal is under way, which is no finding and no evidence", async () => {
    const copy = join(await tempFolder(), "copy");
    await cp(original, copy, { recursive: true });
    await run(copy, [LATE]);
    const sealed = join(await tempFolder(), "sealed");
    await cp(copy, sealed, { recursive: true });
    expect(await logtally(["seal", "--archive", sealed])).toMatchObject({ code: 0 });
    const written = (await filesBelow(sealed)).filter((name) => /^(vault|ctl\/plan)\/.*2020-09-22/.test(name));
    for (const name of written.filter((each) => !each.endsWith(".manifest.json"))) {
      await mkdir(join(copy, name, ".."), { recursive: true });
      await cp(join(sealed, name), join(copy, name));
    }
    const { verify, prove, pack } = await ask(copy);
    expect(verify).toMatchObject({ code: 0, stderr: "" });
    expect(verify.stdout).toContain("not proved, as no digest has signed it yet: 2 objects\n");
    expect(prove).toMatchObject({ code: 0 });
    expect(pack.code).toBe(0);
    expectOneLine(pack.stderr, "0 lines that match are sealed and not signed yet, and 1 not sealed");
  });

  it.each(["get", "list"])("that the bucket may not be asked to %s", async (right) => {
    const denied: Mishap = { status: 403, message: `auditor does not have storage.objects.${right} access` };
    const server = await startScriptedGcs(() => {
      const isGet = server.requests.at(-1)?.query["alt"] === "media";
      return isGet === (right === "get") ? denied : null;
    });
    try {
      for (const name of await filesBelow(original)) {
        (server.objects as Map<string, Buffer>).set(name, await readFile(join(original, name)));
      }
      const { verify, prove, pack } = await ask("gs://bucket", "--set", `archive.endpoint=${server.url}`);
      for (const refused of [verify, prove, pack]) {
        expect(refused).toMatchObject({ code: 3, stdout: "" });
        expectOneLine(refused.stderr, `storage.objects.${right}`, "roles/storage.objectViewer");
      }
    } finally {
      await server.close();
    }
  });
});

it("an auditor finds events in a bucket without the key of the pseudonyms", async () => {
  const server = await startScriptedGcs([]);
  try {
    const place = ["--archive", "gs://bucket", "--set", `archive.endpoint=${server.url}`];
    const key = ["--set", "pseudonym_key.env=TEST_KEY"];
    const env = { TEST_KEY: "k".repeat(32) };
    expect(await logtally(["run", "--from", ...SEALED, ...place, ...key], { env })).toMatchObject({ code: 0 });
    expect(await logtally(["seal", ...place, ...key], { env })).toMatchObject({ code: 0 });
    const find = (...more: readonly string[]): Promise<Outcome> =>
      logtally(["archive", "find", ...more, "--meta", ...place]);
    const whole = await find("--event", "git_push", "--user", "101", "--no-lookups");
    expect(whole).toMatchObject({ code: 0 });
    expect(whole.stdout).toContain(ID);
    const quick = await find("--event", "git_push", "--user", "101");
    expect(quick).toMatchObject({ code: 0, stdout: whole.stdout });
    expectOneLine(quick.stderr, "1 line found");
    const nobody = await find("--event", "git_push", "--user", "999");
    expect(nobody).toMatchObject({ code: 0, stdout: "" });
    expectOneLine(nobody.stderr, "0 lines found");
  } finally {
    await server.close();
  }
});
