/**
 * Goal: what an earlier version has archived is read for ever, and answers as it did; a later form is refused in words.
 * Method: archives that were kept as they were written, each with its answers, through the program as a user starts it;
 * and copies of them whose versions were raised.
 */
import { createHash } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { FIXTURES, filesBelow, logtally, type Outcome } from "../cli/logtally.ts";
import { versionsIn } from "./format-versions.ts";
import {
  answerPath,
  answerTo,
  KEPT,
  keptVersions,
  makeKeptArchive,
  PIPELINE,
  QUESTIONS,
  writeSigningKey,
} from "./kept-archive.ts";

const PAGE = join(FIXTURES, "../docs/explanation/compatibility.md");
const MOST_KEPT_BYTES = 1024 * 1024;
const versions = await keptVersions();
const newest = join(KEPT, versions.at(-1) ?? "");

/** A copy that may be changed. */
async function copyOf(kept: string): Promise<string> {
  const folder = join(await tempFolder(), "kept");
  await cp(kept, folder, { recursive: true });
  return folder;
}

async function expectAnswers(folder: string, kept: string, questions: readonly string[]): Promise<void> {
  const given = await Promise.all(questions.map(async (each) => [each, await answerTo(folder, each)] as const));
  for (const [question, answer] of given) {
    expect([question, answer]).toEqual([question, await readFile(answerPath(kept, question), "utf8")]);
  }
}

describe.each(versions)("the kept archive %s", (version) => {
  const kept = join(KEPT, version);

  it("answers as it did when it was written, byte for byte", async () => {
    const questions = await readdir(answerPath(kept, ""));
    expect(questions.length).toBeGreaterThan(5);
    const folder = await copyOf(kept);
    await expectAnswers(folder, kept, questions);
    expect(await filesBelow(folder)).toEqual(await filesBelow(kept));
  });

  it("answers the same where all views are gone", async () => {
    const folder = await copyOf(kept);
    await rm(join(folder, "archive/facts"), { recursive: true });
    await rm(join(folder, "archive/ctl/lookup"), { recursive: true });
    await expectAnswers(folder, kept, [
      "counts-by-group.json",
      "counts-by-user.json",
      "find.ndjson",
      "find-event.ndjson",
    ]);
  });

  it("is gone on with: more lines are sealed and signed behind what is there", async () => {
    const folder = await copyOf(kept);
    const key = await writeSigningKey(folder);
    const goOn = async (...args: readonly string[]): Promise<Outcome> => {
      const outcome = await logtally(args, { cwd: folder });
      expect({ args, ...outcome }).toMatchObject({ args, code: 0 });
      return outcome;
    };
    await goOn("run", PIPELINE, "--from", join(FIXTURES, "local/ssh_push/input.ndjson"));
    expect((await goOn("seal", PIPELINE)).stdout).toContain("1 plan");
    expect((await goOn("sign", PIPELINE, "--set", `signing_key.file=${key}`)).stdout).toContain("first");
    await goOn("archive", "verify", "--archive", "archive", "--level", "full", "--strict", "--key", "key.pub");
    const before = JSON.parse(await readFile(answerPath(kept, "ledger.json"), "utf8")) as Ledger;
    const after = JSON.parse((await goOn("ledger", PIPELINE, "--deep", "--json")).stdout) as Ledger;
    expect(after.balances).toBe(true);
    expect(after.total.archived).toBeGreaterThan(before.total.archived);
  });

  it("is small", async () => {
    const sizes = await Promise.all(
      (await filesBelow(kept)).map(async (name) => (await readFile(join(kept, name))).length),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_KEPT_BYTES);
  });
});

interface Ledger {
  readonly balances: boolean;
  readonly total: { readonly archived: number };
}

