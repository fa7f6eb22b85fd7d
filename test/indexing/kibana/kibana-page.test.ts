/**
 * Goal: the page for engineers on call speaks of what they will see, under the names that it has there.
 * Method: the names on the page against the titles of dashboards, panels and searches.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readKibanaSources } from "../../../src/indexing/kibana/kibana-sources.ts";
import { KIBANA_TEXTS } from "./kibana-files.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../../docs/how-to/kibana.md"), "utf8");
const { searches, dashboards } = readKibanaSources(KIBANA_TEXTS);
const DASHBOARDS = dashboards.map(({ content }) => `GitLab: ${content.title}`);
const SEARCHES = Object.values(searches.content.searches).map(({ title }) => title);
const PANELS = dashboards.flatMap(({ content }) => content.panels.map(({ title }) => title));
/** What Kibana itself calls so. */
const KIBANA_WORDS = ["Filter for", "Open", "Duplicate", "Stack Management → Saved Objects → Import"];

/** First cells of the tables of a section. */
function rowsOf(heading: string): string[] {
  const [, section = ""] = PAGE.split(`### ${heading}\n`);
  return [...(section.split("\n### ")[0] ?? "").matchAll(/^\| ([^|]+) \|/gm)].map(([, cell = ""]) => cell).slice(1);
}

describe("the page for engineers on call", () => {
  it("names every dashboard and every search", () => {
    expect(rowsOf("Where to begin")).toEqual(DASHBOARDS);
    expect(rowsOf("Questions that have an answer already").toSorted()).toEqual(SEARCHES.toSorted());
  });

  it("calls things as they are called in Kibana", () => {
    const known = [...DASHBOARDS, ...DASHBOARDS.map((title) => title.replace("GitLab: ", "")), ...SEARCHES, ...PANELS];
    const prose = PAGE.replace(/^```[^]*?^```$/gm, "").replace(/`[^`\n]*`/g, "");
    const italics = [...prose.matchAll(/(?<!\*)\*([^*\n]+(?:\n[^*\n]+)?)\*(?!\*)/g)].map(([, text = ""]) =>
      text.replace(/\s+/g, " "),
    );
    expect(italics.length).toBeGreaterThan(12);
    const strange = italics.filter(
      (text) => !KIBANA_WORDS.includes(text) && !known.some((title) => title.startsWith(text)),
    );
    expect(strange).toEqual([]);
  });
});
