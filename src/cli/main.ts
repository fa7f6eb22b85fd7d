import { CommanderError } from "commander";
import { UsageError } from "../core/fault.ts";
import { EXIT_NOT_RIGHT, EXIT_OK, EXIT_STORE, EXIT_USAGE, exitCodeOf, isToldError } from "./process/exit-code.ts";
import { createProgram } from "./program.ts";
import { tellCrash } from "./terminal/crash.ts";
import { goesOnWithoutOutput } from "./terminal/print.ts";
import { notify, refuseUnknownForm } from "./terminal/tell.ts";

async function main(args: readonly string[]): Promise<number> {
  // A reader that has seen enough (`| head`) is no fault.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (goesOnWithoutOutput()) return;
    if (error.code === "EPIPE") process.exit(EXIT_OK);
    notify("store_error", `write standard output: ${error.message}`);
    process.exit(EXIT_STORE);
  });
  // Nor is one that has gone: what nobody reads must not stop an archive from being written.
  process.stderr.on("error", () => undefined);
  // Node would print all that hangs on an error: requests with their headers, and bytes that a terminal obeys.
  process.on("uncaughtException", (error) => {
    tellCrash(error);
    process.exit(EXIT_NOT_RIGHT);
  });
  try {
    refuseUnknownForm();
    const program = await createProgram(args);
    await program.parseAsync(args, { from: "user" });
    return typeof process.exitCode === "number" ? process.exitCode : EXIT_OK;
  } catch (error) {
    // Commander has printed its own message already; help and version come here as well, with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    if (isToldError(error)) {
      notify(error instanceof UsageError ? "usage_error" : "store_error", error.lines);
      return exitCodeOf(error);
    }
    tellCrash(error);
    return EXIT_NOT_RIGHT;
  }
}

process.exitCode = await main(process.argv.slice(2));
