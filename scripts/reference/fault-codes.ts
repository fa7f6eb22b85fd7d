import { EXIT_WORDS } from "../../src/cli/process/exit-code.ts";
import { type CodeWords, IO_CODES, IO_WORDS, QUARANTINE_REASONS, QUARANTINE_WORDS } from "../../src/core/fault.ts";
import { code, markdownTable, plain } from "./markdown.ts";

/** Why lines are in quarantine. */
export function quarantineReasons(): string {
  const rows = QUARANTINE_REASONS.map((reason) => [code(reason), ...cells(QUARANTINE_WORDS[reason])]);
  return markdownTable(["reason", "the line is", "what to know and do"], rows);
}

/** How a store fails. */
export function storeFailures(): string {
  const rows = IO_CODES.map((io) => [code(io), ...cells(IO_WORDS[io])]);
  return markdownTable(["failure", "means", "what to do"], rows);
}

/** How a command ends. */
export function exitCodes(): string {
  const rows = EXIT_WORDS.map((words) => [String(words.code), ...cells(words)]);
  return markdownTable(["exit code", "means", "what to do"], rows);
}

function cells({ meaning, advice }: CodeWords): readonly string[] {
  return [plain(meaning), plain(advice)];
}
