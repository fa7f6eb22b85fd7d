import { Command } from "commander";
import { type Asked, addCommands, type CommandTable } from "../command-table.ts";

const COMMANDS: CommandTable = {
  redrive: {
    takes: "[options] <pipeline...>",
    summary: "put lines of the index's quarantine back, after a fix",
    load: async () => (await import("./redrive.ts")).redriveCommand(),
  },
  rebuild: {
    takes: "[options] <pipeline...>",
    summary: "rebuild a span of the index from the archive",
    load: async () => (await import("./rebuild.ts")).rebuildCommand(),
  },
  expire: {
    takes: "[options] <pipeline...>",
    summary: "remove the indices of days that are over",
    load: async () => (await import("./expire.ts")).expireCommand(),
  },
};

export async function indexCommands(asked: Asked): Promise<Command> {
  const index = new Command("index").description(
    "Looks after the index of a pipeline, which the archive can always make anew.",
  );
  await addCommands(index, COMMANDS, asked);
  return index;
}
