/**
 * Goal: `archive find` gives exactly what a naive scan over all lines gives, whatever is asked, whatever befell the archive,
 * and whatever its look-ups and facts are like.
 * Method: archives of two streams with every lane, revisions, repeats and conflicts, sealed in part by the program's own
 * sealer; questions of any of the filters; look-ups and facts whole, not believed, missing, or with a bit that is wrong.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, expect, it, vi } from "vitest";
import { createLineFilter } from "../../src/cli/archive/search/line-filter.ts";
import { openNarrowing } from "../../src/cli/archive/search/narrowing.ts";
import { openArchiveStore } from "../../src/cli/open/archive/archive-store.ts";
import { fieldCondition } from "../../src/cli/options/field-condition.ts";
import { loadCatalogue } from "../../src/cli/settings.ts";
import { leafHash } from "../../src/core/identity.ts";
import { HOUR_MS } from "../../src/core/units.ts";
import { findLines } from "../archive/find-lines.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { type Asked, naiveSearch, shown, traitsOf } from "./naive-search.ts";
import { archiveOf, FIRST_MS, type KeptLine, type SearchedArchive, story, VALUES } from "./searched-archive.ts";

const CATALOGUE = await loadCatalogue(null);

beforeEach(() => {
  // What is told of look-ups and facts that are missing.
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
});

type Views = "whole" | "not believed" | "missing" | "bit";
type Condition = keyof Asked;

interface Question {
  /** Null to ask what some line of the archive has of `conditions`, so that there is something to be found. */
  readonly asked: Asked | null;
  readonly conditions: readonly Condition[];
  readonly views: Views;
  /** Says which line is asked about, which view is damaged, and where. */
  readonly at: number;
}

const CONDITIONS: readonly Condition[] = [
  "since",
  "until",
  "log",
  "event",
  "user",
  "group",
  "project",
  "correlationId",
  "status",
  "field",
  "text",
];
/** What is searched by look-ups and facts, and by time alone. */
const NARROWED: readonly (readonly Condition[])[] = [
  ["since"],
  ["since", "until"],
  ["quarantined"],
  ["quarantined", "log"],
  ["quarantined", "text"],
  ["correlationId"],
  ["correlationId", "since"],
  ["event", "user"],
  ["event", "group"],
  ["event", "project"],
  ["event", "since", "until"],
];

const instant = fc
  .tuple(fc.constantFrom(-24, 0, 1, 4, 5, 20, 21, 27), fc.constantFrom(-1, 0, 1))
  .map(([hours, ms]) => FIRST_MS + hours * HOUR_MS + ms);
const seldom = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.integer({ min: 0, max: 4 }).chain((n) => (n === 0 ? value : fc.constant(undefined)));

/** Of any filter, which need not fit each other. */
const anyAsked = fc.record({
  since: fc.option(instant, { nil: null, freq: 1 }),
  until: fc.option(instant, { nil: null, freq: 1 }),
  log: seldom(fc.constantFrom(...VALUES.log)),
  event: seldom(fc.constantFrom(...VALUES.event)),
  user: seldom(fc.constantFrom(...VALUES.user)),
  group: seldom(fc.constantFrom(...VALUES.group)),
  project: seldom(fc.constantFrom(...VALUES.project)),
  correlationId: seldom(fc.constantFrom(...VALUES.correlationId)),
  status: seldom(fc.constantFrom(...VALUES.status)),
  field: seldom(fc.array(fc.constantFrom(...VALUES.field).map(fieldCondition), { minLength: 1, maxLength: 2 })),
  text: seldom(fc.constantFrom(...VALUES.text)),
}) as fc.Arbitrary<Asked>;

const question: fc.Arbitrary<Question> = fc.record({
  asked: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, anyAsked),
  conditions: fc.oneof(fc.constantFrom(...NARROWED), fc.subarray([...CONDITIONS], { maxLength: 4 })),
  views: fc.constantFrom<Views>("whole", "whole", "not believed", "missing", "bit"),
  at: fc.nat(),
});

/** What is asked: of the lanes that have such lines one as often as another. */
function askedOf(lines: readonly KeptLine[], { asked, conditions, at }: Question): Asked {
  if (asked !== null) return asked;
  const all = lines.map((line) => ({ lane: line.lane, traits: traitsOf(line) }));
  const able = all.filter(({ traits }) => conditions.every((name) => traits[name] !== undefined));
  const lanes = [...Map.groupBy(able, ({ lane }) => lane).values()];
  const ofLane = lanes[at % lanes.length] ?? [];
  const traits = ofLane[Math.floor(at / 7) % ofLane.length]?.traits;
  const told = Object.fromEntries(conditions.map((name) => [name, traits?.[name]]));
  return { since: null, until: null, ...told };
}

async function search({ settings }: SearchedArchive, asked: Asked, lookups: boolean): Promise<string[]> {
  const store = await openArchiveStore(settings.archive);
  const narrowing = await openNarrowing(
    settings,
    CATALOGUE,
    store,
    { ...asked, lookups },
    createLineFilter(asked, CATALOGUE, settings),
  );
  const found: string[] = [];
  try {
    await findLines(
      store,
      {
        sinceMs: asked.since,
        untilMs: asked.until,
        matches: narrowing.matches,
        blocksOf: narrowing.blocksOf,
        lookups,
      },
      ({ meta, buffer, start, end }) => found.push(shown({ id: meta.id, hash: leafHash(buffer, start, end) })),
    );
  } finally {
    narrowing.close();
  }
  return found.toSorted();
}

/** Does the work while a look-up or a file of facts is not as it should be, and puts it back. */
async function amid<Result>(path: string, { views, at }: Question, work: () => Promise<Result>): Promise<Result> {
  const files = ["ctl/lookup", "facts"].flatMap((folder) => viewsIn(join(path, folder)));
  const file = files[at % files.length];
  if (file === undefined || views === "whole" || views === "not believed") return work();
  const bytes = readFileSync(file);
  rmSync(file);
  if (views === "bit") {
    const damaged = Buffer.from(bytes);
    const place = at % damaged.length;
    damaged[place] = (damaged[place] ?? 0) ^ (1 << (at % 8));
    writeFileSync(file, damaged);
  }
  try {
    return await work();
  } finally {
    writeFileSync(file, bytes);
  }
}

function viewsIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

it("gives what a naive scan gives", async () => {
  const seen = { lanes: new Set<string>(), found: 0 };
  await fc.assert(
    fc.asyncProperty(story, fc.array(question, { minLength: 60, maxLength: 60, size: "max" }), async (told, all) => {
      const archive = await archiveOf(told, await tempFolder());
      for (const { lane } of archive.lines) seen.lanes.add(lane);
      for (const each of all) {
        const asked = askedOf(archive.lines, each);
        const expected = naiveSearch(archive.lines, asked);
        const found = await amid(archive.path, each, () => search(archive, asked, each.views !== "not believed"));
        expect({ ...each, asked, found }).toEqual({ ...each, asked, found: expected });
        if (found.length > 0) seen.found += 1;
      }
    }),
    // A smaller archive would have to be made for each step towards the smallest.
    { numRuns: 3, endOnFailure: true },
  );
  expect([...seen.lanes].toSorted()).toEqual(["blob", "future", "line", "quarantine", "wrapped"]);
  expect(seen.found).toBeGreaterThan(100);
});
