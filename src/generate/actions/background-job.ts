import { SECOND_MS } from "../../core/units.ts";
import type { Deed } from "../left-line.ts";
import type { Request } from "../lines/context.ts";
import { sidekiqLine } from "../lines/sidekiq-line.ts";
import type { Scene } from "../scene.ts";

/** The two lines of a run: a job that fails is tried again, and leaves two more. */
export function leaveJob(scene: Scene, worker: string, request: Request, timeMs: number): void {
  const { chance } = scene;
  const { user, project } = request;
  const args = [`project-${project?.id ?? 0}`, user === null ? "" : `user-${user.id}`, "[FILTERED]", "{}"];
  const job = { worker, jid: chance.digits(24), args, enqueuedAtMs: timeMs - 30 };
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
