/**
 * Goal: a store that cannot be used is told in one line that names it, and what was archived before stays good.
 * Method: archives that are a file, not writable, damaged, or full.
 */
import { chmod, mkdtemp, readFile, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import {
  expectOneLine,
  FIXTURES,
  filesBelow,
  logtally,
  type Outcome,
  PROGRAM,
  run,
  start,
  succeeds,
  walPaths,
} from "./logtally.ts";
import { writeTraffic } from "./traffic.ts";

const INPUT = join(FIXTURES, "local/ssh_push/input.ndjson");

/** For bash: the program that follows may write no larger file. */
const LIMITED = 'ulimit -f 100; exec "$@"';

/** Exit code 3, nothing on standard output, one line on standard error. */
function expectStoreFault({ code, stdout, stderr }: Outcome, ...parts: readonly string[]): void {
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expectOneLine(stderr, ...parts);
}

describe("an archive", () => {
  it("that is a file is refused", async () => {
    const path = join(await tempFolder(), "file");
    await writeFile(path, "");
    for (const command of [["run", "--from", INPUT], ["counts"]]) {
      const refused = await logtally([...command, "--archive", path]);
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      expectOneLine(refused.stderr, `"${path}": not a folder`, "files of lines go by run --from");
    }
  });

  it("within another is refused, and nothing is made there", async () => {
    const archive = await tempFolder();
    await run(archive, [INPUT]);
    await logtally(["seal", "--archive", archive]);
    const before = await filesBelow(archive);
    for (const command of [["run", "--from", INPUT], ["seal"], ["counts"], ["archive", "verify"]]) {
      const refused = await logtally([...command, "--archive", join(archive, "vault")]);
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      expectOneLine(refused.stderr, `it lies within the archive "${archive}" (hint: --archive ${archive})`);
    }
    expect(await filesBelow(archive)).toEqual(before);
  });

  it("that cannot be written is refused", async () => {
    const archive = await tempFolder();
    if (process.getuid?.() === 0) {
      // Rights do not bind root: what is in the way is a file where a folder must be.
      await writeFile(join(archive, "wal"), "");
      expectStoreFault(await logtally(["run", "--archive", archive, "--from", INPUT]), 'create "wal/local/');
      return;
    }
    await chmod(archive, 0o500);
    expectStoreFault(await logtally(["run", "--archive", archive, "--from", INPUT]), `"${archive}"`, "hint:");
  });

  it("with an object that was altered or cut is refused by every command that reads it, naming it", async () => {
    const archive = await tempFolder();
    await run(archive, [INPUT]);
    const [path = ""] = await walPaths(archive);
    const name = path.slice(archive.length + 1);
    const bytes = await readFile(path);
    const commands = [["counts"], ["archive", "find"]].map((command) => [...command, "--archive", archive]);

    const altered = Buffer.from(bytes);
    altered[100] = (altered[100] ?? 0) ^ 1;
    await writeFile(path, altered);
    for (const command of commands) {
      expectStoreFault(
        await logtally(command),
        `read segment "${name}": lines of block at byte 0: its bytes were altered`,
      );
    }

    await writeFile(path, bytes.subarray(0, -1));
    for (const command of [
      ...commands,
      ["archive", "ls", "--archive", archive],
      ["run", "--archive", archive, "--from", INPUT],
    ]) {
      expectStoreFault(await logtally(command), `read segment "${name}": `);
    }

    await unlink(path);
    await writeFile(`${path}.part`, bytes.subarray(0, 100));
    expect(await logtally(["archive", "ls", "--archive", archive, "--json"])).toMatchObject({ code: 0 });
  });

  it("on a full disk keeps what it has, whole and readable, and nothing half", async () => {
    const { archive, command } = await smallDisk();
    const input = join(await tempFolder(), "traffic.log");
    await writeTraffic(input, 20_000, { noiseBytes: 300 });
    const args = ["run", "--archive", archive, "--set", "batch.max_lines=1", "--from", INPUT, input];
    const [program = "", ...before] = command;
    const { child, ended } = start(program, [...before, process.execPath, PROGRAM, ...args]);
    child.stdin?.end();
    expectStoreFault(await ended, 'create "wal/local/', "(hint: the disk or quota is full;");

    const listed = await logtally(["archive", "ls", "--archive", archive, "--json"]);
    expect(listed.code).toBe(0);
    const segments = listed.stdout
      .trimEnd()
      .split("\n")
      .filter((line) => line !== "");
    expect(segments.length).toBeGreaterThan(0);
    expect(segments).toHaveLength((await walPaths(archive)).length);
    expect(await filesBelow(join(archive, "ctl/tmp"))).toEqual([]);
    const found = await logtally(["archive", "find", "--archive", archive, "--log", "shell"]);
    expect(found.code).toBe(0);
    const lines = segments
      .map((line) => (JSON.parse(line) as { lines: number }).lines)
      .reduce((sum, each) => sum + each, 0);
    expect(lines).toBeLessThan(20_000);
  });
});

interface SmallDisk {
  readonly archive: string;
  /** What the program is started by. */
  readonly command: readonly string[];
}

/** An archive that holds 2 MB; without the right to mount one, a program that may write no file over 100 KiB. */
async function smallDisk(): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), "logtally-disk-"));
  const isMounted = process.getuid?.() === 0 && succeeds("mount", ["-t", "tmpfs", "-o", "size=2m", "none", folder]);
  onTestFinished(async () => {
    if (isMounted) expect(succeeds("umount", [folder])).toBe(true);
    await rm(folder, { recursive: true });
  });
  return { archive: join(folder, "archive"), command: isMounted ? ["env"] : ["bash", "-c", LIMITED, "bash"] };
}
