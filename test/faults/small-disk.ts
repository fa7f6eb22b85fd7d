/** Disks without room, for programs. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { type Outcome, PROGRAM, start, succeeds } from "../cli/logtally.ts";

/** For bash: the program that follows may write no file at all. A shell of its own, so that it ends as the program does. */
const NO_BYTES = 'trap "" XFSZ; ulimit -f 0; exec "$@"';

export interface SmallDisk {
  readonly folder: string;
  /** Runs a command of the program while there is no room. */
  full(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Outcome>;
}

/** A folder for whose sake a program may write no file: a limit of the system's, which needs no rights. */
export async function limitedDisk(): Promise<SmallDisk> {
  const folder = await emptyFolder();
  return {
    folder,
    full: (args, env = {}) => ended("bash", ["-c", NO_BYTES, "bash", process.execPath, PROGRAM, ...args], env),
  };
}

/** A real disk of 4 MB; null without the right to mount one. */
export async function mountedDisk(): Promise<SmallDisk | null> {
  const folder = await emptyFolder();
  if (process.getuid?.() !== 0 || !succeeds("mount", ["-t", "tmpfs", "-o", "size=4m", "none", folder])) return null;
  onTestFinished(() => expect(succeeds("umount", [folder])).toBe(true));
  const filler = join(folder, "filler");
  return {
    folder,
    async full(args, env = {}) {
      for (const bytes of [65_536, 4096, 1]) {
        for (;;) {
          const hasRoom = await writeFile(filler, Buffer.alloc(bytes), { flag: "a" }).then(
            () => true,
            () => false,
          );
          if (!hasRoom) break;
        }
      }
      try {
        return await ended(process.execPath, [PROGRAM, ...args], env);
      } finally {
        await rm(filler);
      }
    },
  };
}

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "logtally-disk-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

function ended(command: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
  const running = start(command, args, { env });
  running.child.stdin?.end();
  return running.ended;
}
