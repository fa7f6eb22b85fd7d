import { SECOND_MS } from "../../core/units.ts";
import type { Chance } from "../chance.ts";
import type { Deed } from "../left-line.ts";
import type { Request } from "../lines/context.ts";
import { type Job, sidekiqLine } from "../lines/sidekiq-line.ts";
import type { Scene } from "../scene.ts";

/** The two lines of a run: a job that fails is tried again, and leaves two more. */
export function leaveJob(scene: Scene, worker: string, request: Request, timeMs: number): void {
  const { chance } = scene;
  const job = createJob(chance, worker, request, timeMs - 30);
  let startMs = timeMs;
  let failures = chance.share(0.03) ? 1 + chance.below(2) : 0;
  for (;;) {
    const hasFailed = failures > 0;
    const endMs = startMs + 5 + chance.below(900);
    const deed: Deed = { event: hasFailed ? "job_failed" : "job_done", operation: "none", detail: worker };
    scene.leave("sidekiq", startMs, sidekiqLine(chance, startMs, request, job, "start"));
    scene.leave("sidekiq", endMs, sidekiqLine(chance, endMs, request, job, hasFailed ? "fail" : "done"), [deed]);
    if (!hasFailed) return;
    failures -= 1;
    startMs = endMs + 20 * SECOND_MS + chance.below(20 * SECOND_MS);
  }
}

/** A job on its way through the queue. */
export function createJob(chance: Chance, worker: string, { user, project }: Request, enqueuedAtMs: number): Job {
  const isPush = worker === "PostReceive";
  return {
    worker,
    jid: chance.hexDigits(24),
    args: isPush
      ? [`project-${project?.id ?? 0}`, user === null ? "" : `user-${user.id}`, "[FILTERED]", "{}"]
      : [String(1 + chance.below(90_000))],
    enqueuedAtMs,
    retry: chance.share(0.1) ? false : 3,
    sizeBytes: 60 + chance.below(4000),
    latencyS: chance.seconds(2),
    pid: 10_000 + chance.below(64),
  };
}
