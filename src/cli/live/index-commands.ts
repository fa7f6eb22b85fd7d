import { Command } from "commander";
import { type CommandLoaders, loadCommands } from "../command-loaders.ts";

const COMMANDS: CommandLoaders = {
  redrive: async () => (await import("./redrive.ts")).redriveCommand(),
  rebuild: async () => (await import("./rebuild.ts")).rebuildCommand(),
  expire: async () => (await import("./expire.ts")).expireCommand(),
};

export async function indexCommands(args: readonly string[]): Promise<Command> {
  const index = new Command("index")
    .summary("look after the index of a pipeline")
    .description("Looks after the index of a pipeline, which the archive can always make anew.");
  for (const command of await loadCommands(COMMANDS, args)) index.addCommand(command);
  return index;
}
