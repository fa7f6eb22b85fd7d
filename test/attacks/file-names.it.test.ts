/**
 * Goal: whatever lies in a folder of logs, under whatever name, holds nobody up, loses no line without a word, and is taken
 * for nothing but a file.
 * Method: names that shells, globs, terminals and options trip over, names that are no text, pipes, devices and loops,
 * through `run` by glob and by name; and while a file is followed a pipe in its place, and beside it as its copy.
 */
import { execFileSync } from "node:child_process";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { logtally, run, type Summary, startLogtally } from "../cli/logtally.ts";
import { waitFor } from "../cli/pubsub-worker.ts";
import { expectHarmless } from "./hostile-text.ts";

const NAMES = [
  "a\nb.log",
  "\u001b[31m.log",
  "-rf.log",
  "--archive=x.log",
  "a*.log",
  "[a].log",
  "{a,b}.log",
  "$(id).log",
  "a'b\"c`d.log",
  " .log",
  "é\u202e.log",
  "%2e%2e%2f.log",
  "a\\b.log",
  `${"x".repeat(251)}.log`,
];

const lineOf = (name: string, n = 0): string =>
  `${JSON.stringify({ time: `2020-12-22T09:30:00.${String(n).padStart(3, "0")}Z`, tag: "shell", name })}\n`;

it("every file is read, whatever its name", async () => {
  const folder = await tempFolder();
  for (const name of NAMES) await writeFile(join(folder, name), lineOf(name));
  const archive = join(await tempFolder(), "archive");
  expect(await run(archive, [join(folder, "*.log")])).toMatchObject({ archived: NAMES.length, quarantined: {} });
  const named = NAMES.map((name) => join(folder, name));
  expect(await run(archive, named)).toMatchObject({ lines_in: NAMES.length, duplicates: NAMES.length });
  const config = `source.paths=${JSON.stringify(named)}`;
  const { code, stdout, stderr } = await logtally([
    "check",
    "--set",
    "source.kind=files",
    "--set",
    config,
    "--archive",
    archive,
  ]);
  expect(code).toBe(0);
  expectHarmless(stdout, stderr);
});

it("a name that is no text is told, and not passed over", async () => {
  const folder = await tempFolder();
  execFileSync("sh", ["-c", `printf x > "$(printf '%s/a\\377.log' "$0")"`, folder]);
  const { code, stderr } = await logtally([
    "run",
    "--archive",
    join(folder, "archive"),
    "--from",
    join(folder, "*.log"),
  ]);
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("not valid UTF-8") as unknown });
});

it("pipes, devices, folders and loops that a glob finds are passed over", async () => {
  const folder = await tempFolder();
  execFileSync("mkfifo", [join(folder, "pipe.log")]);
  await symlink("/dev/zero", join(folder, "zero.log"));
  await symlink("loop.log", join(folder, "loop.log"));
  await symlink(folder, join(folder, "folder.log"));
  await mkdir(join(folder, "dir.log"));
  await writeFile(join(folder, "file.log"), lineOf("file"));
  // A glob through a link that leads back has no end either.
  await symlink("..", join(folder, "dir.log/up"));
  const from = ["--archive", join(folder, "archive"), "--from", join(folder, "*.log")];
  // A loop cannot even be looked at, which is told.
  expect(await logtally(["run", ...from])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("loop.log") as unknown,
  });
  await rm(join(folder, "loop.log"));
  expect(await run(join(folder, "archive"), [join(folder, "*.log")])).toMatchObject({ lines_in: 1 });
});

it("a pipe in the place of a followed file, or beside it as its copy, holds nobody up", async () => {
  const folder = await tempFolder();
  const [one, two] = [join(folder, "one.log"), join(folder, "two.log")];
  await writeFile(one, lineOf("one"));
  await writeFile(two, lineOf("two"));
  const archive = join(folder, "archive");
  const args = ["run", "--json", "--follow", "--archive", archive, "--set", "batch.max_age_ms=50", "--from", one, two];
  const { child, ended } = startLogtally(args);
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const lines = async (): Promise<number> =>
    (await logtally(["archive", "find", "--archive", archive])).stdout.split("\n").length - 1;
  const until = (count: number): Promise<void> => waitFor(async () => (await lines()) >= count, { child, ended });
  await until(2);
  // Once the file is not what it was its copies are looked for.
  execFileSync("mkfifo", [`${one}.1.gz`, `${one}.2`]);
  await writeFile(one, lineOf("other", 1));
  await until(3);
  await rename(one, join(folder, "away"));
  execFileSync("mkfifo", [one]);
  await writeFile(two, lineOf("two") + lineOf("more", 2));
  await until(4);
  child.kill("SIGTERM");
  const { code, stdout, stderr } = await ended;
  expect({ code, stderr }).toMatchObject({ code: 130 });
  expect((JSON.parse(stdout) as Summary).archived).toBe(4);
});
