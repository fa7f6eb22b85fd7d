/**
 * Goal: workers that are killed while the index is away, and their bucket slow and failing, lose and double nothing: all
 * that was sent is archived, acked and marked, and indexed by whoever is there when the index is back.
 * Method: two workers on a scripted subscription and a scripted bucket with mishaps, before a real Elasticsearch behind a
 * way that is shut for the whole run; a random one is killed and replaced again and again; then the way is opened.
 */
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, inject, it, onTestFailed } from "vitest";
import { MINUTE_MS } from "../../src/core/units.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { generated } from "../cli/generated.ts";
import { logtally } from "../cli/logtally.ts";
import { isAllAcked, LEASE_MS, lineOf, stopped, waitFor, workersOn } from "../cli/pubsub-worker.ts";
import { randomOf } from "../random.ts";
import { openGateProxy } from "../servers/gate-proxy.ts";
import { type Mishap, type ScriptedGcs, startScriptedGcs } from "../servers/scripted-gcs.ts";
import type { ScriptedPubsub } from "../servers/scripted-pubsub.ts";
import { forkScriptedPubsub } from "../servers/scripted-pubsub-process.ts";
import { documentsOf } from "../servers/search.ts";

const SEED = Number(process.env["LOGTALLY_TEST_SEED"] ?? Date.now() % 1_000_000);
const KILLS = 12;
const KILL_WITHIN_MS = 1500;
const LINES = 3000;
const MISHAPS = 0.1;
const KINDS: readonly Mishap[] = [503, 429, "reply lost", "torn", "no JSON", "late", "late"];

const elasticsearchUrl = inject("elasticsearchUrl") ?? "";

let server: ScriptedPubsub | null = null;
const closing: (() => Promise<void>)[] = [];
const workers = workersOn(() => server?.host ?? "");
afterEach(async () => {
  workers.killAll();
  for (const close of closing.splice(0)) await close();
  await server?.close();
  server = null;
});

function markersIn(gcs: ScriptedGcs, end: string): number {
  return [...gcs.objects.keys()].filter((name) => name.startsWith("ctl/index/") && name.endsWith(end)).length;
}

// Without Maven and Java there is no server; on CI that fails in test/servers/setup.ts.
describe.skipIf(elasticsearchUrl === "")(
  "while the index is away and the bucket fails",
  { timeout: 8 * MINUTE_MS },
  () => {
    it(`${KILLS} kills of workers lose and double nothing, seed ${SEED}`, async () => {
      onTestFailed(() => {
        process.stderr.write(`LOGTALLY_TEST_SEED=${SEED}\n`);
      });
      const random = randomOf(SEED);
      const { path } = await generated("--lines", String(LINES), "--seed", String(SEED), "--form", "pubsub");
      const messages = (await readFile(path, "utf8")).trimEnd().split("\n");
      server = await forkScriptedPubsub();
      let isCalm = false;
      const gcs = await startScriptedGcs(() =>
        isCalm || random() >= MISHAPS ? null : (KINDS[Math.floor(random() * KINDS.length)] ?? null),
      );
      const gate = await openGateProxy(elasticsearchUrl);
      closing.push(
        () => gcs.close(),
        () => gate.close(),
      );
      const prefix = `kills-${randomBytes(4).toString("hex")}`;
      const index = `{kind: elasticsearch, urls: ["${gate.url}"], prefix: ${prefix}, spill_after_ms: 300}`;
      const pipeline = join(await tempFolder(), "gitlab.yaml");
      await writeFile(
        pipeline,
        `name: gitlab
source: {kind: pubsub, subscription: ${server.subscription}}
archive: {kind: gcs, bucket: scripted, endpoint: "${gcs.url}"}
index: ${index}
batch: {max_lines: 50, max_age_ms: 200}
pseudonym_key: {env: TEST_KEY}
`,
      );
      const env = { PUBSUB_EMULATOR_HOST: server.host, TEST_KEY: randomBytes(32).toString("hex") };
      const setup = await logtally(["setup", pipeline, "--set", "source={kind: stdin}"], { env });
      expect(setup).toMatchObject({ code: 0 });

      gate.set("closed");
      const crew = [workers.start(pipeline, env), workers.start(pipeline, env)];
      const part = Math.ceil(messages.length / (KILLS + 1));
      for (let kill = 0; kill < KILLS; kill += 1) {
        await server.publishFile(path, kill * part, (kill + 1) * part);
        await sleep(random() * KILL_WITHIN_MS);
        const victim = Math.floor(random() * crew.length);
        crew[victim]?.child.kill("SIGKILL");
        await crew[victim]?.ended;
        crew[victim] = workers.start(pipeline, env);
        await server.putForward(LEASE_MS);
      }
      await server.publishFile(path, KILLS * part);
      const [last, other] = crew;
      if (last === undefined || other === undefined) throw new Error("no workers");
      await waitFor(() => isAllAcked(server), last);
      // All is safe, though nothing of it is indexed.
      expect(await documentsOf(elasticsearchUrl, `${prefix}.logs-*`)).toEqual([]);
      expect(markersIn(gcs, ".waiting")).toBeGreaterThan(0);
      other.child.kill("SIGKILL");
      await other.ended;

      isCalm = true;
      gate.set("open");
      await waitFor(() => markersIn(gcs, ".done") === markersIn(gcs, ".waiting"), last);
      // Whether it speaks of the outage hangs on what it wrote meanwhile: perhaps the others wrote all of it.
      await stopped(last, /logtally: interrupted[^\n]*\n$/);
      const documents = await documentsOf(elasticsearchUrl, `${prefix}.logs-*,${prefix}.quarantine-*`);
      expect(documents).toHaveLength(messages.length);
      const found = await logtally(["archive", "find", pipeline], { env });
      expect(found.code).toBe(0);
      const sent = messages.map((row) => Buffer.from(lineOf(row), "latin1").toString()).toSorted();
      expect(found.stdout.split("\n").slice(0, -1).toSorted()).toEqual(sent);
    });
  },
);
