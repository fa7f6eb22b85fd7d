/**
 * Goal: every field that a panel, search, control or format names is in the index template, with a type that can do what
 * is asked of it.
 * Method: the fields of the sources against the mappings of the templates, by what is done with each.
 */
import { describe, expect, it } from "vitest";
import { readKibanaSources } from "../../../src/indexing/kibana/kibana-sources.ts";
import { KIBANA_TEXTS } from "./kibana-files.ts";
import { MAPPED_TYPES } from "./mapped-types.ts";
import { type FieldUse, usedFields } from "./used-fields.ts";

const NUMBERS = ["long", "double", "short"];
const WORDS = ["keyword", "ip", "boolean", ...NUMBERS];
/** Types that can do it. */
const FITTING: Readonly<Record<FieldUse, readonly string[]>> = {
  term: WORDS,
  range: [...NUMBERS, "date"],
  exists: [...WORDS, "date"],
  buckets: WORDS,
  time: ["date"],
  number: NUMBERS,
  distinct: ["keyword", "ip", ...NUMBERS],
  sort: ["date", ...WORDS],
  shown: ["date", "text", ...WORDS],
};
const USED = usedFields(readKibanaSources(KIBANA_TEXTS));

describe("the fields that Kibana's objects use", () => {
  it("are many, and of every data view", () => {
    expect(new Set(USED.map(({ field }) => field)).size).toBeGreaterThan(60);
    expect(new Set(USED.map(({ index }) => index))).toEqual(new Set(MAPPED_TYPES.keys()));
  });

  it("are in the templates, with a type that fits", () => {
    const wrong = USED.filter(({ index, field, use }) => {
      const type = MAPPED_TYPES.get(index)?.get(field);
      return type === undefined || !FITTING[use].includes(type);
    });
    expect(
      wrong.map(
        ({ of, index, field, use }) =>
          `${of}: ${field} (${use}) is ${MAPPED_TYPES.get(index)?.get(field) ?? "not there"}`,
      ),
    ).toEqual([]);
  });
});
