import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { hourOf } from "../../src/core/hour.ts";
import { DAY_MS, MINUTE_MS } from "../../src/core/units.ts";
import { TEST_KEY } from "./facts/sealed-archive.ts";
import type { SampleFact } from "./sample-facts.ts";

/** A line, and what it counts by the words of the reference: read off what the line was made of, not off the line. */
export interface RandomLine {
  readonly text: string;
  readonly timeMs: number;
  /** One without event where it counts nothing. The stream is whatever it is added to. */
  readonly facts: readonly Omit<SampleFact, "stream">[];
}

/** The day around which all lines lie. */
export const MIDDLE_MS = Date.UTC(2020, 11, 20);

/** Days from the middle: of each story a few, as a roll-up of each takes its time. */
const days = fc.uniqueArray(fc.constantFrom(0, 1, 2, 4, -1, -6, -7, -20, -27, -28, -40), {
  minLength: 1,
  maxLength: 2,
});

/** Moments half an hour apart, and a millisecond beside them, most of them near a midnight. */
function momentOf(daysAway: readonly number[]): fc.Arbitrary<number> {
  return fc
    .tuple(
      fc.constantFrom(...daysAway),
      fc.oneof(fc.integer({ min: -4, max: 4 }), fc.integer({ min: 0, max: 47 })),
      fc.constantFrom(0, 0, 0, -1, 1),
    )
    .map(([day, halves, ms]) => MIDDLE_MS + day * DAY_MS + halves * 30 * MINUTE_MS + ms);
}

/** Names of fields, in words of the line; `user` is that of the reference's table. */
interface Who {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly user: string | null;
  readonly visitor: string | null;
  readonly name: string | null;
}

const ADDRESS = { remote_ip: "192.0.2.7", ua: "browser" };
const PEOPLE: readonly Who[] = [
  { fields: { user_id: 1, "meta.user": "alice" }, user: "id:1", visitor: "id:1", name: "alice" },
  { fields: { user_id: 1, ...ADDRESS }, user: "id:1", visitor: "id:1", name: null },
  { fields: { username: "bob" }, user: "name:bob", visitor: "name:bob", name: "bob" },
  { fields: ADDRESS, user: null, visitor: "ip:192.0.2.7\nbrowser", name: null },
  { fields: {}, user: null, visitor: null, name: null },
];

/** `acts` are the events that the fields count, each with operation and detail. */
const DEEDS = [
  {
    log: "rails.api",
    fields: { method: "GET", route: "/api/:version/projects", status: 200 },
    acts: [
      ["rest_request", "read", "GET /api/:version/projects"],
      ["record_read", "read", "GET /api/:version/projects"],
    ],
  },
  {
    log: "rails.api",
    fields: { method: "POST", route: "/api/:version/issues", status: 500 },
    acts: [["rest_request", "create", "POST /api/:version/issues"]],
  },
  { log: "sidekiq", fields: { job_status: "done", class: "W" }, acts: [["job_done", "none", "W"]] },
  { log: "rails.audit", fields: { text: "nothing that counts" }, acts: [] },
] as const;

const NAMES_OF_PLAN = ["gold", "it's", "\u{1d11e}", null] as const;
const PROJECTS = ["acme/shop", "alice/site", "Alice/Site", "bob/site", null] as const;

const deed = fc.record({
  who: fc.constantFrom(...PEOPLE, ...PEOPLE.slice(0, 2)),
  deed: fc.constantFrom(...DEEDS, DEEDS[0]),
  plan: fc.constantFrom(...NAMES_OF_PLAN),
  project: fc.constantFrom(...PROJECTS),
  category: fc.constantFrom("code", null),
  instance: fc.constantFrom("gprd", "gprd", "gstg", null),
  nonce: fc.nat(),
});
type Deed = typeof deed extends fc.Arbitrary<infer Value> ? Value : never;
interface Content extends Deed {
  readonly timeMs: number;
}

