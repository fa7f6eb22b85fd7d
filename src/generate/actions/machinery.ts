import { NOTHING_CARRIED } from "../left-line.ts";
import { type GitalyCall, gitalyLine } from "../lines/gitaly-line.ts";
import { type Access, workhorseLine } from "../lines/workhorse-line.ts";
import { wholeSecond } from "../log-time.ts";
import type { Scene } from "../scene.ts";

/** Workhorse has passed a request on: its line counts nothing. */
export function leaveAccess(scene: Scene, access: Access, timeMs: number): void {
  const members = workhorseLine(scene.chance, timeMs, access);
  scene.leave("workhorse", wholeSecond(timeMs), { members, carried: NOTHING_CARRIED });
}

/** Gitaly has answered a call: its line counts nothing either. */
export function leaveGitalyCall(scene: Scene, id: string, call: GitalyCall, timeMs: number): void {
  scene.leave("gitaly", timeMs, { members: gitalyLine(scene.chance, timeMs, id, call), carried: NOTHING_CARRIED });
}
