import type { Chance } from "../chance.ts";
import type { Members } from "../left-line.ts";
import { goTime } from "../log-time.ts";

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
