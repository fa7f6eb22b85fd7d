/**
 * Goal: whatever the chart's values say, what Helm makes of them is taken by Kubernetes and by the program.
 * Method: rendered by Helm itself with few values, two pipelines and all options; each manifest judged by the API server's own
 * code (test/servers/kubernetes), each pipeline by the program's schema; then what must hold of every pod. The judges are
 * first seen to tell faults.
 */
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { LEAST_ACK_MS } from "../../src/backends/pubsub/pubsub-source.ts";
import { ARCHIVE_GRACE_MS } from "../../src/cli/open/worker.ts";
import { REPEATS_GRACE_MS } from "../../src/cli/run/run-all.ts";
import { type PipelineSettings, parsePipeline } from "../../src/config/pipeline.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { logtally } from "../cli/logtally.ts";
import { blocksOf } from "../page-blocks.ts";
import { CHART, type Container, chartTools, type Manifest, type PodSpec, type Rendered } from "./chart.ts";
import { CATALOGUE, EVERYTHING, KEY_VERSION, ONE_PIPELINE, TWO_PIPELINES } from "./chart-values.ts";
import { CHECKOUT } from "./dockerfile.ts";

/** In so far as it is asked for. */
interface CronJob {
  readonly spec: { readonly jobTemplate: { readonly spec: { readonly template: { readonly spec: JobSpec } } } };
}

interface JobSpec extends Pick<PodSpec, "serviceAccountName" | "containers"> {
  readonly volumes: readonly {
    readonly name: string;
    readonly configMap?: { readonly name: string };
    readonly secret?: {
      readonly secretName: string;
      readonly items: readonly { readonly key: string; readonly path: string }[];
    };
  }[];
}

const tools = await chartTools();
const SECRETS = "/etc/logtally/secrets/";
const ALERTS =
  "# of deploy/prometheus\ngroups:\n  - name: logtally\n    rules:\n      - alert: Down\n        expr: up == 0\n        annotations: { summary: '{{ $labels.pod }} is down' }\n";

const VALUES = [
  ["nothing", {}],
  ["one pipeline", ONE_PIPELINE],
  ["two pipelines", TWO_PIPELINES],
  ["a sealer for each", { ...TWO_PIPELINES, sealer: { perPipeline: true } }],
  ["everything", EVERYTHING],
] as const;

async function rendered(values: unknown, chart?: string): Promise<Rendered> {
  if (tools === null) throw new Error("there is no Helm");
  return tools.render(values, chart);
}

async function problemsOf(text: string): Promise<string> {
  return (await tools?.problemsOf(text)) ?? "there is nobody who judges";
}

/** The chart with the files that it shows where they are there. */
async function chartWithFiles(): Promise<string> {
  const chart = join(await tempFolder(), "logtally");
  await cp(CHART, chart, { recursive: true });
  await mkdir(join(chart, "files"), { recursive: true });
  await writeFile(join(chart, "files/alerts.yaml"), ALERTS);
  await writeFile(join(chart, "files/logtally-dashboard.json"), '{\n  "title": "{{ pod }}"\n}\n');
  return chart;
}

function ofKind(kind: string, { manifests }: Rendered): readonly Manifest[] {
  return manifests.filter((manifest) => manifest.kind === kind);
}

