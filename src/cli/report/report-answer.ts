import { dirname } from "node:path";
import { makeFolderDurably } from "../../backends/files/durable-folder.ts";
import { ioError } from "../../backends/files/io-error.ts";
import { replaceNamedFile } from "../../backends/files/replace-file.ts";
import { type Answer, withAnswer } from "../counts/answer.ts";
import { refuseBytesOnTerminal } from "../counts/asked-options.ts";
import { answerText } from "../counts/counts-text.ts";
import { printWhole } from "../terminal/print.ts";
import { formatThings } from "../terminal/quantity.ts";
import { sayable } from "../terminal/secrecy.ts";
import type { AskedReport } from "./asked-report.ts";
import { openPublisher } from "./publish.ts";
import type { Report } from "./report-file.ts";

/** Of a new one, as the user's mask allows. */
const FILE_MODE = 0o666;

/** Counts, and delivers what was counted; resolves with words for that. Rejects with `UsageError` or `IoError`. */
export async function answerReport({ report, question, place }: AskedReport): Promise<string> {
  if (report.destination.kind === "stdout") refuseBytesOnTerminal(report.options.format, process.stdout.isTTY);
  if (place === null) return withAnswer(question, (answer) => deliver(answer, report));
  const publisher = await openPublisher(place);
  try {
    return await withAnswer(question, (answer) => publisher.publish(answer));
  } finally {
    await publisher.close();
  }
}

async function deliver(answer: Answer, { options, destination }: Report): Promise<string> {
  const output = await answerText(options.format, answer);
  const rows = formatThings(answer.rows.length, "row");
  if (destination.kind !== "file") {
    await printWhole(output);
    return `${rows}, printed`;
  }
  const path = destination.pathOn(answer.query.asOf);
  await writeAnswer(path, typeof output === "string" ? sayable(output) : output);
  return `${rows}, in "${path}"`;
}

/** As a whole or not at all. Rejects with `IoError`. */
async function writeAnswer(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await makeFolderDurably(dirname(path));
  } catch (error) {
    throw ioError(`make the folder of "${path}"`, error);
  }
  await replaceNamedFile(path, content, FILE_MODE);
}
