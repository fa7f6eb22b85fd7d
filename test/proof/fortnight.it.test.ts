/**
 * Goal: truth = live counts = sealed counts = recount = independent recount, and the ledger balances, whatever happens.
 * Method: two weeks of a simulated instance whose truth is known, shuffled, half of it twice, with lines of the future,
 * of a year before and of no time among them; several workers and sealers, killed at random moments; late lines after
 * sealing, signing and gc; a worker that wakes up late; views that are damaged. One story, told by the program as users
 * start it.
 */
import { copyFile, mkdir, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from "vitest";
import { MINUTE_MS } from "../../src/core/units.ts";
import type { CountRow } from "../../src/counts/cube.ts";
import { differences } from "../../src/generate/agreement.ts";
import type { TruthReport } from "../../src/generate/truth-report.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { countRows } from "../cli/count-rows.ts";
import { generated } from "../cli/generated.ts";
import { filesBelow, logtally, type Outcome, run, startLogtally } from "../cli/logtally.ts";
import { expectAgreement, expectNamedAgreement } from "../independent/recounted.ts";
import { randomOf } from "../random.ts";
import { EXTRA_GROUP, extraRows, UNDATED } from "./extra-lines.ts";

const FORTNIGHT = ["--form", "pubsub", "--users", "2", "--seconds", "1209600"] as const;
const DISTURBED = ["--redeliver", "0.5", "--republish", "0.4", "--poison", "0.002"] as const;
const SEED = Date.now() % 1_000_000;
/** Pushes in `extraRows`: none of them is in the truth. */
const EXTRA_PUSHES = 3;

/** What all steps work on; each goes on from where the one before ended. */
interface Story {
  readonly folder: string;
  readonly archive: string;
  readonly truth: TruthReport;
  /** The first two are there in time, the others late. */
  readonly parts: readonly [string, string, string, string];
  readonly extra: string;
}

let story: Story;

async function ok(...args: readonly string[]): Promise<Outcome> {
  const outcome = await logtally(args);
  expect({ args, ...outcome }).toMatchObject({ args, code: 0, stderr: "" });
  return outcome;
}

/** What may not differ by the lines that the truth does not know: they have a group, plan, … of their own. */
function withoutExtra(rows: readonly CountRow[]): CountRow[] {
  const shared: readonly string[] = ["session", "user", "detail", "operation"];
  return rows.filter(({ event, segment, key }) => {
    return !(key ?? "").startsWith(EXTRA_GROUP) && !(event === "git_push" && shared.includes(segment));
  });
}

/** Holds the counts against the truth, the ledger, the recount, and the recount in another language. */
async function expectAllTheSame({ archive, truth }: Story): Promise<readonly CountRow[]> {
  const rows = await expectAgreement(archive, truth.as_of);
  expect(differences(withoutExtra(truth.rows), withoutExtra(rows))).toEqual([]);
  const pushes = (all: readonly CountRow[]): number =>
    all
      .filter(({ event, segment, period }) => event === "git_push" && segment === "operation" && period === "all")
      .reduce((sum, { count }) => sum + count, 0);
  expect(pushes(rows)).toBe(pushes(truth.rows) + EXTRA_PUSHES);
  await ok("ledger", "--archive", archive, "--json");
  await ok("recount", "--archive", archive, "--json");
  return rows;
}

async function vaultFiles(archive: string, end: string): Promise<string[]> {
  return (await filesBelow(archive)).filter((name) => name.endsWith(end)).map((name) => join(archive, name));
}

beforeAll(async () => {
  process.stderr.write(`fortnight: seed ${SEED}\n`);
  const random = randomOf(SEED);
  const { path, truth } = await generated(...FORTNIGHT, ...DISTURBED, "--seed", String(1 + (SEED % 1000)));
  const rows = (await readFile(path, "utf8")).trimEnd().split("\n");
  const shuffled = rows
    .map((row) => ({ row, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ row }) => row);
  // A folder of `tempFolder` ends with the step.
  const folder = await mkdtemp(join(tmpdir(), "logtally-fortnight-"));
  const cuts = [0, 0.35, 0.7, 0.9, 1].map((share) => Math.floor(share * shuffled.length));
  const parts: string[] = [];
  for (let part = 0; part < 4; part += 1) {
    const file = join(folder, `part-${part + 1}.ndjson`);
    await writeFile(file, `${shuffled.slice(cuts[part], cuts[part + 1]).join("\n")}\n`);
    parts.push(file);
  }
  const extra = join(folder, "extra.ndjson");
  await writeFile(extra, `${[...extraRows(), UNDATED].join("\n")}\n`);
  story = { folder, archive: join(folder, "archive"), truth, parts: parts as unknown as Story["parts"], extra };
}, 5 * MINUTE_MS);

afterAll(async () => {
  await rm(story.folder, { recursive: true });
});

describe("a fortnight with everything that can happen", { timeout: 15 * MINUTE_MS }, () => {
  it("comes by two workers at once, and is sealed by sealers that are killed and that race", async () => {
    const { archive, parts } = story;
    await Promise.all([run(archive, [parts[0]]), run(archive, [parts[1]])]);
    const random = randomOf(SEED + 1);
    for (let kill = 0; kill < 4; kill += 1) {
      const { child, ended } = startLogtally(["seal", "--archive", archive]);
      onTestFailed(() => {
        child.kill("SIGKILL");
      });
      await sleep(500 + random() * 3000);
      child.kill("SIGKILL");
      await ended;
    }
    await Promise.all([1, 2].map(() => ok("seal", "--archive", archive)));
    expect((await ok("seal", "--archive", archive)).stdout).toBe("nothing is due\n");
    await expectAgreement(archive, story.truth.as_of);
  });

  it("loses its write-ahead objects only when everything in them is signed", async () => {
    const { archive, truth } = story;
    await ok("gc", "--archive", archive);
    expect(await vaultFiles(join(archive, "wal"), ".zst")).not.toEqual([]);
    await ok("sign", "--archive", archive);
    // One object stays elsewhere, with a worker that will write it again.
    const [object = ""] = await vaultFiles(join(archive, "wal"), ".zst");
    const held = join(await tempFolder(), "held");
    await copyFile(object, held);
    await ok("gc", "--archive", archive);
    expect(await vaultFiles(join(archive, "wal"), ".zst")).toEqual([]);
    const before = await expectAgreement(archive, truth.as_of);
    await mkdir(dirname(object), { recursive: true });
    await copyFile(held, object);
    expect((await ok("seal", "--archive", archive)).stdout).toBe("nothing is due\n");
    expect(await expectAgreement(archive, truth.as_of)).toEqual(before);
    await ok("gc", "--archive", archive);
    expect(await vaultFiles(join(archive, "wal"), ".zst")).toEqual([]);
  });

  it("counts late lines at once, those of the future, of a year before and of no time among them", async () => {
    const { archive, parts, extra } = story;
    await run(archive, [parts[2]]);
    await run(archive, [parts[3], extra]);
    const rows = await expectAllTheSame(story);
    // Late lines are of every day, so that nothing is wholly sealed now.
    expect(rows.filter(({ period }) => period === "all").every(({ sealed }) => !sealed)).toBe(true);
  });

  it("counts the same when they are sealed, signed and cleaned up", async () => {
    const { archive } = story;
    const live = await expectAllTheSame(story);
    await Promise.all([1, 2].map(() => ok("seal", "--archive", archive)));
    const sealed = await expectAllTheSame(story);
    await expectNamedAgreement(archive, story.truth.as_of);
    expect(sealed).toEqual(live.map((row) => ({ ...row, sealed: true })));
    await ok("sign", "--archive", archive);
    await ok("gc", "--archive", archive);
    expect(await vaultFiles(join(archive, "wal"), ".zst")).toEqual([]);
    expect(await expectAllTheSame(story)).toEqual(sealed);
  });

  it("does not change when all of it comes once more, and leaves no object in the vault for that", async () => {
    const { archive, parts, extra } = story;
    const before = await countRows(["--archive", archive, "--as-of", story.truth.as_of]);
    const vault = await filesBelow(join(archive, "vault"));
    const again = await run(archive, [parts[1], parts[3], extra]);
    expect(again.archived).toBe(0);
    await ok("seal", "--archive", archive);
    expect(await filesBelow(join(archive, "vault"))).toEqual(vault);
    expect(await expectAllTheSame(story)).toEqual(before);
  });

  it("answers the same without its facts, with damaged ones, and with new ones", async () => {
    const { archive, truth } = story;
    const before = await countRows(["--archive", archive, "--as-of", truth.as_of]);
    const facts = (await vaultFiles(join(archive, "facts"), ".parquet")).filter((name) => !name.includes("rollup"));
    const rollups = (await vaultFiles(join(archive, "facts"), ".json")).filter((name) => name.includes("rollup"));
    await rm(facts[0] ?? "");
    await flipByte(facts[1] ?? "");
    for (const rollup of rollups) await rm(rollup);
    const outcome = await logtally(["counts", "--archive", archive, "--as-of", truth.as_of, "--by", "group", "--json"]);
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toContain("derived again");
    const { rows } = JSON.parse(outcome.stdout) as { rows: CountRow[] };
    expect(rows).toEqual(before.filter(({ segment }) => segment === "group"));
    await ok("facts", "rebuild", "--archive", archive, "--json");
    expect(await expectAllTheSame(story)).toEqual(before);
  });

  it("answers as of a digest what it answered then", async () => {
    const { archive, truth } = story;
    const first = ["--archive", archive, "--as-of", truth.as_of, "--as-of-digest", "1"];
    const then = await countRows(first);
    expect(then.length).toBeGreaterThan(0);
    expect(await countRows(first)).toEqual(then);
    expect(then).not.toEqual(await countRows(["--archive", archive, "--as-of", truth.as_of]));
  });

  it("is out of balance once a segment is gone, and says which", async () => {
    const { archive } = story;
    const [segment = ""] = await vaultFiles(join(archive, "vault"), "-10001.ndjson.zst");
    await rm(segment);
    const outcome = await logtally(["ledger", "--archive", archive, "--json"]);
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain(segment.slice(archive.length + 1));
  });
});

async function flipByte(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, 100);
    byte[0] = (byte[0] ?? 0) ^ 1;
    await file.write(byte, 0, 1, 100);
  } finally {
    await file.close();
  }
}
