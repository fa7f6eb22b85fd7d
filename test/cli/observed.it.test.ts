/**
 * Goal: a worker shows what it does to probes, to Prometheus and in its own log; and takes other settings without losing a
 * message.
 * Method: the program as a service starts it, on a scripted Pub/Sub and a scripted bucket that can be away.
 */
import { randomBytes } from "node:crypto";
import { appendFile, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { ARCHIVE_GRACE_MS } from "../../src/cli/open/worker.ts";
import { SECOND_MS } from "../../src/core/units.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { startCapturingServer } from "../servers/capturing-server.ts";
import { type ScriptedGcs, startScriptedGcs } from "../servers/scripted-gcs.ts";
import { type ScriptedPubsub, startScriptedPubsub } from "../servers/scripted-pubsub.ts";
import { generated } from "./generated.ts";
import { filesBelow, logtally, type RunningProcess, startLogtally } from "./logtally.ts";
import { type Notice, type Observed, sampleOf, startObserved, statusOf } from "./observed-process.ts";
import { isAllAcked, linesOf, type PubsubPipeline, pipelineOn, waitFor } from "./pubsub-worker.ts";

const KEY = randomBytes(32).toString("hex");

let server: ScriptedPubsub | null = null;
let bucket: ScriptedGcs | null = null;
const running = new Set<RunningProcess>();
afterEach(async () => {
  for (const { child } of running) child.kill("SIGKILL");
  running.clear();
  await server?.close();
  server = null;
  await bucket?.close();
  bucket = null;
});

async function observed(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Observed> {
  const started = await startObserved(args, env);
  running.add(started);
  return started;
}

async function onSubscription(): Promise<PubsubPipeline & { readonly env: Readonly<Record<string, string>> }> {
  server = await startScriptedPubsub();
  return { ...(await pipelineOn(server.subscription)), env: { PUBSUB_EMULATOR_HOST: server.host } };
}

/** Without calling anything back: what is lent twice is received twice. */
async function allAcked(): Promise<boolean> {
  const ledger = await server?.ledger();
  return ledger !== undefined && ledger.acked === ledger.published;
}

describe("a worker that is observed", () => {
  it("shows what came in and what became of it, and says when it is ready", async () => {
    const { path, truth } = await generated("--lines", "2000", "--form", "pubsub", "--batch", "20");
    const { pipeline, env } = await onSubscription();
    const worker = await observed(["run", pipeline], env);
    expect(await statusOf(worker.url, "/livez")).toMatchObject({ status: 200 });
    await waitFor(async () => (await statusOf(worker.url, "/readyz")).status === 200, worker);
    await server?.publishFile(path);
    await waitFor(allAcked, worker);
    expect(await sampleOf(worker.url, 'logtally_received_lines_total{pipeline="gitlab"}')).toBe(truth.lines_in);
    for (const [event, count] of Object.entries(truth.events)) {
      const sample = `logtally_events_received_total{pipeline="gitlab",event="${event}"}`;
      expect([event, await sampleOf(worker.url, sample)]).toEqual([event, count]);
    }
    expect(await sampleOf(worker.url, 'logtally_oldest_unacked_seconds{pipeline="gitlab"}')).toBe(0);
    expect(await sampleOf(worker.url, 'logtally_budget_used{pipeline="gitlab",budget="held_messages"}')).toBe(0);
    expect(await sampleOf(worker.url, "logtally_ready")).toBe(1);
    const acked = 'logtally_batches_total{pipeline="gitlab",outcome="acked"}';
    const steps = 'logtally_batch_step_seconds_count{pipeline="gitlab",step="ack"}';
    expect(await sampleOf(worker.url, steps)).toBe(await sampleOf(worker.url, acked));
    expect(await statusOf(worker.url, "/elsewhere")).toMatchObject({ status: 404 });
    expect((await fetch(worker.url, { method: "POST" })).status).toBe(405);
    worker.child.kill("SIGTERM");
    expect(await worker.ended).toMatchObject({ code: 130 });
    expect(worker.notices().map(({ code, level }) => [code, level])).toEqual([
      ["listening", "info"],
      ["started", "info"],
      ["stopping", "info"],
      ["remark", "info"],
    ]);
  });

  it("counts what it tries again, and says so by a code", async () => {
    const { pipeline, env } = await onSubscription();
    await server?.fail({ everything: "unavailable" });
    const worker = await observed(["run", pipeline], env);
    const sample = 'logtally_retries_total{service="subscription",cause="passing"}';
    await waitFor(async () => ((await sampleOf(worker.url, sample)) ?? 0) > 1, worker);
    const trouble = worker.notices().find(({ code }) => code === "subscription_trouble");
    expect(trouble).toMatchObject({ level: "warn", message: expect.stringContaining("scripted") as string });
    expect(await sampleOf(worker.url, 'logtally_notices_total{code="subscription_trouble"}')).toBeGreaterThan(0);
    await server?.fail({ everything: null });
    await waitFor(async () => (await statusOf(worker.url, "/readyz")).status === 200, worker);
    worker.child.kill("SIGTERM");
    expect(await worker.ended).toMatchObject({ code: 130 });
  });

  it("is told to a collector: each batch is a trace, with the objects that hold its lines", async () => {
    const { path } = await generated("--lines", "1000", "--form", "pubsub");
    const { pipeline, archive, env } = await onSubscription();
    const collector = await startCapturingServer();
    try {
      const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: "100" };
      const worker = await observed(["run", pipeline], { ...env, ...traced });
      await server?.publishFile(path);
      await waitFor(allAcked, worker);
      worker.child.kill("SIGTERM");
      expect(await worker.ended).toMatchObject({ code: 130 });
      const sent = JSON.stringify(collector.requests);
      const named = new Set([...sent.matchAll(/wal\/gitlab\/[\w./-]+/g)].map(([name]) => name));
      const kept = (await filesBelow(join(archive, "wal"))).map((file) => `wal/${file}`);
      expect([...named].toSorted()).toEqual(kept.toSorted());
      expect(kept.length).toBeGreaterThan(5);
    } finally {
      await collector.close();
    }
  });

  it("is ready only while the archive takes what it holds", async () => {
    const { url } = await observed(["run", (await onSubscription()).pipeline], {
      PUBSUB_EMULATOR_HOST: "127.0.0.1:9",
    });
    expect(await statusOf(url, "/readyz")).toEqual({ status: 503, text: "starting\n" });
    expect(await sampleOf(url, "logtally_ready")).toBe(0);
    expect((await statusOf(url, "/livez")).status).toBe(200);
  });
});

/** A worker that holds messages, whose bucket refuses everything, and that was asked to reload. */
async function reloadingWhileAway() {
  const { path, truth } = await generated("--lines", "500", "--form", "pubsub");
  const { pipeline, env } = await onSubscription();
  let isAway = false;
  bucket = await startScriptedGcs(() => (isAway ? 503 : null));
  const text = (await readFile(pipeline, "utf8")).replace(
    /^archive: .*/m,
    `archive: {kind: gcs, bucket: scripted, endpoint: "${bucket.url}"}\npseudonym_key: {env: TEST_KEY}`,
  );
  await writeFile(pipeline, text);
  const worker = await observed(["run", pipeline], { ...env, TEST_KEY: KEY });
  await waitFor(async () => (await statusOf(worker.url, "/readyz")).status === 200, worker);
  isAway = true;
  await server?.publishFile(path);
  await waitFor(() => worker.notices().some(({ code }) => code === "archive_retrying"), worker);
  await writeFile(pipeline, text.replace("max_lines: 100", "max_lines: 50"));
  worker.child.kill("SIGHUP");
  await waitFor(async () => (await statusOf(worker.url, "/readyz")).text === "reloading\n", worker);
  const comeBack = (): void => {
    isAway = false;
  };
  return { worker, pipeline, truth, comeBack };
}

describe("a worker that is asked to reload", () => {
  it("goes on with the new settings, and each message is there once", async () => {
    const { path } = await generated("--lines", "3000", "--form", "pubsub");
    const rows = (await readFile(path, "utf8")).trimEnd().split("\n");
    const { pipeline, archive, env } = await onSubscription();
    const worker = await observed(["run", pipeline], env);
    const text = await readFile(pipeline, "utf8");
    const reloads = 5;
    for (let part = 0; part < reloads; part += 1) {
      await server?.publishFile(path, (part * rows.length) / reloads, ((part + 1) * rows.length) / reloads);
      await sleep(10 * part);
      await writeFile(pipeline, text.replace("max_lines: 100", `max_lines: ${50 + part}`));
      worker.child.kill("SIGHUP");
      await waitFor(() => worker.notices().filter(({ code }) => code === "reloaded").length > part, worker);
      const limit = 'logtally_budget_limit{pipeline="gitlab",budget="batch_lines"}';
      expect(await sampleOf(worker.url, limit)).toBe(50 + part);
    }
    await waitFor(allAcked, worker);
    worker.child.kill("SIGTERM");
    const { code, stdout } = await worker.ended;
    expect(code).toBe(130);
    expect(stdout.match(/^pipeline gitlab/gm)).toHaveLength(reloads + 1);
    // A stop gives back what was not taken, so nothing has to come twice.
    expect((await linesOf(archive)).length).toBe(rows.length);
  });

  it("hears it from the moment that it shows itself", async () => {
    const { pipeline, env } = await onSubscription();
    const worker = startLogtally(["run", pipeline, "--listen", "0"], { env: { LOGTALLY_LOG: "json", ...env } });
    running.add(worker);
    let said = "";
    worker.child.stderr?.once("data", () => worker.child.kill("SIGHUP"));
    worker.child.stderr?.on("data", (bytes: Buffer) => {
      said += bytes.toString();
    });
    await waitFor(() => said.includes('"reloaded"'), worker);
    expect(said).toMatch(/^\{[^\n]*"listening"/);
    worker.child.kill("SIGTERM");
    expect(await worker.ended).toMatchObject({ code: 130 });
  });

  it("waits for an archive that is away, and then goes on with the new settings", async () => {
    const { worker, pipeline, truth, comeBack } = await reloadingWhileAway();
    // A process that is to stop gives up by then.
    await sleep(ARCHIVE_GRACE_MS + SECOND_MS);
    expect(await statusOf(worker.url, "/readyz")).toEqual({ status: 503, text: "reloading\n" });
    comeBack();
    await waitFor(() => worker.notices().some(({ code }) => code === "reloaded"), worker);
    await waitFor(() => isAllAcked(server), worker);
    worker.child.kill("SIGTERM");
    expect(await worker.ended).toMatchObject({ code: 130 });
    // What had to come again is there once, when it is sealed.
    expect(await logtally(["seal", pipeline], { env: { TEST_KEY: KEY } })).toMatchObject({ code: 0 });
    const counted = await logtally(["archive", "stats", pipeline, "--json"], { env: { TEST_KEY: KEY } });
    expect(JSON.parse(counted.stdout)).toMatchObject({ lines: truth.archived });
  });

  it("can be stopped while it waits, and then gives up and leaves what it holds to come again", async () => {
    const { worker } = await reloadingWhileAway();
    worker.child.kill("SIGTERM");
    expect(await worker.ended).toMatchObject({ code: 3 });
    expect((await server?.ledger())?.acked).toBe(0);
  });

  it("goes on as before where the new settings cannot be read, or not be run", async () => {
    const { path, truth } = await generated("--lines", "500", "--form", "pubsub");
    const { pipeline, archive, env } = await onSubscription();
    const worker = await observed(["run", pipeline], env);
    await waitFor(async () => (await statusOf(worker.url, "/readyz")).status === 200, worker);
    const refusals = (): readonly Notice[] => worker.notices().filter(({ code }) => code === "reload_refused");
    const text = await readFile(pipeline, "utf8");
    await writeFile(pipeline, `${text}\nbatches: {}\n`);
    worker.child.kill("SIGHUP");
    await waitFor(() => refusals().length === 1, worker);
    expect(refusals()[0]?.message).toContain("batches");
    await writeFile(pipeline, `${text}\ncatalogue: nowhere.yaml\n`);
    worker.child.kill("SIGHUP");
    await waitFor(() => refusals().length === 2, worker);
    expect(refusals()[1]?.message).toContain("nowhere.yaml");
    await server?.publishFile(path);
    await waitFor(allAcked, worker);
    expect((await linesOf(archive)).length).toBe(truth.lines_in);
    worker.child.kill("SIGTERM");
    expect(await worker.ended).toMatchObject({ code: 130 });
  });
});

describe("a worker on growing files that is asked to reload", () => {
  it.each([
    ["another key of the pseudonyms", "pseudonym_key: {env: OTHER_KEY}"],
    ["an archive that cannot be", "archive: {kind: folder, path: a.log/archive}"],
    ["an input with an end", "source: {kind: files, paths: [a.log]}"],
  ])("goes on as before where it is asked for %s", async (_what, changed) => {
    const folder = await tempFolder();
    const log = join(folder, "a.log");
    await writeFile(log, "{}\n");
    const text = (name: string) =>
      `name: ${name}\nsource: {kind: files, follow: true, paths: [a.log]}\narchive: {kind: folder, path: archive}\nbatch: {max_age_ms: 100}\n`;
    const pipelines = ["one", "two"].map((name) => join(folder, `${name}.yaml`));
    for (const path of pipelines) await writeFile(path, text(basename(path, ".yaml")));
    const env = { OTHER_KEY: randomBytes(32).toString("hex") };
    const worker = await observed(["run", ...pipelines, "--json"], env);
    await waitFor(async () => (await statusOf(worker.url, "/readyz")).status === 200, worker);
    const [key = ""] = changed.split(":");
    await writeFile(pipelines[1] ?? "", `${text("two").replace(new RegExp(`^${key}:.*\\n`, "m"), "")}${changed}\n`);
    worker.child.kill("SIGHUP");
    await waitFor(() => worker.notices().some(({ code }) => code === "reload_refused"), worker);
    await appendFile(log, '{"a":1}\n{"b":2}\n');
    const received = (name: string) => sampleOf(worker.url, `logtally_received_lines_total{pipeline="${name}"}`);
    const archived = async () => (await linesOf(join(folder, "archive"))).length;
    await waitFor(async () => (await archived()) === 6 && (await received("two")) !== null, worker);
    worker.child.kill("SIGTERM");
    expect(await worker.ended).toMatchObject({ code: 130 });
  });
});

describe("what is said to nobody", () => {
  it("is refused by a clear error where the form of the log is none", async () => {
    const outcome = await logtally(["run"], { env: { LOGTALLY_LOG: "xml" } });
    expect(outcome).toMatchObject({ code: 2, stderr: expect.stringContaining('use LOGTALLY_LOG "xml"') as string });
  });

  it("is JSON too where the command line is wrong", async () => {
    const { code, stderr } = await logtally(["run", "--nothing"], { env: { LOGTALLY_LOG: "json" } });
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({
      code: "usage_error",
      message: expect.stringContaining("--nothing") as string,
    });
  });

  it("hides secrets in the log of a service too", async () => {
    const key = randomBytes(32).toString("hex");
    const env = { LOGTALLY_LOG: "json", LOGTALLY_KEY: key };
    const { stderr, code } = await logtally(
      ["counts", "--archive", `/nowhere/${key}`, "--set", "pseudonym_key={env: LOGTALLY_KEY}"],
      { env },
    );
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ level: "error", code: "usage_error" });
  });
});

