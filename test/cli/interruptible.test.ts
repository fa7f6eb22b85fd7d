/**
 * Goal: a command that was stopped says that the same command goes on where the stop has ended it, and tells of anything
 * else that went wrong meanwhile: an altered object or a fault of the program would otherwise never be heard of.
 * Method: work that gets the signal of a terminal and then fails, in one way or another.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EXIT_INTERRUPTED } from "../../src/cli/process/exit-code.ts";
import { goOnUnlessStopped } from "../../src/cli/process/interruptible.ts";
import { IoError } from "../../src/core/fault.ts";

const said: string[] = [];
let before: ReadonlySet<unknown> = new Set();

beforeEach(() => {
  said.length = 0;
  before = new Set([...process.listeners("SIGINT"), ...process.listeners("SIGTERM")]);
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said.push(String(text));
    return true;
  });
});

/** Once a signal has come its listeners stay, for its echo. */
afterEach(() => {
  vi.restoreAllMocks();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    const listeners = process.listeners(signal) as NodeJS.SignalsListener[];
    for (const listener of listeners) if (!before.has(listener)) process.off(signal, listener);
  }
  process.exitCode = undefined;
});

/** Work that is stopped, and fails then. */
function stoppedBy(failure: (signal: AbortSignal) => unknown): Promise<void> {
  return goOnUnlessStopped((signal) => {
    process.emit("SIGINT");
    return Promise.reject(failure(signal));
  });
}

describe("work that notes how far it is", () => {
  it.each<[string, (signal: AbortSignal) => unknown]>([
    ["that gives up", ({ reason }) => reason as unknown],
    ["of which a request is given up", () => new DOMException("given up", "AbortError")],
    ["whose service did not answer before the end", () => new IoError("unavailable", "no answer before the end")],
  ])("%s goes on by the same command", async (_what, failure) => {
    await stoppedBy(failure);
    expect(said.join("")).toContain("interrupted; the same command goes on where it was");
    expect(process.exitCode).toBe(EXIT_INTERRUPTED);
  });

  it.each([
    new TypeError("cannot read properties of undefined"),
    new IoError("corrupt", 'read "vault/x": its bytes were altered'),
    new IoError("denied", "no key"),
  ])("is told of %s, though it was stopped", async (failure) => {
    await expect(stoppedBy(() => failure)).rejects.toBe(failure);
    expect(said.join("")).not.toContain("interrupted");
    expect(process.exitCode).toBe(undefined);
  });

  it("rejects with everything where it was not stopped", async () => {
    const failure = new IoError("unavailable", "no answer in time");
    await expect(goOnUnlessStopped(() => Promise.reject(failure))).rejects.toBe(failure);
  });
});
