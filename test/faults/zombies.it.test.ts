/**
 * Goal: a sealer, a signer or a collector that stands still in the middle of its work, and wakes when others have sealed,
 * signed and removed everything, changes nothing.
 * Method: `strace` stops the program at one of its writes; others do all there is to do, with late lines as well; then
 * it goes on.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { MINUTE_MS } from "../../src/core/units.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { generated } from "../cli/generated.ts";
import { logtally, type Outcome, type RunningProcess } from "../cli/logtally.ts";
import { HAS_RECOUNT } from "../independent/recounted.ts";
import { expectAllSigned, expectExactBook } from "./exact-book.ts";
import { HAS_STRACE, traced } from "./strace.ts";

const TIMEOUT_MS = 10 * MINUTE_MS;
const POLL_MS = 50;
/** So often in a row it is seen to stand: a traced program also stands at each call for a moment. */
const SEEN = 5;

/** Resolves with false where it has ended instead. */
async function stands({ child }: RunningProcess): Promise<boolean> {
  for (let seen = 0; seen < SEEN; ) {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    // There is nothing to read of one that has just ended.
    const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
    const state = /^State:\s+(\w)/m.exec(status)?.[1];
    seen = state === "T" || state === "t" ? seen + 1 : 0;
    await sleep(POLL_MS);
  }
  return true;
}

async function ok(args: readonly string[]): Promise<Outcome> {
  const outcome = await logtally(args);
  expect({ args, ...outcome }).toMatchObject({ args, code: 0, stderr: "" });
  return outcome;
}

// Without strace nobody stops where he is told to, without Python and zstd there is no recount; on CI all are there.
describe.skipIf(!HAS_STRACE || !HAS_RECOUNT)("a command that wakes when all is done", { timeout: TIMEOUT_MS }, () => {
  it.each([
    ["seal", "link,linkat", [2, 5]],
    // First with a digest that others are to sign meanwhile, then with one of its own that they finish.
    ["sign", "link,linkat", [2, 1]],
    ["gc", "unlink,unlinkat", [1]],
  ] as const)("is no harm: %s", async (command, calls, writes) => {
    const { path, truth } = await generated("--lines", "1500", "--form", "pubsub");
    const rows = (await readFile(path, "utf8")).trimEnd().split("\n");
    const archive = join(await tempFolder(), "archive");
    const rest = ["--archive", archive, "--set", "seal.lateness_ms=0"];
    const all = ["seal", "sign", "gc"];
    const size = Math.ceil(rows.length / (2 * writes.length));
    const part = join(await tempFolder(), "part.ndjson");
    let stood = 0;
    for (const [index, when] of writes.entries()) {
      const archived = async (from: number): Promise<void> => {
        await writeFile(part, `${rows.slice(from * size, (from + 1) * size).join("\n")}\n`);
        await ok(["run", "--archive", archive, "--from", part, "--set", "batch.max_lines=50"]);
      };
      await archived(2 * index);
      for (const before of all.slice(0, all.indexOf(command))) await ok([before, ...rest]);
      const stop = ["-o", "/dev/null", "-e", `inject=${calls}:signal=SIGSTOP:when=${when}`];
      const zombie = traced(calls, stop, [command, ...rest]);
      onTestFinished(() => {
        zombie.child.kill("SIGKILL");
      });
      if (await stands(zombie)) stood += 1;
      for (const other of all) await ok([other, ...rest]);
      await archived(2 * index + 1);
      for (const other of all) await ok([other, ...rest]);
      zombie.child.kill("SIGCONT");
      expect(await zombie.ended).toMatchObject({ code: 0, stderr: "" });
    }
    expect(stood).toBe(writes.length);
    for (const other of all) await ok([other, ...rest]);
    await expectAllSigned(archive, rest, {});
    await expectExactBook(archive, rows, truth);
  });
});
