/**
 * Goal: an outage of the index costs nothing but time, one of the archive neither, and a stop ends in time in both.
 * Method: the program as a user starts it, on real servers, each behind a way that can be shut or fall silent.
 */
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, inject, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { makeBucket } from "../servers/bucket.ts";
import { type GateProxy, openGateProxy } from "../servers/gate-proxy.ts";
import { documentsOf } from "../servers/search.ts";
import { makeTopic, type Topic } from "../servers/topic.ts";
import { generated } from "./generated.ts";
import { filesBelow, logtally, type Outcome, type RunningProcess, startLogtally } from "./logtally.ts";

const gcsUrl = inject("gcsUrl") ?? "";
const host = inject("pubsubHost") ?? "";
const elasticsearchUrl = inject("elasticsearchUrl") ?? "";
const POLL_MS = 100;
const STOP_WITHIN_MS = 25_000;
const ENV = { PUBSUB_EMULATOR_HOST: host, TEST_KEY: randomBytes(32).toString("hex") };

interface Summary {
  readonly lines_in: number;
  readonly indexed: number;
  readonly index_spilled_objects: number;
}

const closing: (() => Promise<void>)[] = [];
const workers = new Set<RunningProcess>();
afterEach(async () => {
  for (const { child } of workers) child.kill("SIGKILL");
  workers.clear();
  for (const close of closing.splice(0)) await close();
});

/** A subscription, a pipeline that reads it, and traffic in parts of single messages. */
interface Stage {
  readonly topic: Topic;
  readonly pipeline: string;
  readonly archive: string;
  readonly prefix: string;
  readonly parts: readonly string[];
  readonly ids: number;
}

async function makeStage(settings: string, parts: number): Promise<Stage> {
  const folder = await tempFolder();
  const topic = await makeTopic(host);
  closing.push(() => topic.close());
  const { path, truth } = await generated(
    "--lines",
    "900",
    "--form",
    "pubsub",
    "--seed",
    randomBytes(3).readUIntBE(0, 3).toString(),
  );
  const messages = (await readFile(path, "utf8")).trimEnd().split("\n");
  const size = Math.ceil(messages.length / parts);
  const names: string[] = [];
  for (let part = 0; part < parts; part += 1) {
    const name = join(folder, `part-${part}`);
    await writeFile(name, `${messages.slice(part * size, (part + 1) * size).join("\n")}\n`);
    names.push(name);
  }
  const pipeline = join(folder, "gitlab.yaml");
  const prefix = `outage-${randomBytes(4).toString("hex")}`;
  const text = settings.replaceAll("PREFIX", prefix);
  await writeFile(
    pipeline,
    `name: gitlab
source: {kind: pubsub, subscription: ${topic.subscription}}
pseudonym_key: {env: TEST_KEY}
batch: {max_lines: 100, max_age_ms: 200}
${text}`,
  );
  return { topic, pipeline, archive: join(folder, "archive"), prefix, parts: names, ids: truth.archived };
}

async function openProxy(target: string): Promise<GateProxy> {
  const proxy = await openGateProxy(target);
  closing.push(() => proxy.close());
  return proxy;
}

function startWorker(pipeline: string): RunningProcess {
  const worker = startLogtally(["run", pipeline, "--json"], { env: ENV });
  workers.add(worker);
  void worker.ended.finally(() => workers.delete(worker));
  return worker;
}

async function until(holds: () => Promise<boolean>, { child, ended }: RunningProcess): Promise<void> {
  while (!(await holds())) {
    if (child.exitCode !== null) throw new Error(`the worker has ended: ${JSON.stringify(await ended)}`);
    await sleep(POLL_MS);
  }
}

async function stopped({ child, ended }: RunningProcess): Promise<Outcome> {
  child.kill("SIGTERM");
  const outcome = await Promise.race([ended, sleep(STOP_WITHIN_MS, null, { ref: false })]);
  if (outcome === null) throw new Error(`it runs ${STOP_WITHIN_MS} ms after its stop`);
  return outcome;
}

function summaryOf({ stdout }: Outcome): Summary {
  return JSON.parse(stdout) as Summary;
}

async function markers(archive: string, end: string): Promise<number> {
  return (await filesBelow(join(archive, "ctl/index"))).filter((name) => name.endsWith(end)).length;
}

async function linesIn(archive: string): Promise<number> {
  const outcome = await logtally(["archive", "ls", "--archive", archive, "--json"]);
  if (outcome.code !== 0) return 0;
  const rows = outcome.stdout.split("\n").filter((row) => row !== "");
  return rows.reduce((sum, row) => sum + (JSON.parse(row) as { lines: number }).lines, 0);
}

const indexed = async ({ prefix }: Stage): Promise<number> =>
  new Set((await documentsOf(elasticsearchUrl, `${prefix}.logs-*,${prefix}.quarantine-*`)).map(({ id }) => id)).size;

