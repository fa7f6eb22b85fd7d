import { Command } from "commander";
import { type CommandLoaders, loadCommands } from "./command-loaders.ts";
import { programVersion } from "./open/program-version.ts";
import { EXIT_WORDS } from "./process/exit-code.ts";
import { sayable } from "./terminal/secrecy.ts";

const COMMANDS: CommandLoaders = {
  run: async () => (await import("./run/run.ts")).runCommand(),
  check: async () => (await import("./run/check.ts")).checkCommand(),
  setup: async () => (await import("./run/setup.ts")).setupCommand(),
  seal: async () => (await import("./archive/seal.ts")).sealCommand(),
  sign: async () => (await import("./archive/sign.ts")).signCommand(),
  gc: async () => (await import("./archive/gc.ts")).gcCommand(),
  counts: async () => (await import("./counts/counts.ts")).countsCommand(),
  coverage: async () => (await import("./counts/coverage.ts")).coverageCommand(),
  report: async () => (await import("./report/report.ts")).reportCommand(),
  ledger: async () => (await import("./archive/ledger.ts")).ledgerCommand(),
  recount: async () => (await import("./counts/recount.ts")).recountCommand(),
  facts: async () => (await import("./counts/facts.ts")).factsCommand(),
  archive: async (args) => (await import("./archive/archive.ts")).archiveCommand(args),
  index: async (args) => (await import("./live/index-commands.ts")).indexCommands(args),
  explain: async () => (await import("./catalogue/explain.ts")).explainCommand(),
  test: async () => (await import("./catalogue/test.ts")).testCommand(),
  explore: async () => (await import("./explore/explore.ts")).exploreCommand(),
  generate: async () => (await import("./demo/generate.ts")).generateCommand(),
  demo: async () => (await import("./demo/demo.ts")).demoCommand(),
};

const HELP_AFTER = `
Exit codes:
${EXIT_WORDS.map(({ code, meaning }) => `  ${String(code).padEnd(3)}  ${meaning}`).join("\n")}

Results go to standard output, everything else to standard error. Times are UTC.
`;

/**
 * The program as it is asked with these arguments: with the command that they name, or all where they name none. Only
 * that command is loaded, for a quick start.
 */
export async function createProgram(args: readonly string[]): Promise<Command> {
  const program = new Command("logtally")
    .description("Archives every line of GitLab's system logs, and counts the CRUD and API events in them, exactly.")
    .version(programVersion())
    .showSuggestionAfterError()
    .addHelpText("after", HELP_AFTER);
  for (const command of await loadCommands(COMMANDS, args)) program.addCommand(command);
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
