import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Problem } from "../answers.ts";
import { JSON_LINES_TYPE, type Reply } from "./route.ts";

/**
 * Sends an answer, as fast as it is taken; `wordsOf` says what an error may tell. Rejects as its parts do where none was
 * sent yet.
 */
export async function sendReply(
  response: ServerResponse,
  reply: Reply,
  wordsOf: (error: unknown) => string,
): Promise<void> {
  response.setHeader("Content-Type", reply.mediaType);
  response.setHeader("Cache-Control", "no-store");
  if ("content" in reply) {
    response.end(reply.content);
    return;
  }
  try {
    await reply.sendParts(async (part) => {
      if (!response.write(part) && !response.destroyed) await drained(response);
    });
    response.end();
  } catch (error) {
    if (!response.headersSent) throw error;
    const problem = problemOf(wordsOf(error));
    // Too late for a status: JSON lines have a place for it, and what is cut off is no whole file.
    if (reply.mediaType === JSON_LINES_TYPE) response.end(`${JSON.stringify(problem)}\n`);
    else response.destroy();
  }
}

/** Sends what is wrong, in words. */
export function sendProblem(response: ServerResponse, status: number, message: string): void {
  response.removeHeader("Content-Encoding");
  response.writeHead(status, { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" });
  response.end(JSON.stringify(problemOf(message)));
}

function problemOf(message: string): Problem {
  return { problem: message };
}

/** Resolves too where nobody takes any more. */
async function drained(response: ServerResponse): Promise<void> {
  const settled = new AbortController();
  const { signal } = settled;
  await Promise.race([once(response, "drain", { signal }), once(response, "close", { signal })]);
  settled.abort();
}
