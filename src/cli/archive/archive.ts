import { Command } from "commander";
import { checkProofCommand } from "./archive-check-proof.ts";
import { exportCommand } from "./archive-export.ts";
import { findCommand } from "./archive-find.ts";
import { getCommand } from "./archive-get.ts";
import { indexCommand } from "./archive-index.ts";
import { lsCommand } from "./archive-ls.ts";
import { proveCommand } from "./archive-prove.ts";
import { sqlCommand } from "./archive-sql.ts";
import { statsCommand } from "./archive-stats.ts";
import { verifyCommand } from "./archive-verify.ts";
import { holdCommand } from "./hold/archive-hold.ts";
import { replayCommand } from "./replay/archive-replay.ts";

export function archiveCommand(): Command {
  return new Command("archive")
    .summary("look into an archive and bring lines back")
    .description("Looks into an archive and brings lines back.")
    .addCommand(lsCommand())
    .addCommand(findCommand())
    .addCommand(getCommand())
    .addCommand(statsCommand())
    .addCommand(indexCommand())
    .addCommand(proveCommand())
    .addCommand(checkProofCommand())
    .addCommand(exportCommand())
    .addCommand(verifyCommand())
    .addCommand(replayCommand())
    .addCommand(holdCommand())
    .addCommand(sqlCommand());
}
