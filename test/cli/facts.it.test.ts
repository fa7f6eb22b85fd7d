/**
 * Goal: what `counts` says is the same before and after sealing, by facts, without them, and as of a digest for ever.
 * Method: generated traffic, archived, sealed, signed and counted by the commands, with files removed and altered.
 */
import { createHash } from "node:crypto";
import { appendFile, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import type { CountRow } from "../../src/counts/cube.ts";
import { differences } from "../../src/generate/agreement.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { makeBucket } from "../servers/bucket.ts";
import { API_READ_CATALOGUE } from "./api-read-catalogue.ts";
import { countRows } from "./count-rows.ts";
import { generated } from "./generated.ts";
import { expectOneLine, FIXTURES, filesBelow, logtally, type Outcome, run, succeeds } from "./logtally.ts";

const gcsUrl = inject("gcsUrl") ?? "";
const LATE = join(FIXTURES, "local/web_commit/input.ndjson");

interface Answer {
  readonly as_of_digest: { readonly sequence: number; readonly sha256: string } | null;
  readonly sealed_through: string | null;
  readonly rows: readonly CountRow[];
  readonly evidence?: { readonly sets: readonly { readonly manifests: readonly { readonly name: string }[] }[] };
}

async function answer(args: readonly string[]): Promise<Answer> {
  const { code, stdout, stderr } = await logtally(["counts", ...args, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as Answer;
}

async function works(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await logtally(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

function expectRefused(outcome: Outcome, code: number, words: string): void {
  expect(outcome).toMatchObject({ code, stdout: "" });
  expectOneLine(outcome.stderr, words);
}

async function parquetFiles(archive: string): Promise<string[]> {
  return (await filesBelow(join(archive, "facts"))).filter((path) => path.endsWith(".parquet"));
}

describe("facts", () => {
  it("count what was done, are missed when they are gone, and are the same when they are rebuilt", async () => {
    const archive = await tempFolder();
    const { path, truth } = await generated("--lines", "6000", "--seed", "11", "--republish", "0.1");
    await run(archive, [path]);
    await works("seal", "--archive", archive);
    expect(differences(truth.rows, await countRows(["--archive", archive]))).toEqual([]);
    const { sealed_through: through, rows } = await answer(["--archive", archive]);
    expect(through).toBe(`${truth.as_of}T00:00:00Z`);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every(({ sealed }) => sealed)).toBe(true);

    const before = await parquetFiles(archive);
    await rename(join(archive, "facts"), join(archive, "facts-before"));
    const { stdout, stderr } = await logtally(["counts", "--archive", archive, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ rows });
    expect(stderr).toMatch(/^logtally: facts of (\d+) of \1 sealed plans? are derived again, .*facts rebuild.*\n$/);

    await works("facts", "rebuild", "--archive", archive);
    expect(await parquetFiles(archive)).toEqual(before);
    expect(succeeds("diff", ["-r", join(archive, "facts"), join(archive, "facts-before")])).toBe(true);
    await appendFile(join(archive, "facts", before[0] ?? ""), "x");
    await rm(join(archive, "facts", before[1] ?? ""));
    const done: unknown = JSON.parse(await works("facts", "rebuild", "--archive", archive, "--json"));
    expect(done).toMatchObject({ plans: expect.any(Number), rows: expect.any(Number) });
    expect(succeeds("diff", ["-r", join(archive, "facts"), join(archive, "facts-before")])).toBe(true);
    expect(await answer(["--archive", archive])).toMatchObject({ rows });
  });

  it("say whether streams are apart when these are sealed, and again when they are rebuilt", async () => {
    const archive = await tempFolder();
    const push = join(FIXTURES, "local/ssh_push/input.ndjson");
    const add = (stream: string, path: string) =>
      works("run", "--archive", archive, "--json", "--set", `name=${stream}`, "--from", path);
    const said = async () => {
      const names = (await filesBelow(join(archive, "facts/apart"))).toSorted();
      return Promise.all(
        names.map(async (name) => (await readFile(join(archive, "facts/apart", name), "utf8")).slice(0, 13)),
      );
    };
    await add("one", push);
    await add("two", LATE);
    await works("seal", "--archive", archive);
    expect(await said()).toEqual(['{"apart":true']);
    const { rows } = await answer(["--archive", archive]);
    await rename(join(archive, "facts"), join(archive, "facts-before"));
    await works("facts", "rebuild", "--archive", archive);
    expect(succeeds("diff", ["-r", join(archive, "facts"), join(archive, "facts-before")])).toBe(true);
    await add("two", push);
    await works("seal", "--archive", archive);
    expect((await said()).toSorted()).toEqual(['{"apart":fals', '{"apart":true']);
    expect((await answer(["--archive", archive])).rows).toEqual(rows);
  });

  it("of a span of time only, where that is asked", async () => {
    const archive = await tempFolder();
    const { path } = await generated("--lines", "3000", "--seed", "12", "--users", "2");
    await run(archive, [path]);
    await works("seal", "--archive", archive);
    const days = await readdir(join(archive, "vault/v1/local"));
    expect(days.length).toBeGreaterThan(1);
    await rm(join(archive, "facts"), { recursive: true });
    await works("facts", "rebuild", "--archive", archive, "--since", days[1] ?? "", "--until", days[2] ?? "2030-01-01");
    const written = (await parquetFiles(archive)).map((each) => /day=([^/]*)/.exec(each)?.[1]);
    expect([...new Set(written)]).toEqual([days[1]]);
  });
});

// Without Go there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(gcsUrl === "")("facts in a bucket", () => {
  it("are copied once, by their hashes, and give the counts of bare lines", async () => {
    const place = `gs://${await makeBucket(gcsUrl)}/logs`;
    const { path, truth } = await generated("--lines", "2000", "--seed", "13");
    const cache = await tempFolder();
    const env = { TEST_KEY: "0123456789abcdef", XDG_CACHE_HOME: cache };
    const settings = [`archive.endpoint=${gcsUrl}`, "pseudonym_key.env=TEST_KEY"].flatMap((each) => ["--set", each]);
    const args = ["--archive", place, ...settings];
    for (const command of [["run", "--json", "--from", path], ["seal"]]) {
      expect(await logtally([...command, ...args], { env })).toMatchObject({ code: 0, stderr: "" });
    }
    expect(differences(truth.rows, await countRows(args, { env }))).toEqual([]);
    const copies = await filesBelow(join(cache, "logtally/objects"));
    expect(copies.length).toBeGreaterThan(5);
    expect(differences(truth.rows, await countRows(args, { env }))).toEqual([]);
    expect(await filesBelow(join(cache, "logtally/objects"))).toEqual(copies);
  });
});

describe("the hint of counts that derive facts again", () => {
  it("names the catalogue, says what differs, and counts things in good English", async () => {
    const folder = await tempFolder();
    const archive = join(folder, "archive");
    const catalogue = join(folder, "my.yaml");
    await writeFile(catalogue, API_READ_CATALOGUE);
    await run(archive, [join(FIXTURES, "local/ssh_push/input.ndjson")]);
    await works("seal", "--archive", archive);
    const counts = async (...more: readonly string[]) => {
      const { code, stderr } = await logtally(["counts", "--archive", archive, ...more]);
      expect(code).toBe(0);
      return stderr;
    };
    expectOneLine(
      await counts("--catalogue", catalogue),
      "facts of 1 of 1 sealed plan are derived again",
      `(hint: "logtally facts rebuild --catalogue ${catalogue}" writes them)`,
    );
    const ofOthers = await counts("--set", "instance=gprd");
    expectOneLine(ofOthers, " is of instance none ", ' and instance "gprd"; ');
    expect(ofOthers).toContain('"logtally facts rebuild" replaces the others by its own)');
    const [facts = ""] = (await filesBelow(archive)).filter((name) => /^facts\/catalogue.*parquet$/.test(name));
    await rm(join(archive, facts));
    expectOneLine(
      await counts(),
      `1 file of facts is missing or cut, and counted from roll-ups: "${facts}" (hint: "logtally facts rebuild" writes it)`,
    );
  });
});

describe("counts --as-of-digest", () => {
  async function signedArchive(): Promise<{ readonly archive: string; readonly sign: () => Promise<string> }> {
    const folder = await tempFolder();
    const archive = join(folder, "archive");
    const key = join(folder, "signing.key");
    expect(succeeds("openssl", ["genpkey", "-algorithm", "ed25519", "-out", key])).toBe(true);
    await run(archive, [join(FIXTURES, "local/ssh_push/input.ndjson")]);
    await works("seal", "--archive", archive);
    const sign = () =>
      works("sign", "--archive", archive, "--set", `signing_key.file=${key}`, "--set", "sign.interval_ms=1000");
    await sign();
    return { archive, sign };
  }

  it("gives the same answer whatever came later, and refuses a manifest that was altered", async () => {
    const { archive } = await signedArchive();
    const asked = ["--archive", archive, "--as-of-digest", "1", "--evidence"];
    const first = await answer(asked);
    const { as_of_digest: digest, ...now } = await answer(["--archive", archive]);
    expect(digest).toBeNull();
    expect(first).toMatchObject(now);
    const sha256 = createHash("sha256")
      .update(await readFile(join(archive, "vault/v1/local/digest/00000001.json")))
      .digest("hex");
    expect(first.as_of_digest).toEqual({ sequence: 1, sha256 });
    const table = await logtally(["counts", "--archive", archive, "--as-of-digest", "1"]);
    expect(table.stdout.split("\n")[0]).toMatch(new RegExp(`, as of digest 1 \\(SHA-256 ${sha256}\\)$`));
    expect(first.rows.every(({ sealed }) => sealed)).toBe(true);
    await run(archive, [LATE]);
    expect(await answer(asked)).toEqual(first);
    await works("seal", "--archive", archive);
    expect(await answer(asked)).toEqual(first);
    expect((await answer(["--archive", archive])).rows).not.toEqual(first.rows);

    const none = await logtally(["counts", "--archive", archive, "--as-of-digest", "7"]);
    expectRefused(none, 2, 'look for digest 7 of stream "local": the last one is 1');
    const manifest = first.evidence?.sets[0]?.manifests[0]?.name ?? "";
    const path = join(archive, manifest);
    await writeFile(path, (await readFile(path, "utf8")).replace('"attempt":1', '"attempt":2'));
    const altered = await logtally(["counts", ...asked]);
    expectRefused(altered, 3, `${manifest}": it is not the one that was signed`);
  });

  it("asks for a pipeline where there are several streams", async () => {
    const { archive } = await signedArchive();
    await works("run", "--archive", archive, "--json", "--set", "name=other", "--from", LATE);
    const outcome = await logtally(["counts", "--archive", archive, "--as-of-digest", "1"]);
    expectRefused(outcome, 2, "the archive has several streams, and each has its own digests (hint: name a pipeline)");
  });
});

describe("counts --evidence", () => {
  it("lists the manifests with their hashes, as sha256sum has them", async () => {
    const archive = await tempFolder();
    await run(archive, [join(FIXTURES, "local/ssh_push/input.ndjson")]);
    await works("seal", "--archive", archive);
    await run(archive, [LATE]);
    const table = await works("counts", "--archive", archive, "--evidence");
    const listed = table.slice(table.indexOf("\nsealed, by "));
    const sums = listed.split("\n").filter((line) => /^[0-9a-f]{64} {2}vault\//.test(line));
    expect(sums.length).toBeGreaterThan(0);
    expect(succeeds("sh", ["-c", `cd "$0" && echo "$1" | sha256sum -c`, archive, sums.join("\n")])).toBe(true);
    expect(listed).toMatch(/\nnot sealed, in \d objects?\nwal\/local\//);
    const csv = await logtally(["counts", "--archive", archive, "--evidence", "--format", "csv"]);
    expectRefused(csv, 2, "list evidence as csv: it has no place for it (hint: --format json)");
  });
});
