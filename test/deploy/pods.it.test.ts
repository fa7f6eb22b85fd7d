/**
 * Goal: what the page on Kubernetes and the runbook say is enough: the pods of the chart work together on an archive, however
 * they come and go, and the commands that are given there do in a pod what is said of them.
 * Method: the chart rendered by Helm with the values of the page; each of its pods run as a process (pod.ts) with the files,
 * arguments, environment, probes and grace of its manifest, on a Pub/Sub server, Cloud Storage's own API and a real
 * Elasticsearch. The test is the people of the page: who makes Secrets, and who types commands, read from the page. The truth
 * is what was generated.
 */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { parse } from "yaml";
import { BUNDLED_PIPELINE } from "../../src/cli/settings.ts";
import { HOUR_MS } from "../../src/core/units.ts";
import type { TruthReport } from "../../src/generate/truth-report.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { generated } from "../cli/generated.ts";
import { logtally, type Outcome } from "../cli/logtally.ts";
import { sampleOf } from "../cli/observed-process.ts";
import { expectExactBook } from "../faults/exact-book.ts";
import { HAS_RECOUNT } from "../independent/recounted.ts";
import { blocksOf } from "../page-blocks.ts";
import { download, makeBucket } from "../servers/bucket.ts";
import { type GateProxy, openGateProxy } from "../servers/gate-proxy.ts";
import { openRecordingProxy, type RecordingProxy } from "../servers/recording-proxy.ts";
import { documentsOf } from "../servers/search.ts";
import { makeTopic, type Topic } from "../servers/topic.ts";
import { logtallyCommands } from "../shell-commands.ts";
import { chartTools } from "./chart.ts";
import { type Deployments, deploymentsOf } from "./deployments.ts";
import { CHECKOUT } from "./dockerfile.ts";
import { asExec, kubectlCalls } from "./kubectl-calls.ts";
import type { Files } from "./mounted-files.ts";
import { type Namespace, POD_ADDRESS, type Pod } from "./pod.ts";

const gcsUrl = inject("gcsUrl") ?? "";
const pubsubHost = inject("pubsubHost") ?? "";
const elasticsearchUrl = inject("elasticsearchUrl") ?? "";
const tools = await chartTools();
// Elsewhere the loopback interface has one address alone.
const HAS_ALL =
  process.platform === "linux" && tools !== null && HAS_RECOUNT && ![gcsUrl, pubsubHost, elasticsearchUrl].includes("");

const NAME = "rails";
const WORKER = `logtally-worker-${NAME}`;
const PREFIX = "logtally";
const INDEX = `pods-${randomBytes(4).toString("hex")}`;
const API_KEY = "cG9kczprZXk=";
const LINES = 4000;
const PARTS = 4;
const STORY_MS = 180_000;

const ALL_OK = /^(?:ok .*\n){7}$/;

const textOf = (path: string): Promise<string> => readFile(join(CHECKOUT, path), "utf8");
const page = await textOf("docs/how-to/deploy-on-kubernetes.md");
const runbook = await textOf("docs/runbook.md");

/** What stands below a heading of the second level, by the language of its fences. */
function fences(title: string, language: string): readonly string[] {
  const [, after = ""] = page.split(`\n## ${title}\n`);
  const [section = ""] = after.split("\n## ");
  const found = blocksOf(section).filter((block) => block.language === language);
  expect([title, found.length]).not.toEqual([title, 0]);
  return found.map(({ text }) => text);
}

let folder = "";
let bucket = "";
let vault = "";
let topic: Topic;
let gate: GateProxy;
let cluster: RecordingProxy;
let namespace: Namespace;
let rows: readonly string[] = [];
let truth: TruthReport;
let deployments: Deployments;

function podOf(name: string): Pod {
  const [pod] = deployments.podsOf(name);
  if (pod === undefined) throw new Error(`"${name}" has no pod`);
  return pod;
}

/** The page cannot be shown before a worker has begun the archive: it is started again, as is said there. */
function isTooEarly({ name }: Pod, { code, stderr }: Outcome): boolean {
  return name === "logtally-explorer" && code === 2 && stderr.includes("no archive there");
}

const until = (holds: () => Promise<boolean> | boolean): Promise<void> => deployments.until(holds);
const metric = (pod: Pod, sample: string): Promise<number | null> => sampleOf(pod.forwarded("metrics"), sample);

