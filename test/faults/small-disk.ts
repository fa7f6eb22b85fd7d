/** Disks without room, for programs. */
import { mkdtemp, rm, rmdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { type Outcome, PROGRAM, start, succeeds } from "../cli/logtally.ts";

/** For bash: the program that follows may write no file at all. */
const NO_BYTES = 'trap "" XFSZ; ulimit -f 0; exec "$@"';

export interface SmallDisk {
  readonly folder: string;
  /** Runs a command of the program while there is no room. */
  readonly full: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Outcome>;
}

/** A folder for whose sake a program may write no file: a limit of the system's, which needs no rights. */
export async function limitedDisk(): Promise<SmallDisk> {
  const folder = await emptyFolder();
  return {
    folder,
    full: (args, env = {}) => ended("bash", ["-c", NO_BYTES, "bash", process.execPath, PROGRAM, ...args], env),
  };
}

/** Whether this process may mount a disk: where it is root, on CI also where it may become root as `.ci/run` does. */
export const CAN_MOUNT = await canMount();

async function canMount(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "logtally-disk-"));
  try {
    return mounted(folder) && unmounted(folder);
  } finally {
    await rmdir(folder);
  }
}

function mounted(folder: string): boolean {
  return succeedsAsRoot("mount", ["-t", "tmpfs", "-o", "size=4m,mode=1777", "none", folder]);
}

function unmounted(folder: string): boolean {
  return succeedsAsRoot("umount", [folder]);
}

function succeedsAsRoot(command: string, args: readonly string[]): boolean {
  if (process.getuid?.() === 0) return succeeds(command, args);
  return process.env["CI"] !== undefined && succeeds("sudo", ["-n", command, ...args]);
}

/** A real disk of 4 MB, where one can be mounted. */
export async function mountedDisk(): Promise<SmallDisk> {
  const folder = await emptyFolder();
  expect(mounted(folder)).toBe(true);
  onTestFinished(() => expect(unmounted(folder)).toBe(true));
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
