/**
 * Goal: whoever seals, however often and with whatever ends, the vault is the same and the counts stay as they were.
 * Method: generated traffic with known truth, sealed by the program as a user starts it: at once, twice at a time, killed
 * at random moments, and by a worker beside its work.
 */
import { createHash } from "node:crypto";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFailed } from "vitest";
import { differences } from "../../src/generate/agreement.ts";
import { TRUTH_SEGMENTS, type TruthSegment } from "../../src/generate/truth.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { randomOf } from "../random.ts";
import { countRows } from "./count-rows.ts";
import { type Generated, generated } from "./generated.ts";
import { expectOneLine, filesBelow, logtally, run, startLogtally, walPaths } from "./logtally.ts";

const TWO_DAYS = ["--seconds", "172800", "--users", "15", "--seed", "6"] as const;
const KILLS = 8;

interface Sealed {
  readonly stream: string;
  readonly first_hour: string;
  readonly hours: number;
  readonly revision: number | null;
  readonly lines: number;
  readonly duplicates: number;
}

async function seal(archive: string, ...args: readonly string[]): Promise<Sealed[]> {
  const outcome = await logtally(["seal", "--archive", archive, "--json", ...args]);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  return outcome.stdout.trim() === ""
    ? []
    : outcome.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Sealed);
}

/** Name and hash of every object of the vault. */
async function vaultOf(archive: string): Promise<string[]> {
  const names = await filesBelow(join(archive, "vault"));
  return Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(join(archive, "vault", name));
      return `${name} ${createHash("sha256").update(bytes).digest("hex")}`;
    }),
  );
}

/** An archive with the traffic in several write-ahead objects, not sealed. */
async function archiveOf({ path }: Generated): Promise<string> {
  const archive = join(await tempFolder(), "archive");
  await run(archive, [path], {});
  return archive;
}

const FEW = ["group", "user"] as const;

async function expectTruth(archive: string, { truth }: Generated, segments: readonly TruthSegment[] = FEW) {
  const rows = await countRows(["--archive", archive, "--as-of", truth.as_of], { segments });
  const wanted = truth.rows.filter((row) => segments.some((segment) => segment === row.segment));
  expect(differences(wanted, rows)).toEqual([]);
}

