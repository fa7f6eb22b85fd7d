import { Command } from "commander";
import { findCommand } from "./archive-find.ts";
import { lsCommand } from "./archive-ls.ts";
import { sqlCommand } from "./archive-sql.ts";
import { holdCommand } from "./hold/archive-hold.ts";
import { replayCommand } from "./replay/archive-replay.ts";

export function archiveCommand(): Command {
  return new Command("archive")
    .summary("look into an archive and bring lines back")
    .description("Looks into an archive and brings lines back.")
    .addCommand(lsCommand())
    .addCommand(findCommand())
    .addCommand(replayCommand())
    .addCommand(holdCommand())
    .addCommand(sqlCommand());
}
