import { NOTHING_CARRIED, type Writing } from "../left-line.ts";
import { type GitalyCall, gitalyLine } from "../lines/gitaly-line.ts";
import { type Access, workhorseLine } from "../lines/workhorse-line.ts";
import { wholeSecond } from "../log-time.ts";
import type { Scene } from "../scene.ts";

/** Workhorse has passed a request on and waited for the answer: its line counts nothing. */
export function leaveAccess(scene: Scene, { members }: Pick<Writing, "members">, access: Visit, timeMs: number): void {
  const { method, status, correlation_id: id, duration_s: durationS } = members;
  const seen: Access = {
    ...access,
    id: String(id),
    method: String(method),
    status: Number(status),
    durationS: typeof durationS === "number" ? durationS : 0.1,
  };
  const line = workhorseLine(scene.chance, timeMs, seen);
  scene.leave("workhorse", wholeSecond(timeMs), { members: line, carried: NOTHING_CARRIED });
}

/** What Workhorse sees of a request that Rails does not write down. */
export type Visit = Pick<Access, "uri" | "route" | "address" | "agent" | "contentType">;

/** Gitaly has answered a call: its line counts nothing either. */
export function leaveGitalyCall(scene: Scene, id: string, call: GitalyCall, timeMs: number): void {
  scene.leave("gitaly", timeMs, { members: gitalyLine(scene.chance, timeMs, id, call), carried: NOTHING_CARRIED });
}