/** Without those that are absent. */
function fieldsOf({ who, deed, plan, project, category, instance, nonce }: Content): Record<string, unknown> {
  const named = {
    "meta.subscription_plan": plan,
    "meta.project": project,
    "meta.feature_category": category,
    environment: instance,
  };
  const present = Object.entries(named).filter(([, value]) => value !== null);
  return { ...deed.fields, ...who.fields, ...Object.fromEntries(present), nonce };
}

function lineOf(made: Content, text: string, ownId: string | null): RandomLine {
  const { timeMs, who, deed, plan, project, category, instance } = made;
  const variant = createHash("sha256").update(`\0${text}`).digest("hex");
  const group = project?.split("/")[0] ?? null;
  const shared = {
    id: hourOf(timeMs).toString(16).padStart(8, "0") + (ownId ?? variant).slice(0, 24),
    variant,
    log: deed.log,
    timeMs,
    instance,
    plan,
    group,
    ownsGroup: who.name !== null && who.name === group?.toLowerCase(),
    project,
    category,
    user: pseudonymOf("user", who.user),
    visitor: pseudonymOf("visitor", who.visitor),
  };
  const acts = deed.acts.map(([event, operation, detail]) => ({ ...shared, event, operation, detail }));
  return { text, timeMs, facts: acts.length > 0 ? acts : [{ ...shared, event: null, operation: "", detail: "" }] };
}

function pseudonymOf(kind: "user" | "visitor", value: string | null): string | null {
  if (value === null) return null;
  return createHmac("sha256", TEST_KEY).update(`logtally ${kind}\0${value}`).digest("hex").slice(0, 32);
}

/** Known by its content. */
function bareLine(made: Content): RandomLine {
  const text = JSON.stringify({ time: new Date(made.timeMs).toISOString(), tag: made.deed.log, ...fieldsOf(made) });
  return lineOf(made, text, null);
}

/** An entry: all that have one insert id and one time are variants of each other. */
function entry(made: Content, insertId: string): RandomLine {
  const timestamp = new Date(made.timeMs).toISOString();
  const jsonPayload = { ...fieldsOf(made), tag: made.deed.log };
  const text = JSON.stringify({ logName: "projects/p/logs/x", timestamp, insertId, jsonPayload });
  return lineOf(made, text, createHash("sha256").update(`${timestamp} ${insertId}`).digest("hex"));
}

/** What one visitor does for a day or two with pauses of half an hour, of which few are a millisecond longer. */
function longVisit(first: Content, pauses: readonly number[]): RandomLine[] {
  let { timeMs } = first;
  return pauses.map((ms, nonce) => {
    timeMs += 30 * MINUTE_MS + ms;
    return bareLine({ ...first, timeMs, nonce });
  });
}

/** In no order of time. */
export const randomLines: fc.Arbitrary<RandomLine[]> = days.chain((daysAway) => {
  const moment = momentOf(daysAway);
  const content = fc.tuple(deed, moment).map(([made, timeMs]) => ({ ...made, timeMs }));
  const variants = fc
    .tuple(moment, fc.constantFrom("a", "b"), fc.array(deed, { minLength: 2, maxLength: 3 }))
    .map(([timeMs, insertId, all]) => all.map((made) => entry({ ...made, timeMs }, insertId)));
  const pauses = fc.array(fc.constantFrom(0, 0, 0, 0, 0, 0, 0, -1, 1), { minLength: 30, maxLength: 60 });
  const visit = fc.oneof(
    fc.constant([]),
    fc.tuple(content, pauses).map(([first, all]) => longVisit(first, all)),
  );
  return fc
    .tuple(fc.array(content, { minLength: 1, maxLength: 30, size: "max" }), fc.array(variants, { maxLength: 3 }), visit)
    .map(([bare, conflicts, ofOne]) => [...bare.map(bareLine), ...conflicts.flat(), ...ofOne]);
});
