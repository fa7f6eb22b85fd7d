/**
 * Goal: a file that grows, is rotated, truncated or removed gives each of its lines, with the ids that it has when it is
 * read at once; a process that dies goes on where the archive ends.
 * Method: real files and a follower that reads on when it is told, at every moment of a rotation.
 */
import type { Stats } from "node:fs";
import {
  appendFile,
  copyFile,
  type FileHandle,
  mkdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openFollowState } from "../../src/backends/files/follow/checkpoints.ts";
import { type Fill, lineChunks } from "../../src/backends/files/line-chunks.ts";
import { MINUTE_MS } from "../../src/core/units.ts";
import { fileHandlePrototype } from "./file-handle-prototype.ts";
import { checkpointsIn, Follower, type FollowerOptions, linesOf, textOf } from "./follower.ts";
import { tempFolder } from "./temp-folder.ts";

/** For a checkpoint to be written. */
const AMPLE_MS = 100;

let folder = "";
let log = "";
let options: FollowerOptions = { named: [], state: "" };
const running: Follower[] = [];

beforeEach(async () => {
  folder = join(await tempFolder(), "logs");
  await mkdir(folder);
  log = join(folder, "a.log");
  options = { named: [join(folder, "*.log")], state: join(folder, "../state") };
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const follower of running.splice(0)) await follower.end();
});

async function start(more: Partial<FollowerOptions> = {}): Promise<Follower> {
  const follower = await Follower.start({ ...options, ...more });
  running.push(follower);
  return follower;
}

/** As if it was killed: what it has in hand is not acked. */
async function kill(follower: Follower): Promise<void> {
  running.splice(running.indexOf(follower), 1);
  await follower.end();
}

/** What is new since the last time; acked. */
async function takeFrom(follower: Follower): Promise<string> {
  const text = textOf(await follower.read());
  await follower.ack();
  return text;
}

/** Has something happen during the next look at an open file of that inode; gives the file that was looked at, then. */
async function atNextStatOf(ino: number, deed: () => Promise<void>): Promise<readonly FileHandle[]> {
  const prototype = await fileHandlePrototype();
  const real = Reflect.get(prototype, "stat") as (this: FileHandle, options: unknown) => Promise<Stats>;
  const met: FileHandle[] = [];
  vi.spyOn(prototype, "stat").mockImplementation(async function (this: FileHandle, options) {
    const seen = await real.call(this, options);
    if (met.length > 0 || seen.ino !== ino) return seen;
    met.push(this);
    await deed();
    return seen;
  });
  return met;
}

/** As the system says it where a network disk has lost a file. */
function stale(): Error {
  return Object.assign(new Error("ESTALE: stale file handle, fstat"), { code: "ESTALE", syscall: "fstat" });
}

/** Holds the next file that is synced up, until it may go on; others are not held up. */
async function slowAtFirst() {
  const prototype = await fileHandlePrototype();
  const asked = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  vi.spyOn(prototype, "sync").mockImplementationOnce(async function (this: FileHandle) {
    asked.resolve();
    await held.promise;
    await this.datasync();
  });
  return { isAsked: asked.promise, goOn: held.resolve };
}

