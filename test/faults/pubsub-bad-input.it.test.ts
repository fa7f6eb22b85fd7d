/**
 * Goal: messages that are no good are archived as they are, told by reason, and acked; the worker goes on.
 * Method: a worker as a user starts it, on a scripted server, with messages of an unknown compression, that do not
 * decompress, that are as large as a message may be, and that decompress to far more; and good ones between them.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { afterEach, expect, it } from "vitest";
import { MIB } from "../../src/core/units.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { generated } from "../cli/generated.ts";
import { archivedText } from "../cli/logtally.ts";
import { pipelineOn, stopped, waitFor, workersOn } from "../cli/pubsub-worker.ts";
import type { ScriptedPubsub } from "../servers/scripted-pubsub.ts";
import { forkScriptedPubsub } from "../servers/scripted-pubsub-process.ts";

const LARGEST_BYTES = 10_000_000;
const BOMB_BYTES = 200 * MIB;

let server: ScriptedPubsub | null = null;
const workers = workersOn(() => server?.host ?? "");
afterEach(async () => {
  workers.killAll();
  await server?.close();
  server = null;
});

function dump(data: Buffer, compression: string | null): string {
  const attributes = compression === null ? {} : { compression_algorithm: compression };
  const message = { data: data.toString("base64"), attributes, publishTime: "2020-12-22T09:00:00Z" };
  return JSON.stringify({ message });
}

it("bad messages are quarantined and acked, and hold nobody up", async () => {
  const { path, truth } = await generated("--lines", "500", "--form", "pubsub");
  const good = (await readFile(path, "utf8")).trimEnd().split("\n");
  const line = Buffer.from('{"time":"2020-12-22T09:00:00.123Z","tag":"shell"}');
  const bad = [
    dump(deflateSync(line), "snappy"),
    dump(deflateSync(line).subarray(0, -5), "zlib"),
    dump(Buffer.from("no gzip"), "gzip"),
    dump(Buffer.from(`{"time":"2020-12-22T09:00:00.123Z","text":"${"x".repeat(LARGEST_BYTES - 200)}"}`), null),
    dump(gzipSync(Buffer.alloc(BOMB_BYTES, "x")), "gzip"),
    dump(Buffer.from("no JSON"), null),
  ];
  const rows = good.flatMap((row, index) => (index < bad.length ? [bad[index] as string, row] : [row]));
  const mixed = join(await tempFolder(), "mixed.ndjson");
  await writeFile(mixed, rows.join("\n"));
  const scripted = await forkScriptedPubsub();
  server = scripted;
  await scripted.publishFile(mixed);
  const { pipeline, archive } = await pipelineOn(scripted.subscription);
  const worker = workers.start(pipeline);
  await waitFor(async () => (await scripted.ledger()).acked === rows.length, worker);
  const summary = await stopped(worker);
  expect(summary).toMatchObject({
    lines_in: truth.lines_in + bad.length,
    archived: truth.archived + bad.length,
    eventless: truth.eventless,
    events: truth.events,
    quarantined: { unknown_compression: 1, bad_compression: 2, too_large: 1, inflate_limit: 1, not_json: 1 },
  });
  expect(await scripted.ledger()).toMatchObject({ mostAttempts: 1, nacks: 0, expiries: 0 });
  // What does not decompress is kept byte for byte.
  const archived = (await archivedText(archive)).toString("latin1");
  for (const data of ["no gzip", "no JSON"]) {
    expect(archived.includes(data) || archived.includes(Buffer.from(data).toString("base64"))).toBe(true);
  }
});
