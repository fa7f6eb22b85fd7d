/** What the program's processes show, each as Prometheus scrapes it. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tempFolder } from "../backends/temp-folder.ts";
import { generated } from "../cli/generated.ts";
import { type Observed, sampleOf, startObserved, statusOf } from "../cli/observed-process.ts";
import { waitFor } from "../cli/pubsub-worker.ts";
import { startScriptedPubsub } from "../servers/scripted-pubsub.ts";

export const ROLES = ["worker", "seal", "sign", "gc", "ledger"] as const;
export type Role = (typeof ROLES)[number];

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** As it stood when it was scraped. */
  readonly value: number;
}

export type Scrapes = Readonly<Record<Role, readonly Sample[]>>;

/** Nobody listens there. */
const NOWHERE = "127.0.0.1:9";

/** A worker whose index is away, and all duties on its archive, in which something is left to be indexed; each has worked. */
export async function scrapeAll(): Promise<Scrapes> {
  const server = await startScriptedPubsub();
  const running: Observed[] = [];
  try {
    const { path } = await generated("--lines", "500", "--form", "pubsub");
    const pipeline = join(await tempFolder(), "gitlab.yaml");
    await writeFile(
      pipeline,
      `name: gitlab
source: {kind: pubsub, subscription: ${server.subscription}}
archive: {kind: folder, path: archive}
batch: {max_lines: 100, max_age_ms: 200}
seal: {by_worker: false, lateness_ms: 0}
index: {kind: elasticsearch, urls: ["http://${NOWHERE}"], spill_after_ms: 0}
`,
    );
    const start = async (args: readonly string[]): Promise<Observed> => {
      const process = await startObserved(args, { PUBSUB_EMULATOR_HOST: server.host });
      running.push(process);
      return process;
    };
    const worker = await start(["run", pipeline]);
    await server.publishFile(path);
    await waitFor(async () => {
      const { acked, published } = await server.ledger();
      return acked === published;
    }, worker);
    const every = [pipeline, "--every", "1s"];
    const pass = async (args: readonly [Role, ...string[]]): Promise<Observed> => {
      const duty = await start([...args, ...every]);
      const passes = `logtally_passes_total{duty="${args[0]}",outcome="ok"}`;
      await waitFor(async () => ((await sampleOf(duty.url, passes)) ?? 0) > 0, duty);
      return duty;
    };
    const duties = {
      seal: await pass(["seal"]),
      sign: await pass(["sign"]),
      gc: await pass(["gc"]),
      ledger: await pass(["ledger", "--no-index"]),
    };
    const scraped = async ({ url }: Observed) => samplesIn((await statusOf(url, "/metrics")).text);
    return {
      worker: await scraped(worker),
      seal: await scraped(duties.seal),
      sign: await scraped(duties.sign),
      gc: await scraped(duties.gc),
      ledger: await scraped(duties.ledger),
    };
  } finally {
    for (const { child } of running) child.kill("SIGKILL");
    await server.close();
  }
}

export function samplesIn(text: string): readonly Sample[] {
  return [...text.matchAll(/^([a-z_]+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = "", labels = "", value]) => ({
    name,
    labels: labelsIn(labels),
    value: Number(value),
  }));
}

/** Of `a="b",c="d"`. No value of ours has a quote. */
export function labelsIn(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = "", value = ""]) => [label, value]));
}
