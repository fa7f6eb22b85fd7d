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
  readonly retry: number | false;
  readonly sizeBytes: number;
  readonly latencyS: number;
  readonly pid: number;
}

/** `new_note` of `NewNoteWorker`. */
export function queueOf(worker: string): string {
  const words = worker.replace(/Worker$/, "").match(/[A-Z][a-z]*/g) ?? [];
  return words.map((word) => word.toLowerCase()).join("_");
}

export type JobStatus = "start" | "done" | "fail" | "deduplicated";

/** A line of sidekiq.log: each run of a job leaves two. */
export function sidekiqLine(chance: Chance, timeMs: number, request: Request, job: Job, status: JobStatus): Writing {
  const { worker, jid, enqueuedAtMs } = job;
  const { members, carried } = contextOf(chance, request);
  const isEnd = status === "done" || status === "fail";
  const figures = counters(chance, null);
  return {
    members: {
      severity: status === "fail" ? "WARN" : "INFO",
      retry: job.retry,
      queue: queueOf(worker),
      version: 0,
      args: job.args,
      class: worker,
      jid,
      // Epochs where the formatter is bypassed.
      created_at: job.retry === false ? enqueuedAtMs / SECOND_MS : railsTime(enqueuedAtMs),
      enqueued_at: railsTime(enqueuedAtMs + 1),
      correlation_id: request.id,
      ...members,
      job_size_bytes: job.sizeBytes,
      pid: job.pid,
      time: railsTime(timeMs),
      message: `${worker} JID-${jid}: ${status}${isEnd ? `: ${String(figures["duration_s"])} sec` : ""}`,
      job_status: status,
      scheduling_latency_s: job.latencyS,
      ...(isEnd ? { ...figures, completed_at: railsTime(timeMs) } : {}),
      ...(status === "fail" ? failureOf(worker) : {}),
    },
    carried,
  };
}

function failureOf(worker: string): Record<string, unknown> {
  return {
    error_class: "GRPC::DeadlineExceeded",
    error_message: "4:Deadline Exceeded",
    error_backtrace: [
      `app/workers/${queueOf(worker)}${worker.endsWith("Worker") ? "_worker" : ""}.rb:20:in \`perform'`,
    ],
  };
}
