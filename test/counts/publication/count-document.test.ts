/**
 * Goal: a document says whose count it is and of what; counts that differ in one of these never share one, and the same
 * count has the same one each time.
 * Method: documents of rows that differ in one thing, and every pair of views.
 */
import { describe, expect, it } from "vitest";
import type { CountRow } from "../../../src/counts/cube.ts";
import {
  countDocument,
  emptyDocument,
  type Publication,
  versionOf,
} from "../../../src/counts/publication/count-document.ts";
import { type CountedView, viewId } from "../../../src/counts/publication/counted-view.ts";

const VIEW: CountedView = {
  pipeline: "local",
  archive: null,
  instance: null,
  pseudonymKey: "6bbec06c6414d3e5",
  segment: "plan",
  level: "aggregate",
  isFolded: false,
};
const PUBLICATION: Publication = {
  index: "logtally.counts-5d14530c0000",
  view: VIEW,
  deployment: "saas",
  widened: [],
  catalogue: "sha256:5d14530c0000",
  hasSessions: true,
  dayState: () => ({ lines: 40, isSealed: true }),
  linesOfAllDays: null,
};
const ROW: CountRow = {
  event: "git_push",
  segment: "plan",
  key: "gold",
  period: "daily",
  from: "2020-12-22T00:00:00Z",
  to: "2020-12-23T00:00:00Z",
  count: 12,
  unique_users: 3,
  sessions: 4,
  sealed: true,
};

function fieldsOf({ source }: { readonly source: Buffer }): Record<string, unknown> {
  return JSON.parse(source.toString()) as Record<string, unknown>;
}

describe("the document of a row", () => {
  it("has the numbers, what they are of, and how far the archive was", () => {
    const document = countDocument(PUBLICATION, ROW);
    expect(document).toMatchObject({ index: PUBLICATION.index, version: 81 });
    expect(fieldsOf(document)).toEqual({
      "@timestamp": "2020-12-22T00:00:00.000Z",
      id: document.id,
      view: viewId(VIEW),
      pipeline: "local",
      deployment: "saas",
      catalogue: "sha256:5d14530c0000",
      pseudonym_key: "6bbec06c6414d3e5",
      level: "aggregate",
      widened: [],
      event: "git_push",
      segment: "plan",
      key: "gold",
      count: 12,
      unique_users: 3,
      sessions: 4,
      sealed: true,
      lines: 40,
    });
  });

  it("says what only the owner has opened, and how it is spread over users", () => {
    const row = { ...ROW, key: null, segment: "user", per_user: { mean: 1.5, median: 1, max: 3 } } as const;
    const fields = fieldsOf(countDocument({ ...PUBLICATION, widened: ["user"] }, row));
    expect(fields).toMatchObject({ widened: ["user"], per_user: { mean: 1.5, median: 1, max: 3 } });
    expect(fields).not.toHaveProperty("key");
  });

  it("is the same one as that of a row which is gone, with nothing in it", () => {
    const empty = emptyDocument(PUBLICATION, { event: "git_push", key: "gold", day: "2020-12-22" });
    expect(empty.id).toBe(countDocument(PUBLICATION, ROW).id);
    expect(fieldsOf(empty)).toMatchObject({ count: 0, unique_users: 0, sessions: 0 });
    const without = emptyDocument({ ...PUBLICATION, hasSessions: false }, { event: "a", key: null, day: "2020-12-22" });
    expect(fieldsOf(without)).not.toHaveProperty("sessions");
  });

  it("is another one for another event, key or day, and for totals without a name", () => {
    const changes: Partial<CountRow>[] = [
      {},
      { event: "login" },
      { key: "silver" },
      { key: null },
      { key: "null" },
      { from: "2020-12-23T00:00:00Z" },
    ];
    const ids = changes.map((change) => countDocument(PUBLICATION, { ...ROW, ...change }).id);
    expect(new Set(ids).size).toBe(changes.length);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe("rows that hang on other days than their own", () => {
  it("have the version of all these days, and say how many lines their own has", () => {
    const publication = { ...PUBLICATION, view: { ...VIEW, isFolded: true }, linesOfAllDays: 1000 };
    const document = countDocument(publication, ROW);
    expect(document.version).toBe(2001);
    expect(fieldsOf(document)).toMatchObject({ lines: 40, sealed: true, persons: "folded" });
    expect(emptyDocument(publication, { event: "git_push", key: "gold", day: "2020-12-22" }).version).toBe(2001);
  });
});

describe("a view", () => {
  it("differs by each thing that tells deployments and questions apart", () => {
    const views: CountedView[] = [
      VIEW,
      { ...VIEW, pipeline: "other" },
      { ...VIEW, archive: "gs://a-bucket/x" },
      { ...VIEW, archive: "gs://b-bucket/x" },
      { ...VIEW, instance: "gprd" },
      { ...VIEW, pseudonymKey: "0000000000000000" },
      { ...VIEW, segment: "group" },
      { ...VIEW, level: "identifiable" },
      { ...VIEW, segment: "group", isFolded: true },
    ];
    expect(new Set(views.map(viewId)).size).toBe(views.length);
    const ids = views.map((view) => countDocument({ ...PUBLICATION, view }, ROW).id);
    expect(new Set(ids).size).toBe(views.length);
    expect(viewId({ ...VIEW })).toBe(viewId(VIEW));
  });
});

describe("a version", () => {
  it("grows with a line more than with a seal, so that a late line is newer than a sealed day without it", () => {
    const versions = [0, 1, 2].flatMap((lines) => [false, true].map((isSealed) => versionOf({ lines, isSealed })));
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    expect(new Set(versions).size).toBe(versions.length);
  });
});
