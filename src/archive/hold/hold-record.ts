import { IoError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { canonicalJson } from "../canonical-json.ts";
import { objectOf, oneOf, orNull, repeatedText, textLike, textUpTo } from "../shape.ts";
import { parseStored, refusing } from "../stored-json.ts";

const FORMAT = 1;
const PREFIX = "ctl/hold/";
const NAME = /^ctl\/hold\/(\d{8}T\d{6}Z-[0-9a-f]{8})\.(set|release)\.json$/;
export const HOLD_ID = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/;
/** Of a reason in words. */
export const MOST_REASON_CHARACTERS = 1000;
const MOST_BYTES = 16_384;

const TIME = repeatedText((text) => !Number.isNaN(Date.parse(text)), "a time: 2020-12-22T09:00:00.000Z");
const HOLD_SHAPE = objectOf({
  format: oneOf([FORMAT]),
  hold: textLike(HOLD_ID, "the id of a hold"),
  action: oneOf(["set", "release"]),
  at: TIME,
  reason: textUpTo(MOST_REASON_CHARACTERS),
  since: orNull(TIME),
  until: orNull(TIME),
});

/** A note that somebody has held a span, or released it. Notes are added, and never changed. */
export interface HoldRecord {
  readonly format: typeof FORMAT;
  readonly hold: string;
  readonly action: "set" | "release";
  /** RFC 3339. */
  readonly at: string;
  readonly reason: string;
  /** Half-open span of lines' times, RFC 3339; null is open. */
  readonly since: string | null;
  readonly until: string | null;
}

/** A hold, and whether it was released. */
export interface Hold {
  readonly set: HoldRecord;
  readonly release: HoldRecord | null;
}

/** `20201222T090000Z-0123abcd`: sorts as time does. `random` are 8 hex digits. */
export function holdId(nowMs: number, random: string): string {
  return `${new Date(nowMs).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z-${random}`;
}

/** Adds a note. Rejects with `IoError`, also where one of that kind is there already. */
export async function addHoldRecord(store: ObjectStore, record: Omit<HoldRecord, "format">): Promise<void> {
  const name = `${PREFIX}${record.hold}.${record.action}.json`;
  const text = canonicalJson({ format: FORMAT, ...record });
  if ((await store.create(name, Buffer.from(text))) === "created") return;
  throw new IoError("denied", `create "${name}": it is there already (hint: archive hold list)`);
}

/** All holds, in order of time. Rejects with `IoError`, naming a note that cannot be trusted. */
export async function listHolds(store: ObjectStore): Promise<Hold[]> {
  const releases = new Map<string, HoldRecord>();
  const sets: HoldRecord[] = [];
  for await (const { name } of store.list(PREFIX)) {
    if (!NAME.test(name)) continue;
    const record = recordIn(name, await store.read(name, 0, MOST_BYTES + 1));
    if (record.action === "set") sets.push(record);
    else releases.set(record.hold, record);
  }
  return sets.map((set) => ({ set, release: releases.get(set.hold) ?? null }));
}

function recordIn(name: string, bytes: Buffer): HoldRecord {
  const refuse = refusing(name);
  if (bytes.length > MOST_BYTES) throw refuse("more bytes than any note has");
  const record = parseStored(bytes, HOLD_SHAPE, refuse) as HoldRecord;
  const [, hold, action] = NAME.exec(name) ?? [];
  if (record.hold !== hold || record.action !== action) throw refuse("it speaks of another hold");
  return record;
}