describe("seal", () => {
  it("keeps the counts, says of each row that it is sealed, and has nothing to do a second time", async () => {
    const traffic = await generated(...TWO_DAYS);
    const archive = await archiveOf(traffic);
    const before = await countRows(["--archive", archive]);
    const sealed = await seal(archive);
    expect(sealed.reduce((sum, { lines }) => sum + lines, 0)).toBe(traffic.truth.archived);
    expect(await seal(archive)).toEqual([]);
    const after = await countRows(["--archive", archive]);
    expect(after).toEqual(before.map((row) => ({ ...row, sealed: true })));
    await expectTruth(archive, traffic, TRUTH_SEGMENTS);
  });

  it("says so where the archive has no stream of the pipeline's name", async () => {
    const folder = await tempFolder();
    const archive = join(folder, "archive");
    await writeFile(join(folder, "in.ndjson"), '{"time":"2020-12-22T09:00:00.1Z"}\n');
    await run(archive, [join(folder, "in.ndjson")]);
    const pipeline = join(folder, "other.yaml");
    await writeFile(pipeline, `name: other\nsource: {kind: stdin}\narchive: {kind: folder, path: ${archive}}\n`);
    const sealed = await logtally(["seal", pipeline]);
    expect(sealed).toMatchObject({ code: 0, stdout: "nothing is due\n" });
    expect(sealed.stderr).toContain('seal stream "other": the archive has no such stream (hint: it has local;');
    expect((await logtally(["archive", "verify", pipeline])).stderr).toContain(
      'verify stream "other": the archive has',
    );
  });

  it("prints what it sealed as a table, and says so where nothing is due", async () => {
    const folder = await tempFolder();
    const input = join(folder, "in.ndjson");
    await writeFile(input, '{"time":"2020-12-22T09:00:00.1Z"}\n{"time":"2020-12-22T09:00:00.1Z"}\nno record\n');
    const archive = join(folder, "archive");
    await run(archive, [input]);
    const { stdout } = await logtally(["seal", "--archive", archive]);
    expect(stdout).toBe(
      [
        "stream  first hour            hours  revision  lines  duplicates  stored",
        "local   undated                   1         1      1           0   618 B",
        "local   2020-12-22T00:00:00Z     24         1      1           1   651 B",
        "2 lines sealed, 2 plans",
        "",
      ].join("\n"),
    );
    expect((await logtally(["seal", "--archive", archive])).stdout).toBe("nothing is due\n");
  });

  it("waits for the lateness allowance", async () => {
    const folder = await tempFolder();
    const input = join(folder, "in.ndjson");
    await writeFile(input, `{"time":"${new Date(Date.now() - 30 * 3_600_000).toISOString()}"}\n`);
    const archive = join(folder, "archive");
    await run(archive, [input]);
    expect(await seal(archive, "--set", `seal.lateness_ms=${48 * 3_600_000}`)).toEqual([]);
    expect(await seal(archive, "--set", "seal.hours=1")).toHaveLength(1);
  });

  it("makes a revision of late lines, and a record of late repeats", async () => {
    const traffic = await generated(...TWO_DAYS);
    const lines = (await readFile(traffic.path, "utf8")).trimEnd().split("\n");
    const folder = await tempFolder();
    const [early, late] = [join(folder, "early.ndjson"), join(folder, "late.ndjson")];
    await writeFile(early, `${lines.filter((_, n) => n % 3 > 0).join("\n")}\n`);
    await writeFile(late, `${lines.filter((_, n) => n % 3 < 2).join("\n")}\n`);
    const archive = join(folder, "archive");
    await run(archive, [early]);
    await seal(archive);
    await run(archive, [late]);
    await expectTruth(archive, traffic);
    const revisions = await seal(archive);
    expect(new Set(revisions.map(({ revision }) => revision))).toEqual(new Set([2]));
    await expectTruth(archive, traffic);
    await run(archive, [early]);
    const records = await seal(archive);
    expect(new Set(records.map(({ revision, lines: kept }) => `${revision} ${kept}`))).toEqual(new Set(["null 0"]));
    await expectTruth(archive, traffic);
  });

  it("makes the same vault when it is killed again and again", async () => {
    const seed = Date.now() % 100_000;
    onTestFailed(() => {
      process.stderr.write(`seed ${seed}\n`);
    });
    const random = randomOf(seed);
    const traffic = await generated(...TWO_DAYS);
    const archive = await archiveOf(traffic);
    const copy = join(await tempFolder(), "copy");
    await cp(archive, copy, { recursive: true });
    await seal(copy, "--set", "seal.hours=1");
    for (let kill = 0; kill < KILLS; kill += 1) {
      const { child, ended } = startLogtally(["seal", "--archive", archive, "--set", "seal.hours=1"]);
      await sleep(300 + random() * 1200);
      child.kill("SIGKILL");
      await ended;
    }
    await seal(archive, "--set", "seal.hours=1");
    expect(await vaultOf(archive)).toEqual(await vaultOf(copy));
    await expectTruth(archive, traffic);
  });

  it("writes the facts that a killed sealer has left out, also where nothing is due", async () => {
    const traffic = await generated(...TWO_DAYS);
    const archive = await archiveOf(traffic);
    await seal(archive, "--set", "seal.hours=24");
    const facts = (await filesBelow(join(archive, "facts"))).toSorted();
    // The last plan: no later seal has reason to look at its day.
    const receipt = facts.findLast((name) => name.startsWith("catalogue=") && name.endsWith(".json")) ?? "";
    await rm(join(archive, "facts", receipt));
    expect(await seal(archive)).toEqual([]);
    expect((await filesBelow(join(archive, "facts"))).toSorted()).toEqual(facts);
    await expectTruth(archive, traffic);
  });

  it("may run several times at once", async () => {
    const traffic = await generated(...TWO_DAYS);
    const archive = await archiveOf(traffic);
    const copy = join(await tempFolder(), "copy");
    await cp(archive, copy, { recursive: true });
    await seal(copy, "--set", "seal.hours=4");
    const sealers = [1, 2, 3].map(() => seal(archive, "--set", "seal.hours=4"));
    await Promise.all(sealers);
    expect(await vaultOf(archive)).toEqual(await vaultOf(copy));
    await expectTruth(archive, traffic);
  });

  it("is done by a worker that follows files, beside its work", async () => {
    const traffic = await generated(...TWO_DAYS);
    const archive = join(await tempFolder(), "archive");
    const sets = ["batch.max_age_ms=200", "seal.every_ms=300"].flatMap((set) => ["--set", set]);
    const { child, ended } = startLogtally(["run", "--from", traffic.path, "--follow", "--archive", archive, ...sets]);
    onTestFailed(() => {
      child.kill("SIGKILL");
    });
    for (;;) {
      const names = await filesBelow(join(archive, "vault"));
      if (names.filter((name) => name.endsWith(".manifest.json")).length >= 2) break;
      await sleep(200);
    }
    child.kill("SIGINT");
    expect((await ended).code).toBe(130);
    await expectTruth(archive, traffic);
  });

  it("refuses another pseudonym key, and tells the way out", async () => {
    const folder = await tempFolder();
    const input = join(folder, "in.ndjson");
    await writeFile(input, '{"time":"2020-12-22T09:00:00.1Z"}\n');
    const archive = join(folder, "archive");
    await run(archive, [input]);
    const env = { OTHER_KEY: "another key of enough bytes" };
    const refused = await logtally(["seal", "--archive", archive, "--set", "pseudonym_key.env=OTHER_KEY"], { env });
    expect(refused.code).toBe(2);
    expectOneLine(refused.stderr, "was used with", "--set pseudonym_key.accept_change=true");
  });

  it("never makes a new pseudonym key for an archive that was sealed, also where ctl is lost", async () => {
    const folder = await tempFolder();
    const input = join(folder, "in.ndjson");
    await writeFile(input, '{"time":"2020-12-22T09:00:00.1Z"}\n');
    const archive = join(folder, "archive");
    await run(archive, [input]);
    await seal(archive);
    await rm(join(archive, "ctl"), { recursive: true });
    for (const command of ["counts", "seal", "recount"]) {
      const refused = await logtally([command, "--archive", archive]);
      expect(refused.code).toBe(2);
      expectOneLine(refused.stderr, "use a new pseudonym key", "was used with", "name the key that the workers use");
    }
    expect(await filesBelow(join(archive, "ctl"))).toEqual([]);
  });

  it("seals what it can where one object is damaged, and says what it cannot", async () => {
    const folder = await tempFolder();
    const archive = join(folder, "archive");
    for (const day of ["2020-12-22", "2021-02-03"]) {
      const input = join(folder, `${day}.ndjson`);
      await writeFile(input, `{"time":"${day}T09:00:00.1Z"}\n`);
      await run(archive, [input]);
    }
    const [broken = ""] = (await walPaths(archive)).filter((path) => path.includes("20201222"));
    const bytes = await readFile(broken);
    bytes[10] = (bytes[10] ?? 0) ^ 1;
    await writeFile(broken, bytes);
    const outcome = await logtally(["seal", "--archive", archive, "--json"]);
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toContain("2020-12-22 from hour 0 is not sealed");
    expect(
      outcome.stdout
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as Sealed).first_hour),
    ).toEqual(["2021-02-03T00:00:00Z"]);
  });

  it("needs an archive", async () => {
    const outcome = await logtally(["seal", "--archive", join(await tempFolder(), "none")]);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(outcome.stderr, "no such folder");
  });
});
