import { createStoredSource, createStreamSource, type OnRead } from "../../../backends/files/file-source.ts";
import type { Source } from "../../../core/delivery.ts";
import { UsageError } from "../../../core/fault.ts";
import type { InputFiles } from "./input-files.ts";

/**
 * The files that a command line names as input; null for `-`, standard input. Throws `UsageError` for a pipeline among
 * them, which would be read as lines; `hint` says where pipelines are named.
 */
export function namedInput(names: readonly string[], hint: string): readonly string[] | null {
  if (names.length === 1 && names[0] === "-") return null;
  const pipeline = names.find((name) => /\.ya?ml$/.test(name));
  if (pipeline === undefined) return names;
  throw new UsageError(`read "${pipeline}": a pipeline is no input (hint: ${hint})`);
}

/** The lines of files, which are there, or of standard input (null). `onRead` is told of the stored bytes. */
export function openInput(files: InputFiles | null, onRead: OnRead): Source {
  return files === null ? createStreamSource(process.stdin, onRead) : createStoredSource(files.all, onRead);
}