const indexAt = (url: string): string =>
  `archive: {kind: folder, path: archive}\nindex: {kind: elasticsearch, urls: ["${url}"], prefix: PREFIX, spill_after_ms: 300}\n`;

// Without Go, Maven or Java there are no servers; on CI that fails in test/servers/setup.ts.
describe.skipIf([host, elasticsearchUrl].includes(""))("while Elasticsearch is away", () => {
  it("lines are archived and acked, and all of them are indexed after, by whichever worker", async () => {
    const proxy = await openProxy(elasticsearchUrl);
    const stage = await makeStage(indexAt(proxy.url), 3);
    const { pipeline, topic, archive, parts, ids } = stage;
    expect(await logtally(["setup", pipeline], { env: ENV })).toMatchObject({ code: 0 });
    const worker = startWorker(pipeline);
    await topic.publishFile(parts[0] ?? "");
    await until(async () => (await indexed(stage)) >= Math.floor(ids / 3) - 1, worker);

    proxy.set("closed");
    await topic.publishFile(parts[1] ?? "");
    await until(async () => (await markers(archive, ".waiting")) >= 3, worker);
    const before = await linesIn(archive);
    // Killed, so that only what it had acked stays away.
    await sleep(1000);
    worker.child.kill("SIGKILL");
    const { stderr } = await worker.ended;
    expect(stderr).toMatch(/index into .* waits in the archive/);
    expect(before).toBeGreaterThanOrEqual(Math.floor((2 * ids) / 3) - 1);

    // Another one, for which the index is away from the start.
    const next = startWorker(pipeline);
    await topic.publishFile(parts[2] ?? "");
    await until(async () => (await linesIn(archive)) >= ids, next);
    expect(await indexed(stage)).toBeLessThan(ids);
    proxy.set("open");
    await until(async () => (await indexed(stage)) >= ids, next);
    await until(async () => (await markers(archive, ".done")) === (await markers(archive, ".waiting")), next);
    const outcome = await stopped(next);
    expect(outcome).toMatchObject({ code: 130 });
    expect(outcome.stderr).toContain("the index is back");
    // What the first had acked did not come again.
    expect(summaryOf(outcome).lines_in).toBeLessThanOrEqual(Math.ceil(ids / 3) + 1);
    expect(await indexed(stage)).toBe(ids);
    expect(await linesIn(archive)).toBe(ids);
  });

  it("a stop ends in time even if it never answers, and what was taken is acked and marked", async () => {
    const proxy = await openProxy(elasticsearchUrl);
    const stage = await makeStage(indexAt(proxy.url), 2);
    const { pipeline, topic, archive, parts, ids } = stage;
    expect(await logtally(["setup", pipeline], { env: ENV })).toMatchObject({ code: 0 });
    const worker = startWorker(pipeline);
    await topic.publishFile(parts[0] ?? "");
    // It has reached the index, and indexed all that it had, before that falls silent.
    await until(async () => (await indexed(stage)) > 0, worker);
    await sleep(3000);
    const first = await linesIn(archive);
    proxy.set("silent");
    await topic.publishFile(parts[1] ?? "");
    await until(async () => (await linesIn(archive)) > first, worker);
    const outcome = await stopped(worker);
    expect(outcome).toMatchObject({ code: 130 });
    const { lines_in: taken, indexed: before } = summaryOf(outcome);
    expect(before).toBe(first);
    expect(await linesIn(archive)).toBe(taken);

    proxy.set("open");
    const next = startWorker(pipeline);
    await until(async () => (await indexed(stage)) >= ids, next);
    expect(summaryOf(await stopped(next)).lines_in).toBe(ids - taken);
  });

  it("a finite run archives all, says what waits with exit code 3, and the next one indexes it", async () => {
    const proxy = await openProxy(elasticsearchUrl);
    const { pipeline, archive, prefix } = await makeFiniteStage(proxy.url);
    const { path, truth } = await generated("--lines", "300");
    proxy.set("closed");
    const away = await logtally(["run", pipeline, "--json", "--from", path]);
    expect(away.code).toBe(3);
    expect(away.stderr).toContain("lines wait in the archive to be indexed (hint: run again");
    expect(JSON.parse(away.stdout)).toMatchObject({ archived: truth.archived, indexed: 0, index_complete: false });
    proxy.set("open");
    expect(await logtally(["run", pipeline, "--from", path])).toMatchObject({ code: 0, stderr: "" });
    expect(await documentsOf(elasticsearchUrl, `${prefix}.logs-*,${prefix}.quarantine-*`)).toHaveLength(truth.archived);
    expect(await markers(archive, ".done")).toBe(await markers(archive, ".waiting"));
  });

  it("or takes nothing, as with a full disk, lines wait and none is taken for a bad one", async () => {
    const { pipeline, prefix } = await makeFiniteStage(elasticsearchUrl);
    const first = await generated("--lines", "200");
    const other = await generated("--lines", "200", "--seed", "2");
    expect(await logtally(["run", pipeline, "--from", first.path])).toMatchObject({ code: 0 });
    const block = async (isBlocked: boolean): Promise<void> => {
      const answer = await fetch(`${elasticsearchUrl}/${prefix}.logs-*/_settings`, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ "index.blocks.write": isBlocked }),
      });
      expect(answer.ok).toBe(true);
    };
    await block(true);
    const blocked = await logtally(["run", pipeline, "--json", "--from", other.path]);
    expect(blocked.code).toBe(3);
    expect(blocked.stderr).toContain("cluster_block_exception");
    await block(false);
    expect(await logtally(["run", pipeline, "--json", "--from", other.path])).toMatchObject({ code: 0 });
    expect(await documentsOf(elasticsearchUrl, `${prefix}.quarantine-*`)).toEqual([]);
    const ids = (await documentsOf(elasticsearchUrl, `${prefix}.logs-*`)).map(({ id }) => id);
    expect(ids).toHaveLength(first.truth.archived + other.truth.archived);
  });
});

