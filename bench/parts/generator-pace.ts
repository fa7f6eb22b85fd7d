/** How fast the generator is in each of its forms. */
import { devNull } from "node:os";
import { formatCount, formatThings } from "../../src/cli/terminal/quantity.ts";
import type { Column } from "../../src/cli/terminal/table.ts";
import { FORM_NAMES } from "../../src/generate/form.ts";
import { generateCommand } from "../corpora/corpus.ts";
import type { Goal } from "../measuring/goal.ts";
import { measure, type Usage } from "../measuring/measure.ts";
import { median } from "../measuring/median.ts";
import { type Report, reportOf } from "../measuring/report.ts";

/** Start-up weighs little in so many. */
const LINES = 200_000;
const LEAST_LINES_PER_SECOND = 30_000;
const BATCH = 500;

interface FormPace {
  readonly form: string;
  readonly linesPerSecond: number;
  readonly linesPerCpuSecond: number;
}

const COLUMNS: readonly Column<FormPace>[] = [
  { head: "generate", align: "left", cell: ({ form }) => form },
  { head: "lines per second", align: "right", cell: ({ linesPerSecond }) => formatCount(linesPerSecond) },
  { head: "lines per CPU second", align: "right", cell: ({ linesPerCpuSecond }) => formatCount(linesPerCpuSecond) },
];

export async function measureGenerator(rounds: number): Promise<Report> {
  const forms = [...FORM_NAMES.map((name) => ["--form", name]), ["--form", "pubsub", "--batch", String(BATCH)]];
  const paces: FormPace[] = [];
  for (const form of forms) {
    process.stderr.write(`generate ${form.join(" ")}\n`);
    const usages: Usage[] = [];
    for (let round = 0; round < rounds; round += 1) {
      usages.push(await measure([...generateCommand(LINES, devNull), ...form]));
    }
    paces.push({
      form: form.join(" "),
      linesPerSecond: median(usages.map(({ wallSeconds }) => LINES / wallSeconds)),
      linesPerCpuSecond: median(usages.map(({ cpuSeconds }) => LINES / cpuSeconds)),
    });
  }
  const title = `${formatCount(LINES)} lines to nowhere, start-up included; medians of ${formatThings(rounds, "round")}`;
  return reportOf(title, COLUMNS, paces, paces.map(paceGoal));
}

function paceGoal({ form, linesPerSecond: value }: FormPace): Goal {
  return { name: `generate ${form}`, value, unit: "lines/s", bound: "at least", limit: LEAST_LINES_PER_SECOND };
}
