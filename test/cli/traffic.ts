import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";

/** What the lines of `writeTraffic` count. */
export interface Traffic {
  readonly lines: number;
  /** Event → count, each of them above zero. */
  readonly counts: Readonly<Record<string, number>>;
}

const START_MS = Date.UTC(2020, 11, 22, 9);
const STEP_MS = 250;

/** A line of some kind, and what it counts. */
const KINDS: readonly { readonly record: Readonly<Record<string, unknown>>; readonly events: readonly string[] }[] = [
  {
    record: { tag: "rails.api", method: "GET", route: "/api/:version/projects", status: 200, params: [] },
    events: ["rest_request", "record_read"],
  },
  { record: { tag: "sidekiq", class: "PostReceive", job_status: "done" }, events: ["job_done"] },
  { record: { tag: "shell", msg: "executing git command", command: "git-upload-pack" }, events: ["git_fetch"] },
  { record: { tag: "workhorse", method: "GET", uri: "/", status: 200 }, events: [] },
];

/**
 * Writes so many different lines of a small GitLab, always the same ones. `noiseBytes` in each line do not compress.
 */
export async function writeTraffic(path: string, lines: number, { noiseBytes = 40 } = {}): Promise<Traffic> {
  const counts: Record<string, number> = {};
  const texts: string[] = [];
  for (let line = 0; line < lines; line += 1) {
    const { record, events } = KINDS[line % KINDS.length] ?? { record: {}, events: [] };
    const time = new Date(START_MS + line * STEP_MS).toISOString();
    texts.push(
      `${JSON.stringify({ time, ...record, correlation_id: `c${line}`, user_id: line % 50, noise: noise(line, noiseBytes) })}\n`,
    );
    for (const event of events) counts[event] = (counts[event] ?? 0) + 1;
  }
  await writeFile(path, texts.join(""));
  return { lines, counts };
}

function noise(line: number, bytes: number): string {
  let text = "";
  for (let part = 0; text.length < bytes; part += 1) {
    text += createHash("sha256").update(`${line} ${part}`).digest("base64");
  }
  return text.slice(0, bytes);
}
