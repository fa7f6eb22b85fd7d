import { type Command, InvalidArgumentError } from "commander";

const SET_HELP = "override a setting of the pipeline; repeatable";
const ARCHIVE_HELP = "a folder, or gs://BUCKET/PREFIX (default: the pipeline's)";

/** Adds the options that every command on a pipeline or an archive takes. */
export function withPipelineOptions(command: Command): Command {
  return withSetOption(command.option("--archive <place>", ARCHIVE_HELP));
}

/** Adds the option of every command that reads the settings of a pipeline. */
export function withSetOption(command: Command): Command {
  return command.option("--set <a.b=c>", SET_HELP, collect(String));
}

/** For options that may be repeated, and take one of some words each. */
export function oneOf<Word extends string>(words: readonly Word[]): (value: string) => Word {
  return (value) => {
    const word = words.find((each) => each === value);
    if (word === undefined) throw new InvalidArgumentError(`It must be one of: ${words.join(", ")}.`);
    return word;
  };
}

/** For repeatable options. */
export function collect<Value>(parse: (value: string) => Value): (value: string, all?: readonly Value[]) => Value[] {
  return (value, all = []) => [...all, parse(value)];
}

/** For whole numbers from 1 to `most`. */
export function integerUpTo(most: number): (value: string) => number {
  return (value) => {
    if (/^[1-9]\d{0,8}$/.test(value) && Number(value) <= most) return Number(value);
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}.`);
  };
}

/** A day, `YYYY-MM-DD`. */
export function day(value: string): string {
  const date = new Date(`${value}T00:00:00Z`);
  const isDay = /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(date.getTime());
  if (isDay && date.toISOString().startsWith(value)) return value;
  throw new InvalidArgumentError("It must be a day: YYYY-MM-DD.");
}
