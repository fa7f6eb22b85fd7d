import type { Chance } from "../chance.ts";
import type { Members } from "../left-line.ts";
import { goTime, railsTime } from "../log-time.ts";
import type { Project } from "../population.ts";

export interface GitalyCall {
  readonly project: Project;
  readonly service: string;
  readonly method: string;
  readonly client: string;
}

/** A call that Gitaly has answered. */
export function gitalyLine(chance: Chance, timeMs: number, id: string, call: GitalyCall): Members {
  const { project, service, method, client } = call;
  const code = chance.share(0.98) ? "OK" : "Canceled";
  return {
    correlation_id: id,
    "grpc.code": code,
    "grpc.meta.auth_version": "v2",
    "grpc.meta.client_name": client,
    "grpc.meta.deadline_type": "none",
    "grpc.method": method,
    "grpc.request.fullMethod": `/gitaly.${service}/${method}`,
    "grpc.request.glProjectPath": project.path,
    "grpc.request.glRepository": `project-${project.id}`,
    "grpc.request.repoPath": project.diskPath,
    "grpc.request.repoStorage": "nfs-file02",
    "grpc.request.topLevelGroup": "@hashed",
    "grpc.service": `gitaly.${service}`,
    "grpc.start_time": goTime(timeMs),
    "grpc.time_ms": chance.seconds(900),
    level: "info",
    msg: `finished streaming call with code ${code}`,
    "peer.address": `10.0.0.5:${chance.below(60_000)}`,
    pid: 1234,
    "span.kind": "server",
    system: "grpc",
    time: railsTime(timeMs),
  };
}
