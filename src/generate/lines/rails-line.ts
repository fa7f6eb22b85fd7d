import type { Chance } from "../chance.ts";
import type { Members, Writing } from "../left-line.ts";
import { railsTime } from "../log-time.ts";
import { byNumber, contextOf, type Request } from "./context.ts";

export type Params = readonly (readonly [key: string, value: unknown])[];

/** What a request to a Rails controller adds to what every request has. */
export interface RailsAnswer {
  readonly method: string | null;
  readonly path: string | null;
  readonly format: string | null;
  readonly controller: string;
  readonly action: string;
  readonly status: number;
  readonly params: Params;
  /** Fields of some requests only. */
  readonly more?: Members;
}

/** What a request to the API adds. Without a route nothing matched. */
export interface ApiAnswer {
  readonly method: string;
  readonly path: string;
  readonly route: string | null;
  readonly status: number;
  /** As in the log: mostly elements with key and value, and the sentinel of a list that was cut. */
  readonly params: readonly unknown[];
  /** Calls between GitLab's parts come from itself. */
  readonly isInternal: boolean;
  /** The first letters of names changed in 2020: `duration` in milliseconds became `duration_s`. */
  readonly isOld?: boolean;
}

const PUBLIC_HOST = "gitlab.example.com";
const INTERNAL_HOST = "127.0.0.1";

/** A line of production_json. */
export function productionLine(chance: Chance, timeMs: number, request: Request, answer: RailsAnswer): Writing {
  const { user } = request;
  const { members, carried } = contextOf(chance, request);
  const head = productionHead(timeMs, request, answer);
  return {
    members: { ...head, ...members, ...counters(chance, answer.method), pid: 1000 + chance.below(64) },
    carried: { ...byNumber(carried, user), agent: request.agent },
  };
}

/** The same of a request that was refused before anybody knew whom and what it is about. */
export function unauthorizedLine(timeMs: number, request: Request, answer: RailsAnswer): Members {
  const head = productionHead(timeMs, { ...request, user: null }, { ...answer, status: 401 });
  const { caller, address } = request;
  return { ...head, "meta.caller_id": caller, "meta.client_id": `ip/${address}`, duration_s: 0.02 };
}

/** What Rails says of a request before its context. */
function productionHead(timeMs: number, { id, user, address, agent }: Request, answer: RailsAnswer): Members {
  return {
    method: answer.method,
    path: answer.path,
    format: answer.format,
    controller: answer.controller,
    action: answer.action,
    status: answer.status,
    ...answer.more,
    time: railsTime(timeMs),
    params: paramList(answer.params),
    remote_ip: address,
    user_id: user?.id ?? null,
    username: user?.name ?? null,
    ua: agent,
    correlation_id: id,
  };
}

/** A line of api_json. Internal calls name their user by parameters only, if at all. */
export function apiLine(chance: Chance, timeMs: number, request: Request, answer: ApiAnswer): Writing {
  const { user } = request;
  const { members, carried } = contextOf(chance, request);
  const host = answer.isInternal ? INTERNAL_HOST : PUBLIC_HOST;
  const own = answer.isInternal ? {} : { user_id: user?.id ?? null, username: user?.name ?? null };
  return {
    members: {
      time: railsTime(timeMs),
      severity: "INFO",
      ...(answer.isOld === true ? oldTimings(chance) : apiTimings(chance)),
      status: answer.status,
      method: answer.method,
      path: answer.path,
      params: answer.params,
      host,
      ...(answer.isOld === true ? { ip: request.address } : { remote_ip: `${request.address}, 127.0.0.1` }),
      ua: request.agent,
      ...(answer.route === null ? {} : { route: answer.route }),
      ...own,
      correlation_id: request.id,
      ...members,
      ...(answer.isOld === true ? {} : work(chance, answer.method)),
      pid: 1000 + chance.below(64),
    },
    carried: { ...(answer.isInternal ? carried : byNumber(carried, user)), host, agent: request.agent },
  };
}

/** Elements as GitLab logs them. */
export function paramList(params: Params): readonly unknown[] {
  return params.map(([key, value]) => ({ key, value }));
}

/** What Rails counts of each request: a third of the bytes of its lines. */
export function counters(chance: Chance, method: string | null): Members {
  const { durationS, dbS } = timings(chance);
  const viewS = rounded((durationS - dbS) * 0.8);
  return { ...work(chance, method), db_duration_s: dbS, view_duration_s: viewS, duration_s: durationS };
}

/** In the API what the database does not take is the view's. */
function apiTimings(chance: Chance): Members {
  const { durationS, dbS } = timings(chance);
  return { duration_s: durationS, db_duration_s: dbS, view_duration_s: rounded(durationS - dbS) };
}

function timings({ seconds, below }: Chance): { readonly durationS: number; readonly dbS: number } {
  const durationS = rounded(0.004 + seconds(2));
  return { durationS, dbS: rounded((durationS * below(60)) / 100) };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1e5) / 1e5;
}

function work({ below, seconds }: Chance, method: string | null): Members {
  return {
    gitaly_calls: below(5),
    gitaly_duration_s: seconds(0.2),
    redis_calls: below(60),
    redis_duration_s: seconds(0.1),
    redis_read_bytes: below(20_000),
    redis_write_bytes: below(5000),
    db_count: below(80),
    db_write_count: method === "GET" || method === "HEAD" ? 0 : below(8),
    db_cached_count: below(30),
    cpu_s: seconds(1),
    mem_objects: below(300_000),
    mem_bytes: below(30_000_000),
    mem_mallocs: below(90_000),
    queue_duration_s: seconds(0.03),
  };
}

/** In milliseconds, as names without a unit had it. */
function oldTimings(chance: Chance): Members {
  const { durationS, dbS } = timings(chance);
  const ms = (seconds: number): number => Math.round(seconds * 1e5) / 100;
  return { duration: ms(durationS), db: ms(dbS), view: ms(durationS - dbS), queue_duration: chance.below(900) };
}
