import { Command } from "commander";
import { type Asked, addCommands, type CommandTable } from "./command-table.ts";
import { programVersion } from "./open/program-version.ts";
import { EXIT_WORDS } from "./process/exit-code.ts";
import { sayable } from "./terminal/secrecy.ts";
import { isLogJson, notify } from "./terminal/tell.ts";

const COMMANDS: CommandTable = {
  run: {
    takes: "[options] [pipeline...]",
    summary: "run pipelines until their input ends or they are stopped",
    load: async () => (await import("./run/run.ts")).runCommand(),
  },
  check: {
    takes: "[options] [pipeline...]",
    summary: "validate pipelines and reach what they need",
    load: async () => (await import("./run/check.ts")).checkCommand(),
  },
  setup: {
    takes: "[options] <pipeline...>",
    summary: "create what pipelines need and is missing",
    load: async () => (await import("./run/setup.ts")).setupCommand(),
  },
  seal: {
    takes: "[options] [pipeline]",
    summary: "seal the hours that are due",
    load: async () => (await import("./duties/seal.ts")).sealCommand(),
  },
  sign: {
    takes: "[options] [pipeline]",
    summary: "write the signed digests that are due",
    load: async () => (await import("./duties/sign.ts")).signCommand(),
  },
  gc: {
    takes: "[options] [pipeline]",
    summary: "remove write-ahead objects whose lines are sealed and signed",
    load: async () => (await import("./duties/gc.ts")).gcCommand(),
  },
  counts: {
    takes: "[options] [pipeline]",
    summary: "the events, counted from the archive alone",
    load: async () => (await import("./counts/counts.ts")).countsCommand(),
  },
  coverage: {
    takes: "[options] [pipeline]",
    summary: "which counts there can be, and at which level",
    load: async () => (await import("./counts/coverage.ts")).coverageCommand(),
  },
  report: {
    takes: "[options] [file...]",
    summary: "counts, as report files ask for them",
    load: async () => (await import("./report/report.ts")).reportCommand(),
  },
  ledger: {
    takes: "[options] [pipeline]",
    summary: "the lines of every hour, and whether they balance",
    load: async () => (await import("./duties/ledger.ts")).ledgerCommand(),
  },
  recount: {
    takes: "[options] [pipeline]",
    summary: "count everything again from the lines, and compare",
    load: async () => (await import("./counts/recount.ts")).recountCommand(),
  },
  facts: {
    takes: "",
    summary: "derive what counts are made of anew",
    load: async () => (await import("./counts/facts.ts")).factsCommand(),
  },
  archive: {
    takes: "",
    summary: "look into an archive and bring lines back",
    load: async (asked) => (await import("./archive/archive.ts")).archiveCommand(asked),
  },
  index: {
    takes: "",
    summary: "look after the index of a pipeline",
    load: async (asked) => (await import("./live/index-commands.ts")).indexCommands(asked),
  },
  explain: {
    takes: "[options] [file...]",
    summary: "why a line is counted, or is not",
    load: async () => (await import("./catalogue/explain.ts")).explainCommand(),
  },
  test: {
    takes: "[options] [pipeline...]",
    summary: "hold pipelines against their own cases",
    load: async () => (await import("./catalogue/test.ts")).testCommand(),
  },
  explore: {
    takes: "[options] [pipeline]",
    summary: "a local page over the same data",
    load: async () => (await import("./explore/explore.ts")).exploreCommand(),
  },
  generate: {
    takes: "[options]",
    summary: "realistic traffic of a GitLab instance, with its true counts",
    load: async () => (await import("./demo/generate.ts")).generateCommand(),
  },
  size: {
    takes: "[options]",
    summary: "what a deployment needs, and about what it costs",
    load: async () => (await import("./sizing/size.ts")).sizeCommand(),
  },
  demo: {
    takes: "",
    summary: "the main job on a simulated day, from lines to counts",
    load: async () => (await import("./demo/demo.ts")).demoCommand(),
  },
};

const HELP_AFTER = `
Exit codes:
${EXIT_WORDS.map(({ code, meaning }) => `  ${String(code).padEnd(3)}  ${meaning}`).join("\n")}

Results go to standard output, everything else to standard error. Times are UTC.
`;

/** The program. Of its commands only the one that is asked for is loaded, for a quick start. */
export async function createProgram(asked: Asked): Promise<Command> {
  const program = new Command("logtally")
    .description("Archives every line of GitLab's system logs, and counts the CRUD and API events in them, exactly.")
    .version(programVersion())
    .showSuggestionAfterError()
    .addHelpText("after", HELP_AFTER);
  await addCommands(program, COMMANDS, asked);
  exitByError(program);
  return program;
}

/** What commander has against a command line. */
function tellMisuse(text: string, write: (text: string) => void): void {
  if (isLogJson()) notify("usage_error", text.trimEnd().split("\n"));
  else write(sayable(text));
}

/** Makes commander throw instead of leaving with its own exit codes, in every command. */
function exitByError(command: Command): void {
  command
    .exitOverride()
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .configureOutput({ outputError: tellMisuse });
  for (const each of command.commands) exitByError(each);
}
