import { UsageError } from "../../core/fault.ts";
import { UNKNOWN_LOG } from "../../core/line.ts";
import { nameHint } from "../../core/nearest-name.ts";
import { KNOWN_LOGS, knownLog } from "../../decode/log-name.ts";

/** The canonical name of a log. Throws `UsageError`, with the nearest right name, where there is no such log. */
export function checkLogName(name: string): string {
  const log = name === UNKNOWN_LOG ? name : knownLog(name);
  if (log !== null) return log;
  const hint = nameHint(name, KNOWN_LOGS, `one of ${KNOWN_LOGS.join(", ")}, ${UNKNOWN_LOG}`);
  throw new UsageError(`find log "${name}": no such log (hint: ${hint})`);
}
