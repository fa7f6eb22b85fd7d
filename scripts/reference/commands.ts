import type { Argument, Command } from "commander";
import { code, markdownTable, plain } from "./markdown.ts";

/** The commands that do something, in the order of the help; not those that only hold others. */
export function leafCommands(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leafCommands);
}

/** `archive ls` */
export function commandName(command: Command): string {
  const { parent } = command;
  return parent === null || parent.parent === null ? command.name() : `${commandName(parent)} ${command.name()}`;
}

/** All commands, with links to their headings. */
export function commandList(program: Command): string {
  const rows = leafCommands(program).map((command) => {
    const name = commandName(command);
    return [`[${code(name)}](#${name.replaceAll(" ", "-")})`, plain(command.summary())];
  });
  return markdownTable(["command", "does"], rows);
}

/** How the command is called, what it does, and what it takes. */
export function commandUsage(command: Command): string {
  const rows = [
    ...command.registeredArguments.map((argument) => optionRow(argumentFlags(argument), argument)),
    ...command.options.map((option) => optionRow(option.flags, option)),
  ];
  return [
    code(`logtally ${commandName(command)} ${command.usage()}`),
    plain(command.description()),
    ...(rows.length === 0 ? [] : [markdownTable(["argument or option", "meaning", "default"], rows)]),
  ].join("\n\n");
}

function argumentFlags(argument: Argument): string {
  const name = argument.variadic ? `${argument.name()}...` : argument.name();
  return argument.required ? `<${name}>` : `[${name}]`;
}

function value(byDefault: unknown): string {
  return code(typeof byDefault === "string" ? byDefault : JSON.stringify(byDefault));
}

/** A default that no value can say stands in words at the end of the description. */
function optionRow(flags: string, option: { readonly description: string; readonly defaultValue?: unknown }): string[] {
  const [, meaning = "", inWords = ""] = /^(.*?)(?: \(default: (.*)\))?$/.exec(option.description) ?? [];
  return [code(flags), plain(meaning), option.defaultValue === undefined ? plain(inWords) : value(option.defaultValue)];
}
