/** Values of the chart, from next to nothing to everything. */

export const KEY_VERSION = "projects/p/locations/l/keyRings/logtally/cryptoKeys/signing/cryptoKeyVersions/1";

/** One of one's own. */
export const CATALOGUE = `# Ours: "issues" & more.
version: 1
extends: standard
events:
  issue_opened:
    description: Somebody opens an issue.
    operation: create
    any:
      - { log: rails.production, when: { controller: Projects::IssuesController, action: create }, detail: browser }
`;

const SETTINGS = {
  deployment: "self_managed",
  archive: {
    kind: "gcs",
    bucket: "archive-bucket",
    vault_bucket: "vault-bucket",
    prefix: "logs/gitlab",
    retention_days: 365,
  },
  signing_key: { kms: KEY_VERSION },
};

function pipeline(name: string) {
  const source = { kind: "pubsub", subscription: `projects/p/subscriptions/logtally-${name}`, topic: `pubsub-${name}` };
  return { name, config: { source } };
}

export const ONE_PIPELINE = { settings: SETTINGS, pipelines: [pipeline("rails")] };

export const TWO_PIPELINES = {
  settings: SETTINGS,
  pipelines: [
    { ...pipeline("rails"), worker: { autoscaling: { maxReplicas: 50 } } },
    { ...pipeline("sidekiq"), worker: { autoscaling: { enabled: false }, replicas: 4 } },
  ],
};

const account = (duty: string): string => `logtally-${duty}@p.iam.gserviceaccount.com`;

export const EVERYTHING = {
  image: {
    repository: "registry.example/logtally",
    digest: `sha256:${"0123456789abcdef".repeat(4)}`,
    pullPolicy: "Always",
  },
  imagePullSecrets: [{ name: "registry" }],
  fullnameOverride: "logs",
  catalogue: CATALOGUE,
  settings: {
    deployment: "saas",
    archive: { kind: "gcs", bucket: "archive-bucket" },
    index: { kind: "elasticsearch", urls: ["https://es.example:9243"], shards: 3, spill_after_ms: 2_000_000 },
  },
  pipelines: [pipeline("rails"), pipeline("a-name-as-long-as-it-may-be-here")],
  secrets: {
    pseudonymKey: { name: "keys", key: "pseudonyms" },
    elasticsearchApiKey: { name: "cluster", key: "api" },
    elasticsearchCa: { name: "cluster", key: "ca" },
    signingKey: { name: "keys", key: "signing" },
  },
  googleServiceAccounts: {
    worker: account("worker"),
    sealer: account("sealer"),
    signer: account("signer"),
    collector: account("collector"),
    explorer: account("explorer"),
  },
  worker: {
    terminationGracePeriodSeconds: 60,
    nodeSelector: { "cloud.google.com/gke-spot": "true" },
    tolerations: [{ key: "spot", operator: "Exists", effect: "NoSchedule" }],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: "kubernetes.io/arch", operator: "In", values: ["amd64"] }] }],
        },
      },
    },
  },
  sealer: { every: "10m" },
  explorer: {
    enabled: true,
    expose: {
      enabled: true,
      names: ["logs.example.com", "logs.example.com:8443"],
      fromNamespaces: { "kubernetes.io/metadata.name": "ingress" },
    },
  },
  extraEnv: [{ name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: "http://collector.tracing:4318" }],
  podAnnotations: { "example.com/team": "sre" },
  networkPolicy: {
    elasticsearchPorts: [9243],
    extraEgress: [{ ports: [{ port: 4318, protocol: "TCP" }] }],
  },
  podMonitor: { enabled: true, interval: "15s", labels: { release: "prometheus" } },
  prometheusRule: { enabled: true, labels: { release: "prometheus" } },
  grafanaDashboard: { enabled: true },
};