/** A pipeline whose input is named with each run. */
async function makeFiniteStage(url: string): Promise<{ pipeline: string; archive: string; prefix: string }> {
  const folder = await tempFolder();
  const prefix = `outage-${randomBytes(4).toString("hex")}`;
  const pipeline = join(folder, "a.yaml");
  await writeFile(pipeline, `name: a\nsource: {kind: stdin}\n${indexAt(url).replace("PREFIX", prefix)}`);
  expect(await logtally(["setup", pipeline])).toMatchObject({ code: 0 });
  return { pipeline, archive: join(folder, "archive"), prefix };
}

// Without Go there are no servers; on CI that fails in test/servers/setup.ts.
describe.skipIf([host, gcsUrl].includes(""))("while Cloud Storage is away", () => {
  async function makeBucketStage(parts = 1): Promise<{ stage: Stage; proxy: GateProxy; bucket: string }> {
    const proxy = await openProxy(gcsUrl);
    const bucket = await makeBucket(gcsUrl);
    const stage = await makeStage(`archive: {kind: gcs, bucket: ${bucket}, endpoint: "${proxy.url}"}\n`, parts);
    return { stage, proxy, bucket };
  }

  async function walObjects(bucket: string): Promise<string[]> {
    const answer = await fetch(`${gcsUrl}/storage/v1/b/${bucket}/o?prefix=wal/`);
    const { items = [] } = (await answer.json()) as { items?: { name: string }[] };
    return items.map(({ name }) => name);
  }

  async function archivedIds(pipeline: string): Promise<string[]> {
    const { code, stdout } = await logtally(["archive", "find", pipeline, "--meta"], { env: ENV });
    expect(code).toBe(0);
    return stdout.trimEnd().split("\n");
  }

  it("nothing is acked, and the worker recovers by itself", async () => {
    const { stage, proxy, bucket } = await makeBucketStage();
    const worker = startWorker(stage.pipeline);
    await sleep(2000);
    proxy.set("closed");
    await stage.topic.publishFile(stage.parts[0] ?? "");
    await sleep(3000);
    expect(await walObjects(bucket)).toEqual([]);
    proxy.set("open");
    await until(async () => (await walObjects(bucket)).length > 0, worker);
    await sleep(3000);
    const outcome = await stopped(worker);
    expect(outcome).toMatchObject({ code: 130 });
    expect(outcome.stderr).toContain("trying again until it answers");
    expect(summaryOf(outcome).lines_in).toBe(stage.ids);
    expect(await archivedIds(stage.pipeline)).toHaveLength(stage.ids);
    expect(await stage.topic.pull()).toBe(0);
  });

  it("a stop ends in time with exit code 3 even if it never answers, and all comes again", async () => {
    const { stage, proxy, bucket } = await makeBucketStage(2);
    const [first = "", second = ""] = stage.parts;
    const worker = startWorker(stage.pipeline);
    await stage.topic.publishFile(first);
    // The worker has reached the bucket, and archived all that it had, before that falls silent.
    await until(async () => (await walObjects(bucket)).length > 0, worker);
    await sleep(3000);
    const { length: taken } = await archivedIds(stage.pipeline);
    proxy.set("silent");
    await stage.topic.publishFile(second);
    await sleep(4000);
    const outcome = await stopped(worker);
    expect(outcome).toMatchObject({ code: 3, stdout: "" });
    expect(outcome.stderr).toMatch(/\nlogtally: create "wal\/gitlab\/[^\n]*\n$/);

    proxy.set("open");
    const next = startWorker(stage.pipeline);
    await until(async () => (await archivedIds(stage.pipeline)).length >= stage.ids, next);
    expect(summaryOf(await stopped(next)).lines_in).toBe(stage.ids - taken);
  });
});
