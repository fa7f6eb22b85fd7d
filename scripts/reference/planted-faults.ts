import type { Fault } from "../../test/mutants/fault.ts";
import { code, markdownTable, plain } from "./markdown.ts";

/** The faults that the gate plants, and the tests that catch them, a table for each place. */
export function plantedFaults(byPlace: ReadonlyMap<string, readonly Fault[]>): string {
  const all = [...byPlace.values()].flat();
  const tables = [...byPlace].map(([place, faults]) => {
    const rows = faults.map(({ name, harm, breaks, caughtBy: { file, title } }) => {
      return [code(name), plain(harm), breaks, `${code(file)}: ${plain(title)}`];
    });
    return `### ${place}\n\n${markdownTable(["fault", "what would go wrong", "breaks", "caught by"], rows)}`;
  });
  return [`${all.length} faults.`, ...tables].join("\n\n");
}