/** The Secrets that the commands of the page make. */
async function madeSecrets(): Promise<ReadonlyMap<string, Files>> {
  const secrets = new Map<string, Files>();
  const env = { LOGTALLY_ELASTICSEARCH_API_KEY: API_KEY };
  for (const script of fences("3. Secrets", "sh")) {
    for (const call of await kubectlCalls(script, { cwd: folder, env })) {
      const [name = "", ...options] = call.slice(call.indexOf("generic") + 1);
      if (!call.includes("generic")) continue;
      const files = options.map(async (option): Promise<readonly [string, string]> => {
        const [, kind, key, value = ""] = /^--from-(file|literal)=(?:([^=]+)=)?(.*)$/.exec(option) ?? [];
        return [key ?? value, kind === "file" ? await readFile(join(folder, value), "utf8") : value];
      });
      secrets.set(name, new Map(await Promise.all(files)));
    }
  }
  return secrets;
}

/** The values of the page, with the places that are here; and what makes a day of it in a minute. */
function values(): readonly unknown[] {
  const [google = "", own = ""] = fences("4. Values", "yaml");
  const here = (text: string, places: Readonly<Record<string, string>>): unknown => {
    let moved = text;
    for (const [there, place] of Object.entries(places)) {
      expect(moved).toContain(there);
      moved = moved.replace(there, place);
    }
    return parse(moved);
  };
  return [
    here(google, {
      BUCKET: bucket,
      VAULT: vault,
      "projects/PROJECT/subscriptions/logtally-rails": topic.subscription,
    }),
    here(own, { "sha256:…": `sha256:${"0".repeat(64)}`, "https://es.example:9200": cluster.url }),
    {
      settings: {
        archive: { endpoint: gate.url },
        index: { prefix: INDEX },
        batch: { max_lines: 100, max_age_ms: 300 },
        seal: { lateness_ms: 0, hours: 1 },
      },
      // As the page says where there is no Cloud KMS.
      secrets: { signingKey: { name: "logtally-signing-key" } },
      ...Object.fromEntries(["sealer", "signer", "collector", "ledger"].map((duty) => [duty, { every: "2s" }])),
    },
  ];
}

async function publish(part: number): Promise<void> {
  const path = join(folder, `part-${part}`);
  const size = Math.ceil(rows.length / PARTS);
  await writeFile(path, `${rows.slice(part * size, (part + 1) * size).join("\n")}\n`);
  await topic.publishFile(path);
}

async function walObjects(): Promise<readonly string[]> {
  const answer = await fetch(`${gcsUrl}/storage/v1/b/${bucket}/o?prefix=${PREFIX}/wal/`);
  const { items = [] } = (await answer.json()) as { items?: readonly { readonly name: string }[] };
  return items.map(({ name }) => name);
}

