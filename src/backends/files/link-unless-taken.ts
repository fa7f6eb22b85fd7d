import { link } from "node:fs/promises";

/** Gives a whole file its name in one step; false where the name is taken, and nothing is changed then. */
export async function linkUnlessTaken(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
