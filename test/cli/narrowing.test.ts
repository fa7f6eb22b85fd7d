/**
 * Goal: a search opens no line that facts do not name, and every one of which they do not tell; nor hours without quarantine.
 * Method: an archive of lines with and without events, sealed and not; the lines that the filter is asked about.
 */
import { expect, it } from "vitest";
import { findPlaces, searchPlaces } from "../../src/archive/find.ts";
import { openNarrowing } from "../../src/cli/archive/search/narrowing.ts";
import { openArchiveStore } from "../../src/cli/open/archive/archive-store.ts";
import { loadCatalogue } from "../../src/cli/settings.ts";
import type { Payload } from "../../src/core/delivery.ts";
import { HOUR_MS } from "../../src/core/units.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { archiveOf, FIRST_MS, fileOf, type SearchedArchive } from "./searched-archive.ts";

const USERS = [1, 1, 2, 3, 3, 3];

/** A request of each user, all in one block. */
const requests = (nonce: number): Payload[] =>
  USERS.map((user_id, index) => {
    const time = new Date(FIRST_MS + index).toISOString();
    const record = { time, tag: "rails.api", method: "GET", route: "/api/:version/projects", status: 200 };
    return fileOf(JSON.stringify({ ...record, user_id, nonce, index }));
  });

/** The users of the lines that the filter is asked about. */
async function askedAbout({ settings }: SearchedArchive, lookups: boolean, user: string): Promise<number[]> {
  const store = await openArchiveStore(settings.archive);
  const users: number[] = [];
  const asked = { event: "any", user, lookups };
  const { matches, blocksOf, close } = await openNarrowing(
    settings,
    await loadCatalogue(null),
    store,
    asked,
    (line) => {
      const record = JSON.parse(line.buffer.toString("utf8", line.start, line.end)) as { user_id: number };
      users.push(record.user_id);
      return true;
    },
  );
  const query = { sinceMs: null, untilMs: null, matches, blocksOf };
  const visitor = { visit: () => undefined, endOfBlock: async () => {}, onBytes: () => undefined };
  await searchPlaces(await findPlaces(store, query), query, visitor);
  close();
  return users;
}

it("asks about sealed lines that facts name, and about all that are not sealed", async () => {
  const deeds = [
    { put: requests(1), stream: "a" },
    { seals: true as const, isRemoved: true },
  ];
  const sealed = await archiveOf({ deeds, hours: 1 }, await tempFolder());
  expect(await askedAbout(sealed, true, "1")).toEqual([1, 1]);
  expect(await askedAbout(sealed, true, "4")).toEqual([]);
  expect(await askedAbout(sealed, false, "1")).toEqual(USERS);
  const withTail = await archiveOf(
    { deeds: [...deeds, { put: requests(2), stream: "a" }], hours: 1 },
    await tempFolder(),
  );
  expect(await askedAbout(withTail, true, "1")).toEqual([1, 1, ...USERS]);
});

it("reads of sealed hours only those with lines in quarantine, where these are asked for", async () => {
  const later = new Date(FIRST_MS + 2 * HOUR_MS).toISOString();
  const deeds = [
    {
      put: [...requests(1), fileOf(JSON.stringify({ time: later, tag: "rails.api" })), fileOf("no record")],
      stream: "a",
    },
    { seals: true as const, isRemoved: true },
  ];
  const { settings } = await archiveOf({ deeds, hours: 1 }, await tempFolder());
  const store = await openArchiveStore(settings.archive);
  const placesOf = async (lookups: boolean): Promise<string[]> => {
    const asked = { quarantined: "any", lookups };
    const { matches, blocksOf, close } = await openNarrowing(
      settings,
      await loadCatalogue(null),
      store,
      asked,
      () => true,
    );
    const places = await findPlaces(store, { sinceMs: null, untilMs: null, matches, blocksOf });
    close();
    return places.map(({ object }) => object.name);
  };
  expect(await placesOf(false)).toHaveLength(3);
  expect(await placesOf(true)).toEqual([expect.stringContaining("undated")]);
});
