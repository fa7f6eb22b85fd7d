/**
 * Goal: what becomes of every sample line is written down, and changes only when somebody means it. Method: a
 * snapshot of each file, line by line; what the lines are for stands in the samples' own description.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hourName } from "../../src/core/hour.ts";
import { type DecodedLine, decodeFile } from "./decoded-line.ts";

const SAMPLES = join(import.meta.dirname, "../../fixtures/samples");
/** Enough of a line to find it in its file. */
const SHOWN = 48;

function show({ lane, reason, log, timeMs, hour, id, text }: DecodedLine): string {
  const time = timeMs === null ? "-" : new Date(timeMs).toISOString();
  const head = JSON.stringify(text.slice(0, SHOWN));
  return `${lane}${reason === null ? "" : `/${reason}`} ${log} ${time} ${hourName(hour)} ${id} ${head}`;
}

describe("samples", () => {
  it.each(readdirSync(SAMPLES).sort())("%s", (name) => {
    const lines = decodeFile(readFileSync(join(SAMPLES, name)));
    expect(`\n${lines.map(show).join("\n")}\n`).toMatchSnapshot();
  });
});
