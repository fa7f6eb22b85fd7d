import { Command } from "commander";
import { expandPaths } from "../../backends/files/paths.ts";
import { withPipelineOptions } from "../options/options.ts";
import { EXIT_OK, EXIT_USAGE, exitCodeOf, isToldError } from "../process/exit-code.ts";
import type { PipelineOptions } from "../settings.ts";
import { printWhole } from "../terminal/print.ts";
import { asLine, tell } from "../terminal/tell.ts";
import type { AskedReport } from "./asked-report.ts";

const DEFAULT_FILES = "reports/*.yaml";
const EXAMPLES = `
Examples:
  logtally report
  logtally report reports/pushes-by-plan.yaml --archive my-archive
  logtally report --check
`;

interface ReportOptions extends PipelineOptions {
  readonly check?: true;
}

export function reportCommand(): Command {
  const command = new Command("report")
    .description(
      "Answers report files: each says what is counted, in which form, and where it goes. One that fails keeps no other " +
        "from being answered; the exit code is the worst of all.",
    )
    .argument("[file...]", `report files (default: ${DEFAULT_FILES})`)
    .option("--check", "check the files, and whether what they ask may be reported; read no archive, write nothing");
  return withPipelineOptions(command)
    .addHelpText("after", EXAMPLES)
    .action(async (named: readonly string[], options: ReportOptions) => {
      const files = named.length === 0 ? await expandPaths([DEFAULT_FILES]) : [...new Set(named)];
      process.exitCode = await reportOn(files, options);
    });
}

/** Resolves with the worst exit code; what became of each report is told. */
async function reportOn(files: readonly string[], options: ReportOptions): Promise<number> {
  const { askReport } = await import("./asked-report.ts");
  const { clashesAmong } = await import("./report-clashes.ts");
  const reports = files.map((file) => ({ file, asking: askReport(file, options) }));
  const settled = await Promise.allSettled(reports.map(({ asking }) => asking));
  const clashes = clashesAmong(settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : [])));
  const exitCodes: number[] = [];
  for (const { file, asking } of reports) {
    const work = async (): Promise<void> => {
      const asked = await asking;
      if (clashes.length === 0) await answer(asked, options);
    };
    exitCodes.push(await exitCodeFor(file, work));
  }
  if (clashes.length > 0) {
    tell(clashes);
    exitCodes.push(EXIT_USAGE);
  }
  return Math.max(...exitCodes);
}

async function answer(asked: AskedReport, { check }: ReportOptions): Promise<void> {
  const { file } = asked.report;
  if (check === true) {
    await printWhole(`ok   ${asLine(file)}\n`);
    return;
  }
  // Only here: DuckDB would add its own start-up to that of a check.
  const { answerReport } = await import("./report-answer.ts");
  tell(`report "${file}": ${await answerReport(asked)}`);
}

/** Of the work on a report; why it failed is told. */
async function exitCodeFor(file: string, work: () => Promise<void>): Promise<number> {
  try {
    await work();
    return EXIT_OK;
  } catch (error) {
    if (!isToldError(error)) throw error;
    // What is wrong with the file itself begins with its name.
    tell(error.lines.map((line) => (line.startsWith(`${file}:`) ? line : `report "${file}": ${line}`)));
    return exitCodeOf(error);
  }
}
