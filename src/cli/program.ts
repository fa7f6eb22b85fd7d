import { Command } from "commander";
import { archiveCommand } from "./archive.ts";
import { checkCommand } from "./check.ts";
import { countsCommand } from "./counts.ts";
import { demoCommand } from "./demo.ts";
import { EXIT_WORDS } from "./exit-code.ts";
import { explainCommand } from "./explain.ts";
import { factsCommand } from "./facts.ts";
import { gcCommand } from "./gc.ts";
import { generateCommand } from "./generate.ts";
import { ledgerCommand } from "./ledger.ts";
import { programVersion } from "./open/program-version.ts";
import { recountCommand } from "./recount.ts";
import { runCommand } from "./run.ts";
import { sealCommand } from "./seal.ts";
import { sayable } from "./secrecy.ts";
import { setupCommand } from "./setup.ts";
import { signCommand } from "./sign.ts";
import { testCommand } from "./test.ts";

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
