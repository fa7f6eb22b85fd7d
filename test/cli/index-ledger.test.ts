/**
 * Goal: a ledger that is stopped asks the index nothing more: of a large archive it asks for minutes.
 * Method: a server that notes what it is asked, and a listener that gives up.
 */
import { afterEach, expect, it } from "vitest";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { readIndexLedger } from "../../src/cli/open/cluster/index-ledger.ts";
import { loadSettings } from "../../src/cli/settings.ts";
import { readLedger } from "../../src/counts/ledger/ledger.ts";
import { putObject } from "../archive/sample-archive.ts";
import { sampleLine } from "../segment/sample-line.ts";
import { type CapturingServer, startCapturingServer } from "../servers/capturing-server.ts";

let server: CapturingServer | null = null;
afterEach(() => server?.close());

it("gives up before the next question", async () => {
  server = await startCapturingServer();
  const store = createMemoryStore();
  await putObject(store, [sampleLine("a line")], { sequence: 1 });
  const index = `index={kind: elasticsearch, urls: ["${server.url}"], prefix: logtally}`;
  const settings = await loadSettings(undefined, { archive: "a", set: [index] });
  const [stream = ""] = [...new Set((await Array.fromAsync(store.list("wal/"))).map(({ name }) => name.split("/")[1]))];
  const ledger = await readLedger({
    store,
    stream,
    takes: () => true,
    isDeep: false,
    eventsOf: () => [],
    onBytes: () => undefined,
  });
  const stopped = new Error("stopped");
  const asking = readIndexLedger(settings.index ?? expect.fail(), store, stream, ledger, () => {
    throw stopped;
  });
  await expect(asking).rejects.toBe(stopped);
  expect(server.requests).toEqual([]);
});
