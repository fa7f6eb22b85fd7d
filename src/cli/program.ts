import { Command } from "commander";
import { archiveCommand } from "./archive/archive.ts";
import { gcCommand } from "./archive/gc.ts";
import { ledgerCommand } from "./archive/ledger.ts";
import { sealCommand } from "./archive/seal.ts";
import { signCommand } from "./archive/sign.ts";
import { explainCommand } from "./catalogue/explain.ts";
import { testCommand } from "./catalogue/test.ts";
import { countsCommand } from "./counts/counts.ts";
import { coverageCommand } from "./counts/coverage.ts";
import { factsCommand } from "./counts/facts.ts";
import { recountCommand } from "./counts/recount.ts";
import { demoCommand } from "./demo/demo.ts";
import { generateCommand } from "./demo/generate.ts";
import { programVersion } from "./open/program-version.ts";
import { EXIT_WORDS } from "./process/exit-code.ts";
import { reportCommand } from "./report/report.ts";
import { checkCommand } from "./run/check.ts";
import { runCommand } from "./run/run.ts";
import { setupCommand } from "./run/setup.ts";
import { sayable } from "./terminal/secrecy.ts";

const HELP_AFTER = `
Exit codes:
${EXIT_WORDS.map(({ code, meaning }) => `  ${String(code).padEnd(3)}  ${meaning}`).join("\n")}

Results go to standard output, everything else to standard error. Times are UTC.
`;

/** All commands, ready to be run, or to be asked what they take. */
export function createProgram(): Command {
  const program = new Command("logtally")
    .description("Archives every line of GitLab's system logs, and counts the CRUD and API events in them, exactly.")
    .version(programVersion())
    .showSuggestionAfterError()
    .addHelpText("after", HELP_AFTER);
  for (const make of [
    runCommand,
    checkCommand,
    setupCommand,
    sealCommand,
    signCommand,
    gcCommand,
    countsCommand,
    coverageCommand,
    reportCommand,
    ledgerCommand,
    recountCommand,
    factsCommand,
    archiveCommand,
    explainCommand,
    testCommand,
    generateCommand,
    demoCommand,
  ]) {
    program.addCommand(make());
  }
  exitByError(program);
  return program;
}

/** Makes commander throw instead of leaving with its own exit codes, in every command. */
function exitByError(command: Command): void {
  command
    .exitOverride()
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .configureOutput({ outputError: (text, write) => write(sayable(text)) });
  for (const each of command.commands) exitByError(each);
}
