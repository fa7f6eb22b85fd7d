import { Command } from "commander";
import { type Asked, addCommands, type CommandTable } from "../command-table.ts";

const COMMANDS: CommandTable = {
  ls: {
    takes: "[options] [pipeline]",
    summary: "segments: their hours, lines and sizes",
    load: async () => (await import("./archive-ls.ts")).lsCommand(),
  },
  find: {
    takes: "[options] [pipeline]",
    summary: "the raw lines that match, byte for byte",
    load: async () => (await import("./search/archive-find.ts")).findCommand(),
  },
  get: {
    takes: "[options] <id> [pipeline]",
    summary: "one line by its id, byte for byte",
    load: async () => (await import("./search/archive-get.ts")).getCommand(),
  },
  stats: {
    takes: "[options] [pipeline]",
    summary: "lines, sizes, lanes and times of every day",
    load: async () => (await import("./archive-stats.ts")).statsCommand(),
  },
  index: {
    takes: "[options] [pipeline]",
    summary: "look-ups of sealed hours made anew, from the vault alone",
    load: async () => (await import("./archive-index.ts")).indexCommand(),
  },
  prove: {
    takes: "[options] <id> [pipeline]",
    summary: "a proof that a line was archived, for whoever has the public key",
    load: async () => (await import("./proof/archive-prove.ts")).proveCommand(),
  },
  "check-proof": {
    takes: "[options] <file>",
    summary: "check a proof or a pack, with the public key and nothing else",
    load: async () => (await import("./proof/archive-check-proof.ts")).checkProofCommand(),
  },
  export: {
    takes: "[options] [pipeline]",
    summary: "an evidence pack: lines that match, and what proves each of them, in one file",
    load: async () => (await import("./search/archive-export.ts")).exportCommand(),
  },
  verify: {
    takes: "[options] [pipeline]",
    summary: "prove that nothing was removed, added or changed",
    load: async () => (await import("./verify/archive-verify.ts")).verifyCommand(),
  },
  replay: {
    takes: "[options] [pipeline]",
    summary: "bring lines back: to an index, files or standard output",
    load: async () => (await import("./replay/archive-replay.ts")).replayCommand(),
  },
  hold: {
    takes: "",
    summary: "holds on what is sealed, so that the store lets nobody remove it",
    load: async () => (await import("./hold/archive-hold.ts")).holdCommand(),
  },
  sql: {
    takes: "[options] <select> [pipeline]",
    summary: "one SELECT over the facts, in DuckDB",
    load: async () => (await import("./sql/archive-sql.ts")).sqlCommand(),
  },
};

export async function archiveCommand(asked: Asked): Promise<Command> {
  const archive = new Command("archive").description("Looks into an archive and brings lines back.");
  await addCommands(archive, COMMANDS, asked);
  return archive;
}