describe("the newest kept archive", () => {
  let fresh: string;
  beforeAll(async () => {
    fresh = join(await mkdtemp(join(tmpdir(), "logtally-fresh-")), "kept");
    await makeKeptArchive(fresh);
  });
  afterAll(() => rm(dirname(fresh), { recursive: true, force: true }));

  it("has the versions that this program writes: another one asks for another kept archive", async () => {
    expect(await versionsIn(newest)).toEqual(await versionsIn(fresh));
    expect((await readdir(answerPath(newest, ""))).toSorted()).toEqual(Object.keys(QUESTIONS).toSorted());
  });

  it("has the versions that the page tells", async () => {
    const rows = [...(await readFile(PAGE, "utf8")).matchAll(/^\| ([a-z -]+) \| (\d+) \|/gm)];
    const told = Object.fromEntries(rows.map(([, kind = "", version]) => [kind, Number(version)]));
    expect(told).toEqual(await versionsIn(newest));
  });
});

/** Raises the version of the first file of that form. */
async function raise(folder: string, path: RegExp, change: (bytes: Buffer) => Buffer): Promise<void> {
  const name = (await filesBelow(folder)).find((each) => path.test(each)) ?? "";
  await writeFile(join(folder, name), change(await readFile(join(folder, name))));
}

const inText =
  (from: string, to: string) =>
  (bytes: Buffer): Buffer =>
    Buffer.from(bytes.toString().replace(from, to));

/** With the hash that goes over it. */
function raiseSegment(bytes: Buffer): Buffer {
  const raised = Buffer.from(bytes);
  const trailer = raised.length - 96;
  raised.writeUInt32LE(raised.readUInt32LE(trailer + 52) + 1, trailer + 52);
  const table = trailer - 144 * raised.readUInt32LE(trailer + 48);
  createHash("sha256")
    .update(raised.subarray(table, trailer + 56))
    .digest()
    .copy(raised, trailer + 56);
  return raised;
}

const NEWER = /hint: (?:it is of format \d+: )?use a newer logtally\)/;

describe("a newer version of", () => {
  it.each<[string, RegExp, (bytes: Buffer) => Buffer, readonly string[], RegExp, number]>([
    [
      "a segment that is sealed",
      /^archive\/vault\/.*\d\.ndjson\.zst$/,
      raiseSegment,
      ["archive", "find", PIPELINE],
      NEWER,
      3,
    ],
    ["a segment that is not sealed", /^archive\/wal\//, raiseSegment, ["counts", PIPELINE], NEWER, 3],
    ["a manifest", /\.manifest\.json$/, inText('"format":1', '"format":2'), ["counts", PIPELINE], NEWER, 3],
    ["a digest", /\/digest\/\d+\.json$/, inText('"format":1', '"format":2'), ["gc", PIPELINE], NEWER, 3],
    [
      "a proof",
      /^proof\.json$/,
      inText('"format":1', '"format":2'),
      ["archive", "check-proof", "proof.json", "--key", "key.pub"],
      /newer version of logtally/,
      1,
    ],
    [
      "a catalogue",
      /^catalogue\.yaml$/,
      inText("version: 1", "version: 2"),
      ["counts", PIPELINE],
      /field "version": expected 1, found number 2/,
      2,
    ],
  ])("%s is refused, with what to do", async (_what, path, change, command, words, code) => {
    const folder = await copyOf(newest);
    await raise(folder, path, change);
    const outcome = await logtally(command, { cwd: folder });
    expect(outcome).toMatchObject({ code, stderr: expect.stringMatching(words) as string });
  });

  it.each<[string, RegExp, (bytes: Buffer) => Buffer]>([
    ["facts", /^archive\/facts\/catalogue=.*\.json$/, inText('"format":2', '"format":3')],
    ["a roll-up", /^archive\/facts\/rollup\/.*\.json$/, inText('"format":4', '"format":5')],
    [
      "a look-up",
      /\.lookup$/,
      (bytes) => Buffer.concat([bytes.subarray(0, 8), Buffer.of(2, 0, 0, 0), bytes.subarray(12)]),
    ],
  ])("%s, which is a view, is passed over, and no answer changes", async (_what, path, change) => {
    const folder = await copyOf(newest);
    await raise(folder, path, change);
    await expectAnswers(folder, newest, ["counts-by-group.json", "find-event.ndjson"]);
  });
});
