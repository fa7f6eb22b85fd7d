/** The Deployments of a rendered chart, and their pods as they come and go. */
import { mkdir, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Outcome } from "../cli/logtally.ts";
import type { Manifest, PodSpec, Rendered } from "./chart.ts";
import { becomeReady, type Namespace, type Pod, startPod } from "./pod.ts";

const POLL_MS = 200;

interface Deployment {
  readonly spec: PodSpec;
  readonly replicas: number;
  readonly pods: Pod[];
}

export interface Deployments {
  /** Resolves once as many pods are ready as are asked for, or as the autoscaler begins with. */
  start(): Promise<void>;
  /** Those that are not on their way out, the first one first: there `kubectl exec deployment/NAME` goes. */
  podsOf(name: string): readonly Pod[];
  /** Deletes a pod; another one comes at once in its place. Resolves with how it ended, and when the other one is ready. */
  replace(pod: Pod): { readonly ended: Promise<Outcome>; readonly replaced: Promise<void> };
  /** Those that are there. */
  all(): readonly Pod[];
  /** Those that ever were. */
  readonly started: readonly Pod[];
  /** Waits, and rejects where a container ends that nobody has asked to. */
  until(holds: () => Promise<boolean> | boolean): Promise<void>;
}

interface Surroundings {
  readonly namespace: Namespace;
  /** Each pod gets a folder of its own in it. */
  readonly folder: string;
  /** Whether a container may end so by itself. */
  readonly isFine: (pod: Pod, crash: Outcome) => boolean;
}

export function deploymentsOf({ manifests }: Rendered, { namespace, folder, isFine }: Surroundings): Deployments {
  const ofKind = (kind: string): readonly Manifest[] => manifests.filter((manifest) => manifest.kind === kind);
  const deployments = new Map(
    ofKind("Deployment").map(({ metadata: { name }, spec }): [string, Deployment] => {
      const scaler = ofKind("HorizontalPodAutoscaler").find(({ metadata }) => metadata.name === name);
      const replicas = spec.replicas ?? Number(scaler?.spec["minReplicas"]);
      return [name, { spec: spec.template.spec, replicas, pods: [] }];
    }),
  );
  const started: Pod[] = [];

  const named = (name: string): Deployment => {
    const found = deployments.get(name);
    if (found === undefined) throw new Error(`there is no Deployment "${name}"`);
    return found;
  };
  const add = async (name: string): Promise<void> => {
    const { spec, pods } = named(name);
    await mkdir(join(folder, name), { recursive: true });
    const pod = await startPod(name, spec, namespace, await mkdtemp(join(folder, name, "pod-")));
    started.push(pod);
    await becomeReady(pod, spec, () => refuseCrashes(pod));
    pods.push(pod);
  };
  const refuseCrashes = (pod: Pod): void => {
    if (!pod.crashes.every((crash) => isFine(pod, crash))) throw new Error(`pod "${pod.name}" ended: ${pod.log()}`);
  };
  const all = (): readonly Pod[] => [...deployments.values()].flatMap(({ pods }) => pods);

  return {
    started,
    all,
    podsOf: (name) => named(name).pods,
    async start() {
      const names = [...deployments].flatMap(([name, { replicas }]) => Array.from({ length: replicas }, () => name));
      await Promise.all(names.map(add));
    },
    replace(pod) {
      const { pods } = named(pod.name);
      pods.splice(pods.indexOf(pod), 1);
      const replaced = add(pod.name);
      // A test that fails before it waits for it says enough.
      replaced.catch(() => undefined);
      return { ended: pod.remove(), replaced };
    },
    async until(holds) {
      while (!(await holds())) {
        for (const pod of all()) refuseCrashes(pod);
        await sleep(POLL_MS);
      }
    },
  };
}
