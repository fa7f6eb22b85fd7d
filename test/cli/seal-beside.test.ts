/**
 * Goal: a sealer beside a worker that cannot be started is told and tried again; the worker goes on.
 * Method: arguments that are longer than a system takes, of which Node throws where for others it tells by an event.
 */
import { expect, it, vi } from "vitest";
import { sealBeside } from "../../src/cli/run/seal-beside.ts";

it("tells that no process can be started, tries again, and ends when it is asked to", async () => {
  const stop = new AbortController();
  const said: string[] = [];
  const write = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said.push(String(text));
    if (said.length === 2) stop.abort();
    return true;
  });
  await sealBeside(undefined, { set: [`x=${"y".repeat(8_000_000)}`] }, 1, stop.signal);
  write.mockRestore();
  expect(said).toHaveLength(2);
  expect(said[1]).toMatch(/sealing beside the work cannot be started, and is tried again: spawn E2BIG/);
});
