import type { Command } from "commander";

/** Commands by name, in the order of the help. Each is given the arguments behind its name. */
export type CommandLoaders = Readonly<Record<string, (args: readonly string[]) => Promise<Command>>>;

/** The command that the first argument names; all of them where it names none: for help, and for a hint at the right name. */
export async function loadCommands(loaders: CommandLoaders, [name, ...args]: readonly string[]): Promise<Command[]> {
  const all = Object.entries(loaders);
  const named = all.filter(([known]) => known === name);
  return Promise.all((named.length === 0 ? all : named).map(([, load]) => load(args)));
}
