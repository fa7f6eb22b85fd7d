import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import { tempFolder } from "../backends/temp-folder.ts";
import { start } from "../cli/logtally.ts";
import { buildGoProgram } from "../servers/go-program.ts";
import { CHECKOUT } from "./dockerfile.ts";

/** That of test/servers/kubernetes; a Helm that is built here knows none. */
const KUBERNETES = "1.36.3";
export const CHART = join(CHECKOUT, "deploy/helm/logtally");

/** Parts of manifests, in so far as tests ask for them. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: WorkloadSpec & Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
}

interface WorkloadSpec {
  readonly replicas?: number;
  readonly strategy: { readonly type: string };
  readonly template: {
    readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
    readonly spec: PodSpec;
  };
}

export interface PodSpec {
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: unknown;
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
  readonly topologySpreadConstraints: readonly unknown[];
}

export interface Container {
  readonly workingDir?: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly resources: {
    readonly requests: Readonly<Record<string, string>>;
    readonly limits: { readonly memory: string };
  };
  readonly securityContext: unknown;
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

/** By the name of a port, or by a command in the container. */
export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string };
  readonly exec?: { readonly command: readonly string[] };
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold?: number;
}

export interface Volume {
  readonly name: string;
  readonly configMap?: MountedKeys;
  readonly projected?: {
    readonly defaultMode: number;
    readonly sources: readonly { readonly secret: MountedKeys }[];
  };
  readonly emptyDir?: unknown;
}

interface MountedKeys {
  readonly name: string;
  readonly items: readonly { readonly key: string; readonly path: string }[];
}

export interface Rendered {
  readonly text: string;
  readonly manifests: readonly Manifest[];
}

/** Helm, and who judges what it renders. */
export interface ChartTools {
  /** A list of values goes one over the other. Rejects with what Helm says where it refuses. */
  render(values: unknown, chart?: string): Promise<Rendered>;
  lint(values: unknown): Promise<string>;
  /** What an API server would refuse, a line each; empty where it would take all of it. */
  problemsOf(text: string): Promise<string>;
}

/** Null where there is no Go to build them with; on CI that is a failure. */
export async function chartTools(): Promise<ChartTools | null> {
  const helm = await buildGoProgram("kubernetes", "helm.sh/helm/v3/cmd/helm");
  const judge = await buildGoProgram("kubernetes");
  if (helm === null || judge === null) return null;
  const run = async (command: string, chart: string, values: unknown): Promise<string> => {
    const folder = await tempFolder();
    const files: string[] = [];
    for (const [index, each] of [values].flat().entries()) {
      const file = join(folder, `values-${index}.yaml`);
      // JSON is YAML.
      await writeFile(file, JSON.stringify(each));
      files.push("--values", file);
    }
    const env = { ...process.env, HELM_CONFIG_HOME: folder, HELM_CACHE_HOME: folder, HELM_DATA_HOME: folder };
    const names = command === "template" ? ["logtally", chart, "--namespace", "logs"] : [chart, "--strict"];
    const settings = ["--kube-version", KUBERNETES, ...files];
    const { stdout } = await promisify(execFile)(helm, [command, ...names, ...settings], { env });
    return stdout;
  };
  return {
    async render(values, chart = CHART) {
      const text = await run("template", chart, values);
      const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest | null);
      return { text, manifests: manifests.filter((manifest) => manifest !== null) };
    },
    lint: (values) => run("lint", CHART, values),
    async problemsOf(text) {
      const { child, ended } = start(judge, []);
      child.stdin?.end(text);
      const { code, stdout, stderr } = await ended;
      // Anything else is no answer.
      if ((code !== 0 && code !== 1) || (code === 1) !== (stdout !== "")) throw new Error(`${code}: ${stderr}`);
      return stdout;
    },
  };
}
