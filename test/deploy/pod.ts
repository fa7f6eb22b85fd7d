/**
 * A pod of a Deployment, run as a kubelet would run it, in so far as one can without a kernel that keeps it apart: its
 * files, its environment and its ports are those of the manifest, and no others. What would be its own there and is shared
 * here is moved: paths of mounts and of the image into a folder, ports to free ones, process 1 to its id. That is done to
 * what the manifest, the ConfigMap and a command in the pod say, word by word, so that a path that is mounted elsewhere
 * than it is asked for leads nowhere.
 */
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Outcome, RunningProcess } from "../cli/logtally.ts";
import { freePort } from "../servers/free-port.ts";
import type { Container, PodSpec, Probe, Volume } from "./chart.ts";
import { startContained } from "./container.ts";
import { CHECKOUT, type ImageConfig, imageConfig } from "./dockerfile.ts";
import { keepProcess } from "./kept-process.ts";
import { type Files, mountFiles } from "./mounted-files.ts";

/** What listens on all addresses answers at it, and what listens on 127.0.0.1 does not: there a kubelet asks. */
export const POD_ADDRESS = "127.0.0.2";
const LOOPBACK = "127.0.0.1";
const PROGRAM_FOLDER = "/opt/logtally";
/** Of the image's PATH. */
const COMMANDS_FOLDER = "/usr/local/bin";
/** That of the image, where no volume is. */
const TEMPORARY = "/tmp";
const CONFIG_MODE = 0o644;
const POLL_MS = 200;

/** What pods find in their namespace and on their node. */
export interface Namespace {
  /** By name, and by key. */
  readonly configMaps: Map<string, Files>;
  readonly secrets: ReadonlyMap<string, Files>;
  /** Where services are that are no real ones; there is nothing of it in a real cluster. */
  readonly env: Readonly<Record<string, string>>;
}

type ProbeKind = "startupProbe" | "livenessProbe" | "readinessProbe";

export interface Pod {
  readonly name: string;
  /** How the container has ended by itself so far; it was started again each time. */
  readonly crashes: readonly Outcome[];
  /** Aborted once it is to go. */
  readonly leaving: AbortSignal;
  /** What `kubectl logs` prints: all that it has said so far. */
  log(): string;
  /** Whether the probe of the manifest is answered as it has to be. */
  passes(kind: ProbeKind): Promise<boolean>;
  /** Where `kubectl port-forward` leads: into the pod's own loopback. */
  forwarded(port: string): string;
  /** What `kubectl exec` does. */
  exec(words: readonly string[]): Promise<Outcome>;
  /** Shows it the ConfigMaps as they are now. */
  sync(): Promise<void>;
  /** What `kubectl delete` does: SIGTERM, and SIGKILL once the grace is over. Resolves when it has ended. */
  remove(): Promise<Outcome>;
  /** For what a failed test has left. */
  kill(): Promise<Outcome>;
}

