import type { Chance } from "../chance.ts";
import type { Project, User } from "../population.ts";
import { goTime, type Members, NOTHING_CARRIED, railsTime, type Writing } from "../scene.ts";

/** A request as Workhorse sees it, before Rails. */
export interface Access {
  readonly id: string;
  readonly method: string;
  readonly uri: string;
  /** Regular expression of the route that matched. */
  readonly route: string;
  readonly status: number;
  readonly address: string;
  readonly agent: string;
}

/** An access line of Workhorse. */
export function workhorseLine(chance: Chance, timeMs: number, access: Access): Members {
  const durationMs = 1 + chance.below(900);
  return {
    content_type: "application/json",
    correlation_id: access.id,
    duration_ms: durationMs,
    host: "gitlab.example.com",
    level: "info",
    method: access.method,
    msg: "access",
    proto: "HTTP/1.1",
    referrer: "",
    remote_addr: "127.0.0.1:0",
    remote_ip: access.address,
    route: access.route,
    status: access.status,
    system: "http",
    time: goTime(timeMs),
    ttfb_ms: Math.max(durationMs - 1, 1),
    uri: access.uri,
    user_agent: access.agent,
    written_bytes: chance.below(90_000),
  };
}

/** What gitlab-shell knows of a connection: a user's key, or a deploy key, which is nobody's. */
export interface ShellSession {
  readonly id: string;
  readonly user: User | null;
  readonly project: Project;
  /** `project-1`, `wiki-1`. */
  readonly repository: string;
  readonly address: string;
}

/** gitlab-shell starts a Git command: the one line that says what the user wanted. */
export function shellCommandLine(chance: Chance, timeMs: number, session: ShellSession, command: string): Writing {
  const { user, project } = session;
  return {
    members: {
      command,
      correlation_id: session.id,
      git_protocol: chance.share(0.8) ? "version=2" : "",
      gl_key_id: user?.keyId ?? 12,
      gl_key_type: user === null ? "deploy_key" : "key",
      gl_project_path: project.path,
      gl_repository: session.repository,
      level: "info",
      msg: "executing git command",
      remote_ip: session.address,
      time: chance.share(0.1) ? localTime(timeMs) : goTime(timeMs),
      user_id: user === null ? "" : chance.share(0.8) ? `user-${user.id}` : user.id,
      username: user?.name ?? "",
    },
    carried: {
      ...NOTHING_CARRIED,
      group: project.group.path,
      project: project.path,
      user: user === null ? null : `id:${user.id}`,
    },
  };
}

/** gitlab-shell has asked Rails something. */
export function shellRequestLine(chance: Chance, timeMs: number, id: string, status: number): Members {
  return {
    correlation_id: id,
    duration_ms: 1 + chance.below(200),
    level: "info",
    method: "POST",
    msg: "Finished HTTP request",
    status,
    time: goTime(timeMs),
    url: "http://127.0.0.1:8080/api/v4/internal/allowed",
  };
}

/** A call that Gitaly has answered. */
export function gitalyLine(chance: Chance, timeMs: number, id: string, call: GitalyCall): Members {
  const { project, service, method, client } = call;
  const code = chance.share(0.98) ? "OK" : "Canceled";
  const hash = String(project.id).padStart(64, "6b86b273ff34fce1");
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
    "grpc.request.repoPath": `@hashed/${hash.slice(0, 2)}/${hash.slice(2, 4)}/${hash}.git`,
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

export interface GitalyCall {
  readonly project: Project;
  readonly service: string;
  readonly method: string;
  readonly client: string;
}

/** The same second by a clock five hours behind. */
function localTime(timeMs: number): string {
  return `${new Date(timeMs - 5 * 3_600_000).toISOString().slice(0, 19)}-05:00`;
}
