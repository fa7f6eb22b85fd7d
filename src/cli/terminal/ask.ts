import { createInterface } from "node:readline/promises";

/** What a person types; null for Ctrl-C and Ctrl-D. */
export async function ask(question: string): Promise<string | null> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } catch (error) {
    if ((error as Error).name !== "AbortError") throw error;
    process.stderr.write("\n");
    return null;
  } finally {
    terminal.close();
  }
}
