import { Command } from "commander";
import { expandPaths } from "../../backends/files/paths.ts";
import { withPipelineOptions } from "../options/options.ts";
import { EXIT_OK, exitCodeOf, isToldError } from "../process/exit-code.ts";
import type { PipelineOptions } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { asLine, tell } from "../terminal/tell.ts";

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
    .summary("counts, as report files ask for them")
    .description(
      "Answers report files: each says what is counted, in which form, and where it goes. One that fails keeps no other " +
        "from being answered; the exit code is the worst of all.",
    )
    .argument("[file...]", `report files (default: ${DEFAULT_FILES})`)
    .option("--check", "check the files, and whether what they ask may be reported; read no archive, write nothing");
  return withPipelineOptions(command)
    .addHelpText("after", EXAMPLES)
    .action(async (named: readonly string[], options: ReportOptions) => {
      const files = named.length === 0 ? await expandPaths([DEFAULT_FILES]) : named;
      const exitCodes: number[] = [];
      for (const file of files) exitCodes.push(await reportOn(file, options));
      process.exitCode = Math.max(...exitCodes);
    });
}

/** Resolves with the exit code; what became of the report is told. */
async function reportOn(file: string, options: ReportOptions): Promise<number> {
  try {
    const { askReport } = await import("./asked-report.ts");
    const asked = await askReport(file, options);
    if (options.check === true) {
      await print(`ok   ${asLine(file)}\n`);
      return EXIT_OK;
    }
    // Only here: DuckDB would add its own start-up to that of a check.
    const { answerReport } = await import("./report-answer.ts");
    tell(`report "${file}": ${await answerReport(asked)}`);
    return EXIT_OK;
  } catch (error) {
    if (!isToldError(error)) throw error;
    // What is wrong with the file itself begins with its name.
    tell(error.lines.map((line) => (line.startsWith(`${file}:`) ? line : `report "${file}": ${line}`)));
    return exitCodeOf(error);
  }
}
