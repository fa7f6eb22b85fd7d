/** A service of the program, as those who run it see it: its page of probes and metrics, and its log. */
import { type RunningProcess, startLogtally } from "./logtally.ts";
import { waitFor } from "./pubsub-worker.ts";

export interface Notice {
  readonly time: string;
  readonly level: string;
  readonly code: string;
  readonly message: string;
}

/** A worker with a page of probes, and the log that it has written so far. */
export interface Observed extends RunningProcess {
  readonly url: string;
  notices(): readonly Notice[];
}

/** `args` are those of a command that can listen. */
export async function startObserved(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Observed> {
  const started = startLogtally([...args, "--listen", "0"], { env: { LOGTALLY_LOG: "json", ...env } });
  let said = "";
  started.child.stderr?.on("data", (bytes: Buffer) => {
    said += bytes.toString();
  });
  const notices = (): Notice[] =>
    said
      // Without the last one where it has not come whole.
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Notice);
  const listening = (): string | undefined => notices().find(({ code }) => code === "listening")?.message;
  await waitFor(() => listening() !== undefined, started);
  const [url = ""] = /http:\S+$/.exec(listening() ?? "") ?? [];
  return { ...started, url, notices };
}

export async function statusOf(url: string, path: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`${url}${path}`);
  return { status: response.status, text: await response.text() };
}

/** The value of a sample, by its name and labels as they stand; null where it is not shown. */
export async function sampleOf(url: string, sample: string): Promise<number | null> {
  const { text } = await statusOf(url, "/metrics");
  const line = text.split("\n").find((each) => each.startsWith(`${sample} `));
  return line === undefined ? null : Number(line.slice(sample.length));
}
