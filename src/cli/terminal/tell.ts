import { UsageError } from "../../core/fault.ts";
import { printable } from "../../core/printable.ts";
import { NOTICES, type NoticeCode } from "../../observe/notice.ts";
import { sayable, withoutSecrets } from "./secrecy.ts";

/** How often each code was told. */
const told = new Map<NoticeCode, number>();

/** Whether the program says everything as JSON, an object a line, for what collects the logs of a service. */
export function isLogJson(): boolean {
  return process.env["LOGTALLY_LOG"] === "json";
}

/** Throws `UsageError` where the environment asks for a form that there is not. */
export function refuseUnknownForm(): void {
  const form = process.env["LOGTALLY_LOG"] || "text";
  if (form === "text" || form === "json") return;
  throw new UsageError(`use LOGTALLY_LOG "${form}": expected text or json`);
}

/** Tells a user of a running command something, in one line, or in a line each. */
export function tell(message: string | readonly string[]): void {
  notify("remark", message);
}

/** Says something that has a code: what is to be done about it stands in docs/runbook.md. */
export function notify(code: NoticeCode, message: string | readonly string[]): void {
  const lines = typeof message === "string" ? [message] : message;
  told.set(code, (told.get(code) ?? 0) + 1);
  process.stderr.write(isLogJson() ? noticeJson(code, lines) : `logtally: ${lines.map(asLine).join("\n")}\n`);
}

/** For those who are told in words, and do not know of codes. */
export function notifying(code: NoticeCode): (message: string) => void {
  return (message) => notify(code, message);
}

/** What is worth a line in the log of a service, and goes without saying on a terminal. */
export function note(code: NoticeCode, message: string): void {
  if (isLogJson()) notify(code, message);
}

/** How often each code was told in this process. */
export function toldCounts(): ReadonlyMap<NoticeCode, number> {
  return told;
}

/** The text as one line that may be said. */
export function asLine(text: string): string {
  return printable(sayable(text));
}

function noticeJson(code: NoticeCode, lines: readonly string[]): string {
  const time = new Date().toISOString();
  const message = withoutSecrets(lines.join("\n"));
  return `${printable(JSON.stringify({ time, level: NOTICES[code].level, code, message }))}\n`;
}
