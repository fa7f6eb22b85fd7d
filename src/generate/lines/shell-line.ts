import type { Chance } from "../chance.ts";
import { type Members, NOTHING_CARRIED, type Writing } from "../left-line.ts";
import { goTime, localTime } from "../log-time.ts";
import type { Project, User } from "../population.ts";

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
      address: session.address,
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
