import { Command } from "commander";
import { type CommandLoaders, loadCommands } from "../command-loaders.ts";

const COMMANDS: CommandLoaders = {
  ls: async () => (await import("./archive-ls.ts")).lsCommand(),
  find: async () => (await import("./archive-find.ts")).findCommand(),
  get: async () => (await import("./archive-get.ts")).getCommand(),
  stats: async () => (await import("./archive-stats.ts")).statsCommand(),
  index: async () => (await import("./archive-index.ts")).indexCommand(),
  prove: async () => (await import("./archive-prove.ts")).proveCommand(),
  "check-proof": async () => (await import("./archive-check-proof.ts")).checkProofCommand(),
  export: async () => (await import("./archive-export.ts")).exportCommand(),
  verify: async () => (await import("./archive-verify.ts")).verifyCommand(),
  replay: async () => (await import("./replay/archive-replay.ts")).replayCommand(),
  hold: async () => (await import("./hold/archive-hold.ts")).holdCommand(),
  sql: async () => (await import("./archive-sql.ts")).sqlCommand(),
};

export async function archiveCommand(args: readonly string[]): Promise<Command> {
  const archive = new Command("archive")
    .summary("look into an archive and bring lines back")
    .description("Looks into an archive and brings lines back.");
  for (const command of await loadCommands(COMMANDS, args)) archive.addCommand(command);
  return archive;
}