/** Starts it in a folder that is empty. Rejects where a volume asks for what is not there: such a pod is never started. */
export async function startPod(name: string, spec: PodSpec, namespace: Namespace, folder: string): Promise<Pod> {
  const [container, ...others] = spec.containers;
  if (container === undefined || others.length > 0) throw new Error(`pod "${name}" has not one container`);
  const image = imageConfig();
  const ports = new Map<string, number>();
  for (const { name: port } of container.ports) ports.set(port, await freePort());
  const here = moving(container, ports, folder);
  await mkdir(join(folder, image.workingFolder), { recursive: true, mode: 0o555 });
  const sync = () => mountVolumes(spec.volumes, container, namespace, { folder, here });
  await sync();
  // The root file system is read-only.
  await chmod(folder, 0o555);

  const own = Object.fromEntries(container.env.map((each) => [each.name, each.value ?? ""]));
  const surroundings = {
    cwd: join(folder, container.workingDir ?? image.workingFolder),
    env: { HOSTNAME: name, TMPDIR: here(TEMPORARY), ...moved({ ...image.env, ...own }, here), ...namespace.env },
  };
  const begin = (words: readonly string[]): RunningProcess => {
    const [command = "", ...args] = words.map(here);
    const running = startContained([...programOf(command, image, here), ...args], surroundings);
    running.child.stdin?.end();
    return running;
  };
  const main = keepProcess(() => begin([...image.entrypoint, ...container.args]));
  const exec = (words: readonly string[]): Promise<Outcome> =>
    begin(words.map((word) => word.replace(/\bprocess\.kill\(1\b/, `process.kill(${main.id()}`))).ended;
  return {
    name,
    crashes: main.crashes,
    leaving: main.leaving,
    log: () => main.log(),
    passes: (kind) => passes(container[kind], (port) => `http://${POD_ADDRESS}:${ports.get(port)}`, exec),
    forwarded: (port) => `http://${LOOPBACK}:${ports.get(port)}`,
    exec,
    sync,
    remove: () => main.stop(spec.terminationGracePeriodSeconds),
    kill: () => main.stop(0),
  };
}

/** What is meant by a command: Node.js, a link of the image, or a program of that path. */
function programOf(command: string, { links }: ImageConfig, here: (text: string) => string): readonly string[] {
  if (command === "node") return [process.execPath];
  const script = links.get(join(COMMANDS_FOLDER, command));
  return script === undefined ? [command] : [process.execPath, here(script)];
}

/**
 * Resolves once it is ready: after the startup probe, which may fail so often, and by the readiness probe. A kubelet asks
 * less often. Rejects where it is never up, is told to go, or `check` throws, which is called again and again.
 */
export async function becomeReady(pod: Pod, { containers }: PodSpec, check: () => void): Promise<void> {
  const { periodSeconds = 0, failureThreshold = 1 } = containers[0]?.startupProbe ?? {};
  const lateAtMs = Date.now() + periodSeconds * failureThreshold * 1000;
  for (const kind of ["startupProbe", "readinessProbe"] as const) {
    while (!(await pod.passes(kind))) {
      const isLate = Date.now() > lateAtMs || pod.leaving.aborted;
      if (isLate) throw new Error(`pod "${pod.name}" fails its ${kind}: ${pod.log()}`);
      check();
      await sleep(POLL_MS);
    }
  }
}

/** What a text of the pod means here, at once, so that nothing is moved twice. */
function moving(container: Container, ports: ReadonlyMap<string, number>, folder: string): (text: string) => string {
  const paths = [TEMPORARY, ...container.volumeMounts.map(({ mountPath }) => mountPath)];
  const moves = new Map<string, string>([
    ...paths.map((path) => [path, join(folder, path)] as const),
    ...container.ports.map(({ name, containerPort }) => [`${containerPort}`, `${ports.get(name)}`] as const),
    [PROGRAM_FOLDER, CHECKOUT],
  ]);
  // A path, or a number, that is no part of a longer one.
  const pattern = new RegExp(`(?<![\\w./-])(?:${[...moves.keys()].join("|")})(?![\\w.-])`, "g");
  return (text) => text.replace(pattern, (found) => moves.get(found) ?? found);
}

function moved(env: Readonly<Record<string, string>>, here: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, here(value)]));
}

interface Place {
  readonly folder: string;
  readonly here: (text: string) => string;
}

async function mountVolumes(
  volumes: readonly Volume[],
  container: Container,
  { configMaps, secrets }: Namespace,
  { folder, here }: Place,
): Promise<void> {
  for (const { name, mountPath } of container.volumeMounts) {
    const volume = volumes.find((each) => each.name === name);
    const target = join(folder, mountPath);
    if (volume?.configMap !== undefined) {
      const files = picked(configMaps, [volume.configMap]);
      await mountFiles(target, new Map([...files].map(([path, text]) => [path, here(text)])), CONFIG_MODE);
    } else if (volume?.projected !== undefined) {
      const sources = volume.projected.sources.map(({ secret }) => secret);
      await mountFiles(target, picked(secrets, sources), volume.projected.defaultMode);
    } else if (volume?.emptyDir !== undefined) {
      await mkdir(target, { recursive: true });
    } else throw new Error(`there is nothing to mount at "${mountPath}"`);
  }
}

/** The keys that are asked for, as files. */
function picked(there: ReadonlyMap<string, Files>, asked: readonly NonNullable<Volume["configMap"]>[]): Files {
  const files = new Map<string, string>();
  for (const { name, items } of asked) {
    for (const { key, path } of items) {
      const text = there.get(name)?.get(key);
      if (text === undefined) throw new Error(`"${name}" has no key "${key}" to mount`);
      files.set(path, text);
    }
  }
  return files;
}

async function passes(
  probe: Probe | undefined,
  urlOf: (port: string) => string,
  exec: (words: readonly string[]) => Promise<Outcome>,
): Promise<boolean> {
  // What has no probe passes it.
  if (probe === undefined) return true;
  const late = probe.timeoutSeconds * 1000;
  if (probe.exec !== undefined) {
    const outcome = await Promise.race([exec(probe.exec.command), sleep(late, null, { ref: false })]);
    return outcome?.code === 0;
  }
  const { path = "", port = "" } = probe.httpGet ?? {};
  const answer = await fetch(`${urlOf(port)}${path}`, { signal: AbortSignal.timeout(late) }).catch(() => null);
  return answer?.ok === true;
}
