/**
 * Goal: what lies in a bucket is taken over as it would be from a disk, and what cannot be read is told in one line.
 * Method: the program as a user starts it, on a server of Cloud Storage's API with exports of Cloud Logging; the same
 * content on disk is the yardstick.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, inject, it } from "vitest";
import { differences } from "../../src/generate/agreement.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { makeBucket, upload } from "../servers/bucket.ts";
import { startScriptedGcs } from "../servers/scripted-gcs.ts";
import { countRows } from "./count-rows.ts";
import { generated } from "./generated.ts";
import { archivedText, expectOneLine, logtally, run, type Summary } from "./logtally.ts";

const url = inject("gcsUrl") ?? "";
const AT = ["--set", `source.endpoint=${url}`];
const DAY = "exports/stdout/2020/12/22";

/** What an hour of a sink leaves, in order of names, with what people do to old ones. */
const OBJECTS: readonly (readonly [name: string, stored: (lines: Buffer) => Uint8Array])[] = [
  [`${DAY}/09:00:00_09:59:59_A0:4712345678_S0.json`, (lines) => lines],
  [`${DAY}/09:00:00_09:59:59_S0.json`, (lines) => lines],
  [`${DAY}/09:00:00_09:59:59_S1.json`, (lines) => lines.subarray(0, -1)], // no LF at its end
  [`${DAY}/10:00:00_10:59:59_S0.json.gz`, (lines) => gzipSync(lines)],
  [`${DAY}/11:00:00_11:59:59_S0.json.zst`, (lines) => zstdCompressSync(lines)],
];

async function runFrom(archive: string, from: readonly string[]): Promise<Summary> {
  const outcome = await logtally(["run", "--archive", archive, "--json", ...AT, "--from", ...from]);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  return JSON.parse(outcome.stdout) as Summary;
}

// Without Go there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(url === "")("objects of a bucket", () => {
  it("are read once, in order of names, with the identities that they have on disk", async () => {
    const { path, truth } = await generated("--lines", "4000", "--form", "logentry", "--republish", "0.02");
    // What no record is is identified by its place.
    const lines = `${await readFile(path, "latin1")}${"plain text\n".repeat(50)}`.split(/(?<=\n)/);
    const bucket = await makeBucket(url);
    const folder = await tempFolder();
    const files: string[] = [];
    const size = Math.ceil(lines.length / OBJECTS.length);
    for (const [index, [name, stored]] of OBJECTS.entries()) {
      const part = lines.slice(index * size, (index + 1) * size).join("");
      const content = stored(Buffer.from(part, "latin1"));
      await upload(url, bucket, name, content);
      files.push(join(folder, name));
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    await upload(url, bucket, `${DAY}/`, Buffer.alloc(0));
    await upload(url, bucket, "exports/stdout-of-others/x.json", Buffer.from("other\n"));

    const archive = join(folder, "archive");
    const summary = await runFrom(archive, [`gs://${bucket}/exports/stdout/`]);
    expect(summary.lines_in).toBe(lines.length);
    expect(differences(truth.rows, await countRows(["--archive", archive]))).toEqual([]);
    expect((await archivedText(archive)).toString("latin1")).toBe(lines.join(""));
    expect(await run(archive, files)).toMatchObject({ archived: 0, duplicates: lines.length });

    const onDisk = join(folder, "on-disk");
    expect(await run(onDisk, files)).toMatchObject({ events: summary.events, quarantined: summary.quarantined });
    // A prefix is the beginning of a name, and files may stand beside it.
    const hour = await runFrom(onDisk, [files[0] ?? "", `gs://${bucket}/${DAY}/09:00:00_09:59:59_S`]);
    expect(hour).toMatchObject({ archived: 0, lines_in: 3 * size });

    const check = await logtally(["check", ...AT, "--set", `source.paths=["gs://${bucket}/${DAY}", "${files[0]}"]`]);
    expect(check.stdout).toMatch(/^ok {3}source +1 file, 5 objects, \d/m);
    const explained = await logtally(["explain", ...AT, `gs://${bucket}/${DAY}/09:00:00_09:59:59_S1.json`]);
    expect(explained.stderr).toMatch(new RegExp(`^${size} lines, `));
  });

  it("that are not there, or in no bucket, are told in one line", async () => {
    const bucket = await makeBucket(url);
    const archive = join(await tempFolder(), "archive");
    const from = (place: string) => logtally(["run", "--archive", archive, ...AT, "--from", place]);
    const none = await from(`gs://${bucket}/no/such`);
    expect(none).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(none.stderr, `read "gs://${bucket}/no/such": no object there (hint: gcloud storage ls`);
    const missing = await from("gs://logtally-no-such-bucket/x");
    expect(missing).toMatchObject({ code: 3, stdout: "" });
    expectOneLine(missing.stderr, "in gs://logtally-no-such-bucket: ", "(hint: look at the bucket's name");
    const check = await logtally(["check", ...AT, "--set", "source.paths=[gs://logtally-no-such-bucket]"]);
    expect(check.code).toBe(3);
    expect(check.stderr).toMatch(/^bad {2}source .*gs:\/\/logtally-no-such-bucket/m);
  });

  it("are not read from where the archive lies", async () => {
    const bucket = await makeBucket(url);
    const args = ["--set", "pseudonym_key.env=TEST_KEY", "--set", `archive.endpoint=${url}`, ...AT];
    const env = { TEST_KEY: "a key of more than sixteen bytes" };
    for (const prefix of ["", "/lo", "/logs/a/wal/x"]) {
      const place = ["--archive", `gs://${bucket}/logs/a`, "--from", `gs://${bucket}${prefix}`];
      const refused = await logtally(["run", ...args, ...place], { env });
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      expectOneLine(
        refused.stderr,
        `read "gs://${bucket}${prefix}": the archive "gs://${bucket}/logs/a" lies there too`,
      );
    }
    await upload(url, bucket, "logs/ab/x.json", Buffer.from("one\n"));
    const beside = ["--archive", `gs://${bucket}/logs/a`, "--from", `gs://${bucket}/logs/ab`];
    expect(await logtally(["run", ...args, ...beside], { env })).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("a bucket that refuses", () => {
  it("names the right that is missing and the command that gives it", async () => {
    const message = "x@y.z does not have storage.objects.list access to the Google Cloud Storage bucket.";
    const server = await startScriptedGcs([{ status: 403, message, reason: "forbidden" }]);
    const archive = join(await tempFolder(), "archive");
    const from = ["--set", `source.endpoint=${server.url}`, "--from", "gs://a-bucket/x"];
    const refused = await logtally(["run", "--archive", archive, ...from]);
    await server.close();
    expect(refused).toMatchObject({ code: 3, stdout: "" });
    expectOneLine(
      refused.stderr,
      "storage.objects.list",
      "gcloud storage buckets add-iam-policy-binding gs://a-bucket",
    );
  });

  it("is not followed", async () => {
    const archive = join(await tempFolder(), "archive");
    const refused = await logtally(["run", "--archive", archive, "--follow", "--from", "gs://a-bucket/x"]);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(refused.stderr, 'follow "gs://a-bucket/x": objects do not grow');
  });
});
