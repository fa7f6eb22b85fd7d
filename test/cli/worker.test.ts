/**
 * Goal: however many pipelines stop together, and however large their archive is, the summary does not hold up the end;
 * and any number of workers write into one archive.
 * Method: a worker on files that it follows, in this process, whose time for the summary is over before it begins; and
 * two workers of one pipeline.
 */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openWorker } from "../../src/cli/open/worker.ts";
import { parsePipeline } from "../../src/config/pipeline.ts";
import { tempFolder } from "../backends/temp-folder.ts";

const PIPELINE = `
name: followed
source: { kind: files, follow: true, paths: ["logs/*.log"] }
archive: { kind: folder, path: archive }
`;

it.each([
  ["are not looked for once the time is over", AbortSignal.abort(), null],
  ["are looked for within the time", new AbortController().signal, 0],
])("repeats %s", async (_what, late, duplicates) => {
  const folder = await tempFolder();
  await mkdir(join(folder, "logs"));
  await writeFile(join(folder, "logs/a.log"), "{}\n");
  const stop = new AbortController();
  const worker = await openWorker(parsePipeline(PIPELINE, "a.yaml", [], folder), null, {
    end: stop.signal,
    stop: stop.signal,
  });
  stop.abort();
  await worker.run(() => undefined);
  expect(await worker.summarize(new Set(), late)).toMatchObject({ duplicates, isInterrupted: true });
});

it("workers of one pipeline give their objects names of their own", async () => {
  const folder = await tempFolder();
  const texts = ['{"a":1}\n', '{"b":2}\n'];
  for (const [number, text] of texts.entries()) {
    const log = `${number}.log`;
    await writeFile(join(folder, log), text);
    const pipeline = PIPELINE.replace("follow: true, ", "").replace("logs/*.log", log);
    const signal = new AbortController().signal;
    const worker = await openWorker(parsePipeline(pipeline, "a.yaml", [], folder), null, { end: signal, stop: signal });
    await worker.run(() => undefined);
  }
  const files = await readdir(join(folder, "archive/wal"), { recursive: true, withFileTypes: true });
  expect(files.filter((file) => file.isFile())).toHaveLength(texts.length);
});
