import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { archiveCommand } from "./archive.ts";
import { checkCommand } from "./check.ts";
import { countsCommand } from "./counts.ts";
import { demoCommand } from "./demo.ts";
import { EXIT_OK, EXIT_STORE, EXIT_USAGE, exitCodeOf } from "./exit-code.ts";
import { explainCommand } from "./explain.ts";
import { generateCommand } from "./generate.ts";
import { runCommand } from "./run.ts";
import { testCommand } from "./test.ts";

const HELP_AFTER = `
Exit codes:
  0    done
  1    it ran, and the answer is "not right"; or a fault of the program
  2    bad usage or configuration, or a missing input
  3    a store or service refused, stayed away or is full
  130  interrupted

Results go to standard output, everything else to standard error. Times are UTC.
`;

function createProgram(): Command {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  const program = new Command("logtally")
    .description("Archives every line of GitLab's system logs, and counts the CRUD and API events in them, exactly.")
    .version(version)
    .showSuggestionAfterError()
    .addHelpText("after", HELP_AFTER);
  for (const make of [
    runCommand,
    checkCommand,
    countsCommand,
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
  command.exitOverride().configureHelp({ sortSubcommands: false, showGlobalOptions: false });
  for (const each of command.commands) exitByError(each);
}

async function main(args: readonly string[]): Promise<number> {
  // A reader that has seen enough (`| head`) is no fault.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(EXIT_OK);
    process.stderr.write(`logtally: write standard output: ${error.message}\n`);
    process.exit(EXIT_STORE);
  });
  const program = createProgram();
  try {
    await program.parseAsync(args, { from: "user" });
    return typeof process.exitCode === "number" ? process.exitCode : EXIT_OK;
  } catch (error) {
    // Commander has printed its own message already; help and version come here as well, with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    const exitCode = exitCodeOf(error);
    if (exitCode === null) {
      process.stderr.write("logtally: this is a fault of the program; please report it with what follows\n");
      throw error;
    }
    process.stderr.write(`logtally: ${(error as Error).message}\n`);
    return exitCode;
  }
}

process.exitCode = await main(process.argv.slice(2));
