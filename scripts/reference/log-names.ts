import { KNOWN_LOGS, LOG_ALIASES } from "../../src/decode/log-name.ts";
import { code, markdownTable } from "./markdown.ts";

/** The logs and what else they are called. */
export function logNames(): string {
  const rows = KNOWN_LOGS.map((log) => {
    const others = Object.entries(LOG_ALIASES).filter(([, canonical]) => canonical === log);
    return [code(log), others.map(([name]) => code(name)).join(", ")];
  });
  return markdownTable(["log", "other names"], rows);
}
