import { InvalidArgumentError } from "commander";
import { UsageError } from "../../core/fault.ts";

/** The parameters of a request, read by the same functions as the options of a command. */
export interface AskedParams {
  /** The only value of a parameter; undefined where it is missing or empty. Throws `UsageError`, naming it. */
  one<T>(name: string, parse: (text: string) => T): T | undefined;
  /** All of its values. */
  all<T>(name: string, parse: (text: string) => T): T[];
  /** Throws `UsageError` for one that nobody has asked for by then: a filter that is misspelt would find too much. */
  end(): void;
}

export function askedParams(params: URLSearchParams): AskedParams {
  const known = new Set<string>();
  const all = <T>(name: string, parse: (text: string) => T): T[] => {
    known.add(name);
    return params
      .getAll(name)
      .filter((text) => text !== "")
      .map((text) => parsed(name, text, parse));
  };
  return {
    all,
    one(name, parse) {
      const values = all(name, parse);
      if (values.length > 1) throw new UsageError(`ask with "${name}" ${values.length} times: once is enough`);
      return values[0];
    },
    end() {
      for (const name of params.keys())
        if (!known.has(name)) throw new UsageError(`ask with "${name}": no such parameter`);
    },
  };
}

function parsed<T>(name: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new UsageError(`ask with ${name}=${JSON.stringify(text)}: ${error.message}`, { cause: error });
  }
}
