/**
 * Goal: a worker that stood still until others had done its work changes nothing when it wakes.
 * Method: a worker is stopped by SIGSTOP with messages in hand, on Google's own fake of the service; when their leases
 * have run out another one reads them; then the first goes on.
 */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, inject, it } from "vitest";
import { generated } from "../cli/generated.ts";
import { expectCounts, expectLines, linesOf, pipelineOn, stopped, waitFor, workersOn } from "../cli/pubsub-worker.ts";
import { makeTopic, type Topic } from "../servers/topic.ts";

const host = inject("pubsubHost") ?? "";
/** The open batch of a worker that stands still is not committed before it stands. */
const BATCH_MS = 4000;

let topic: Topic | null = null;
const workers = workersOn(() => host);
afterEach(async () => {
  workers.killAll();
  await topic?.close();
  topic = null;
});

// Without Go there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(host === "")("a worker that wakes too late", () => {
  it("commits lines that the archive has, and each counts once", async () => {
    const { path, truth } = await generated("--lines", "400", "--form", "pubsub");
    const rows = (await readFile(path, "utf8")).trimEnd().split("\n");
    topic = await makeTopic(host);
    const { pipeline, archive } = await pipelineOn(topic.subscription, `{max_age_ms: ${BATCH_MS}}`);
    const zombie = workers.start(pipeline);
    await topic.publishFile(path);
    // It begins to read about a second after its start; there is nothing to see from outside.
    await sleep(BATCH_MS / 2);
    zombie.child.kill("SIGSTOP");
    const other = workers.start(pipeline);
    await waitFor(async () => new Set(await linesOf(archive)).size >= rows.length, other);
    const before = (await linesOf(archive)).length;
    zombie.child.kill("SIGCONT");
    const { lines_in: late } = await stopped(zombie, /./);
    expect(late).toBeGreaterThan(0);
    await stopped(other);
    expect((await linesOf(archive)).length).toBe(before + late);
    await expectLines(archive, rows);
    await expectCounts(archive, truth);
    expect(await topic.pull()).toBe(0);
  });
});
