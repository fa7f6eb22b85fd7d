/**
 * Goal: a trace is in the order of time, whatever component wrote its lines, and takes no more memory than it may.
 * Method: by hand.
 */
import { expect, it } from "vitest";
import { createTrace } from "../../src/archive/trace.ts";
import type { ArchivedLine } from "../../src/core/archived-line.ts";
import { bytesOf, SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";

function archived(text: string, timeMs: number | null): ArchivedLine {
  const { buffer, start, end, ...meta } = sampleLine(text, { timeMs });
  // With the LF that stands behind a line in its block.
  return { object: "x", row: 0, buffer: Buffer.concat([buffer, Buffer.from("\nnext")]), start, end, meta };
}

it("puts lines into the order of their times, those of one moment as they came, and those without time last", () => {
  const trace = createTrace("c");
  const times: (number | null)[] = [3, null, 1, 2, 1];
  for (const [index, ms] of times.entries()) trace.add(archived(`${index}`, ms === null ? null : SAMPLE_MS + ms));
  expect(trace.inOrder().map((line) => bytesOf(line).toString())).toEqual(["2", "4", "3", "0", "1"]);
});

it("keeps bytes of its own, each line with its LF", () => {
  const trace = createTrace("c");
  const line = archived("mine", SAMPLE_MS);
  trace.add(line);
  line.buffer.fill("z");
  const [kept] = trace.inOrder();
  expect(kept?.buffer.subarray(kept.start, kept.end + 1).toString()).toBe("mine\n");
});

it("refuses more lines than it puts into order", () => {
  const trace = createTrace("c", 2);
  trace.add(archived("a", 1));
  trace.add(archived("b", 1));
  expect(() => trace.add(archived("c", 1))).toThrow(/^trace "c": it has more than 2 lines.*--correlation-id/);
});
