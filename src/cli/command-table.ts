import { Command } from "commander";

/** The arguments behind the name of a program or a group of commands, or `all`, for documentation. */
export type Asked = readonly string[] | "all";

/** Commands by name, in the order of the help. */
export type CommandTable = Readonly<Record<string, CommandEntry>>;

/** What a help lists of a command without loading it. */
export interface CommandEntry {
  /** As behind its name in the help: `[options] [pipeline...]`. */
  readonly takes: string;
  readonly summary: string;
  readonly load: (asked: Asked) => Promise<Command>;
}

/** Adds the commands of the table. Loaded is the one that is asked for; of the others there is what a help lists. */
export async function addCommands(group: Command, table: CommandTable, asked: Asked): Promise<void> {
  // Anything may stand before the name (`help run`, `-- run`), but never the value of an option.
  const at = asked === "all" ? -1 : asked.findIndex((arg) => Object.hasOwn(table, arg));
  const below = asked === "all" ? asked : asked.slice(at + 1);
  for (const [name, { takes, summary, load }] of Object.entries(table)) {
    const isLoaded = asked === "all" || asked[at] === name;
    const command = isLoaded ? await load(below) : outline(name, takes);
    group.addCommand(command.summary(summary));
  }
}

function outline(name: string, takes: string): Command {
  const command = new Command(name);
  for (const word of takes.split(" ")) {
    if (word === "[options]") command.option("--any");
    else if (word !== "") command.argument(word);
  }
  return command;
}