describe("a followed file", () => {
  it("gives whole lines as it grows, and half a line once it is whole", async () => {
    const follower = await start();
    expect(await takeFrom(follower)).toBe("");
    await writeFile(log, "one\ntwo\nth");
    expect(await takeFrom(follower)).toBe("one\ntwo\n");
    await appendFile(log, "re");
    expect(await takeFrom(follower)).toBe("");
    await appendFile(log, "e\nfour\n");
    expect(await takeFrom(follower)).toBe("three\nfour\n");
    follower.skewMs = MINUTE_MS;
    await appendFile(log, "half");
    expect(await takeFrom(follower)).toBe("");
    expect(follower.told).toEqual([`follow "${folder}/*.log": no plain file yet; it is looked for`]);
  });

  it("is read to its end under another name, then its follower in the name", async () => {
    const follower = await start();
    await writeFile(log, "one\n");
    expect(await takeFrom(follower)).toBe("one\n");
    await appendFile(log, "two\n");
    await rename(log, `${log}.1`);
    expect(await takeFrom(follower)).toBe("two\n");
    await appendFile(`${log}.1`, "three\n"); // by a writer that has not opened the new one yet
    await writeFile(log, "four\n");
    await rename(`${log}.1`, `${log}.2`);
    await appendFile(`${log}.2`, "five\n");
    expect((await takeFrom(follower)).split("\n").sort()).toEqual(["", "five", "four", "three"]);
    expect(follower.told).toEqual([]);
  });

  it("gives its last line without an end when it was rotated and stays as it is", async () => {
    const follower = await start();
    await writeFile(log, "one\nhalf");
    expect(await takeFrom(follower)).toBe("one\n");
    await rename(log, `${log}.1`);
    expect(await takeFrom(follower)).toBe("");
    follower.skewMs = MINUTE_MS;
    expect(await takeFrom(follower)).toBe("half");
    expect(await takeFrom(follower)).toBe("");
  });

  it("is read to its end although it was removed, and let go then", async () => {
    const follower = await start();
    await writeFile(log, "one\n");
    expect(await takeFrom(follower)).toBe("one\n");
    await appendFile(log, "two\nhalf");
    await rm(log);
    expect(await takeFrom(follower)).toBe("two\n");
    follower.skewMs = 2 * MINUTE_MS;
    expect(await takeFrom(follower)).toBe("half");
    expect(await takeFrom(follower)).toBe("");
    expect(await readFile(checkpointsIn(options.state), "utf8")).not.toContain("a.log");
    expect(follower.told).toEqual([]);
  });

  it("is read from its beginning when it was truncated, the rest of what it was from the copy", async () => {
    const follower = await start();
    await writeFile(log, "one\ntwo\n");
    expect(await takeFrom(follower)).toBe("one\ntwo\n");
    await appendFile(log, "three\n");
    await copyFile(log, `${log}.1`);
    await truncate(log);
    await appendFile(log, "a new line that is longer than all before\n"); // beyond where the file was read to
    expect((await takeFrom(follower)).split("\n").sort()).toEqual([
      "",
      "a new line that is longer than all before",
      "three",
    ]);
    await truncate(log);
    await appendFile(log, "short\n");
    expect(await takeFrom(follower)).toBe("short\n");
    expect(follower.told).toEqual([
      expect.stringMatching(
        /^follow ".*\/a\.log": the file was truncated or replaced, and no whole copy .* byte 42 .*\(hint: .*--from/,
      ),
    ]);
  });

  it("has its copy read even where that is removed at once", async () => {
    const follower = await start();
    await writeFile(log, "one\n");
    expect(await takeFrom(follower)).toBe("one\n");
    await appendFile(log, "two\n");
    await copyFile(log, `${log}.1`);
    await writeFile(log, "three\n");
    expect(textOf(await follower.read(1))).toBe("three\n");
    await rm(`${log}.1`);
    expect(await takeFrom(follower)).toBe("two\n");
  });

  it("has its copy read even where that is compressed and removed while it is looked at", async () => {
    const follower = await start();
    await writeFile(log, "one\n");
    expect(await takeFrom(follower)).toBe("one\n");
    await appendFile(log, "two\n");
    await copyFile(log, `${log}.1`);
    await writeFile(log, "three\n");
    const met = await atNextStatOf((await stat(`${log}.1`)).ino, async () => {
      await writeFile(`${log}.1.gz`, gzipSync("one\ntwo\n"));
      await rm(`${log}.1`);
    });
    expect((await takeFrom(follower)).split("\n").sort()).toEqual(["", "three", "two"]);
    expect(met).toHaveLength(1);
    await takeFrom(follower);
    expect(follower.told).toEqual([]);
  });

  it("is looked for by its names where the system has lost the open one, and that is told", async () => {
    const follower = await start();
    await writeFile(log, "one\n");
    expect(await takeFrom(follower)).toBe("one\n");
    const { ino } = await stat(log);
    await rename(log, `${log}.1`);
    await appendFile(`${log}.1`, "two\n");
    const met = await atNextStatOf(ino, () => Promise.reject(stale()));
    expect(await takeFrom(follower)).toBe("two\n");
    expect(met).toHaveLength(1);
    expect(follower.told).toEqual([
      expect.stringMatching(/^follow ".*\/a\.log(?:\.1)?": stale file handle \(hint: .*; trying again$/),
    ]);
  });

  it("is not left open where the system does not say what was opened, and is tried again", async () => {
    const follower = await start();
    await writeFile(log, "one\n");
    const met = await atNextStatOf((await stat(log)).ino, () => Promise.reject(stale()));
    expect(await takeFrom(follower)).toBe("one\n");
    expect(met.map(({ fd }) => fd)).toEqual([-1]);
    expect(follower.told).toContainEqual(expect.stringMatching(/a\.log": stale file handle .*; trying again$/));
  });

  it("is read from its beginning when it was truncated, and its copy as a whole where that is named", async () => {
    const follower = await start({ named: [`${log}*`] });
    await writeFile(log, "one\n");
    expect(await takeFrom(follower)).toBe("one\n");
    await appendFile(log, "two\n");
    await copyFile(log, `${log}.1`);
    await writeFile(log, "three\n");
    expect((await takeFrom(follower)).split("\n").sort()).toEqual(["", "one", "three", "two"]);
    expect(follower.told).toEqual([]);
  });

  it("is read anew when it was truncated and grew to the same size, between two ticks of the clock", async () => {
    const follower = await start();
    const now = new Date();
    for (const text of ["one\n", "two\n"]) {
      await writeFile(log, text);
      await utimes(log, now, now);
      expect(await takeFrom(follower)).toBe(text);
    }
  });

  it("is read from its beginning when its end was cut off", async () => {
    const follower = await start();
    const text = "a line\n".repeat(500);
    await writeFile(log, text);
    expect(await takeFrom(follower)).toBe(text);
    await truncate(log, text.length - 70);
    await appendFile(log, "new\n");
    expect(await takeFrom(follower)).toBe(`${text.slice(70)}new\n`);
  });

  it("has the ids that it has when it is read at once, and when it was compressed", async () => {
    const text =
      '\n\nfirst\n{"time":"2020-09-14T00:00:01Z"}\nplain\n\n{"time":"2020-09-14T00:00:01Z"}\n{"time":1600041604.5}\nend\n';
    const follower = await start();
    const ids: string[] = [];
    for (let at = 0; at < text.length; at += 3) {
      await appendFile(log, text.slice(at, at + 3));
      if (at === 60) await rename(log, `${log}.1`).then(() => rename(`${log}.1`, log));
      ids.push(...(await follower.read()).flatMap(({ lines }) => lines.map(({ id }) => id)));
      await follower.ack();
    }
    let isRead = false;
    const fill: Fill = (buffer, at) => {
      const count = isRead ? 0 : buffer.write(text, at);
      isRead = true;
      return Promise.resolve(count);
    };
    const whole: string[] = [];
    for await (const chunk of lineChunks(fill)) whole.push(...linesOf(chunk).map(({ id }) => id));
    expect(ids).toEqual(whole);
    expect(new Set(ids).size).toBe(6);
  });

  it("gives a line over the limit in the pieces that it has when it is read at once, whoever is killed", async () => {
    const limits = { chunkBytes: 8, maxPieceBytes: 32 };
    const text = `${"x".repeat(7)}\n${"y".repeat(100)}\n${"z".repeat(64)}\nend\n`;
    await writeFile(log, text);
    const pieces: unknown[] = [];
    for (let at = 0; at < text.length; ) {
      const follower = await start({ limits });
      const [taken] = await follower.read(1);
      await follower.ack();
      await kill(follower);
      if (taken === undefined) throw new Error("nothing was read");
      const { offset, continuesLine, fingerprint } = taken.payload;
      pieces.push({ offset, continuesLine, fingerprint, text: taken.text });
      at += taken.text.length;
    }
    let read = 0;
    const fill: Fill = (buffer, at) => {
      const count = buffer.write(text.slice(read), at);
      read += count;
      return Promise.resolve(count);
    };
    const expected: unknown[] = [];
    for await (const { buffer, start, end, offset, continuesLine, fingerprint } of lineChunks(fill, limits)) {
      expected.push({ offset, continuesLine, fingerprint, text: buffer.toString("latin1", start, end) });
    }
    expect(pieces.filter((piece) => (piece as { continuesLine: boolean }).continuesLine).length).toBeGreaterThan(3);
    expect(pieces).toEqual(expected);
  });
});

describe("many files", () => {
  it("take turns, however many and however large", async () => {
    const small = 1000;
    await writeFile(log, "large\n".repeat(20_000));
    for (let file = 0; file < small; file += 1) await writeFile(join(folder, `${file}.log`), `line of ${file}\n`);
    const follower = await start({ limits: { chunkBytes: 64, maxPieceBytes: 256 }, maxOpen: 16 });
    const first = await follower.read(small + 1);
    expect(new Set(first.map(({ payload }) => payload.fingerprint)).size).toBe(small + 1);
    await follower.ack();
    await rename(join(folder, "7.log"), join(folder, "7.log.1"));
    for (const name of ["7.log.1", "8.log", "new.log"]) await appendFile(join(folder, name), `more of ${name}\n`);
    const rest = textOf(await follower.read());
    for (const name of ["7.log.1", "8.log", "new.log"]) expect(rest).toContain(`more of ${name}\n`);
    expect(rest.match(/large/g)).toHaveLength(
      20_000 - (first.find(({ text }) => text.startsWith("large"))?.text.length ?? 0) / 6,
    );
    expect(follower.told).toEqual([]);
  });

  it("are kept open where they have no name any more, and others are closed for that", async () => {
    const limits = { chunkBytes: 8, maxPieceBytes: 64 };
    const follower = await start({ limits, maxOpen: 2 });
    await writeFile(log, "one\n");
    await follower.read();
    for (const name of ["a", "b", "c", "d"]) await appendFile(join(folder, `${name}.log`), `${name}\n`.repeat(20));
    await rm(log);
    const text = textOf(await follower.read());
    for (const name of ["a", "b", "c", "d"]) expect(text.split(name)).toHaveLength(21);
  });

  it("of one inode are one; compressed ones, folders and those not named are left out", async () => {
    await writeFile(log, "one\n");
    await symlink(log, join(folder, "b.log"));
    await writeFile(`${log}.gz`, gzipSync("zero\n"));
    await mkdir(join(folder, "c.log"));
    await writeFile(join(folder, "d.txt"), "other\n");
    const follower = await start({ named: [join(folder, "*.log*"), log] });
    expect(await takeFrom(follower)).toBe("one\n");
  });

  it("that cannot be read are told once, tried again, and keep no other from being read", async () => {
    const loop = join(folder, "b.log");
    await symlink(loop, loop);
    await writeFile(log, "one\n");
    const follower = await start();
    expect(await takeFrom(follower)).toBe("one\n");
    expect(await takeFrom(follower)).toBe("");
    expect(follower.told).toEqual([`follow "${loop}": too many symbolic links encountered; trying again`]);
    await rm(loop);
    await writeFile(loop, "two\n");
    expect(await takeFrom(follower)).toBe("two\n");
  });
});

describe("a process that dies", () => {
  it("is followed by one that begins where acks ended, with the same ids", async () => {
    await writeFile(log, "one\ntwo\n");
    let follower = await start();
    await takeFrom(follower);
    await appendFile(log, "three\nfour\n");
    const lost = (await follower.read()).flatMap(({ lines }) => lines);
    await kill(follower);
    follower = await start();
    await appendFile(log, "five\n");
    const again = (await follower.read()).flatMap(({ lines }) => lines);
    expect(again.map(({ text }) => text)).toEqual(["three", "four", "five"]);
    expect(again.slice(0, 2)).toEqual(lost);
    await follower.ack();
    await kill(follower);
    expect(await takeFrom(await start())).toBe("");
  });

  it("has not noted what was handed over after what it acked", async () => {
    await writeFile(log, "one\n");
    const limits = { chunkBytes: 8, maxPieceBytes: 64 };
    let follower = await start({ limits });
    await follower.read();
    await appendFile(log, "two\n");
    await follower.read();
    await follower.ack(1);
    await writeFile(join(folder, "b.log"), "");
    await follower.read();
    await kill(follower);
    follower = await start();
    expect(await takeFrom(follower)).toBe("two\n");
  });

  it("has its acks noted for good, although a look at new files was noting its own at that time", async () => {
    await writeFile(log, "one\n");
    let follower = await start();
    await follower.read();
    await writeFile(join(folder, "b.log"), "");
    const disk = await slowAtFirst();
    const reading = follower.read();
    await disk.isAsked;
    const acking = follower.ack();
    await Promise.race([acking, setTimeout(AMPLE_MS)]);
    disk.goOn();
    await Promise.all([reading, acking]);
    await kill(follower);
    follower = await start();
    expect(await takeFrom(follower)).toBe("");
  });

  it("with lines in hand whose file is truncated then leaves them to the copy", async () => {
    await writeFile(log, "one\n");
    let follower = await start();
    await takeFrom(follower);
    await appendFile(log, "two\n");
    await follower.read();
    await appendFile(log, "three\n");
    await copyFile(log, `${log}.1`);
    await writeFile(log, "four\n");
    expect(
      textOf(await follower.read())
        .split("\n")
        .sort(),
    ).toEqual(["", "four", "three"]);
    await kill(follower);
    follower = await start();
    expect((await takeFrom(follower)).split("\n").sort()).toEqual(["", "four", "three", "two"]);
    expect(follower.told).toEqual([]);
  });

  it("loses nothing of a file that is rotated meanwhile, by rename or by truncating", async () => {
    const other = join(folder, "b.log");
    await writeFile(log, "a1\n");
    await writeFile(other, "b1\n");
    let follower = await start();
    await takeFrom(follower);
    await kill(follower);
    await appendFile(log, "a2\n");
    await rename(log, `${log}.1`);
    await writeFile(log, "a3\n");
    await appendFile(other, "b2\n");
    await copyFile(other, `${other}.1`);
    await writeFile(other, "b3 is longer\n");
    follower = await start();
    expect((await takeFrom(follower)).split("\n").sort()).toEqual(["", "a2", "a3", "b2", "b3 is longer"]);
    expect(follower.told).toEqual([]);
  });

  it("before it acked anything of a file finds that file under its other name", async () => {
    await writeFile(log, "one\n");
    const follower = await start();
    await follower.read();
    await rename(log, `${log}.1`);
    await kill(follower);
    expect(await takeFrom(await start())).toBe("one\n");
  });

  it("is told of a file that has gone meanwhile, and how to get its lines", async () => {
    await writeFile(log, "one\n");
    let follower = await start();
    await takeFrom(follower);
    await kill(follower);
    await writeFile(`${log}.1.gz`, gzipSync("another\ntwo\n"));
    await writeFile(`${log}.2.gz`, gzipSync("one\ntwo\n").subarray(0, 15));
    await rm(log);
    follower = await start();
    expect(await takeFrom(follower)).toBe("");
    expect(follower.told).toEqual([
      expect.stringContaining("no plain file yet"),
      expect.stringMatching(
        /^follow ".*a\.log": the file is gone, and no whole copy .* byte 4 .*\(hint: .*logtally run --from/,
      ),
    ]);
    await kill(follower);
    follower = await start();
    await takeFrom(follower);
    expect(follower.told).toEqual([expect.stringContaining("no plain file yet")]);
  });

  it.each([
    [".1.gz", gzipSync],
    ["-20201222.zst", zstdCompressSync],
  ])("loses nothing of a file that is compressed meanwhile: %s", async (end, compress) => {
    const other = join(folder, "b.log");
    await writeFile(log, "a1\n");
    await writeFile(other, "b1\n");
    let follower = await start();
    await takeFrom(follower);
    await kill(follower);
    await writeFile(`${log}.0.gz`, "no gzip");
    await writeFile(`${log}${end}`, compress("a1\na2\nhalf"));
    await writeFile(log, "a3\n");
    await writeFile(`${other}${end}`, compress("b1\nb2\n"));
    await rm(other);
    follower = await start();
    for (const round of [1, 2]) {
      const left = await follower.read();
      const lines = left.flatMap((taken) => taken.lines.map(({ text }) => text));
      expect(lines.sort()).toEqual(["a2", "a3", "b2", "half"]);
      if (round === 2) break;
      // With the lines in hand, when the state is written for another file.
      await writeFile(join(folder, "c.log"), "");
      await follower.read();
      await kill(follower);
      follower = await start();
    }
    await follower.ack();
    await takeFrom(follower);
    expect(await readFile(checkpointsIn(options.state), "utf8")).not.toContain("b.log");
    expect(follower.told).toEqual([]);
    await kill(follower);
    follower = await start();
    expect(await takeFrom(follower)).toBe("");
    expect(follower.told).toEqual([]);
  });

  it("goes on in the same file when devices are numbered anew", async () => {
    await writeFile(log, "one\n");
    let follower = await start();
    await takeFrom(follower);
    await kill(follower);
    const path = checkpointsIn(options.state);
    await writeFile(path, (await readFile(path, "utf8")).replace(/"device":"\d+"/, '"device":"12345678901234567890"'));
    await appendFile(log, "two\n");
    follower = await start();
    expect(await takeFrom(follower)).toBe("two\n");
    expect(follower.told).toEqual([]);
  });
});

describe("the state", () => {
  it("is of one process at a time", async () => {
    const first = await openFollowState(options.state);
    await expect(openFollowState(options.state)).rejects.toThrow(/another process does \(hint: .*source\.state/);
    first.close();
    (await openFollowState(options.state)).close();
  });

  it.each(["", "{", "[]", '{"version":2,"files":[]}', '{"version":1,"files":[{"path":"a"}]}'])(
    "that is none is told, with what to do: %s",
    async (text) => {
      await mkdir(options.state);
      await writeFile(checkpointsIn(options.state), text);
      const state = await openFollowState(options.state);
      await expect(state.load()).rejects.toMatchObject({
        code: "corrupt",
        message: expect.stringMatching(/checkpoints\.json": no checkpoints.*\(hint: remove it/),
      });
      state.close();
    },
  );
});