describe("duties that go on", () => {
  it("seal, sign, remove and balance, and show what is left", async () => {
    const { path, truth } = await generated("--lines", "1500", "--form", "pubsub");
    const { pipeline, env } = await onSubscription();
    const worker = await observed(["run", pipeline], env);
    await server?.publishFile(path);
    await waitFor(allAcked, worker);
    worker.child.kill("SIGTERM");
    await worker.ended;

    const every = [pipeline, "--every", "1s"];
    const gc = await observed(["gc", ...every], env);
    const left = (reason: string): Promise<number | null> =>
      sampleOf(gc.url, `logtally_wal_objects{stream="gitlab",reason="${reason}"}`);
    await waitFor(async () => ((await left("not_sealed")) ?? 0) > 0, gc);

    const seal = await observed(["seal", ...every, "--set", "seal.lateness_ms=0"], env);
    await waitFor(
      async () => (await sampleOf(seal.url, 'logtally_sealed_lines_total{stream="gitlab"}')) === truth.archived,
      seal,
    );
    await waitFor(async () => (await left("not_sealed")) === 0 && ((await left("not_signed")) ?? 0) > 0, gc);
    expect(await sampleOf(gc.url, 'logtally_oldest_unsealed_seconds{stream="gitlab"}')).toBe(0);

    const ledger = await observed(["ledger", ...every], env);
    const unbalanced = 'logtally_ledger_hours{stream="gitlab",balances="false"}';
    await waitFor(async () => (await sampleOf(ledger.url, unbalanced)) === 0, ledger);

    const sign = await observed(["sign", ...every], env);
    await waitFor(
      async () => ((await sampleOf(sign.url, 'logtally_signed_digests_total{stream="gitlab"}')) ?? 0) > 0,
      sign,
    );
    await waitFor(
      async () => ((await sampleOf(gc.url, 'logtally_collected_objects_total{stream="gitlab"}')) ?? 0) > 0,
      gc,
    );
    await waitFor(async () => (await left("not_signed")) === 0, gc);
    for (const [duty, each] of Object.entries({ gc, seal, ledger, sign })) {
      expect(await sampleOf(each.url, `logtally_passes_total{duty="${duty}",outcome="ok"}`)).toBeGreaterThan(0);
      const success = await sampleOf(each.url, `logtally_last_success_timestamp_seconds{duty="${duty}"}`);
      expect(Math.abs(Date.now() / 1000 - (success ?? 0))).toBeLessThan(600);
      each.child.kill("SIGTERM");
      expect(await each.ended).toMatchObject({ code: 130 });
      expect(each.notices().at(-1)).toMatchObject({ code: "stopped", level: "info" });
    }
  });

  it.each(["pseudonym_key", "signing_key"])("do not wait with a %s that cannot be read", async (key) => {
    bucket = await startScriptedGcs([]);
    const keys = { pseudonym_key: "TEST_KEY", signing_key: "TEST_SIGNING_KEY", [key]: "NO_KEY" };
    const settings = [
      `archive.endpoint=${bucket.url}`,
      ...Object.entries(keys).map(([name, env]) => `${name}.env=${env}`),
    ];
    const rest = ["--archive", "gs://a-bucket", ...settings.flatMap((each) => ["--set", each])];
    const duty = key === "signing_key" ? "sign" : "seal";
    const outcome = await logtally([duty, "--every", "1s", ...rest], { env: { TEST_KEY: KEY } });
    expect(outcome).toMatchObject({ code: 2, stderr: expect.stringContaining("NO_KEY") as string });
  });

  it("wait for an archive that no worker has begun", async () => {
    const gcs = await startScriptedGcs([]);
    try {
      const key = randomBytes(32).toString("hex");
      const settings = [`archive.endpoint=${gcs.url}`, "pseudonym_key.env=TEST_KEY", "seal.lateness_ms=0"];
      const rest = ["--archive", "gs://a-bucket", ...settings.flatMap((each) => ["--set", each])];
      const seal = await observed(["seal", "--every", "1s", ...rest], { TEST_KEY: key });
      const passes = (outcome: string) => sampleOf(seal.url, `logtally_passes_total{duty="seal",outcome="${outcome}"}`);
      await waitFor(async () => ((await passes("waits")) ?? 0) > 1, seal);
      // Nothing is wrong, so that what rolls it out need not wait for a line.
      expect(await statusOf(seal.url, "/readyz")).toMatchObject({ status: 200 });
      expect(seal.notices().filter(({ code }) => code === "archive_not_begun")).toEqual([
        expect.objectContaining({ message: expect.stringContaining('"gs://a-bucket": no archive there') as string }),
      ]);
      const { path } = await generated("--lines", "20");
      expect(await logtally(["run", ...rest, "--from", path], { env: { TEST_KEY: key } })).toMatchObject({ code: 0 });
      await waitFor(async () => ((await passes("ok")) ?? 0) > 0, seal);
      // Now it is known, and one that is gone is a fault.
      for (const name of gcs.objects.keys()) {
        await fetch(`${gcs.url}/storage/v1/b/a-bucket/o/${encodeURIComponent(name)}`, { method: "DELETE" });
      }
      await waitFor(async () => ((await passes("failed")) ?? 0) > 0, seal);
      seal.child.kill("SIGTERM");
      expect(await seal.ended).toMatchObject({ code: 130 });
    } finally {
      await gcs.close();
    }
  });

  it("that fail are told, counted, and tried again", async () => {
    const { pipeline, archive, env } = await onSubscription();
    await mkdir(join(archive, "ctl"), { recursive: true });
    // Leads to itself, so that nobody can say what is there.
    await symlink("wal", join(archive, "wal"));
    const seal = await observed(["seal", pipeline, "--every", "1s"], env);
    await waitFor(
      async () => ((await sampleOf(seal.url, 'logtally_passes_total{duty="seal",outcome="failed"}')) ?? 0) > 1,
      seal,
    );
    expect(seal.notices().find(({ code }) => code === "seal_failed")).toMatchObject({ level: "error" });
    expect(await sampleOf(seal.url, 'logtally_last_success_timestamp_seconds{duty="seal"}')).toBeNull();
    expect((await statusOf(seal.url, "/readyz")).text).toBe("the last pass of seal failed\n");
  });

  it.each([
    [["seal", "--listen", "0"], "--every 5m"],
    [["gc", "--every", "5x"], "It must be a span"],
    [["run", "--listen", "host"], "It must be a port"],
    [["run", "--listen", "1.2.3.4:1", "--from", import.meta.filename], "listen at"],
  ])("are refused where they cannot be as asked: %j", async (args, why) => {
    const { code, stderr } = await logtally(args);
    expect(code).toBe(2);
    expect(stderr).toContain(why);
  });
});
