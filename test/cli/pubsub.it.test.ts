/**
 * Goal: a subscription is read whole, each message counts once, and none is lost, whoever is stopped or killed when.
 * Method: the program as a user starts it, on Google's own fake of the service, with generated traffic whose truth is
 * known; workers that are interrupted, and killed at random moments.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, inject, it, onTestFailed } from "vitest";
import { randomOf } from "../random.ts";
import { makeTopic, type Topic } from "../servers/topic.ts";
import { generated } from "./generated.ts";
import { expectOneLine, logtally, startLogtally } from "./logtally.ts";
import {
  expectCounts,
  expectLines,
  lineOf,
  linesOf,
  pipelineOn,
  stopped,
  waitFor,
  workersOn,
} from "./pubsub-worker.ts";

const host = inject("pubsubHost") ?? "";
const env = { PUBSUB_EMULATOR_HOST: host };
const KILLS = 10;
const STOP_WITHIN_MS = 25_000;
/** A worker begins to read about a second after its start. */
const KILL_WITHIN_MS = 2000;

let topic: Topic | null = null;
const workers = workersOn(() => host);
afterEach(async () => {
  workers.killAll();
  await topic?.close();
  topic = null;
});

// Without Go there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(host === "")("a subscription", () => {
  it("is read whole, what is published twice counts once, and a stop leaves nothing behind", async () => {
    const batches = ["--form", "pubsub", "--batch", "20", "--republish", "0.1"];
    const { path, truth } = await generated("--lines", "3000", ...batches);
    expect(truth.duplicates).toBeGreaterThan(0);
    topic = await makeTopic(host);
    const { pipeline, archive } = await pipelineOn(topic.subscription);
    const worker = workers.start(pipeline);
    await topic.publishFile(path);
    await waitFor(async () => (await linesOf(archive)).length >= truth.lines_in, worker);
    const { lines_in, archived, duplicates, quarantined, eventless, events } = await stopped(worker);
    const { as_of: _, rows: _rows, ...totals } = truth;
    expect({ lines_in, archived, duplicates, quarantined, eventless, events }).toEqual(totals);
    await expectCounts(archive, truth);
    expect(await topic.pull()).toBe(0);
  });

  it("loses and doubles nothing when workers are killed", async () => {
    const { path, truth } = await generated("--lines", "3000", "--form", "pubsub");
    const messages = (await readFile(path, "utf8")).trimEnd().split("\n");
    topic = await makeTopic(host);
    const { pipeline, archive } = await pipelineOn(topic.subscription);
    const seed = Date.now() % 1_000_000;
    onTestFailed(() => {
      process.stderr.write(`seed ${seed}\n`);
    });
    const random = randomOf(seed);
    const pair = [workers.start(pipeline), workers.start(pipeline)];
    const size = Math.ceil(messages.length / (KILLS + 1));
    const publishPart = async (index: number, { publishFile }: Topic): Promise<void> => {
      const part = join(archive, "..", `part-${index}`);
      await writeFile(part, `${messages.slice(index * size, (index + 1) * size).join("\n")}\n`);
      await publishFile(part);
    };
    for (let kill = 0; kill < KILLS; kill += 1) {
      await publishPart(kill, topic);
      await sleep(random() * KILL_WITHIN_MS);
      const victim = random() < 0.5 ? 0 : 1;
      pair[victim]?.child.kill("SIGKILL");
      expect(await pair[victim]?.ended).toMatchObject({ signal: "SIGKILL" });
      pair[victim] = workers.start(pipeline);
    }
    const [last, other] = pair;
    if (last === undefined || other === undefined) throw new Error("no workers");
    other.child.kill("SIGKILL");
    await other.ended;
    // Only the last one can read these: it has begun when they are there.
    await publishPart(KILLS, topic);
    const expected = new Set(messages.map(lineOf));
    expect(expected.size).toBe(messages.length);
    // Leases of those that were killed have to run out.
    await waitFor(async () => new Set(await linesOf(archive)).size >= expected.size, last);
    await stopped(last);
    await expectLines(archive, messages);
    await expectCounts(archive, truth);
  });

  it("that is missing is told in one line, with the command that makes it", async () => {
    const { pipeline } = await pipelineOn("projects/test/subscriptions/none");
    const hint = "(hint: gcloud pubsub subscriptions create projects/test/subscriptions/none --topic=TOPIC";
    const run = await logtally(["run", pipeline], { env });
    expect(run).toMatchObject({ code: 3, stdout: "" });
    expectOneLine(run.stderr, 'logtally: look at "projects/test/subscriptions/none": ', hint);
    const check = await logtally(["check", pipeline], { env });
    expect(check.code).toBe(3);
    expectOneLine(check.stderr, "bad  source ", hint);
  });

  it("that does not answer is waited for at the start, which a stop ends", async () => {
    const { pipeline } = await pipelineOn("projects/test/subscriptions/any");
    const worker = startLogtally(["run", pipeline], { env: { PUBSUB_EMULATOR_HOST: "127.0.0.1:1" } });
    let said = "";
    worker.child.stderr?.on("data", (bytes: Buffer) => {
      said += bytes.toString();
    });
    await waitFor(() => said.includes('look at "projects/test/subscriptions/any"'), worker);
    worker.child.kill("SIGTERM");
    const outcome = await Promise.race([worker.ended, sleep(STOP_WITHIN_MS, null, { ref: false })]);
    worker.child.kill("SIGKILL");
    expect(outcome).toMatchObject({ code: 3, stdout: "" });
  });

  it("is checked along the real path", async () => {
    topic = await makeTopic(host);
    const { pipeline } = await pipelineOn(topic.subscription);
    const check = await logtally(["check", pipeline], { env });
    expect(check).toMatchObject({ code: 0, stderr: "" });
    expect(check.stdout).toMatch(
      /^ok {3}source +subscription "projects\/test\/subscriptions\/logtally-\w+", topic "pubsub-rails-inf-\w+"$/m,
    );
  });
});
