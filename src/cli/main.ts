import { CommanderError } from "commander";
import { EXIT_OK, EXIT_STORE, EXIT_USAGE, exitCodeOf } from "./exit-code.ts";
import { createProgram } from "./program.ts";

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
