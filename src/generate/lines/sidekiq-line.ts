import { SECOND_MS } from "../../core/units.ts";
import type { Chance } from "../chance.ts";
import type { Writing } from "../left-line.ts";
import { railsTime } from "../log-time.ts";
import { contextOf, type Request } from "./context.ts";
import { counters } from "./rails-line.ts";

export interface Job {
  /** Class of the worker. */
  readonly worker: string;
  readonly jid: string;
  readonly args: readonly string[];
  readonly enqueuedAtMs: number;
}

export type JobStatus = "start" | "done" | "fail" | "deduplicated";

/** A line of sidekiq.log: each run of a job leaves two. */
export function sidekiqLine(
  chance: Chance,
  timeMs: number,
  request: Request,
  { worker, jid, args, enqueuedAtMs }: Job,
  status: JobStatus,
): Writing {
  const { members, carried } = contextOf(chance, request);
  const isEnd = status === "done" || status === "fail";
  return {
    members: {
      severity: status === "fail" ? "WARN" : "INFO",
      retry: chance.share(0.1) ? false : 3,
      queue: worker.toLowerCase(),
      version: 0,
      args,
      class: worker,
      jid,
      // Epochs where the formatter is bypassed.
      created_at: chance.share(0.1) ? enqueuedAtMs / SECOND_MS : railsTime(enqueuedAtMs),
      enqueued_at: railsTime(enqueuedAtMs + 1),
      correlation_id: request.id,
      ...members,
      job_size_bytes: chance.below(4000),
      pid: 10_000 + chance.below(64),
      time: railsTime(timeMs),
      message: `${worker} JID-${jid}: ${status}${isEnd ? `: ${chance.seconds(2)} sec` : ""}`,
      job_status: status,
      scheduling_latency_s: chance.seconds(2),
      ...(isEnd ? { ...counters(chance), completed_at: railsTime(timeMs) } : {}),
      ...(status === "fail" ? failure() : {}),
    },
    carried,
  };
}

function failure(): Record<string, unknown> {
  return {
    error_class: "GRPC::DeadlineExceeded",
    error_message: "4:Deadline Exceeded",
    error_backtrace: ["app/workers/post_receive.rb:20:in `perform'"],
  };
}
