/**
 * Goal: notes of holds come back as they were made, are never changed, and are believed only where they are what they say.
 * Method: notes in a store in memory, of which one thing at a time is made wrong.
 */
import { expect, it } from "vitest";
import { addHoldRecord, type HoldRecord, holdId, listHolds } from "../../../src/archive/hold/hold-record.ts";
import { createMemoryStore } from "../../../src/backends/memory/memory-store.ts";

const HOLD = holdId(Date.UTC(2020, 11, 22, 9), "0123abcd");
const NAME = `ctl/hold/${HOLD}.set.json`;
const SET: HoldRecord = {
  format: 1,
  hold: HOLD,
  action: "set",
  at: "2020-12-22T09:00:00.000Z",
  reason: "case \u{1f512} 4711",
  since: null,
  until: "2020-12-23T00:00:00.000Z",
};

it("come back with their release, in order of time", async () => {
  const store = createMemoryStore();
  const earlier = { ...SET, hold: holdId(Date.UTC(2020, 11, 22, 8), "ffffffff") };
  await addHoldRecord(store, SET);
  await addHoldRecord(store, earlier);
  const release: HoldRecord = { ...SET, action: "release", reason: "closed" };
  await addHoldRecord(store, release);
  expect(await listHolds(store)).toEqual([
    { set: earlier, release: null },
    { set: SET, release },
  ]);
  await expect(addHoldRecord(store, SET)).rejects.toThrow(`create "${NAME}": it is there already`);
});

it.each([
  ["{", "no JSON"],
  [JSON.stringify({ ...SET, format: 2 }), "use a newer logtally"],
  [JSON.stringify({ ...SET, hold: holdId(0, "00000000") }), "it speaks of another hold"],
  [JSON.stringify({ ...SET, action: "release" }), "it speaks of another hold"],
  [JSON.stringify({ ...SET, until: "soon" }), '"until" is not a time'],
  [JSON.stringify({ ...SET, more: 1 }), '"more" is not a member of this format'],
  [JSON.stringify(SET).replace('"since":null', '"since":null,"since":null'), "a member stands twice"],
  [JSON.stringify(SET).padEnd(20_000), "more bytes than any note has"],
])("are not believed where they are something else: %s", async (text, why) => {
  const store = createMemoryStore();
  await store.create(NAME, Buffer.from(text));
  const listed = listHolds(store);
  await expect(listed).rejects.toMatchObject({ name: "IoError", code: "corrupt" });
  await expect(listed).rejects.toThrow(`read "${NAME}": `);
  await expect(listed).rejects.toThrow(why);
});
