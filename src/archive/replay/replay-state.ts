import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "../canonical-json.ts";

const ID_DIGITS = 16;

/** Filing hours since 1970, half-open. */
export type HourSpan = readonly [fromHour: number, toHour: number];

/** How far a replay is. All of it fits into one small file. */
export interface ReplayState {
  readonly format: 1;
  /** A hash of what was asked, so that what it made can be told from what others made under the same name. */
  readonly replay: string;
  /** What was asked, in words: another question is another replay. */
  readonly asked: Readonly<Record<string, Json | undefined>>;
  /** RFC 3339. */
  readonly started_at: string;
  /** When what it made may go; null: when somebody removes it. */
  readonly expires_at: string | null;
  /** Hours whose lines are all there, in order and apart from each other. */
  readonly done: readonly HourSpan[];
  readonly lines: number;
  readonly rejected: number;
  readonly is_complete: boolean;
}

/** Of the question itself, so that who asks the same again, wherever, goes on with the same. */
export function replayId(asked: ReplayState["asked"]): string {
  return createHash("sha256").update(canonicalJson(asked)).digest("hex").slice(0, ID_DIGITS);
}

/** Of one that begins at that instant. */
export function beginningState(asked: ReplayState["asked"], nowMs: number, expiresAt: string | null): ReplayState {
  return {
    format: 1,
    replay: replayId(asked),
    asked,
    started_at: new Date(nowMs).toISOString(),
    expires_at: expiresAt,
    done: [],
    lines: 0,
    rejected: 0,
    is_complete: false,
  };
}

/** True for the state of a replay of just this. */
export function isOf(state: ReplayState, asked: ReplayState["asked"]): boolean {
  return canonicalJson(state.asked) === canonicalJson(asked);
}

export function isHourDone({ done }: Pick<ReplayState, "done">, hour: number): boolean {
  return done.some(([fromHour, toHour]) => hour >= fromHour && hour < toHour);
}

/** The same with these hours done. */
export function withHours(done: readonly HourSpan[], [fromHour, toHour]: HourSpan): HourSpan[] {
  const touching = done.filter(([from, to]) => from <= toHour && to >= fromHour);
  const joined: HourSpan = [
    Math.min(fromHour, ...touching.map(([from]) => from)),
    Math.max(toHour, ...touching.map(([, to]) => to)),
  ];
  const others = done.filter((each) => !touching.includes(each));
  return [...others, joined].toSorted(([a], [b]) => a - b);
}

/** Null for a text that is no such state, as half a file, or one by a newer version. */
export function parseReplayState(text: string): ReplayState | null {
  let value: Partial<ReplayState> | null;
  try {
    value = Object(JSON.parse(text)) as Partial<ReplayState>;
  } catch {
    return null;
  }
  const { format, replay, asked, started_at, done, lines, rejected, is_complete } = value;
  const isState =
    format === 1 &&
    typeof replay === "string" &&
    typeof asked === "object" &&
    asked !== null &&
    typeof started_at === "string" &&
    Array.isArray(done) &&
    done.every(isHourSpan) &&
    Number.isSafeInteger(lines) &&
    Number.isSafeInteger(rejected) &&
    typeof is_complete === "boolean" &&
    (value.expires_at === null || typeof value.expires_at === "string");
  return isState ? (value as ReplayState) : null;
}

function isHourSpan(value: unknown): value is HourSpan {
  return Array.isArray(value) && value.length === 2 && value.every((hour) => Number.isSafeInteger(hour));
}
