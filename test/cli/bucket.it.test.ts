/**
 * Goal: an archive in a bucket answers as one in a folder does, and what is missing there is said in one line.
 * Method: the program as a user starts it, on a server of Cloud Storage's API; a folder is the yardstick.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { makeBucket } from "../servers/bucket.ts";
import { startScriptedGcs } from "../servers/scripted-gcs.ts";
import { generated } from "./generated.ts";
import { expectOneLine, logtally, type Outcome, type Summary, startLogtally } from "./logtally.ts";

const url = inject("gcsUrl") ?? "";
const KEY = randomBytes(32).toString("hex");
const OTHER_KEY = randomBytes(32).toString("hex");

/** A command on an archive in the bucket. */
function onBucket(place: string, key: string, [...args]: readonly string[]): Promise<Outcome> {
  const settings = [`archive.endpoint=${url}`, "pseudonym_key.env=TEST_KEY"].flatMap((setting) => ["--set", setting]);
  return logtally([...args, "--archive", place, ...settings], { env: { TEST_KEY: key } });
}

async function expectFine(outcome: Promise<Outcome>): Promise<string> {
  const { code, stdout, stderr } = await outcome;
  expect({ code, stderr: stderr.replace(/^logtally: [\d,]+ lines? found; .*\n$/, "") }).toEqual({
    code: 0,
    stderr: "",
  });
  return stdout;
}

// Without Go there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(url === "")("an archive in a bucket", () => {
  it("gives the counts, lines and segments that one in a folder gives, and keeps no key", async () => {
    const { path } = await generated("--lines", "3000", "--republish", "0.02", "--poison", "0.02");
    const bucket = await makeBucket(url);
    const place = `gs://${bucket}/logs/gitlab`;
    const folder = join(await tempFolder(), "archive");
    const onFolder = (args: readonly string[]): Promise<Outcome> =>
      logtally([...args, "--archive", folder, "--set", "pseudonym_key.env=TEST_KEY"], { env: { TEST_KEY: KEY } });

    const runs = ["run", "--json", "--from", path];
    const inFolder = JSON.parse(await expectFine(onFolder(runs))) as Summary;
    const inBucket = JSON.parse(await expectFine(onBucket(place, KEY, runs))) as Summary;
    for (const summary of [inFolder, inBucket]) expect(summary).toMatchObject({ archived: inFolder.archived });
    expect(inBucket.events).toEqual(inFolder.events);

    const again = JSON.parse(await expectFine(onBucket(`${place}/`, KEY, runs))) as Summary;
    expect(again).toMatchObject({ archived: 0, duplicates: again.lines_in });

    for (const by of ["instance", "user"]) {
      const counts = ["counts", "--json", "--by", by];
      expect(await expectFine(onBucket(place, KEY, counts))).toBe(await expectFine(onFolder(counts)));
    }
    const find = ["archive", "find", "--event", "git_push"];
    expect(await expectFine(onBucket(place, KEY, find))).toBe(await expectFine(onFolder(find)));
    const segments = (await expectFine(onBucket(place, KEY, ["archive", "ls", "--json"]))).trimEnd().split("\n");
    expect(segments).toHaveLength(2);

    const { items } = (await (await fetch(`${url}/storage/v1/b/${bucket}/o`)).json()) as { items: { name: string }[] };
    const control = items.map(({ name }) => name).filter((name) => !name.startsWith("logs/gitlab/wal/local/"));
    expect(control).toEqual(["logs/gitlab/ctl/pseudonym.fingerprint"]);
  });

  it("is used with one key, until another is accepted", async () => {
    const place = `gs://${await makeBucket(url)}`;
    const { path } = await generated("--lines", "20");
    const runs = ["run", "--from", path];
    await expectFine(onBucket(place, KEY, runs));
    const refused = await onBucket(place, OTHER_KEY, runs);
    expect(refused.code).toBe(2);
    expectOneLine(refused.stderr, `the archive "${place}" was used with `, "accept_change=true");
    await expectFine(onBucket(place, OTHER_KEY, [...runs, "--set", "pseudonym_key.accept_change=true"]));
    await expectFine(onBucket(place, OTHER_KEY, runs));
    expect((await onBucket(place, KEY, runs)).code).toBe(2);
  });

  it("is checked along the real path", async () => {
    const place = `gs://${await makeBucket(url)}/a`;
    const stdin = ["check", "--set", "source={kind: stdin}"];
    expect(await expectFine(onBucket(place, KEY, stdin))).toContain(`bucket "${place}" can be written`);
    const missing = await onBucket("gs://logtally-no-such-bucket", KEY, stdin);
    expect(missing.code).toBe(3);
    expect(missing.stderr).toMatch(/^bad {2}archive .*gs:\/\/logtally-no-such-bucket.*gcloud storage buckets create/m);
  });
});

describe("a bucket that cannot be used", () => {
  it.each([
    [["--archive", "gs://a-bucket"], "an archive in a bucket needs a pseudonym key from elsewhere"],
    [["--archive", "gs://a-bucket"], "set pseudonym_key.env=LOGTALLY_PSEUDONYM_KEY"],
    [["--archive", "gs://"], 'field "archive.bucket": expected the name of a bucket'],
    [["--archive", "gs://UPPER/x"], 'field "archive.bucket": expected the name of a bucket'],
    [["--archive", "gs://a-bucket/x//y"], 'field "archive.prefix": expected parts of a name'],
    [["--archive", "gs://a-bucket/../y"], 'field "archive.prefix": expected parts of a name'],
    [
      ["--archive", "gs://a-bucket", "--set", "archive.endpoint=somewhere"],
      'field "archive.endpoint": expected an http',
    ],
  ])("is refused in one line: %j", async (args, message) => {
    const { code, stdout, stderr } = await logtally(["counts", ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expectOneLine(stderr, message);
  });

  it("that does not answer is told with its name, long before it is given up", async () => {
    const server = await startScriptedGcs([]);
    await server.close();
    const nowhere = ["--set", `archive.endpoint=${server.url}`];
    const { child, ended } = startLogtally(["archive", "ls", "--archive", "gs://a-bucket", ...nowhere]);
    child.stderr?.once("data", () => child.kill());
    const { signal, stderr } = await ended;
    expect(signal).toBe("SIGTERM");
    expectOneLine(
      stderr,
      'logtally: list "wal/" in gs://a-bucket: ',
      "ECONNREFUSED",
      "trying again for up to two minutes",
    );
  });
});