/** All of the archive, as a folder whose commands need no keys. */
async function downloaded(): Promise<string> {
  const archive = join(await tempFolder(), "archive");
  for (const place of [bucket, vault]) {
    for (const [name, content] of await download(gcsUrl, place)) {
      const path = join(archive, name.slice(PREFIX.length + 1));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
  }
  await copyFile(join(folder, "pseudonym.key"), join(archive, "ctl/pseudonym.key"));
  return archive;
}

/** What a command of a page prints in the pod that it names. */
async function typed(command: string): Promise<string> {
  const [call = [], ...others] = await kubectlCalls(command);
  const exec = asExec(call);
  if (exec === null || others.length > 0) throw new Error(`no command in a pod: ${command}`);
  const { code, stdout, stderr } = await podOf(exec.deployment).exec(exec.words);
  if (code !== 0) throw new Error(`${command}: ${code}, ${stdout}${stderr}`);
  return stdout;
}

// Without Go, Maven, Java, Python or zstd there are no servers, no Helm and no recount; on CI that is a failure elsewhere.
describe.skipIf(!HAS_ALL)("the pods of the chart", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "logtally-pods-"));
    [bucket, vault] = [await makeBucket(gcsUrl), await makeBucket(gcsUrl)];
    topic = await makeTopic(pubsubHost);
    [gate, cluster] = [await openGateProxy(gcsUrl), await openRecordingProxy(elasticsearchUrl)];
    const startHour = new Date(Math.floor(Date.now() / HOUR_MS - 4) * HOUR_MS).toISOString();
    const traffic = await generated("--lines", String(LINES), "--form", "pubsub", "--start", startHour);
    truth = traffic.truth;
    rows = (await readFile(traffic.path, "utf8")).trimEnd().split("\n");
    const rendered = await tools?.render(values());
    if (rendered === undefined) throw new Error("there is no Helm");
    const maps = rendered.manifests.filter(({ kind }) => kind === "ConfigMap");
    namespace = {
      configMaps: new Map(maps.map(({ metadata, data = {} }) => [metadata.name, new Map(Object.entries(data))])),
      secrets: await madeSecrets(),
      env: { PUBSUB_EMULATOR_HOST: pubsubHost },
    };
    deployments = deploymentsOf(rendered, { namespace, folder: join(folder, "pods"), isFine: isTooEarly });
    // By whoever owns the cluster, before there is a pod.
    const index = JSON.stringify({ kind: "elasticsearch", urls: [elasticsearchUrl], prefix: INDEX });
    const set = [`index=${index}`, "source={kind: stdin}"].flatMap((each) => ["--set", each]);
    const pipeline = [BUNDLED_PIPELINE, "--archive", join(folder, "none")];
    expect(await logtally(["setup", ...pipeline, ...set])).toMatchObject({ code: 0, stderr: "" });
  });

  afterAll(async () => {
    await Promise.all(deployments.started.map((pod) => pod.kill()));
    await Promise.all([gate.close(), cluster.close(), topic.close()]);
    await promisify(execFile)("chmod", ["-R", "u+w", folder]);
    await rm(folder, { recursive: true });
  });

  it("are ready, as their probes say, before there is any line", { timeout: STORY_MS }, async () => {
    await deployments.start();
    const names = deployments.all().map(({ name }) => name.replace("logtally-", ""));
    const duties = ["collector", "explorer", "ledger", "sealer", "signer"];
    expect(names.toSorted()).toEqual([...duties, `worker-${NAME}`, `worker-${NAME}`]);
  });

  it("lose nothing while pods go, the archive is away and the file changes", { timeout: STORY_MS }, async () => {
    const pods = deployments.podsOf(WORKER);
    const received = async (): Promise<number> => {
      const each = await Promise.all(
        pods.map((pod) => metric(pod, `logtally_received_lines_total{pipeline="${NAME}"}`)),
      );
      return each.reduce<number>((sum, lines) => sum + (lines ?? 0), 0);
    };
    await publish(0);
    await until(async () => (await received()) > 0);
    const [first, second] = pods;
    if (first === undefined || second === undefined) throw new Error("there are not two workers");
    const gone = deployments.replace(first);
    await publish(1);
    expect(await gone.ended).toMatchObject({ signal: null, code: 130 });
    await gone.replaced;

    const holds = `logtally_budget_used{pipeline="${NAME}",budget="held_messages"}`;
    const holders = async (): Promise<readonly Pod[]> => {
      const held = await Promise.all(
        deployments.podsOf(WORKER).map(async (pod) => ({ pod, held: await metric(pod, holds) })),
      );
      return held.filter(({ held }) => (held ?? 0) > 0).map(({ pod }) => pod);
    };
    await until(async () => (await holders()).length === 0);
    gate.set("silent");
    await publish(2);
    await until(async () => (await holders()).length > 0);
    const [holder] = await holders();
    if (holder === undefined) throw new Error("nobody holds what nobody takes");
    const stuck = deployments.replace(holder);
    // It gives up by itself, as nobody takes what it holds.
    expect(await stuck.ended).toMatchObject({ signal: null, code: 3 });
    gate.set("open");
    await stuck.replaced;

    // As in step 8: the ConfigMap is edited, the pods see it, and one is told.
    const [, ...reloads] = fences("8. Change, upgrade, roll back", "sh")[0]?.split("\n") ?? [];
    const files = namespace.configMaps.get("logtally-pipelines") ?? new Map<string, string>();
    const text = files.get(`${NAME}.yaml`) ?? "";
    expect(text).toContain("max_lines: 100");
    namespace.configMaps.set(
      "logtally-pipelines",
      new Map([...files, [`${NAME}.yaml`, text.replace("max_lines: 100", "max_lines: 60")]]),
    );
    await Promise.all(deployments.all().map((pod) => pod.sync()));
    await publish(3);
    expect(await typed(reloads.join("\n"))).toBe("");
    const told = podOf(WORKER);
    await until(() => told.log().includes('"code":"reloaded"'));
    expect(await metric(told, `logtally_budget_limit{pipeline="${NAME}",budget="batch_lines"}`)).toBe(60);
  });

  it("seal, sign and remove what came in, and each line is one document", { timeout: STORY_MS }, async () => {
    const ledger = podOf("logtally-ledger");
    const hours = (balances: boolean) =>
      metric(ledger, `logtally_ledger_hours{stream="${NAME}",balances="${balances}"}`);
    const sealed = `logtally_sealed_lines_total{stream="${NAME}"}`;
    await until(async () => (await metric(podOf("logtally-sealer"), sealed)) === truth.archived);
    await until(async () => (await walObjects()).length === 0);
    await until(async () => ((await hours(true)) ?? 0) > 0 && (await hours(false)) === 0);
    const hits = await documentsOf(elasticsearchUrl, `${INDEX}.logs-*`);
    expect(hits).toHaveLength(truth.archived);
    expect(new Set(hits.map(({ id }) => id)).size).toBe(truth.archived);
    expect(cluster.authorizations).toEqual(new Set([`ApiKey ${API_KEY}`]));
  });

  it("answer the commands of the page and of the runbook", async () => {
    const [check = ""] = fences("5. Install", "sh").filter((script) => script.includes(" exec "));
    expect(await typed(check)).toMatch(ALL_OK);
    const [, table = ""] = runbook.split("**Where to type commands.**");
    const commands = [...table.matchAll(/`(kubectl exec [^`]+)`/g)].map(([, command = ""]) => command);
    const said = await Promise.all(commands.map((command) => typed(command.replaceAll("NAME", NAME))));
    expect(said).toEqual([
      expect.stringContaining("every hour balances\n"),
      expect.stringContaining("no difference\n"),
      expect.stringMatching(ALL_OK),
      "nothing is due\n",
    ]);
    // Those of which that table says "the same", and others of the runbook.
    for (const [deployment, command, words] of [
      ["logtally-ledger", "ledger --deep", "every hour balances"],
      ["logtally-ledger", "archive verify --level full", "\nverified"],
      ["logtally-ledger", "archive find --meta --limit 1", '"lane":"line"'],
      ["logtally-sealer", "archive find --event git_push --meta --limit 1", '"lane":"line"'],
      ["logtally-sealer", "counts", "git_push"],
      ["logtally-sealer", "facts rebuild", " facts of "],
      ["logtally-signer", "sign", "nothing due"],
      ["logtally-collector", "gc", `stream ${NAME}: removed 0 objects`],
    ] as const) {
      expect(await typed(`kubectl exec deployment/${deployment} -- logtally ${command}`)).toContain(words);
    }
  });

  it("leave to a workstation what none of them may", async () => {
    const files = namespace.configMaps.get("logtally-pipelines");
    await writeFile(join(folder, `${NAME}.yaml`), files?.get(`${NAME}.yaml`) ?? "");
    const script = fences("7. Look at it", "sh").find((text) => text.includes(" setup ")) ?? "";
    const env = { LOGTALLY_ELASTICSEARCH_API_KEY: API_KEY, PUBSUB_EMULATOR_HOST: pubsubHost };
    for (const words of logtallyCommands(script)) {
      const { code, stdout, stderr } = await logtally(words, { cwd: folder, env });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^(?:(?:there|by hand) .*\n)+$/);
    }
  });

  it("show the page at the address that the log has", async () => {
    const explorer = podOf("logtally-explorer");
    const [url = ""] = /http:[^" ]+/.exec(explorer.log()) ?? [];
    const { origin, searchParams } = new URL(url);
    expect(origin).toBe(explorer.forwarded("page"));
    const headers = { authorization: `Bearer ${searchParams.get("token")}` };
    const about = await fetch(`${origin}/api/about`, { headers });
    expect(await about.json()).toMatchObject({ streams: [NAME] });
    // Nobody reaches it but through the pod's own loopback.
    const port = Number(new URL(origin).port);
    await expect(fetch(`http://${POD_ADDRESS}:${port}/`)).rejects.toThrow("fetch failed");
  });

  it("end in time when they are asked to, and leave an exact book", { timeout: STORY_MS }, async () => {
    for (const pod of deployments.started)
      for (const line of pod.log().trimEnd().split("\n")) expect(JSON.parse(line)).toBeTypeOf("object");
    const all = deployments.all();
    // As often as a kubelet would ask, one that is slow to answer is alive.
    for (const pod of all) await until(() => pod.passes("livenessProbe"));
    const ends = await Promise.all(all.map(async (pod) => [pod.name, await pod.remove()] as const));
    for (const [name, { signal, code }] of ends) {
      expect([name, signal, code]).toEqual([name, null, name === "logtally-explorer" ? 0 : 130]);
    }
    expect(await topic.pull()).toBe(0);
    await expectExactBook(await downloaded(), rows, truth);
  });
});
