import { SECOND_MS } from "../../core/units.ts";
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
  readonly contentType: string;
  /** How long the application took, in seconds: Workhorse waits for it. */
  readonly durationS: number;
}

/** An access line of Workhorse. */
export function workhorseLine(chance: Chance, timeMs: number, access: Access): Members {
  const durationMs = Math.ceil(access.durationS * SECOND_MS) + chance.below(8);
  return {
    content_type: access.contentType,
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
    written_bytes: access.status >= 400 ? 26 + chance.below(300) : 100 + chance.skewed(90_000),
  };
}