function named(name: string, kind: string, all: Rendered): Manifest {
  const found = ofKind(kind, all).find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${kind} "${name}"`);
  return found;
}

function podOf(name: string, all: Rendered): PodSpec {
  return named(name, "Deployment", all).spec.template.spec;
}

function containerOf(name: string, all: Rendered): Container {
  const [container, ...others] = podOf(name, all).containers;
  if (container === undefined || others.length > 0) throw new Error(`"${name}" has not one container`);
  return container;
}

/** The files of secrets that a pod finds. */
function mountedSecrets(pod: PodSpec): readonly string[] {
  const sources = pod.volumes.flatMap(({ projected }) => projected?.sources ?? []);
  return sources.flatMap(({ secret }) => secret.items.map(({ path }) => path)).toSorted();
}

/** By file name. */
function pipelinesOf(all: Rendered): ReadonlyMap<string, string> {
  const maps = ofKind("ConfigMap", all).filter(({ metadata }) => metadata.name.endsWith("-pipelines"));
  return new Map(maps.flatMap(({ data }) => Object.entries(data ?? {})));
}

/** Jobs are none of what the judge knows; their pods are. */
function asDeployment(spec: JobSpec): string {
  const labels = { app: "report" };
  const template = { metadata: { labels }, spec: { ...spec, restartPolicy: "Always" } };
  const metadata = { name: "report", namespace: "logtally" };
  return JSON.stringify({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: { selector: { matchLabels: labels }, template },
  });
}

function settingsOf(file: string, all: Rendered): PipelineSettings {
  return parsePipeline(pipelinesOf(all).get(file) ?? "", file, [], "/etc/logtally/pipelines");
}

// Without Go there is no Helm; on CI that is a failure in test/servers/go-program.ts.
describe.skipIf(tools === null)("the chart", () => {
  it.each(VALUES)("with %s is taken by Kubernetes", async (_name, values) => {
    const { text } = await rendered(values, await chartWithFiles());
    expect(await problemsOf(text)).toBe("");
    expect(await tools?.lint(values)).toContain("0 chart(s) failed");
  });

  it.each([
    ["a field that there is not", "readOnlyRootFilesystem:", "readOnlyFilesystem:", "unknown field"],
    [
      "a label that does not match",
      "      labels:\n        app.kubernetes.io/name: logtally",
      "      labels:\n        app.kubernetes.io/name: other",
      "does not match template",
    ],
    ["a volume that there is not", "- name: tmp\n          emptyDir", "- name: temp\n          emptyDir", "Not found"],
    [
      "a port's name that is too long",
      "name: metrics\n              containerPort",
      "name: metrics-of-prometheus\n              containerPort",
      "must be no more than 15",
    ],
    ["more workers at least than at most", "minReplicas: 2", "minReplicas: 200", "must be greater than or equal to"],
    ["a rule's field that there is not", "- alert:", "- allert:", "unknown field"],
  ])("would be told of %s", async (_name, there, planted, told) => {
    const { text } = await rendered(EVERYTHING, await chartWithFiles());
    expect(text).toContain(there);
    expect(await problemsOf(text.replace(there, planted))).toContain(told);
  });

  it("without an archive runs nothing", async () => {
    const kinds = new Set((await rendered({})).manifests.map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(["NetworkPolicy", "ServiceAccount"]));
  });

  it("has a worker for each pipeline, and each duty once", async () => {
    const all = await rendered(TWO_PIPELINES);
    const names = ofKind("Deployment", all).map(({ metadata }) => metadata.name);
    const workers = ["logtally-worker-rails", "logtally-worker-sidekiq"];
    expect(names.toSorted()).toEqual([
      "logtally-collector",
      "logtally-ledger",
      "logtally-sealer",
      "logtally-signer",
      ...workers,
    ]);
    expect(ofKind("PodDisruptionBudget", all).map(({ metadata }) => metadata.name)).toEqual(workers);
    const [scaler, ...others] = ofKind("HorizontalPodAutoscaler", all);
    expect(others).toEqual([]);
    expect(scaler?.spec).toMatchObject({
      scaleTargetRef: { name: "logtally-worker-rails" },
      minReplicas: 2,
      maxReplicas: 50,
      metrics: [
        {
          external: {
            metric: {
              name: "pubsub.googleapis.com|subscription|num_undelivered_messages",
              selector: {
                matchLabels: {
                  "resource.labels.project_id": "p",
                  "resource.labels.subscription_id": "logtally-rails",
                },
              },
            },
            target: { averageValue: "100000" },
          },
        },
      ],
    });
    expect(named("logtally-worker-rails", "Deployment", all).spec.replicas).toBeUndefined();
    expect(named("logtally-worker-sidekiq", "Deployment", all).spec.replicas).toBe(4);
  });

  it("has a sealer for each pipeline where that is asked for, with its file", async () => {
    const all = await rendered({ ...TWO_PIPELINES, sealer: { perPipeline: true } });
    const sealers = ofKind("Deployment", all).filter(({ metadata }) => metadata.name.includes("sealer"));
    expect(sealers.map(({ metadata }) => metadata.name)).toEqual(["logtally-sealer-rails", "logtally-sealer-sidekiq"]);
    for (const name of ["rails", "sidekiq"]) {
      const { args } = containerOf(`logtally-sealer-${name}`, all);
      expect(args.slice(0, 2)).toEqual(["seal", `/etc/logtally/pipelines/${name}.yaml`]);
      const pod = podOf(`logtally-sealer-${name}`, all);
      expect(pod.serviceAccountName).toBe("logtally-sealer");
      const [config] = pod.volumes.filter((volume) => volume.name === "config");
      // By the first one commands that name no pipeline are about all streams, as the runbook has them.
      expect(config?.configMap?.items).toEqual([
        { key: "archive.yaml", path: "local.yaml" },
        { key: `${name}.yaml`, path: `${name}.yaml` },
      ]);
    }
  });

  it("gives all pods the catalogue that the values have, which the program takes", async () => {
    const values = { ...TWO_PIPELINES, sealer: { perPipeline: true }, explorer: { enabled: true } };
    const all = await rendered({ ...values, catalogue: CATALOGUE });
    const other = await rendered({ ...values, catalogue: `${CATALOGUE}# Changed.\n` });
    const pipelines = pipelinesOf(all);
    expect(pipelines.get("catalogue.yaml")).toBe(CATALOGUE);
    const folder = await tempFolder();
    for (const [name, text] of pipelines) await writeFile(join(folder, name), text);
    for (const file of ["archive.yaml", "rails.yaml", "sidekiq.yaml"]) {
      const { cataloguePath } = parsePipeline(pipelines.get(file) ?? "", file, [], folder);
      expect(cataloguePath).toBe(join(folder, "catalogue.yaml"));
      const set = [
        `archive={kind: folder, path: ${join(folder, "archive")}}`,
        "source={kind: stdin}",
        "pseudonym_key={}",
      ];
      const here = set.flatMap((each) => ["--set", each]);
      const { stdout } = await logtally(["check", join(folder, file), ...here]);
      expect(stdout).toMatch(/^ok {3}catalogue +\d+ events/m);
    }
    for (const { metadata, spec } of ofKind("Deployment", all)) {
      const [config] = spec.template.spec.volumes;
      expect(config?.configMap?.items).toContainEqual({ key: "catalogue.yaml", path: "catalogue.yaml" });
      const { annotations } = named(metadata.name, "Deployment", other).spec.template.metadata;
      // A change of it is a roll-out.
      expect(spec.template.metadata.annotations["checksum/config"]).not.toBe(annotations["checksum/config"]);
    }
  });

  it("starts each with what it needs", async () => {
    const all = await rendered({ ...ONE_PIPELINE, explorer: { enabled: true } });
    const args = (name: string) => containerOf(name, all).args;
    const listening = ["--listen", "0.0.0.0:9464", "--json"];
    expect(args("logtally-worker-rails")).toEqual(["run", "/etc/logtally/pipelines/rails.yaml", ...listening]);
    expect(args("logtally-sealer")).toEqual(["seal", "--every", "5m", ...listening]);
    expect(args("logtally-signer")).toEqual(["sign", "--every", "5m", ...listening]);
    expect(args("logtally-collector")).toEqual(["gc", "--every", "1h", ...listening]);
    expect(args("logtally-ledger")).toEqual(["ledger", "--since", "7d", "--every", "1h", ...listening]);
    expect(args("logtally-explorer")).toEqual(["explore", "--port", "8740"]);
    for (const { spec } of ofKind("Deployment", all)) {
      expect(spec.template.spec.containers[0]?.env).toContainEqual({ name: "LOGTALLY_LOG", value: "json" });
    }
  });

  it("starts none with an option that its command has not", async () => {
    for (const { spec } of ofKind("Deployment", await rendered(EVERYTHING))) {
      const [command = "", ...args] = spec.template.spec.containers[0]?.args ?? [];
      const { stdout } = await logtally([command, "--help"]);
      for (const option of args.filter((arg) => arg.startsWith("--")))
        expect(stdout).toMatch(new RegExp(`^  ${option}(?: <|  )`, "m"));
    }
  });

  it("has one of sealer, signer and collector at a time", async () => {
    const all = await rendered(ONE_PIPELINE);
    for (const duty of ["sealer", "signer", "collector"]) {
      const { spec } = named(`logtally-${duty}`, "Deployment", all);
      expect(spec).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
    }
  });

  it("gives each duty an account of its own, without a token for Kubernetes", async () => {
    const all = await rendered(EVERYTHING);
    const accounts = new Map<string, string>();
    for (const { metadata, spec } of ofKind("Deployment", all)) {
      accounts.set(metadata.name, spec.template.spec.serviceAccountName);
      expect(spec.template.spec.automountServiceAccountToken).toBe(false);
    }
    for (const duty of ["sealer", "signer", "collector", "explorer"])
      expect(accounts.get(`logs-${duty}`)).toBe(`logs-${duty}`);
    expect(accounts.get("logs-worker-rails")).toBe("logs-worker");
    // It reads, as the page does.
    expect(accounts.get("logs-ledger")).toBe("logs-explorer");
    const { metadata } = named("logs-signer", "ServiceAccount", all);
    expect(metadata.annotations).toEqual({
      "iam.gke.io/gcp-service-account": "logtally-signer@p.iam.gserviceaccount.com",
    });
  });

  it.each(VALUES)("lets no pod do more than it must, with %s", async (_name, values) => {
    for (const { spec } of ofKind("Deployment", await rendered(values))) {
      const { securityContext, topologySpreadConstraints, containers } = spec.template.spec;
      expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
      expect(topologySpreadConstraints.length).toBeGreaterThan(0);
      expect(containers).toHaveLength(1);
      for (const container of containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
        expect(container.volumeMounts).toContainEqual({ name: "tmp", mountPath: "/tmp" });
        expect(container.resources.requests).toHaveProperty("cpu");
        expect(container.resources.requests).toHaveProperty("memory");
        expect(container.resources.limits.memory).toMatch(/Gi$/);
        const { startupProbe, livenessProbe, readinessProbe } = container;
        for (const probe of [startupProbe, livenessProbe, readinessProbe]) expect(probe).toBeDefined();
      }
    }
  });

  it.each(VALUES)("waits for a worker's end, with %s", async (_name, values) => {
    const drainSeconds = (ARCHIVE_GRACE_MS + LEAST_ACK_MS + REPEATS_GRACE_MS) / 1000;
    for (const { spec } of ofKind("Deployment", await rendered(values))) {
      expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(drainSeconds + 5);
    }
  });

  it("writes pipelines that the program takes", async () => {
    const all = await rendered(TWO_PIPELINES);
    expect([...pipelinesOf(all).keys()].toSorted()).toEqual(["archive.yaml", "rails.yaml", "sidekiq.yaml"]);
    const { name, source, archive, pseudonymKey, deployment } = settingsOf("sidekiq.yaml", all);
    expect({ name, deployment }).toEqual({ name: "sidekiq", deployment: "self_managed" });
    expect(source).toMatchObject({ subscription: "projects/p/subscriptions/logtally-sidekiq" });
    expect(archive).toMatchObject({ bucket: "archive-bucket", keeping: { vaultBucket: "vault-bucket" } });
    expect(pseudonymKey.reference).toEqual({ kind: "file", path: `${SECRETS}pseudonym-key` });
    expect(settingsOf("archive.yaml", all).signing.key).toMatchObject({ kind: "kms", name: KEY_VERSION });
  });

  it("has all duties go by the settings of the archive where no pipeline is named, for all streams", async () => {
    const all = await rendered({ ...TWO_PIPELINES, explorer: { enabled: true } });
    for (const duty of ["sealer", "signer", "collector", "ledger", "explorer"]) {
      const { containers, volumes } = podOf(`logtally-${duty}`, all);
      const [config] = volumes;
      expect(config?.configMap?.items).toEqual([{ key: "archive.yaml", path: "local.yaml" }]);
      expect(containers[0]).toMatchObject({
        workingDir: "/etc/logtally",
        volumeMounts: expect.arrayContaining([
          { name: "config", mountPath: "/etc/logtally/pipelines", readOnly: true },
        ]) as unknown,
      });
    }
  });

  it("mounts the secrets that the pipelines name, and no others", async () => {
    const all = await rendered(EVERYTHING);
    const { index, pseudonymKey } = settingsOf("rails.yaml", all);
    expect(pseudonymKey.reference).toEqual({ kind: "file", path: `${SECRETS}pseudonym-key` });
    expect(index?.apiKey).toMatchObject({ kind: "file", path: `${SECRETS}elasticsearch-api-key` });
    expect(index).toMatchObject({ caFile: `${SECRETS}elasticsearch-ca` });
    expect(settingsOf("archive.yaml", all).signing.key).toMatchObject({ path: `${SECRETS}signing-key` });
    const mounted = (name: string) => mountedSecrets(podOf(`logs-${name}`, all));
    expect(mounted("worker-rails")).toEqual(["elasticsearch-api-key", "elasticsearch-ca", "pseudonym-key"]);
    expect(mounted("sealer")).toEqual(["pseudonym-key"]);
    expect(mounted("signer")).toEqual(["signing-key"]);
    expect(mounted("collector")).toEqual([]);
    expect(mounted("ledger")).toEqual([]);
    expect(mounted("explorer")).toEqual(["pseudonym-key"]);
    expect(mountedSecrets(podOf("logtally-worker-rails", await rendered(ONE_PIPELINE)))).toEqual(["pseudonym-key"]);
  });

  it("has what the job of reports.md takes from it, and that job is taken", async () => {
    const page = await readFile(join(CHECKOUT, "docs/how-to/reports.md"), "utf8");
    const blocks = blocksOf(page);
    const text = blocks.find((block) => block.text.includes("kind: CronJob"))?.text ?? "";
    const report = blocks.find(({ before }) => before.startsWith("`reports/plans.yaml`"))?.text ?? "";
    const { spec } = (parse(text) as CronJob).spec.jobTemplate.spec.template;
    expect(await problemsOf(asDeployment(spec))).toBe("");
    const index = { kind: "elasticsearch", urls: ["https://es.example:9200"] };
    const all = await rendered({
      ...ONE_PIPELINE,
      settings: { ...ONE_PIPELINE.settings, index },
      catalogue: CATALOGUE,
    });
    expect(() => named(spec.serviceAccountName, "ServiceAccount", all)).not.toThrow();
    // The key is found where the pipelines name it, as in the pods.
    const [, , key] = spec.volumes;
    const sources = podOf("logtally-sealer", all).volumes.flatMap(({ projected }) => projected?.sources ?? []);
    expect([{ name: key?.secret?.secretName, items: key?.secret?.items }]).toEqual(sources.map(({ secret }) => secret));
    const { reference } = settingsOf("archive.yaml", all).pseudonymKey;
    const paths = new Map(spec.containers[0]?.volumeMounts.map(({ name, mountPath }) => [name, mountPath]));
    expect(reference).toEqual({ kind: "file", path: `${paths.get("pseudonym-key")}/${key?.secret?.items[0]?.path}` });
    // The report is right where its volume puts it.
    const root = await tempFolder();
    const maps = new Map(spec.volumes.map(({ name, configMap }) => [name, configMap?.name]));
    expect(maps.get("pipelines")).toBe(ofKind("ConfigMap", all)[0]?.metadata.name);
    for (const [volume, files] of [
      ["pipelines", pipelinesOf(all)],
      ["reports", new Map([["plans.yaml", report]])],
    ] as const) {
      await mkdir(join(root, paths.get(volume) ?? ""), { recursive: true });
      for (const [name, each] of files) await writeFile(join(root, paths.get(volume) ?? "", name), each);
    }
    const { args = [], workingDir = "", env = [] } = spec.containers[0] ?? {};
    const variables = Object.fromEntries(env.map(({ name }) => [name, "a2V5OmE="]));
    const checked = await logtally([...args, "--check"], { cwd: join(root, workingDir), env: variables });
    expect(checked).toMatchObject({ code: 0, stdout: "ok   reports/plans.yaml\n", stderr: "" });
  });

  it("rolls out the pods whose pipeline has changed, and no others", async () => {
    const changed = structuredClone(TWO_PIPELINES) as { pipelines: { config: object }[] };
    Object.assign(changed.pipelines[1]?.config ?? {}, { batch: { max_age_ms: 2000 } });
    const [before, after] = [await rendered(TWO_PIPELINES), await rendered(changed)];
    const different = ofKind("Deployment", after).filter(({ metadata, spec }) => {
      const { template } = named(metadata.name, "Deployment", before).spec;
      return spec.template.metadata.annotations["checksum/config"] !== template.metadata.annotations["checksum/config"];
    });
    expect(different.map(({ metadata }) => metadata.name)).toEqual(["logtally-worker-sidekiq"]);
  });

  it("keeps the explorer inside of its pod unless it is asked otherwise", async () => {
    const inside = await rendered({ ...ONE_PIPELINE, explorer: { enabled: true } });
    expect(ofKind("Service", inside)).toEqual([]);
    const outside = await rendered(EVERYTHING);
    expect(ofKind("Service", outside).map(({ spec }) => spec["type"])).toEqual(["ClusterIP"]);
    const names = ["--name", "logs.example.com", "--name", "logs.example.com:8443"];
    expect(containerOf("logs-explorer", outside).args.slice(-6)).toEqual(["--listen", "0.0.0.0", ...names]);
  });

  it("lets nobody in but those who scrape, and out to services alone", async () => {
    const [policy, ...others] = ofKind("NetworkPolicy", await rendered(ONE_PIPELINE));
    expect(policy?.spec).toMatchObject({
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        {
          from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } }],
          ports: [{ port: "metrics" }],
        },
      ],
    });
    const rules = (policy?.spec["egress"] ?? []) as readonly { readonly ports: readonly { readonly port: number }[] }[];
    const ports = rules.map((rule) => rule.ports[0]?.port);
    expect(ports).toEqual([53, 443, 988, 80]);
    expect(others.map(({ spec }) => spec["egress"])).toEqual([[{ ports: [{ port: 9200, protocol: "TCP" }] }]]);
    const nobody = await rendered({ ...ONE_PIPELINE, networkPolicy: { metricsFromNamespaces: null } });
    expect(ofKind("NetworkPolicy", nobody)[0]?.spec["ingress"]).toEqual([]);
  });

  it("shows alert rules and the dashboard as they are, and nothing where they are not", async () => {
    const all = await rendered(EVERYTHING, await chartWithFiles());
    expect(named("logs", "PrometheusRule", all).spec).toMatchObject({ groups: [{ rules: [{ alert: "Down" }] }] });
    expect(all.text).toContain("{{ $labels.pod }} is down");
    expect(JSON.parse(named("logs-dashboard", "ConfigMap", all).data?.["logtally.json"] ?? "")).toEqual({
      title: "{{ pod }}",
    });
    const bare = join(await tempFolder(), "logtally");
    await cp(CHART, bare, { recursive: true, filter: (path) => path !== join(CHART, "files") });
    const without = await rendered(EVERYTHING, bare);
    expect(ofKind("PrometheusRule", without)).toEqual([]);
    expect(ofKind("ConfigMap", without).map(({ metadata }) => metadata.name)).toEqual(["logs-pipelines"]);
  });

  it.each(["catalogue", "deployment", "instance", "pseudonym_key", "reporting"])(
    "refuses a %s that workers alone would know",
    async (name) => {
      const pipelines = [{ name: "a", config: { source: { kind: "pubsub" }, [name]: "x" } }];
      await expect(rendered({ ...ONE_PIPELINE, pipelines })).rejects.toThrow(`/pipelines/0/config/${name}`);
    },
  );

  it.each([
    ["a misspelt value", { worker: { replica: 2 } }, "additional properties 'replica' not allowed"],
    [
      "a grace in which no worker ends",
      { worker: { terminationGracePeriodSeconds: 10 } },
      "terminationGracePeriodSeconds",
    ],
    [
      "a signer without a key",
      { settings: { archive: { kind: "gcs", bucket: "abc" } } },
      "no key to sign with (hint: ",
    ],
    [
      "files in a cluster",
      { pipelines: [{ name: "a", config: { source: { kind: "files" } } }] },
      "workers in a cluster read subscriptions",
    ],
    [
      "an archive that workers alone would know",
      { pipelines: [{ name: "a", config: { source: { kind: "pubsub" }, archive: { kind: "gcs", bucket: "abc" } } }] },
      "config",
    ],
    [
      "two catalogues",
      { catalogue: "version: 1", settings: { ...ONE_PIPELINE.settings, catalogue: "other.yaml" } },
      "settings.catalogue names another",
    ],
    ["a pipeline whose file would be the catalogue's", { pipelines: [{ name: "catalogue", config: {} }] }, "name"],
    ["pipelines without an archive", { settings: {} }, 'pipeline "rails": no archive'],
    ["a page for others without a name", { explorer: { expose: { enabled: true } } }, "names"],
    ["a name that leaves no room", { fullnameOverride: "a".repeat(23) }, "fullnameOverride"],
  ])("refuses %s", async (_name, values, told) => {
    await expect(rendered({ ...ONE_PIPELINE, ...values })).rejects.toThrow(told);
  });
});
